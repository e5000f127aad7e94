"""What is confirmed and not paid, by debtor, tier and holder, and how old it is.

What came back to its debtor (parked) is owed to nobody else and counts for nothing here.
"""

from indexer.reports.debts import BUCKET, BUCKETS, CONFIRMED, CURRENCY, DAYS_PAST_DUE, UNPAID_OF_PIECE
from indexer.reports.shape import CLOCK, Column, Kind, Report

_DUE = "r.parking IS NULL AND r.state = 'live' AND " + CONFIRMED
EXACT_BELOW = 900_000_000_000_000
"""Beyond, ten thousand times as much is no BIGINT."""

EXPOSURES = Report(
    "exposures",
    "Each live piece of a confirmed payable, with its part of what the debtor has not paid.",
    (
        Column("receivable_id", "r.receivable_id"),
        Column("payable_id", "r.payable_id"),
        Column("debtor", "p.debtor", Kind.ACCOUNT),
        Column("holder", "r.holder", Kind.ACCOUNT),
        Column("tier", "r.depth + 1", Kind.INT, "1 for what was confirmed, 2 for what was split off from it, and on."),
        Column("currency", CURRENCY, Kind.WORD, "ISO 4217."),
        Column("unpaid", UNPAID_OF_PIECE, Kind.MONEY, "Principal."),
        Column("due_date", "p.due_date", Kind.DATE),
        Column("days_past_due", DAYS_PAST_DUE, Kind.INT),
        Column("ageing", BUCKET, Kind.WORD, f"One of {', '.join(BUCKETS)}: days past due."),
    ),
    f"FROM receivable r JOIN payable p ON p.payable_id = r.payable_id CROSS JOIN {CLOCK} WHERE {_DUE}",
    ("receivable_id",),
)

_PIECES = (
    f"(SELECT p.debtor, r.holder, r.depth + 1 AS tier, p.payable_id, {CURRENCY} AS currency, "  # noqa: S608 -- ours
    f"{UNPAID_OF_PIECE} AS unpaid, {BUCKET} AS ageing FROM receivable r JOIN payable p ON p.payable_id = r.payable_id "
    f"CROSS JOIN {CLOCK} WHERE {_DUE})"
)


def _by(what: Column, doc: str, name: str) -> Report:
    """One row for each of `what` and currency."""
    of = what.name
    sums = ", ".join(
        f"CAST(sum(CASE WHEN e.ageing = '{bucket}' THEN e.unpaid ELSE 0 END) AS BIGINT) AS aged_{bucket}"
        for bucket in BUCKETS
    )
    rows = (
        f"(SELECT e.{of}, e.currency, count(*) AS pieces, count(DISTINCT e.payable_id) AS payables, "  # noqa: S608
        f"CAST(sum(e.unpaid) AS BIGINT) AS unpaid, {sums} FROM {_PIECES} e GROUP BY e.{of}, e.currency)"
    )
    totals = f"(SELECT e.currency, CAST(sum(e.unpaid) AS BIGINT) AS unpaid FROM {_PIECES} e GROUP BY e.currency)"  # noqa: S608
    bps = (
        "CASE WHEN a.unpaid = 0 THEN 0 "
        f"WHEN a.unpaid < {EXACT_BELOW} THEN x.unpaid * 10000 / a.unpaid ELSE x.unpaid / (a.unpaid / 10000) END"
    )
    return Report(
        name,
        doc,
        (
            what,
            Column("currency", "x.currency", Kind.WORD, "ISO 4217."),
            Column("payables", "x.payables", Kind.INT, "How many payables."),
            Column("pieces", "x.pieces", Kind.INT, "How many pieces of them."),
            Column("unpaid", "x.unpaid", Kind.MONEY, "Principal confirmed and not paid, owed to others."),
            *(
                Column(f"aged_{bucket}", f"x.aged_{bucket}", Kind.MONEY, "Of it; the days past due are in the name.")
                for bucket in BUCKETS
            ),
            Column("share_bps", bps, Kind.INT, "Of all in this currency, in basis points, rounded down."),
        ),
        f"FROM {rows} x JOIN {totals} a ON a.currency = x.currency",
        ("unpaid", "currency", of),
    )


EXPOSURES_BY_DEBTOR = _by(
    Column("debtor", "x.debtor", Kind.ACCOUNT), "What each debtor owes, and how old it is.", "exposures_by_debtor"
)
EXPOSURES_BY_TIER = _by(
    Column("tier", "x.tier", Kind.INT, "1 for what was confirmed, 2 for what was split off from it, and on."),
    "How deep in the chain of suppliers it was split.",
    "exposures_by_tier",
)
EXPOSURES_BY_HOLDER = _by(
    Column("holder", "x.holder", Kind.ACCOUNT), "Whom it is owed to, and how old it is.", "exposures_by_holder"
)
