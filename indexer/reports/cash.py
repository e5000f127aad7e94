"""Movements of deposits, and what they were for."""

from indexer.reports.debts import CURRENCY
from indexer.reports.shape import Column, Kind, Report

_ZERO = "0x" + 40 * "0"
EVENT_NAMES = (
    "Transfer",
    "PaymentReceived",
    "ReceivableDrawn",
    "HolderRedeemed",
    "RecoveryReceived",
    "ReceivableRepurchased",
    "FeePaid",
    "CashSetAside",
    "SetAsideReleased",
    "SetAsideEnforced",
)
TABLES = {
    "c": "cash_posting",
    "m": "payment",
    "w": "draw",
    "n": "redemption",
    "y": "recovery",
    "u": "repurchase",
    "f": "deal_fee",
    "s": "set_aside_posting",
}
_KIND = (
    f"CASE WHEN c.block_hash IS NOT NULL THEN CASE WHEN g.account = '{_ZERO}' THEN 'issue' "
    f"WHEN c.account = '{_ZERO}' THEN 'withdrawal' ELSE 'transfer' END "
    "WHEN m.block_hash IS NOT NULL THEN 'payment' WHEN w.block_hash IS NOT NULL THEN 'draw' "
    "WHEN n.block_hash IS NOT NULL THEN 'redemption' WHEN y.block_hash IS NOT NULL THEN 'recovery' "
    "WHEN u.block_hash IS NOT NULL THEN 'repurchase' WHEN f.block_hash IS NOT NULL THEN 'fee' ELSE 'set_aside' END"
)
_PAYABLE = "coalesce(m.payable_id, w.payable_id, n.payable_id, y.payable_id, u.payable_id, s.payable_id)"
_TOKEN = "coalesce(c.token, m.deposit_token, n.deposit_token, y.deposit_token, u.deposit_token, f.deposit_token, "  # noqa: S105
_JOINS = " ".join(
    f"LEFT JOIN {table} {short} ON {short}.block_hash = e.block_hash AND {short}.log_index = e.log_index"
    + (" AND c.leg = 1" if short == "c" else "")
    for short, table in TABLES.items()
)
_ANY = ", ".join(f"{short}.block_hash" for short in TABLES)

CASH_FLOWS = Report(
    "cash_flows",
    "Every movement of deposits (issue, transfer, withdrawal), and beside them what they were for (payment, draw, "
    "redemption, recovery, repurchase, fee, set_aside): do not add the two up.",
    (
        Column("block", "e.block_number", Kind.INT),
        Column("log_index", "e.log_index", Kind.INT),
        Column("at", "b.timestamp", Kind.INSTANT),
        Column("tx", "e.tx_hash"),
        Column("kind", _KIND, Kind.WORD),
        Column("payable_id", _PAYABLE, null=True),
        Column(
            "receivable_id", "coalesce(w.receivable_id, n.receivable_id, u.receivable_id, s.receivable_id)", null=True
        ),
        Column("quote_hash", "f.quote_hash", doc="Of the deal that a fee is for.", null=True),
        Column(
            "from_account",
            f"coalesce(nullif(g.account, '{_ZERO}'), m.payer, y.payer, u.endorser)",
            Kind.ACCOUNT,
            "None where it comes from the bank, or from what was paid in.",
            null=True,
        ),
        Column(
            "to_account",
            f"coalesce(nullif(c.account, '{_ZERO}'), w.holder, n.holder, u.holder, f.to_account, s.holder)",
            Kind.ACCOUNT,
            "None where it goes to the bank, or is paid in.",
            null=True,
        ),
        Column("deposit_token", f"{_TOKEN} s.deposit_token)", doc="None for a draw, which says no token.", null=True),
        Column("currency", f"coalesce(t.currency, {CURRENCY})", Kind.WORD, "ISO 4217."),
        Column(
            "amount",
            "coalesce(c.amount, m.principal + m.interest - m.netted, w.principal + w.interest + w.recovered, "
            "n.amount, y.amount, u.amount, f.amount, s.amount)",
            Kind.MONEY,
            "Cash; of a set_aside what was added, or below zero what left again.",
        ),
        Column("principal", "coalesce(m.principal, w.principal)", Kind.MONEY, "Of a payment or a draw.", null=True),
        Column("interest", "coalesce(m.interest, w.interest)", Kind.MONEY, "Of a payment or a draw.", null=True),
        Column("netted", "m.netted", Kind.MONEY, "Of a payment, against what the debtor was owed itself.", null=True),
    ),
    f"FROM chain_event e JOIN chain_block b ON b.hash = e.block_hash {_JOINS} "
    "LEFT JOIN cash_posting g ON g.block_hash = c.block_hash AND g.log_index = c.log_index AND g.leg = 0 "
    f"LEFT JOIN payable p ON p.payable_id = {_PAYABLE} "
    f"LEFT JOIN deposit_token t ON t.token = {_TOKEN} s.deposit_token) "
    f"WHERE e.name IN ({', '.join(repr(name) for name in EVENT_NAMES)}) AND coalesce({_ANY}) IS NOT NULL",
    ("block", "log_index"),
)
