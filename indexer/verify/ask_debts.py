"""Questions about payables and the receivables made of them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Row, case, func, select

from indexer.models import Dishonour, Payable, PayableState, Programme, Receivable, ReceivableState, table_of
from indexer.verify.question import ZERO_ADDRESS, Asker, Question
from node_adapter.words import from_hex, hex0x, keccak, payable_id

_RECEIVABLE = table_of(Receivable)
_CONFIRMED = {PayableState.CONFIRMED, PayableState.SETTLED, PayableState.WRITTEN_OFF}
_NOT_CONFIRMED = {
    "debtor": ZERO_ADDRESS,
    "supplier": ZERO_ADDRESS,
    "state": 0,
    "face_value": 0,
    "paid": 0,
    "serials": 0,
}
_NO_PIECE = {"holder": ZERO_ADDRESS, "start": 0, "end": 0}
_OF_PAYABLE = ("debtor", "supplier", "programme_id", "state", "face_value", "paid", "issue_date", "due_date")
_OF_PROGRAMME = (
    "minimum_piece",
    "maximum_depth",
    "refusal_hours",
    "blackout_days_before",
    "blackout_days_after",
    "dishonour_days",
    "registration_required",
)
_TERMS = (
    "supplier",
    "debtor",
    "programme_id",
    "face_value",
    "issue_date",
    "due_date",
    "invoice_fingerprint",
    "evidence_hash",
    "tenor_reason_hash",
    "undertaking_hash",
)


def questions(asker: Asker) -> Iterator[Question]:
    yield from _payables(asker)
    yield from _receivables(asker)
    yield from _holders(asker)
    for row in asker.rows(Dishonour):
        call = asker.call("Dishonours", "isDishonoured", row.payable_id)
        yield Question("dishonour", row.payable_id, call, not row.lifted, "is_dishonoured")


def _payables(asker: Asker) -> Iterator[Question]:
    count = select(_RECEIVABLE.c.payable_id, func.count()).group_by(_RECEIVABLE.c.payable_id)
    serials = {row[0]: row[1] for row in asker.connection.execute(count)}
    programmes = {row.programme_id: row for row in asker.rows(Programme)}
    rows = asker.rows(Payable)
    claims = {row.invoice_fingerprint: row.payable_id for row in rows if row.claims_invoice}
    for row in rows:
        key = row.payable_id
        debt = _debt(row, programmes.get(row.programme_id), serials.get(key, 0))
        yield Question("payable", key, asker.call("Receivables", "payableOf", key), debt)
        yield Question("proposal", key, asker.call("Origination", "proposalOf", key), _proposal(row))
        ledger = {name: getattr(row, name) for name in ("interest_paid", "recovered", "recovery_closed")}
        yield Question("payable_ledger", key, asker.call("Settlement", "ledgerOf", key), ledger)
        claim = asker.call("Origination", "claimedBy", row.invoice_fingerprint)
        claimant = claims.get(row.invoice_fingerprint, payable_id(0))
        yield Question("invoice_claim", row.invoice_fingerprint, claim, claimant, "claimed_by")


def _debt(row: Row[Any], programme: Row[Any] | None, serials: int) -> dict[str, Any]:
    """What Receivables knows: nothing before the confirmation, and then the programme's terms as they were frozen."""
    if row.confirmed_at is None:
        return _NOT_CONFIRMED
    sql = {name: getattr(row, name) for name in _OF_PAYABLE}
    sql |= {name: getattr(programme, name, None) for name in _OF_PROGRAMME}
    frozen = {"late_rate_ppm": row.late_rate_ppm, "defences_waived": row.undertaking_hash is not None}
    return {**sql, **frozen, "serials": serials}


def _proposal(row: Row[Any]) -> dict[str, Any]:
    """What Origination knows: it does not follow a payable beyond its confirmation, unless that is undone."""
    state = PayableState.CONFIRMED if row.state in _CONFIRMED else row.state
    words = b"".join(_word(getattr(row, name)) for name in _TERMS)
    return {"supplier": row.supplier, "debtor": row.debtor, "state": state, "terms_hash": hex0x(keccak(words)[:22])}


def _word(value: int | str | None) -> bytes:
    """A static value as `abi.encode` has it: numbers and addresses to the right."""
    number = 0 if value is None else value if isinstance(value, int) else int.from_bytes(from_hex(value), "big")
    return number.to_bytes(32, "big")


def _receivables(asker: Asker) -> Iterator[Question]:
    for row in asker.rows(Receivable):
        key = row.receivable_id
        live = row.state == ReceivableState.LIVE
        piece = {name: getattr(row, name) for name in ("holder", "sender", "received_at", "start", "end", "depth")}
        piece |= {
            "endorser": row.endorser or ZERO_ADDRESS,
            "refusable": row.refusable,
            "parked": row.parking is not None,
        }
        yield Question("receivable", key, asker.call("Receivables", "pieceOf", key), piece if live else _NO_PIECE)
        shares = {name: getattr(row, f"drawn_{name}") if live else 0 for name in ("principal", "interest", "recovered")}
        yield Question("receivable_drawn", key, asker.call("Settlement", "drawnOf", key), shares)


def _holders(asker: Asker) -> Iterator[Question]:
    live_pieces = func.sum(case((_RECEIVABLE.c.state == ReceivableState.LIVE.value, 1), else_=0))
    count = select(_RECEIVABLE.c.holder, live_pieces).group_by(_RECEIVABLE.c.holder)
    for holder, live in asker.connection.execute(count):
        call = asker.call("Receivables", "balanceOf(address)", holder)
        yield Question("receivable_count", holder, call, int(live), "balance_of")
