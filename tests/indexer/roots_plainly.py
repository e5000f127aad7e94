"""State roots told a second time, from the rows and from nothing else."""

from hashlib import sha256
from typing import Any

from sqlalchemy import select

from indexer.events import Decoder
from indexer.follow import Follower
from indexer.models import (
    EVENT_ROWS,
    HISTORIES,
    STATES,
    Base,
    ChainEvent,
    table_of,
)
from indexer.proof import roots as made
from indexer.proof.tree import encode_row
from node_adapter.db import make_engine
from tests.indexer.fake_chain import DEPLOYMENTS, FakeChain

DECODER = Decoder(DEPLOYMENTS)
ZERO = bytes(32)


def from_nothing(chain: FakeChain, last: int) -> list[dict[str, Any]]:
    """As the page in `proof/tree.py` says it, block by block, each from an index of its own."""
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    whole, follower = FakeChain(), Follower(engine, FakeChain(), DECODER)
    follower.source = whole
    follower.pin()
    before = start()
    found = []
    for block in chain.blocks[:last]:
        whole.blocks.append(block)
        follower.catch_up()
        with engine.connect() as connection:
            event = table_of(ChainEvent)
            here = select(event.c.block_hash).where(event.c.block_hash == block.header.hash, event.c.business)
            if connection.execute(here).first() is None:
                continue
            stand, arrived = standing(connection), came(connection, block.header.hash)
        before = h(b"\4", before, bytes.fromhex(block.header.hash[2:]), stand, arrived)
        texts = {"root": before, "standing": stand, "arrived": arrived}
        found.append(
            {
                "block_number": block.header.number,
                "block_hash": block.header.hash,
                **{name: f"0x{value.hex()}" for name, value in texts.items()},
                "form": made.form(),
            }
        )
    engine.dispose()
    return found


def h(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def start() -> bytes:
    from indexer.events import deployments_hash

    parts = (made.form(), DEPLOYMENTS.chain_id, DEPLOYMENTS.genesis_hash, deployments_hash(DEPLOYMENTS))
    return h("\n".join(map(str, parts)).encode())


def standing(connection: Any) -> bytes:
    leaves = {}
    for model in STATES:
        table = table_of(model)
        (key,) = table.primary_key.columns
        for row in connection.execute(select(table)).mappings():
            leaves[f"{table.name}/{row[key.name]}"] = h(b"\0", encode_row(table.name, dict(row)))
    buckets: dict[str, list[bytes]] = {}
    for name in sorted(leaves):
        buckets.setdefault(h(name.encode()).hex()[:4], []).append(leaves[name])
    hashed = {path: h(b"\1", *some) for path, some in buckets.items()}
    return node(hashed, "")


def node(buckets: dict[str, bytes], path: str) -> bytes:
    if len(path) == 4:
        return buckets.get(path, ZERO)
    if not any(found.startswith(path) for found in buckets):
        return ZERO
    return h(b"\2", *(node(buckets, f"{path}{digit:x}") for digit in range(16)))


def came(connection: Any, block_hash: str) -> bytes:
    leaves = []
    for model in (*HISTORIES, *EVENT_ROWS):
        table = table_of(model)
        rows = connection.execute(select(table).where(table.c.block_hash == block_hash)).mappings()
        leaves += [h(b"\0", encode_row(table.name, dict(row))) for row in rows]
    leaves.sort()
    while len(leaves) > 1:
        odd = [leaves.pop()] if len(leaves) % 2 else []
        leaves = [h(b"\3", *leaves[i : i + 2]) for i in range(0, len(leaves), 2)] + odd
    return leaves[0] if leaves else ZERO
