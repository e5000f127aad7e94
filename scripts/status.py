"""`scf status`: what runs, where, and how far."""

from typing import Any

from rich.console import Console

from hardhat_free_devnet import RpcError, rpc
from node_adapter.db import masked
from node_adapter.deployments import Deployments
from scripts import actors
from scripts.data_folder import DataFolder
from scripts.output import emit
from scripts.supervisor import readiness, running


def report(folder: DataFolder) -> dict[str, Any]:
    """The document of `scf status --json`. Heads are null while they cannot be read."""
    record = running(folder)
    deployments = Deployments.load(folder.deployments)
    ready = readiness(record["api_url"])
    return {
        "ok": ready["ready"],
        "waiting_for": ready["waiting_for"],
        "api_url": record["api_url"],
        "console_url": _console(folder, record),
        "node_url": masked(record["node_url"]),
        "indexer_url": record["indexer_url"],
        "nodes": ready["nodes"],
        "chain_id": deployments.chain_id,
        "contracts": {name: deployed.address for name, deployed in deployments.contracts.items()},
        "head": _head(record["node_url"]),
        "indexed": _indexed(folder),
        "processes": record["processes"],
        "database": masked(folder.database_url()),
        "data": str(folder.root),
        "actors": [
            {
                "name": actor.name,
                "role": actor.role,
                "address": actor.address,
                "login": actor.login,
                "password": actor.password,
            }
            for actor in (actors.load(folder) if record["loopback"] else [])
        ],
    }


def show(folder: DataFolder, _url: str | None, *, as_json: bool) -> bool:
    """Print it; whether all is well."""
    found = report(folder)
    if as_json:
        emit(found)
        return bool(found["ok"])
    console = Console(highlight=False, soft_wrap=True)
    state = "[green]ready[/]" if found["ok"] else f"[red]not ready[/], waiting for {found['waiting_for']}"
    console.print(f"[bold]{state}[/]   {found['api_url']}")
    console.print(f"console {found['console_url']}")
    console.print(
        f"chain {found['chain_id']} at {found['node_url']}: block {found['head']}, indexed {found['indexed']}"
    )
    for node in found["nodes"]:
        if not node["good"]:
            console.print(f"[red]node left out[/]: {node['why']}")
    console.print(f"database {found['database']}, figures of the indexer at {found['indexer_url']}/metrics")
    console.print("processes " + ", ".join(f"{name} {pid}" for name, pid in found["processes"].items()))
    for name, address in found["contracts"].items():
        console.print(f"  {name:16} {address}")
    print(*actor_lines(found["actors"]), sep="\n")
    return bool(found["ok"])


def actor_lines(rows: list[dict[str, Any]]) -> list[str]:
    """The demo's logins, a line each; the name comes last, since Chinese characters are two columns wide."""
    lines = [f"{'login':9} {'password':17} {'role':16} {'address':43} name"]
    for row in rows:
        address = row["address"] or "-"
        lines.append(f"{row['login']:9} {row['password']:17} {row['role']:16} {address:43} {row['name']}")
    return lines if rows else ["no demo logins: the API is reachable from other machines"]


def _console(folder: DataFolder, record: dict[str, Any]) -> str:
    """The console; in the demo its guided first visit, with the key that lets one act as any of the demo's logins."""
    from api.console.sessions import demo_key
    from api.invoices.vault import load_or_create_master_key

    url = f"{record['api_url']}/console/"
    token_key = folder.secrets / "token.key"
    if not record["loopback"] or not token_key.exists():
        return url
    return f"{url}welcome?demo={demo_key(load_or_create_master_key(token_key).secret)}"


def _head(node_url: str) -> int | None:
    try:
        return int(rpc(node_url, "eth_blockNumber", timeout_s=5.0), 16)
    except (ConnectionError, RpcError):
        return None


def _indexed(folder: DataFolder) -> int | None:
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.orm import Session

    from indexer import queries
    from node_adapter.db import make_engine, read_only

    engine = make_engine(folder.database_url())
    try:
        with Session(read_only(engine)) as session:
            head = queries.head(session)
    except SQLAlchemyError:
        return None
    finally:
        engine.dispose()
    return head.number if head else None
