"""Who takes part, what is owed, who holds which piece of it, and what was sold."""

from indexer.models import ParkingKind, ParticipantStatus, PayableState, Role
from indexer.reports.shape import CLOCK, Column, Kind, Report, names_of, share

CURRENCY = (
    "(SELECT coalesce(min(t.currency), 'XXX') FROM programme_token a JOIN deposit_token t ON t.token = a.deposit_token "
    "WHERE a.programme_id = p.programme_id)"
)
"""Of a payable `p`: all tokens of a programme are of one. XXX where none is the network's (ISO 4217: no currency)."""
CONFIRMED = f"p.state = {int(PayableState.CONFIRMED)}"
PAST_DUE = "(clock.today - p.due_date)"
DAYS_PAST_DUE = f"CASE WHEN {CONFIRMED} AND {PAST_DUE} > 0 THEN {PAST_DUE} WHEN {CONFIRMED} THEN 0 END"
_BUCKETS = ((0, "not_due"), (30, "1_30"), (60, "31_60"), (90, "61_90"))
BUCKETS = (*(word for _, word in _BUCKETS), "over_90")
_AGED = " ".join(f"WHEN {PAST_DUE} <= {days} THEN '{word}'" for days, word in _BUCKETS)
BUCKET = f"CASE WHEN NOT {CONFIRMED} THEN NULL {_AGED} ELSE '{BUCKETS[-1]}' END"
_TO_END, _TO_START = share("p.paid", 'r."end"', "p.face_value"), share("p.paid", "r.start", "p.face_value")
UNPAID_OF_PIECE = f'CASE WHEN p.paid = 0 THEN r."end" - r.start ELSE r."end" - r.start - ({_TO_END} - {_TO_START}) END'
"""A piece's part of what is not paid in: over all pieces exactly the payable's, see `EntitlementLib`."""
_ROLES = " || ".join(
    f"CASE WHEN p.roles & {int(role)} <> 0 THEN ' {role.name.lower()}' ELSE '' END" for role in Role if role.name
)

PARTICIPANTS = Report(
    "participants",
    "Organisations and contracts that take part.",
    (
        Column("account", "p.account", doc="EIP-55; it never changes."),
        Column("number", "p.number", Kind.INT, "Its short name in the contracts' storage."),
        Column("key", "p.key", doc="What acts and signs for it: the account itself, unless rotated."),
        Column("roles", f"ltrim({_ROLES})", Kind.WORDS),
        Column("status", names_of("p.status", ParticipantStatus), Kind.WORD),
        Column("legal_entity_hash", "p.legal_entity_hash", doc="Salted (R-45)."),
        Column("reason_hash", "p.reason_hash", doc="Why it is suspended or closed.", null=True),
        Column("announced_key", "p.announced_key", doc="May take over from `key_effective_at` on.", null=True),
        Column("key_effective_at", "p.key_effective_at", Kind.INSTANT, null=True),
        Column("last_block", "p.last_block_number", Kind.INT, "Of the event that changed it last."),
    ),
    "FROM participant p",
    ("account",),
)

PAYABLES = Report(
    "payables",
    "Debts, proposed or confirmed, whatever became of them.",
    (
        Column("payable_id", "p.payable_id"),
        Column("state", names_of("p.state", PayableState), Kind.WORD),
        Column("supplier", "p.supplier", Kind.ACCOUNT),
        Column("debtor", "p.debtor", Kind.ACCOUNT),
        Column("programme_id", "p.programme_id", Kind.INT),
        Column("currency", CURRENCY, Kind.WORD, "ISO 4217."),
        Column("face_value", "p.face_value", Kind.MONEY),
        Column("paid", "p.paid", Kind.MONEY, "Principal paid in."),
        Column(
            "unpaid",
            f"CASE WHEN {CONFIRMED} THEN p.face_value - p.paid ELSE 0 END",
            Kind.MONEY,
            "Principal of a confirmed one that is not paid; late interest is not in it.",
        ),
        Column("late_interest_paid", "p.interest_paid", Kind.MONEY),
        Column(
            "late_rate_ppm",
            "p.late_rate_ppm",
            Kind.INT,
            "Parts per million a year, fixed at confirmation (R-17).",
            null=True,
        ),
        Column("recovered", "p.recovered", Kind.MONEY, "Paid in after it was written off."),
        Column("issue_date", "p.issue_date", Kind.DATE),
        Column("due_date", "p.due_date", Kind.DATE),
        Column(
            "days_past_due", DAYS_PAST_DUE, Kind.INT, "0 until its due date is over; none unless confirmed.", null=True
        ),
        Column("ageing", BUCKET, Kind.WORD, f"One of {', '.join(BUCKETS)}; none unless confirmed.", null=True),
        Column("overdue", f"{CONFIRMED} AND {PAST_DUE} > 0", Kind.BOOL),
        Column("issued", "p.issued", Kind.BOOL, "Its debtor issued it unasked."),
        Column("defences_waived", "p.undertaking_hash IS NOT NULL", Kind.BOOL, "By confirming (R-10)."),
        Column("invoice_fingerprint", "p.invoice_fingerprint"),
        Column("evidence_hash", "p.evidence_hash", doc="Salted, of the invoice (R-45)."),
        Column("tenor_reason_hash", "p.tenor_reason_hash", doc="Why it runs so long (R-01).", null=True),
        Column("undertaking_hash", "p.undertaking_hash", null=True),
        Column("reason_hash", "p.reason_hash", doc="Why it is disputed, declined or written off.", null=True),
        Column("proposed_at", "p.proposed_at", Kind.INSTANT),
        Column("confirmed_at", "p.confirmed_at", Kind.INSTANT, null=True),
        Column("closed_at", "p.closed_at", Kind.INSTANT, null=True),
        Column("last_block", "p.last_block_number", Kind.INT, "Of the event that changed it last."),
    ),
    f"FROM payable p CROSS JOIN {CLOCK}",
    ("proposed_at", "payable_id"),
)

RECEIVABLES = Report(
    "receivables",
    "Pieces of payables, those that are gone too. A piece is the minor units from `interval_start` up to, and without, "
    "`interval_end` of its payable's face (R-12).",
    (
        Column("receivable_id", "r.receivable_id"),
        Column("payable_id", "r.payable_id"),
        Column("parent_id", "r.parent_id", doc="What it was split from.", null=True),
        Column("debtor", "p.debtor", Kind.ACCOUNT),
        Column("holder", "r.holder", Kind.ACCOUNT, "Of one that is gone, its last."),
        Column("sender", "r.sender", Kind.ACCOUNT, "Who handed it on last."),
        Column("endorser", "r.endorser", Kind.ACCOUNT, "Who answers for the debtor's default (R-21).", null=True),
        Column("tier", "r.depth + 1", Kind.INT, "1 for what was confirmed, 2 for what was split off from it, and on."),
        Column("state", "r.state", Kind.WORD, "live, redeemed, merged or cancelled."),
        Column(
            "parking",
            f"CASE WHEN r.parking IS NULL THEN NULL ELSE {names_of('r.parking', ParkingKind)} END",
            Kind.WORD,
            "Why it came back to its debtor, where it did.",
            null=True,
        ),
        Column("currency", CURRENCY, Kind.WORD, "ISO 4217."),
        Column("interval_start", "r.start", Kind.INT),
        Column("interval_end", 'r."end"', Kind.INT),
        Column("value", 'r."end" - r.start', Kind.MONEY),
        Column(
            "unpaid",
            f"CASE WHEN {CONFIRMED} AND r.state = 'live' THEN {UNPAID_OF_PIECE} ELSE 0 END",
            Kind.MONEY,
            "Its part of what its confirmed payable's debtor has not paid.",
        ),
        Column("drawn_principal", "r.drawn_principal", Kind.MONEY),
        Column("drawn_interest", "r.drawn_interest", Kind.MONEY),
        Column("drawn_recovered", "r.drawn_recovered", Kind.MONEY),
        Column(
            "held",
            "coalesce((SELECT sum(h.amount) FROM hold h LEFT JOIN freeze_order o ON o.order_id = h.order_id "
            "WHERE h.receivable_id = r.receivable_id AND NOT h.released AND h.until >= clock.now "
            "AND (o.order_id IS NULL OR NOT o.released)), 0)",
            Kind.MONEY,
            "What live holds take (I10).",
        ),
        Column("received_at", "r.received_at", Kind.INSTANT),
        Column("created_at", "r.created_at", Kind.INSTANT),
        Column("created_block", "r.created_block", Kind.INT),
        Column("last_block", "r.last_block_number", Kind.INT, "Of the event that changed it last."),
    ),
    f"FROM receivable r JOIN payable p ON p.payable_id = r.payable_id CROSS JOIN {CLOCK}",
    ("receivable_id",),
)

DEALS = Report(
    "deals",
    "Receivables sold at a discount.",
    (
        Column("quote_hash", "d.quote_hash"),
        Column("payable_id", "d.payable_id"),
        Column("receivable_id", "d.receivable_id", doc="What was offered."),
        Column("delivered_id", "d.delivered_id", doc="What the financier got."),
        Column("supplier", "d.supplier", Kind.ACCOUNT),
        Column("financier", "d.financier", Kind.ACCOUNT),
        Column("deposit_token", "d.deposit_token"),
        Column("currency", "coalesce(t.currency, 'XXX')", Kind.WORD, "ISO 4217."),
        Column("value", "d.value", Kind.MONEY),
        Column("proceeds", "d.proceeds", Kind.MONEY),
        Column("discount", "d.discount", Kind.MONEY),
        Column(
            "fees",
            "coalesce((SELECT sum(f.amount) FROM deal_fee f WHERE f.quote_hash = d.quote_hash), 0)",
            Kind.MONEY,
            "What the financier paid for arranging it, on top.",
        ),
        Column("value_date", "d.value_date", Kind.DATE),
        Column("recourse", "d.recourse", Kind.BOOL),
        Column("registration_hash", "d.registration_hash", doc="Of the assignment's registration (R-11).", null=True),
        Column("block", "d.block_number", Kind.INT),
        Column("log_index", "d.log_index", Kind.INT),
        Column("at", "b.timestamp", Kind.INSTANT),
    ),
    "FROM deal d JOIN chain_block b ON b.hash = d.block_hash LEFT JOIN deposit_token t ON t.token = d.deposit_token",
    ("block", "log_index"),
)
