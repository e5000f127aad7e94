"""Reports as rows for a reader: pages of them, or all of them a part at a time, with what the chain does not say."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

from api.audit.names import InvoiceFacts
from api.audit.services import Reading
from api.pagination import PageRequest, fetch_rows
from api.payables.interest import owed
from indexer.models import Payable
from indexer.reports import FREEZE_ORDERS, PARTICIPANTS, PAYABLES, Column, Kind, Report

Row = dict[str, Any]
PART_ROWS = 500

_Fill = Callable[[Reading, Sequence[Row]], None]
_NAME = (
    Column("name", "", Kind.TEXT, "As it is registered; none where we know none.", null=True),
    Column("legal_id", "", Kind.TEXT, "USCC, of which `legal_entity_hash` is the salted hash.", null=True),
    Column(
        "name_by",
        "",
        Kind.WORD,
        "Of a name that was disclosed: anchor (a participant put the list on record), document (in an invoice of its "
        "own, or one it confirmed), or stated (by who disclosed it alone).",
        null=True,
    ),
)
_DEBT = (
    Column("late_interest", "", Kind.MONEY, "Owed at this block's business date (R-17)."),
    Column("outstanding", "", Kind.MONEY, "`unpaid` and `late_interest`."),
    Column("invoice_number", "", Kind.TEXT, null=True),
    Column("invoice_type", "", Kind.TEXT, "UNTDID 1001: 380 is a commercial invoice.", null=True),
    Column("invoice_issue_date", "", Kind.DATE, null=True),
    Column("invoice_due_date", "", Kind.DATE, null=True),
    Column("invoice_currency", "", Kind.TEXT, "ISO 4217.", null=True),
    Column("invoice_amount_minor", "", Kind.INT, "Minor units, as the document has it.", null=True),
    Column("undertaking", "", Kind.TEXT, "The debtor's waiver of its defences.", null=True),
    Column("tenor_reason", "", Kind.TEXT, null=True),
    Column("reason", "", Kind.TEXT, "Why it was disputed, declined or written off.", null=True),
)
_ORDER = (
    Column("reason", "", Kind.TEXT, null=True),
    Column("authority", "", Kind.TEXT, null=True),
)


def columns(report: Report) -> tuple[Column, ...]:
    """The report's own, and what is added to them here."""
    return (*report.columns, *_ADDED.get(report.name, ((), None))[0])


def page(
    reading: Reading, report: Report, request: PageRequest, where: Mapping[str, Any]
) -> tuple[list[Row], str | None]:
    """The page's rows and the next one's cursor; `where` as `_query`."""
    query, named = _query(reading, report, where)
    rows, following = fetch_rows(reading.session, query, [named[name] for name in report.key], request)
    return _filled(reading, report, [dict(row) for row in rows]), following


def parts(reading: Reading, report: Report, where: Mapping[str, Any]) -> Iterator[list[Row]]:
    """All rows, PART_ROWS at a time, in the order of pages; each is read when it is asked for."""
    query, named = _query(reading, report, where)
    query = query.order_by(*(named[name].desc() for name in report.key))
    found = reading.session.execute(query, execution_options={"yield_per": PART_ROWS}).mappings()
    for part in found.partitions(PART_ROWS):
        yield _filled(reading, report, [dict(row) for row in part])


def _query(
    reading: Reading, report: Report, where: Mapping[str, Any]
) -> tuple[Select[Any], ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]]:
    """Rows in which each named column is the value, or one of a subquery's; None asks nothing."""
    table = report.selectable(reading.session.get_bind().dialect.name)
    query = select(table)
    for name, wanted in where.items():
        if isinstance(wanted, Select):
            query = query.where(table.c[name].in_(wanted))
        elif wanted is not None:
            query = query.where(table.c[name] == wanted)
    return query, table.c


def _filled(reading: Reading, report: Report, rows: list[Row]) -> list[Row]:
    """Names beside accounts (in `<column>_name`), and what else is added."""
    accounts = [column.name for column in report.columns if column.kind is Kind.ACCOUNT]
    wanted = {row[name] for row in rows for name in accounts} - {None}
    known = reading.names.organisations(reading.session, wanted)
    for row in rows:
        for name in accounts:
            found = known.get(row[name])
            row[f"{name}_name"] = None if found is None else found.name
    _, fill = _ADDED.get(report.name, ((), None))
    if fill is not None:
        fill(reading, rows)
    return rows


def _name(reading: Reading, rows: Sequence[Row]) -> None:
    known = reading.names.organisations(reading.session, {row["account"] for row in rows})
    for row in rows:
        found = known.get(row["account"])
        row.update(dict.fromkeys(("name", "legal_id", "name_by")) if found is None else asdict(found))


def _debt(reading: Reading, rows: Sequence[Row]) -> None:
    ids = [row["payable_id"] for row in rows]
    payables = reading.session.scalars(select(Payable).where(Payable.payable_id.in_(ids))).all()
    owing = owed(reading.session, payables, reading.block.timestamp)
    known = reading.names.invoices(reading.session, ids)
    kept = _texts(reading, rows, ("undertaking_hash", "tenor_reason_hash", "reason_hash"))
    for row in rows:
        principal, interest = owing[row["payable_id"]]
        row.update({"late_interest": interest, "outstanding": principal + interest})
        row.update(_invoice(known.get(row["payable_id"])))
        row.update({name: kept.get(row[f"{name}_hash"]) for name in ("undertaking", "tenor_reason", "reason")})


def _invoice(facts: InvoiceFacts | None) -> Row:
    names = ("number", "type", "issue_date", "due_date", "currency", "amount_minor")
    values = [None] * len(names) if facts is None else astuple(facts)
    return {f"invoice_{name}": value for name, value in zip(names, values, strict=True)}


def _order(reading: Reading, rows: Sequence[Row]) -> None:
    kept = _texts(reading, rows, ("reason_hash", "authority_hash"))
    for row in rows:
        row.update({name: kept.get(row[f"{name}_hash"]) for name in ("reason", "authority")})


def _texts(reading: Reading, rows: Sequence[Row], columns: Collection[str]) -> dict[str | None, str]:
    hashes = {row[name] for row in rows for name in columns} - {None}
    found: dict[str | None, str] = {}
    found.update(reading.names.texts(reading.session, hashes).items())
    return found


_ADDED: dict[str, tuple[tuple[Column, ...], _Fill | None]] = {
    PARTICIPANTS.name: (_NAME, _name),
    PAYABLES.name: (_DEBT, _debt),
    FREEZE_ORDERS.name: (_ORDER, _order),
}
