"""The network's deposit tokens and their currencies, as who reads SQL needs them."""

from sqlalchemy import Connection, delete, insert, select

from indexer.models import DepositToken, table_of
from node_adapter.deployments import Deployments, name_of

KIND = "DepositToken"
_TOKEN = table_of(DepositToken)


def currencies(deployments: Deployments) -> dict[str, str]:
    """Address → ISO 4217 code, which follows the kind in an instance's name: DepositTokenCNY."""
    return {
        deployed.address: name_of(instance).removeprefix(KIND)[:3]
        for instance, deployed in deployments.contracts.items()
        if deployed.contract == KIND
    }


def keep_tokens(connection: Connection, deployments: Deployments) -> None:
    """Makes the table say what the deployments say."""
    wanted = currencies(deployments)
    found: dict[str, str] = {row.token: row.currency for row in connection.execute(select(_TOKEN))}
    if found == wanted:
        return
    connection.execute(delete(_TOKEN))
    if wanted:
        connection.execute(insert(_TOKEN), [{"token": token, "currency": code} for token, code in wanted.items()])
