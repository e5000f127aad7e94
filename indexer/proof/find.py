"""Finds in the index what evidence on a subject has to tell: its own events, and those that explain them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, select

from indexer.apply import all_events
from indexer.events import split_topics
from indexer.models import Anchor, ChainEvent, Deal, FreezeOrder, Hold, table_of
from indexer.proof.errors import NoSuchSubject
from indexer.proof.subjects import ORIGINS, PUBLISHED, Said, Subject, belongs, hashes, payables, programmes, read_event
from node_adapter.db import chunks
from node_adapter.words import payable_of

_EVENT, _ANCHOR, _DEAL, _HOLD, _ORDER = map(table_of, (ChainEvent, Anchor, Deal, Hold, FreezeOrder))


@dataclass(frozen=True, slots=True)
class Found:
    """A stored event, and where it is."""

    said: Said
    block: int
    block_hash: str
    tx_index: int
    log_index: int
    """In its block."""

    @property
    def place(self) -> tuple[int, int]:
        return self.block, self.log_index


def own_events(connection: Connection, subject: Subject, last: int) -> list[Found]:
    """Those that concern the subject, up to block `last` included. Raises NoSuchSubject where there is none."""
    if subject.kind == "anchor":
        candidates = _anchored(connection, {subject.id}, last)
    else:
        about = _index_subjects(connection, subject)
        candidates = _stored(connection, all_events().where(_EVENT.c.subject.in_(sorted(about))), last)
    links = subject.linked(found.said for found in candidates)
    own = [found for found in candidates if subject.concerns(found.said, links)]
    if not own:
        raise NoSuchSubject(f"up to block {last} no event concerns the {subject.kind} {subject.id}")
    return own


def the_event(connection: Connection, block: int, log_index: int) -> Found:
    """Raises NoSuchSubject unless there is this business event."""
    where = all_events().where(_EVENT.c.block_number == block, _EVENT.c.log_index == log_index)
    for found in _stored(connection, where, block):
        return found
    raise NoSuchSubject(f"block {block} has no business event with log index {log_index}")


def explaining(connection: Connection, own: Collection[Found], last: int) -> list[Found]:
    """The terms and programmes of the payables that `own` name, and anchors of the documents, up to block `last`."""
    mine = [found.said for found in own]
    terms = _of_subjects(connection, payables(mine), ORIGINS, last)
    named = {f"programme:{number}" for number in programmes([*mine, *(found.said for found in terms)])}
    published = _of_subjects(connection, named, PUBLISHED, last)
    anchored = _anchored(connection, hashes(mine), last)
    places = {found.place for found in own}
    told = [*mine, *(found.said for found in terms)]
    return [f for f in (*terms, *published, *anchored) if f.place not in places and belongs(f.said, told)]


def still_explaining(own: Collection[Found], others: Collection[Found]) -> list[Found]:
    """Those of `others` that explain what is told: a programme explains terms, and these may have been withheld."""
    mine = [found.said for found in own]
    terms = [*mine, *(found.said for found in others if belongs(found.said, mine))]
    return [f for f in others if belongs(f.said, terms if f.said.contract == "Origination" else mine)]


def by_transaction(connection: Connection, events: Iterable[Found], last: int) -> dict[tuple[int, int], list[Said]]:
    """All that the contracts said in the transactions of `events`, by block and transaction."""
    wanted = {(found.block, found.tx_index) for found in events}
    told: dict[tuple[int, int], list[Said]] = {key: [] for key in wanted}
    for some in chunks(sorted({block for block, _ in wanted})):
        for found in _stored(connection, all_events().where(_EVENT.c.block_number.in_(some)), last):
            if (found.block, found.tx_index) in wanted:
                told[found.block, found.tx_index].append(found.said)
    return told


def journal_events(connection: Connection, instances: Collection[str], last: int) -> dict[str, list[bytes]]:
    """Every business event of these instances up to block `last`, as the journal hashes it."""
    found: dict[str, list[bytes]] = {instance: [] for instance in instances}
    statement = (
        select(_EVENT.c.contract, _EVENT.c.topics, _EVENT.c.data)
        .where(_EVENT.c.business, _EVENT.c.contract.in_(sorted(instances)), _EVENT.c.block_number <= last)
        .order_by(_EVENT.c.block_number, _EVENT.c.log_index)
    )
    for instance, topics, data in connection.execute(statement, execution_options={"yield_per": 1000}):
        found[instance].append(topics + data)
    return found


def _of_subjects(connection: Connection, subjects: Collection[str], names: Iterable[str], last: int) -> list[Found]:
    found = []
    for some in chunks(sorted(subjects)):
        statement = all_events().where(_EVENT.c.subject.in_(some), _EVENT.c.name.in_(list(names)))
        found += _stored(connection, statement, last)
    return found


def _anchored(connection: Connection, wanted: Collection[str], last: int) -> list[Found]:
    """Who put these hashes on record, and when."""
    of_anchor = and_(_ANCHOR.c.block_hash == _EVENT.c.block_hash, _ANCHOR.c.log_index == _EVENT.c.log_index)
    found = []
    for some in chunks(sorted(wanted)):
        statement = all_events().join(_ANCHOR, of_anchor).where(_ANCHOR.c.anchor_hash.in_(some))
        found += _stored(connection, statement, last)
    return found


def _stored(connection: Connection, statement: Select[Any], last: int) -> list[Found]:
    rows = connection.execute(statement.where(_EVENT.c.business, _EVENT.c.block_number <= last))
    return [
        Found(
            read_event(row.address, split_topics(row.topics), row.data),
            row.block_number,
            row.block_hash,
            row.tx_index,
            row.log_index,
        )
        for row in rows
    ]


def _index_subjects(connection: Connection, subject: Subject) -> set[str]:
    """Whose events, as the index files them, can concern the subject."""
    match subject.kind:
        case "payable" | "piece":
            payable = subject.id if subject.kind == "payable" else payable_of(subject.id)
            return {payable, *_deals_and_orders(connection, payable)}
        case "deal":
            return {subject.id, *connection.scalars(select(_DEAL.c.payable_id).where(_DEAL.c.quote_hash == subject.id))}
        case "hold":
            return set(connection.scalars(select(_HOLD.c.payable_id).where(_HOLD.c.hold_id == int(subject.id))))
        case "order":
            held = connection.scalars(select(_HOLD.c.payable_id).where(_HOLD.c.order_id == int(subject.id)))
            return {f"order:{subject.id}", *held}
        case "programme":
            return {f"programme:{subject.id}"}
        case _:
            return {subject.id}


def _deals_and_orders(connection: Connection, payable: str) -> set[str]:
    quotes = connection.scalars(select(_DEAL.c.quote_hash).where(_DEAL.c.payable_id == payable))
    named = connection.scalars(select(_ORDER.c.order_id).where(_ORDER.c.payable_id == payable))
    served = connection.scalars(
        select(_HOLD.c.order_id).where(_HOLD.c.payable_id == payable, _HOLD.c.order_id.is_not(None))
    )
    return {*quotes, *(f"order:{number}" for number in {*named, *served})}
