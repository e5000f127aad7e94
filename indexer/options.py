"""What an indexer is told when it starts: options, and environment variables where a value holds a secret."""

import argparse
import os
from pathlib import Path
from typing import Any

from indexer.follow import Limits
from node_adapter.networks import NETWORKS_VARIABLE

DATABASE_VARIABLE = "SCF_INDEXER_DATABASE"
NODE_VARIABLE = "SCF_INDEXER_NODE"
"""One URL, or several between commas."""
PORT_VARIABLE = "SCF_INDEXER_PORT"
POLL_S = 0.1


class _Several(argparse.Action):
    """What is given, in order, in the place of the default."""

    def __call__(self, _parser: object, options: argparse.Namespace, value: Any, _option: str | None = None) -> None:
        given = getattr(options, self.dest)
        setattr(options, self.dest, [value] if given is self.default else [*given, value])


def parser() -> argparse.ArgumentParser:
    parser_ = argparse.ArgumentParser(
        prog="python -m indexer",
        description="Mirrors the network's contracts into SQL.",
        epilog="example: python -m indexer --database sqlite:///.scf/scf.sqlite3 --node http://127.0.0.1:8545 "
        "--deployments .scf/deployments.json",
    )
    database = os.environ.get(DATABASE_VARIABLE)
    parser_.add_argument(
        "--database",
        required=database is None,
        default=database,
        metavar="URL",
        help=f"SQLite or PostgreSQL, as SQLAlchemy has it; a URL with a password goes into {DATABASE_VARIABLE}",
    )
    nodes = os.environ.get(NODE_VARIABLE)
    parser_.add_argument(
        "--node",
        required=nodes is None,
        default=[nodes],
        action=_Several,
        metavar="URL",
        help=f"a node's JSON-RPC, and again for each other one; a URL with a password or key goes into {NODE_VARIABLE}",
    )
    networks = os.environ.get(NETWORKS_VARIABLE)
    parser_.add_argument(
        "--networks",
        type=Path,
        default=Path(networks) if networks else None,
        metavar="FILE",
        help=f"networks of your own (TOML); also {NETWORKS_VARIABLE}",
    )
    parser_.add_argument("--deployments", required=True, type=Path, metavar="FILE", help="which contracts, and where")
    parser_.add_argument("--poll-s", type=float, default=POLL_S, metavar="S", help="seconds between looks at the head")
    parser_.add_argument(
        "--reorg-depth", type=int, default=Limits().reorg_depth, metavar="N", help="blocks taken back without asking"
    )
    parser_.add_argument(
        "--receipts",
        action="store_true",
        help="also make the receipts' root of every block with events again: a node that lies consistently is noticed",
    )
    port = os.environ.get(PORT_VARIABLE)
    parser_.add_argument(
        "--port",
        type=int,
        default=int(port) if port else None,
        metavar="PORT",
        help=f"serve /health, /ready and /metrics there; also {PORT_VARIABLE}",
    )
    parser_.add_argument("--host", default="127.0.0.1", metavar="HOST", help="on which address")
    parser_.add_argument(
        "--verify-every-s",
        type=float,
        metavar="S",
        help="compare index and chain again and again, and say what differs, in the figures too",
    )
    parser_.add_argument("--json-logs", action="store_true", help="one JSON document a line instead of text")
    return parser_
