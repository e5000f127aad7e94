"""Questions about payables and the receivables made of them."""

from collections import Counter
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
        version = asker.version(row.payable_id)
        call = asker.call("Dishonours", "isDishonoured", row.payable_id, version=version)
        yield Question("dishonour", row.payable_id, call, not row.lifted, "is_dishonoured")


def _payables(asker: Asker) -> Iterator[Question]:
    count = select(_RECEIVABLE.c.payable_id, func.count()).group_by(_RECEIVABLE.c.payable_id)
    serials = {row[0]: row[1] for row in asker.connection.execute(count)}
    programmes = {row.programme_id: row for row in asker.rows(Programme)}
    rows = asker.rows(Payable)
    claims: dict[tuple[str, int], str] = {}
    for row in rows:
        if row.claims_invoice:  # later versions find it claimed too
            born = asker.version(row.payable_id)
            claims |= {(row.invoice_fingerprint, v): row.payable_id for v in asker.deployments.versions if v >= born}
    for row in rows:
        key, version = row.payable_id, asker.version(row.payable_id)
        debt = _debt(row, programmes.get(row.programme_id), serials.get(key, 0))
        yield Question("payable", key, asker.call("Receivables", "payableOf", key, version=version), debt)
        yield Question("proposal", key, asker.call("Origination", "proposalOf", key, version=version), _proposal(row))
        ledger = {name: getattr(row, name) for name in ("interest_paid", "recovered", "recovery_closed")}
        yield Question("payable_ledger", key, asker.call("Settlement", "ledgerOf", key, version=version), ledger)
        claim = asker.call("Origination", "claimedBy", row.invoice_fingerprint, version=version)
        claimant = claims.get((row.invoice_fingerprint, version), payable_id(0))
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
        key, version = row.receivable_id, asker.version(row.payable_id)
        live = row.state == ReceivableState.LIVE
        piece = {name: getattr(row, name) for name in ("holder", "sender", "received_at", "start", "end", "depth")}
        piece |= {
            "endorser": row.endorser or ZERO_ADDRESS,
            "refusable": row.refusable,
            "parked": row.parking is not None,
        }
        yield Question(
            "receivable", key, asker.call("Receivables", "pieceOf", key, version=version), piece if live else _NO_PIECE
        )
        shares = {name: getattr(row, f"drawn_{name}") if live else 0 for name in ("principal", "interest", "recovered")}
        yield Question("receivable_drawn", key, asker.call("Settlement", "drawnOf", key, version=version), shares)


def _holders(asker: Asker) -> Iterator[Question]:
    """Each version counts its own."""
    live_pieces = func.sum(case((_RECEIVABLE.c.state == ReceivableState.LIVE.value, 1), else_=0))
    columns = _RECEIVABLE.c.holder, _RECEIVABLE.c.payable_id
    held: Counter[tuple[str, int]] = Counter()
    for holder, payable, live in asker.connection.execute(select(*columns, live_pieces).group_by(*columns)):
        held[holder, asker.version(payable)] += int(live)
    for (holder, version), live in held.items():
        call = asker.call("Receivables", "balanceOf(address)", holder, version=version)
        yield Question("receivable_count", holder, call, live, "balance_of")
