"""What steps do to rows that are there."""

from sqlalchemy import insert, select

from indexer.models import ChainBlock, ChainEvent, table_of
from node_adapter.db import make_engine
from node_adapter.migrate import upgrade

AUTHOR = "0x52908400098527886E0F7030069857D2E4169EE7"


def test_upgrade__anchors_of_before__are_about_their_authors(database_url: str) -> None:
    engine = make_engine(database_url)
    upgrade(engine, "indexer", "indexer_0011")
    block = {"hash": f"0x{1:064x}", "number": 1, "parent_hash": f"0x{0:064x}", "timestamp": 1}
    event = {
        "block_hash": block["hash"],
        "block_number": 1,
        "tx_hash": f"0x{2:064x}",
        "tx_index": 0,
        "contract": "Anchors",
        "address": AUTHOR,
        "business": True,
        "topics": b"",
        "data": b"",
    }
    about = f"0x{3:064x}"
    with engine.begin() as connection:
        connection.execute(insert(table_of(ChainBlock)).values(block))
        for log_index, name in enumerate(("Anchored", "PayableProposed")):
            more = {"log_index": log_index, "name": name, "subject": about, "args": {"author": AUTHOR}}
            connection.execute(insert(table_of(ChainEvent)).values(event | more))
    upgrade(engine, "indexer")
    with engine.connect() as connection:
        subjects = connection.scalars(select(ChainEvent.subject).order_by(ChainEvent.log_index)).all()
    engine.dispose()
    assert subjects == [AUTHOR, about]
