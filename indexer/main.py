"""The indexer process: follows the node until told to stop."""

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from indexer.apply import RolledBack, head
from indexer.errors import IndexForeign, IndexStopped, ReceiptsNotCommitted
from indexer.events import Decoder
from indexer.follow import Follower, Limits
from indexer.lead import leading
from indexer.options import POLL_S, parser
from indexer.proof.roots import Roots
from indexer.receipts import headers_prove
from indexer.troubles import named
from indexer.verify import Difference, VerifyImpossible, verify
from indexer.watch import Watch, served, shown
from node_adapter.client import NodeClient
from node_adapter.db import DatabaseUnsupported, make_engine, masked, migrate, read_only
from node_adapter.deployments import Deployments, DeploymentsUnreadable
from node_adapter.errors import NodeError, NodeUntrustworthy, WrongChain
from node_adapter.logs import log_to_stderr
from node_adapter.networks import (
    Finality,
    Network,
    NetworksUnreadable,
    UnknownNetwork,
    by_chain_id,
    load_networks,
)
from node_adapter.urls import node_urls

log = logging.getLogger("indexer")

AWAY_POLL_S = 1.0
_BAD_SETTINGS = (DeploymentsUnreadable, DatabaseUnsupported, NetworksUnreadable, UnknownNetwork, ValueError)
PROGRESS_BLOCKS = 1_000
"""While catching up, a line at least this often."""
VERIFY_SAMPLE = 500
"""Questions that the contracts are asked each time; log and rows are compared whole."""
DIFFERENCES_SAID = 10


def follow(
    follower: Follower,
    stop: threading.Event,
    *,
    watch: Watch,
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
                watch.waits("the node")
                follower.pin()
                known = True
            follower.catch_up(stop)
            watch.level(_indexed(follower.engine))
            more = behind()
        except WrongChain as error:
            raise IndexForeign(str(error)) from error
        except NodeError as error:
            if not away:
                what = "cannot be believed, asking again" if isinstance(error, NodeUntrustworthy) else "is away"
                log.warning("the node %s, waiting for it: %s", what, error)
            # It may come back as another one.
            away, known = True, False
            watch.waits(f"the node: {error}")
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
    limits = Limits(reorg_depth=options.reorg_depth)
    if options.receipts and not headers_prove(network):
        raise ReceiptsNotCommitted(
            f"headers of {network.name} commit to no receipts that can be checked: leave --receipts out; the journals "
            "are compared all the same"
        )
    follower = Follower(engine, source, Decoder(deployments), limits, receipts=options.receipts, on_reorg=_report_reorg)
    watch = Watch(follower, source)
    with ExitStack() as stack:
        live = sys.stderr.isatty() and not options.json_logs
        if live:
            stack.enter_context(shown(watch))
        log_to_stderr(as_json=options.json_logs)
        follower.on_progress = _Progress(watch, say=not live).report
        if options.port is not None:
            url = stack.enter_context(served(watch, options.host, options.port))
            log.info("/health, /ready and /metrics are at %s", url)
        leads = stack.enter_context(
            leading(engine, stop, lambda: log.info("another indexer leads on this database, waiting"))
        )
        if not leads:
            return
        migrate(engine, "indexer")
        log.info("following %s into %s", ", ".join(map(masked, nodes)), masked(options.database))
        if options.verify_every_s is not None:
            _verify_beside(watch, deployments, options.verify_every_s, stop)
        follow(follower, stop, watch=watch, poll_s=options.poll_s, behind=_roots(watch, network))
    log.info("stopped")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 when told to stop, 1 when it had to stop."""
    options = parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        run(options, stop)
    except (IndexStopped, OSError, OperationalError, *_BAD_SETTINGS) as error:
        log_to_stderr(as_json=options.json_logs)
        log.error("%s: %s", *named(error))
        return 1
    return 0


def _roots(watch: Watch, network: Network) -> Callable[[], bool]:
    """Makes state roots of what is final, a step at a time."""
    follower = watch.follower
    roots = Roots(follower.engine, follower.decoder)

    def step() -> bool:
        newest = _indexed(follower.engine)
        finalized = watch.client.finalized() if network.finality is Finality.TAG else None
        made = roots.step(network.last_final(newest, finalized))
        watch.rooted = roots.newest
        return made > 0

    return step


def _indexed(engine: Engine) -> int:
    """The newest block of the index; -1 before the first."""
    with read_only(engine).connect() as connection:
        newest = head(connection)
    return -1 if newest is None else newest.number


def _verify_beside(watch: Watch, deployments: Deployments, every_s: float, stop: threading.Event) -> None:
    """Compares index and chain again and again, in a thread of its own; what differs is logged, and in the figures."""

    def run_on() -> None:
        while not stop.wait(every_s):
            try:
                report = verify(watch.follower.engine, watch.client, deployments, sample=VERIFY_SAMPLE)
            except (VerifyImpossible, NodeError) as error:
                log.info("not verified this time: %s", error)
                continue
            watch.verified, watch.verified_at = report, time.time()
            for found in report.differences[:DIFFERENCES_SAID]:
                log.error("%s %s differs: %s is %s here and %s on the chain", *_told(found))

    threading.Thread(target=run_on, daemon=True).start()


def _told(found: Difference) -> tuple[object, ...]:
    return found.subject, found.id, found.field, found.sql, found.chain


class _Progress:
    """Says how far it is, and nothing while it merely keeps up."""

    def __init__(self, watch: Watch, *, say: bool) -> None:
        self._watch = watch
        self._say = say
        self._said = 0

    def report(self, indexed: int, newest: int) -> None:
        self._watch.progress(indexed, newest)
        if self._say and newest > indexed and indexed - self._said >= PROGRESS_BLOCKS:
            self._said = indexed
            log.info("block %d of %d", indexed, newest, extra={"indexed": indexed, "head": newest})


def _report_reorg(rolled_back: RolledBack, ancestor: int) -> None:
    log.warning(
        "the chain took back %d blocks down to %d; %d subjects folded again",
        rolled_back.blocks,
        ancestor,
        rolled_back.subjects,
    )
