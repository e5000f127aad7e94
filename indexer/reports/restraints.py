"""What holders cannot use, who ordered it, and who did not pay."""

from indexer.models import HoldKind
from indexer.reports.debts import CURRENCY
from indexer.reports.shape import CLOCK, Column, Kind, Report, names_of

HOLDS = Report(
    "holds",
    "Parts of pieces that their holders cannot use (I10), those that ended too.",
    (
        Column("hold_id", "h.hold_id", Kind.INT),
        Column("kind", names_of("h.kind", HoldKind), Kind.WORD),
        Column("payable_id", "h.payable_id"),
        Column("receivable_id", "h.receivable_id"),
        Column("holder", "r.holder", Kind.ACCOUNT, null=True),
        Column("order_id", "h.order_id", Kind.INT, "The freeze order it serves.", null=True),
        Column("currency", CURRENCY, Kind.WORD, "ISO 4217."),
        Column("amount", "h.amount", Kind.MONEY, "What it still takes."),
        Column("enforced", "h.enforced", Kind.MONEY, "Freed to be moved to somebody, so far."),
        Column("beneficiary", "h.beneficiary", Kind.ACCOUNT, null=True),
        Column("until", "h.until", Kind.INSTANT, "The last second at which it holds."),
        Column("enforceable_from", "h.enforceable_from", Kind.INSTANT, "When a pledgee may take the piece.", null=True),
        Column(
            "live",
            "NOT h.released AND h.amount > 0 AND h.until >= clock.now AND (o.order_id IS NULL OR NOT o.released)",
            Kind.BOOL,
            "Neither released, used up nor expired, nor ended with its order.",
        ),
        Column("released", "h.released", Kind.BOOL),
        Column("document_hash", "h.document_hash", null=True),
        Column("placed_at", "h.placed_at", Kind.INSTANT),
        Column("last_block", "h.last_block_number", Kind.INT, "Of the event that changed it last."),
    ),
    "FROM hold h JOIN payable p ON p.payable_id = h.payable_id "
    "LEFT JOIN receivable r ON r.receivable_id = h.receivable_id "
    f"LEFT JOIN freeze_order o ON o.order_id = h.order_id CROSS JOIN {CLOCK}",
    ("hold_id",),
)

FREEZE_ORDERS = Report(
    "freeze_orders",
    "Compliance froze an amount of what a holder has of a payable, or of all (R-23).",
    (
        Column("order_id", "o.order_id", Kind.INT),
        Column("holder", "o.holder", Kind.ACCOUNT),
        Column("payable_id", "o.payable_id", doc="None: of all its payables, whatever their currency.", null=True),
        Column("amount_minor", "o.amount", Kind.INT, "Minor units."),
        Column(
            "set_aside_minor",
            "coalesce((SELECT sum(h.enforced + CASE WHEN h.released THEN 0 ELSE h.amount END) FROM hold h "
            "WHERE h.order_id = o.order_id), 0)",
            Kind.INT,
            "By holds that serve it, what was enforced included.",
        ),
        Column("until", "o.until", Kind.INSTANT, "The last second at which it holds."),
        Column("live", "NOT o.released AND o.until >= clock.now", Kind.BOOL),
        Column("released", "o.released", Kind.BOOL),
        Column("reason_hash", "o.reason_hash"),
        Column("authority_hash", "o.authority_hash"),
        Column("release_reason_hash", "o.release_reason_hash", null=True),
        Column("ordered_at", "o.ordered_at", Kind.INSTANT),
        Column("last_block", "o.last_block_number", Kind.INT, "Of the event that changed it last."),
    ),
    f"FROM freeze_order o CROSS JOIN {CLOCK}",
    ("order_id",),
)

DISHONOURS = Report(
    "dishonours",
    "Payables that their debtors did not pay (R-29b).",
    (
        Column("payable_id", "d.payable_id"),
        Column("debtor", "d.debtor", Kind.ACCOUNT),
        Column("due_date", "d.due_date", Kind.DATE),
        Column("currency", CURRENCY, Kind.WORD, "ISO 4217."),
        Column("amount", "d.amount", Kind.MONEY, "Principal undisputed and outstanding when it was recorded."),
        Column("standing", "NOT d.lifted", Kind.BOOL),
        Column("objection_hash", "d.objection_hash", null=True),
        Column("lift_reason_hash", "d.lift_reason_hash", null=True),
        Column("recorded_at", "d.recorded_at", Kind.INSTANT),
        Column("last_block", "d.last_block_number", Kind.INT, "Of the event that changed it last."),
    ),
    "FROM dishonour d JOIN payable p ON p.payable_id = d.payable_id",
    ("recorded_at", "payable_id"),
)

EVENTS = Report(
    "events",
    "Every log of the network's contracts, decoded.",
    (
        Column("block", "e.block_number", Kind.INT),
        Column("block_hash", "e.block_hash"),
        Column("log_index", "e.log_index", Kind.INT),
        Column("tx", "e.tx_hash"),
        Column("contract", "e.contract", Kind.WORD),
        Column("name", "e.name", Kind.WORD),
        Column("subject", "e.subject", doc="Whom it is about: the payable for everything that concerns one."),
        Column("business", "e.business", Kind.BOOL, "It is in its contract's journal."),
        Column("args", "e.args", Kind.JSON),
        Column("at", "b.timestamp", Kind.INSTANT),
    ),
    "FROM chain_event e JOIN chain_block b ON b.hash = e.block_hash",
    ("block", "log_index"),
)
