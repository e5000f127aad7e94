"""`scf index accept-reorg`: somebody says that a deep reorg is right. Asks no node: the indexer reads on from there."""

import threading

from scripts.data_folder import DataFolder
from scripts.errors import CliError
from scripts.output import emit, say

WAIT_S = 30.0
"""For an indexer that is about to stop, or that `scf up` tries once more."""


def run(folder: DataFolder, at: int, *, as_json: bool) -> None:
    """Moves every block above `at` to the evidence. Harmless if too many: the chain still has them."""
    from indexer.apply import head, rollback_to
    from indexer.events import Decoder
    from indexer.lead import leading
    from node_adapter.db import make_engine, migrate
    from node_adapter.deployments import Deployments

    engine = make_engine(folder.database_url())
    decoder = Decoder(Deployments.load(folder.deployments))

    def wait() -> None:
        say("waiting for the indexer to stop")
        timer.start()

    stop = threading.Event()
    timer = threading.Timer(WAIT_S, stop.set)
    timer.daemon = True
    try:
        with leading(engine, stop, wait) as leads:
            if not leads:
                raise CliError("an indexer follows the chain on this database: there is nothing to accept", name="Runs")
            migrate(engine, "indexer")
            with engine.begin() as connection:
                newest = head(connection)
                if newest is None or newest.number <= at:
                    raise CliError(f"the index has no block above {at}", name="NothingTaken")
                taken = rollback_to(connection, at, decoder)
    finally:
        timer.cancel()
        engine.dispose()
    if as_json:
        emit({"ok": True, "at": at, "blocks": taken.blocks, "subjects": taken.subjects})
        return
    print(f"{taken.blocks} blocks above {at} are evidence now; {taken.subjects} subjects folded again")
    print("the indexer goes on from there: by itself under `scf up`, else when it is started")
