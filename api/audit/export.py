"""Reports as files: CSV for spreadsheets, Parquet for whoever computes, made a part at a time whatever their length.

An amount stands twice, as decimals (`unpaid`) and in minor units (`unpaid_minor`), and an account with its name
(`debtor`, `debtor_name`). As of which block a file is stands in the file itself: in CSV as the last columns of each
row, in Parquet in the schema's metadata.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from api.audit.schemas import amount_text
from api.audit.services import Reading
from api.audit.tables import Row, columns, parts
from indexer.reports import Column, Kind, Report

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet may take for a formula, or for the start of another cell."""
PARQUET_ROWS = 5_000
"""Rows of a row group: what is in memory at once."""


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


MEDIA_TYPES = {Format.CSV: "text/csv; charset=utf-8; header=present", Format.PARQUET: "application/vnd.apache.parquet"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a file."""

    name: str
    kind: Kind
    value: Callable[[Row], Any]
    amount: bool = False
    """Decimals, which may begin with a minus sign and are no formula."""


def fields(report: Report) -> list[Field]:
    return [field for column in columns(report) for field in _of(column)]


def _of(column: Column) -> list[Field]:
    name = column.name
    plain = Field(name, column.kind, lambda row: row[name])
    match column.kind:
        case Kind.MONEY:
            decimals = Field(name, Kind.TEXT, lambda row: _decimals(row[name], row["currency"]), amount=True)
            return [decimals, Field(f"{name}_minor", Kind.INT, lambda row: row[name])]
        case Kind.ACCOUNT:
            return [plain, Field(f"{name}_name", Kind.TEXT, lambda row: row[f"{name}_name"])]
        case _:
            return [plain]


def _decimals(minor: int | None, currency: str) -> str | None:
    return None if minor is None else amount_text(minor, currency)


def export(reading: Reading, report: Report, form: Format, where: Mapping[str, Any] | None = None) -> Iterator[bytes]:
    """The file's bytes."""
    write = _csv if form is Format.CSV else _parquet
    return write(reading, report, parts(reading, report, where or {}))


def as_of_headers(reading: Reading) -> dict[str, str]:
    """Of the answer that carries a file."""
    said = reading.as_of
    return {
        "X-Scf-As-Of-Block": str(said.as_of_block),
        "X-Scf-As-Of-Hash": said.as_of_hash,
        "X-Scf-As-Of-Time": said.as_of_time.isoformat(),
        "X-Scf-Final": str(said.final).lower(),
    }


def _csv(reading: Reading, report: Report, rows: Iterator[list[Row]]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8."""
    wanted = fields(report)
    said = reading.as_of
    as_of = [str(said.as_of_block), said.as_of_hash, str(said.final).lower()]
    yield _lines([[*(field.name for field in wanted), "as_of_block", "as_of_hash", "as_of_final"]])
    for part in rows:
        yield _lines([*(_cell(field, field.value(row)) for field in wanted), *as_of] for row in part)


def _lines(lines: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode()


def _cell(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.kind is Kind.BOOL:
        return "true" if value else "false"
    if field.kind is Kind.INT:
        return str(value)
    return str(value) if field.amount else harmless(str(value))


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe in front, which it does not show."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _parquet(reading: Reading, report: Report, rows: Iterator[list[Row]]) -> Iterator[bytes]:
    import pyarrow as pa
    from pyarrow import parquet

    types = {
        Kind.INT: pa.int64(),
        Kind.BOOL: pa.bool_(),
        Kind.DATE: pa.date32(),
        Kind.INSTANT: pa.timestamp("ms", tz="UTC"),
    }
    wanted = fields(report)
    metadata = {f"scf.{name}": str(value) for name, value in reading.as_of.model_dump(mode="json").items()}
    schema = pa.schema(
        [pa.field(field.name, types.get(field.kind, pa.string())) for field in wanted],
        metadata={"scf.report": report.name, **metadata},
    )
    sink = _Sink()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for part in _grouped(rows):
            arrays = [
                pa.array([_typed(field.kind, field.value(row)) for row in part], schema.field(field.name).type)
                for field in wanted
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


def _typed(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case Kind.DATE:
            return date.fromisoformat(value)
        case Kind.INSTANT:
            return datetime.fromisoformat(value).astimezone(UTC)
        case Kind.INT | Kind.BOOL:
            return value
        case _:
            return str(value)


def _grouped(rows: Iterator[list[Row]]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for part in rows:
        group += part
        if len(group) >= PARQUET_ROWS:
            yield group
            group = []
    if group:
        yield group


class _Sink(io.RawIOBase):
    """What was written since it was last taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._parts.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
