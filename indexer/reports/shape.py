"""What a report is: one relation over the index's tables, said once. Its SQL view, its list over HTTP and its exports
follow from it, on SQLite and PostgreSQL alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, String, Subquery, TextClause, column, text
from sqlalchemy.types import TypeEngine

BUSINESS_OFFSET_S = 8 * 3_600
"""Asia/Shanghai, as everywhere (R-44)."""
LAST_DAY, LAST_INSTANT = 2_932_896, 253_402_300_799
"""The end of the year 9999: what the contracts let run longer is shown as running until then."""

CLOCK = (
    f"(SELECT number, timestamp AS now, (timestamp + {BUSINESS_OFFSET_S}) / 86400 AS today "  # noqa: S608 -- a constant
    "FROM chain_block ORDER BY number DESC LIMIT 1) clock"
)
"""The head's time is "now": business date `today`, in days."""


class Kind(StrEnum):
    """How a column's values are told. In the view all are plain text and whole numbers, but for BOOL."""

    ID = "id"
    """A hash, an address that is nobody's name, or an id of ours."""
    ACCOUNT = "account"
    """EIP-55; over HTTP and in exports with its name, where one is known."""
    WORD = "word"
    """One of a few words of ours."""
    WORDS = "words"
    """Several of them, a blank between."""
    MONEY = "money"
    """Minor units of the row's `currency`."""
    INT = "int"
    BOOL = "bool"
    DATE = "date"
    """A business date, as in 2026-11-28."""
    INSTANT = "instant"
    """UTC, as in 2026-11-28T01:00:00Z."""
    TEXT = "text"
    """Somebody's words, or a reference: not on the chain, so in no view (R-45)."""
    JSON = "json"


_WHOLE = {Kind.MONEY, Kind.INT}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    expression: str
    """SQL that both databases understand; for a date the day's number, for an instant unix seconds."""
    kind: Kind = Kind.ID
    doc: str = ""
    """What the name does not say."""
    null: bool = False

    @property
    def type(self) -> TypeEngine[Any]:
        if self.kind in _WHOLE:
            return BigInteger()
        return Boolean() if self.kind is Kind.BOOL else String()

    def sql(self, dialect: str) -> str:
        return f'{_TELL.get((dialect, self.kind), "{0}").format(self.expression)} AS "{self.name}"'


_TELL = {
    ("sqlite", Kind.DATE): f"date(min({{0}}, {LAST_DAY}) * 86400, 'unixepoch')",
    ("sqlite", Kind.INSTANT): f"strftime('%Y-%m-%dT%H:%M:%SZ', min({{0}}, {LAST_INSTANT}), 'unixepoch')",
    ("sqlite", Kind.MONEY): "CAST({0} AS INTEGER)",
    ("sqlite", Kind.INT): "CAST({0} AS INTEGER)",
    # LEAST takes no notice of NULL.
    ("postgresql", Kind.DATE): "CASE WHEN {0} IS NOT NULL THEN to_char(DATE '1970-01-01' + "
    f"CAST(least({{0}}, {LAST_DAY}) AS INTEGER), 'YYYY-MM-DD') END",
    ("postgresql", Kind.INSTANT): "CASE WHEN {0} IS NOT NULL THEN "
    f"to_char(to_timestamp(least({{0}}, {LAST_INSTANT})) AT TIME ZONE 'UTC', "
    '\'YYYY-MM-DD"T"HH24:MI:SS"Z"\') END',
    ("postgresql", Kind.MONEY): "CAST({0} AS BIGINT)",
    ("postgresql", Kind.INT): "CAST({0} AS BIGINT)",
    ("postgresql", Kind.JSON): "CAST({0} AS TEXT)",
}


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    doc: str
    columns: tuple[Column, ...]
    body: str
    """From FROM on."""
    key: tuple[str, ...]
    """Unique together; lists go by it, the highest first."""

    @property
    def view(self) -> str:
        return f"v_{self.name}"

    def __getitem__(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def sql(self, dialect: str) -> str:
        """The query, the same as its view's. Names of tables stand alone, so that it is as of a block in a session
        that is (`indexer.as_of`); a view is bound to the tables."""
        return f"SELECT {', '.join(column.sql(dialect) for column in self.columns)} {self.body}"

    def selectable(self, dialect: str) -> Subquery:
        return _selectable(self, dialect)


@cache
def _selectable(report: Report, dialect: str) -> Subquery:
    query = statement(report.sql(dialect))
    return query.columns(*(column(c.name, c.type) for c in report.columns)).subquery(report.name)


def statement(sql: str) -> TextClause:
    """Of SQL without parameters, whose colons and per cent signs are only themselves."""
    return text(sql.replace(":", "\\:"))


def words(expression: str, values: Sequence[tuple[int, str]]) -> str:
    """SQL for the word of a number."""
    cases = " ".join(f"WHEN {number} THEN '{word}'" for number, word in values)
    return f"CASE {expression} {cases} END"


def names_of(expression: str, enum: type[IntEnum]) -> str:
    """SQL for the lower-case name of an enum's number."""
    return words(expression, [(int(member), member.name.lower()) for member in enum])


def share(amount: str, part: str, whole: str) -> str:
    """SQL for ⌊amount · part / whole⌋ of integers up to 2^53 − 1, of which `part` is at most `whole`.

    The product has 106 bits, which neither database multiplies exactly in integers: it is a long division, nine bits of
    `part` at a time.
    """
    nine = f"(({part} >> (9 * (digit - 1))) & 511)"
    return (
        "(WITH RECURSIVE long_division(digit, quotient, rest) AS ("  # noqa: S608 -- expressions of ours
        "SELECT 6, CAST(0 AS BIGINT), CAST(0 AS BIGINT) UNION ALL "
        f"SELECT digit - 1, quotient * 512 + (rest * 512 + {amount} * {nine}) / {whole}, "
        f"(rest * 512 + {amount} * {nine}) % {whole} FROM long_division WHERE digit > 0) "
        "SELECT quotient FROM long_division WHERE digit = 0)"
    )
