"""The indexer process: follows the node until told to stop."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from indexer.apply import RolledBack, head
from indexer.errors import IndexForeign, IndexStopped
from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.lead import leading
from indexer.proof.roots import Roots
from node_adapter.client import NodeClient
from node_adapter.db import DatabaseUnsupported, make_engine, masked, migrate, read_only
from node_adapter.deployments import Deployments, DeploymentsUnreadable
from node_adapter.errors import NodeError, NodeUntrustworthy, WrongChain
from node_adapter.networks import (
    NETWORKS_VARIABLE,
    Finality,
    Network,
    NetworksUnreadable,
    UnknownNetwork,
    by_chain_id,
    load_networks,
)
from node_adapter.urls import node_urls

log = logging.getLogger("indexer")

DATABASE_VARIABLE = "SCF_INDEXER_DATABASE"
NODE_VARIABLE = "SCF_INDEXER_NODE"
"""One URL, or several between commas."""
POLL_S = 0.3
AWAY_POLL_S = 1.0
_BAD_SETTINGS = (DeploymentsUnreadable, DatabaseUnsupported, NetworksUnreadable, UnknownNetwork, ValueError)
PROGRESS_BLOCKS = 1_000
"""While catching up, a line at least this often."""


def follow(
    follower: Follower,
    stop: threading.Event,
    *,
    poll_s: float = POLL_S,
    behind: Callable[[], bool] = lambda: False,
) -> None:
    """Follows the head until `stop`. A node that is away is said once and waited for; IndexStopped is raised.

    `behind` does a bounded piece of what can wait until the index has caught up, and says whether there is more.
    """
    away = False
    known = False
    while not stop.is_set():
        try:
            if not known:
                follower.pin()
                known = True
            follower.catch_up(stop)
            more = behind()
        except WrongChain as error:
            raise IndexForeign(str(error)) from error
        except NodeError as error:
            if not away:
                what = "cannot be believed, asking again" if isinstance(error, NodeUntrustworthy) else "is away"
                log.warning("the node %s, waiting for it: %s", what, error)
            # It may come back as another one.
            away, known = True, False
            stop.wait(max(poll_s, AWAY_POLL_S))
            continue
        if away:
            log.info("the node is back")
            away = False
        if not more:
            stop.wait(poll_s)


def run(options: argparse.Namespace, stop: threading.Event) -> None:
    """Takes the lead, migrates, follows. Raises IndexStopped, and what a bad database or file raises."""
    engine = make_engine(options.database)
    deployments = Deployments.load(options.deployments)
    nodes = [url for text in options.node for url in node_urls(text)]
    network = by_chain_id(deployments.chain_id, load_networks(options.networks))
    source = NodeClient(
        nodes,
        chain_id=deployments.chain_id,
        genesis_hash=deployments.genesis_hash,
        network=network,
    )
    progress = _Progress()
    limits = Limits(reorg_depth=options.reorg_depth)
    follower = Follower(
        engine, source, Decoder(deployments), limits, on_progress=progress.report, on_reorg=_report_reorg
    )
    with leading(engine, stop, lambda: log.info("another indexer leads on this database, waiting")) as leads:
        if not leads:
            return
        migrate(engine, "indexer")
        log.info("following %s into %s", ", ".join(map(masked, nodes)), masked(options.database))
        follow(follower, stop, poll_s=options.poll_s, behind=_roots(follower, source, network))
    log.info("stopped")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when told to stop, 1 when it had to stop."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run(options, stop)
    except (IndexStopped, OSError, OperationalError, *_BAD_SETTINGS) as error:
        log.error("%s: %s", type(error).__name__, str(error).splitlines()[0])
        return 1
    return 0


def _roots(follower: Follower, source: NodeClient, network: Network) -> Callable[[], bool]:
    """Makes state roots of what is final, a step at a time."""
    roots = Roots(follower.engine, follower.decoder)

    def step() -> bool:
        with read_only(follower.engine).connect() as connection:
            newest = head(connection)
        if newest is None:
            return False
        finalized = source.finalized() if network.finality is Finality.TAG else None
        return roots.step(network.last_final(newest.number, finalized)) > 0

    return step


class _Several(argparse.Action):
    """What is given, in order, in the place of the default."""

    def __call__(self, _parser: object, options: argparse.Namespace, value: Any, _option: str | None = None) -> None:
        given = getattr(options, self.dest)
        setattr(options, self.dest, [value] if given is self.default else [*given, value])


class _Progress:
    """Says how far it is, and nothing while it merely keeps up."""

    def __init__(self) -> None:
        self._said = 0

    def report(self, indexed: int, newest: int) -> None:
        behind = newest - indexed
        if behind and indexed - self._said >= PROGRESS_BLOCKS:
            self._said = indexed
            log.info("block %d of %d", indexed, newest)


def _report_reorg(rolled_back: RolledBack, ancestor: int) -> None:
    log.warning(
        "the chain took back %d blocks down to %d; %d subjects folded again",
        rolled_back.blocks,
        ancestor,
        rolled_back.subjects,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m indexer",
        description="Mirrors the network's contracts into SQL.",
        epilog="example: python -m indexer --database sqlite:///.scf/scf.sqlite3 --node http://127.0.0.1:8545 "
        "--deployments .scf/deployments.json",
    )
    database = os.environ.get(DATABASE_VARIABLE)
    parser.add_argument(
        "--database",
        required=database is None,
        default=database,
        metavar="URL",
        help=f"SQLite or PostgreSQL, as SQLAlchemy has it; a URL with a password goes into {DATABASE_VARIABLE}",
    )
    nodes = os.environ.get(NODE_VARIABLE)
    parser.add_argument(
        "--node",
        required=nodes is None,
        default=[nodes],
        action=_Several,
        metavar="URL",
        help=f"a node's JSON-RPC, and again for each other one; a URL with a password or key goes into {NODE_VARIABLE}",
    )
    networks = os.environ.get(NETWORKS_VARIABLE)
    parser.add_argument(
        "--networks",
        type=Path,
        default=Path(networks) if networks else None,
        metavar="FILE",
        help=f"networks of your own (TOML); also {NETWORKS_VARIABLE}",
    )
    parser.add_argument("--deployments", required=True, type=Path, metavar="FILE", help="which contracts, and where")
    parser.add_argument("--poll-s", type=float, default=POLL_S, metavar="S", help="seconds between looks at the head")
    parser.add_argument(
        "--reorg-depth", type=int, default=Limits().reorg_depth, metavar="N", help="blocks taken back without asking"
    )
    return parser
