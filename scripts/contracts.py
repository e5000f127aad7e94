"""`scf contracts`: build, deploy, verify."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from scripts.data_folder import DataFolder
from scripts.errors import CliError
from scripts.output import emit, say

if TYPE_CHECKING:
    from node_adapter.deploy import Beside
    from node_adapter.deployments import Deployments

PASSPHRASE = "keystore.passphrase"  # noqa: S105 -- a file name
TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a deployment is: the node, the deployments file, the keys, and the database that keeps how far it came."""

    node: str
    file: Path
    keys: Path
    passphrase: Path
    database: str

    @classmethod
    def of(
        cls,
        folder: DataFolder,
        *,
        node: str | None = None,
        file: Path | None = None,
        keys: Path | None = None,
        passphrase: Path | None = None,
        database: str | None = None,
    ) -> "Place":
        """What is not said is the data folder's. CliError where that has none."""
        from scripts.supervisor import running

        file = file or folder.deployments
        return cls(
            node or str(running(folder)["node_url"]),
            file,
            keys or folder.keys,
            passphrase or folder.secrets / PASSPHRASE,
            database or (folder.database_url() if folder.exists() else f"sqlite:///{file.with_suffix('.sqlite3')}"),
        )


def build(*, check: bool, as_json: bool) -> bool:
    """Whether the committed files are, or now are, what the sources give."""
    from node_adapter.build import CONTRACTS_DIR, compile_contracts, stale, write

    artifacts = compile_contracts()
    differing = stale(artifacts) if check else write(artifacts)
    names = [str(path.relative_to(CONTRACTS_DIR.parent)) for path in differing]
    ok = not (check and names)
    if as_json:
        emit({"ok": ok, "stale" if check else "written": names})
        return ok
    for name in names:
        print(f"{name} is not what the sources give; run scf contracts build" if check else f"wrote {name}")
    if not names:
        print(f"{len(artifacts)} contracts: the committed files are what the sources give")
    return ok


def deploy(place: Place, names: dict[str, str], *, beside: bool, as_json: bool) -> None:
    """Deploys, or goes on; what is there in the end is on stdout. CliError, DeployError, NodeError."""
    from node_adapter.client import NodeClient
    from node_adapter.db import make_engine, migrate
    from node_adapter.deploy import deploy_beside, deploy_network
    from node_adapter.deployments import Deployments
    from node_adapter.outbox.outbox import Outbox
    from node_adapter.outbox.worker import Worker
    from node_adapter.signers import load_signers

    place.file.parent.mkdir(parents=True, exist_ok=True)
    client = NodeClient(place.node)
    known = Deployments.load(place.file) if place.file.exists() or beside else None
    if known is not None:
        client.check_identity(known.chain_id, known.genesis_hash)
    engine = make_engine(place.database)
    migrate(engine, "node_adapter")
    deployments = known or Deployments(client.chain_id(), client.genesis_hash())
    signers = load_signers(
        place.keys, place.passphrase, engine, lambda: outbox.deployments, lambda: client.head().timestamp
    )
    outbox = Outbox(engine, client, deployments, signers)
    worker = Worker(outbox)
    who = {role: _account(signers.addresses(), name) for role, name in names.items()}
    try:
        if beside:
            found = deploy_beside(
                outbox,
                worker.step,
                deployer=who["deployer"],
                save=lambda made: made.save(place.file),
                timeout_s=TIMEOUT_S,
                say=say,
            )
            _report(found.deployments, found, as_json=as_json)
            return
        made = deploy_network(
            outbox,
            worker.step,
            deployer=who["deployer"],
            operator=who["operator"],
            compliance=who["compliance"],
            bank=who["bank"],
            timeout_s=TIMEOUT_S,
            say=say,
        )
        if known is None or known.settings is None:
            made.save(place.file)
        _report(made, None, as_json=as_json)
    finally:
        worker.close()
        engine.dispose()


def verify(place: Place, *, as_json: bool) -> bool:
    """Whether the chain has what was built, wired as it was deployed."""
    from node_adapter.client import NodeClient
    from node_adapter.contract_check import differences
    from node_adapter.deployments import Deployments

    deployments = Deployments.load(place.file)
    client = NodeClient(place.node, chain_id=deployments.chain_id)
    try:
        found = differences(client, deployments)
    finally:
        client.close()
    if as_json:
        rows = [asdict(difference) for difference in found]
        emit({"ok": not found, "contracts": len(deployments.contracts), "differences": rows})
        return not found
    console = Console(highlight=False)
    if not found:
        console.print(f"[green]no difference[/]: {len(deployments.contracts)} contracts are as built and as wired")
        return True
    table = Table("contract", "what", "on the chain", "should be", header_style="bold red")
    for difference in found:
        table.add_row(difference.instance, difference.what, str(difference.found), str(difference.wanted))
    console.print(table)
    console.print(f"[red]{len(found)} differences[/]")
    return False


def _account(known: dict[str, str], name: str) -> str:
    if name.startswith("0x"):
        return name
    if name not in known:
        raise CliError(f"there is no key {name}; there are {', '.join(sorted(known))}", name="KeyMissing")
    return known[name]


def _report(deployments: "Deployments", beside: "Beside | None", *, as_json: bool) -> None:
    ready_at = beside.ready_at if beside is not None else None
    if as_json:
        contracts = {name: deployed.address for name, deployed in deployments.contracts.items()}
        emit({"ok": True, "current": deployments.current, "contracts": contracts, "ready_at": ready_at})
        return
    for name, deployed in deployments.contracts.items():
        print(f"{name:18} {deployed.address}  block {deployed.block}")
    if ready_at is not None:
        when = datetime.fromtimestamp(ready_at, UTC).isoformat()
        print(f"announced: run it again after {when} of the chain's time, and the next version is the current one")
    elif beside is not None:
        print(f"version {deployments.current} is the current one: restart the indexer and the API")
