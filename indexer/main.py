"""The indexer process: follows the node until told to stop."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

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
from node_adapter.errors import NodeError, WrongChain
from node_adapter.networks import NETWORKS, Finality

log = logging.getLogger("indexer")

DATABASE_VARIABLE = "SCF_INDEXER_DATABASE"
POLL_S = 0.3
AWAY_POLL_S = 1.0
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
                log.warning("the node is away, waiting for it: %s", error)
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
    source = NodeClient(options.node, chain_id=deployments.chain_id)
    progress = _Progress()
    limits = Limits(reorg_depth=options.reorg_depth)
    follower = Follower(
        engine, source, Decoder(deployments), limits, on_progress=progress.report, on_reorg=_report_reorg
    )
    with leading(engine, stop, lambda: log.info("another indexer leads on this database, waiting")) as leads:
        if not leads:
            return
        migrate(engine, "indexer")
        log.info("following %s into %s", options.node, masked(options.database))
        follow(follower, stop, poll_s=options.poll_s, behind=_roots(follower, source))
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
    except (IndexStopped, DeploymentsUnreadable, DatabaseUnsupported, OSError, OperationalError) as error:
        log.error("%s: %s", type(error).__name__, str(error).splitlines()[0])
        return 1
    return 0


def _roots(follower: Follower, source: NodeClient) -> Callable[[], bool]:
    """Makes the state roots of what is final; none on a chain that has no descriptor, where nothing is known to be."""
    network = NETWORKS.get(follower.decoder.deployments.chain_id)
    if network is None:
        log.warning("no state roots: what is final is not known of this chain")
        return lambda: False
    roots = Roots(follower.engine, follower.decoder)

    def step() -> bool:
        with read_only(follower.engine).connect() as connection:
            newest = head(connection)
        if newest is None:
            return False
        finalized = source.finalized() if network.finality is Finality.TAG else None
        return roots.step(network.last_final(newest.number, finalized)) > 0

    return step


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
    parser.add_argument("--node", required=True, metavar="URL", help="the node's JSON-RPC")
    parser.add_argument("--deployments", required=True, type=Path, metavar="FILE", help="which contracts, and where")
    parser.add_argument("--poll-s", type=float, default=POLL_S, metavar="S", help="seconds between looks at the head")
    parser.add_argument(
        "--reorg-depth", type=int, default=Limits().reorg_depth, metavar="N", help="blocks taken back without asking"
    )
    return parser
