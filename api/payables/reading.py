"""Payables as their parties see them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import texts
from api.context import Services
from api.domain.dates import end_of_day, from_day
from api.domain.money import Money
from api.identity.actor import Actor
from api.invoices.models import Invoice
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.payables.interest import owed
from api.payables.schemas import CreditNoteRead, PayableRead, Payables
from api.payables.service import visible_to
from api.programmes import service as programmes
from api.reading import newest_block
from api.schemas import Total
from indexer.models import CreditNote, Dishonour, Payable, PayableState, Programme


def list_payables(session: Session, services: Services, actor: Actor, page: PageRequest) -> Payables:
    """The payables that the actor may see, newest first."""
    query = select(Payable).where(visible_to(actor.address))
    rows, following = fetch(session, query, [Payable.proposed_at, Payable.payable_id], page)
    return Payables(items=read_all(session, services, rows), next=following, **services.as_of(session))


def read_all(session: Session, services: Services, rows: Sequence[Payable]) -> list[PayableRead]:
    """Payables with their terms in full and the names of their parties, in a fixed number of queries."""
    head = newest_block(session)
    people = parties(session, {row.supplier for row in rows} | {row.debtor for row in rows})
    found = session.scalars(select(Invoice).where(Invoice.payable_id.in_([row.payable_id for row in rows])))
    by_payable = {invoice.payable_id: invoice for invoice in found}
    used = session.scalars(select(Programme).where(Programme.programme_id.in_({row.programme_id for row in rows})))
    terms = programmes.read_all(session, services, used.all())
    notes = _credit_notes(session, rows)
    hashes = {found for row in rows for found in (row.tenor_reason_hash, row.undertaking_hash, row.reason_hash)}
    hashes |= {note.credit_note_hash for found in notes.values() for note in found}
    kept = texts.read(session, services.master_key, hashes)
    outstanding = owed(session, rows, head.timestamp)
    ids = [row.payable_id for row in rows]
    standing = select(Dishonour.payable_id).where(Dishonour.payable_id.in_(ids), Dishonour.lifted.is_(False))
    dishonoured = set(session.scalars(standing))
    answers = []
    for row in rows:
        invoice = by_payable.get(row.payable_id)
        programme, due = terms[row.programme_id], from_day(row.due_date)
        currency = programme.currency
        principal, late_interest = outstanding[row.payable_id]
        answers.append(
            PayableRead.model_validate(
                {
                    "payable_id": row.payable_id,
                    "state": PayableState(row.state).name.lower(),
                    "supplier": people[row.supplier],
                    "debtor": people[row.debtor],
                    "programme": programme,
                    "face_value": Money(row.face_value, currency),
                    "credit_notes": [
                        CreditNoteRead(amount=Money(note.amount, currency), credit_note=kept.get(note.credit_note_hash))
                        for note in notes[row.payable_id]
                    ],
                    "paid": Money(row.paid, currency),
                    "outstanding": Total.of(principal + late_interest, currency),
                    "late_interest": Money(late_interest, currency),
                    "late_interest_paid": Money(row.interest_paid, currency),
                    "late_rate_ppm": row.late_rate_ppm,
                    "recovered": Money(row.recovered, currency),
                    "recovery_closed": row.recovery_closed,
                    "issue_date": from_day(row.issue_date),
                    "due_date": due,
                    "overdue": _overdue(row, due, head.timestamp),
                    "dishonoured": row.payable_id in dishonoured,
                    "issued": row.issued,
                    "defences_waived": row.undertaking_hash is not None,
                    "undertaking": kept.get(row.undertaking_hash),
                    "tenor_reason": kept.get(row.tenor_reason_hash),
                    "reason": kept.get(row.reason_hash),
                    "invoice_id": invoice.id if invoice else None,
                    "invoice_number": invoice.number if invoice else None,
                    "invoice_fingerprint": row.invoice_fingerprint,
                    "evidence_hash": row.evidence_hash,
                    "proposed_at": datetime.fromtimestamp(row.proposed_at, UTC),
                    "confirmed_at": _instant(row.confirmed_at),
                    "closed_at": _instant(row.closed_at),
                    "last_block": row.last_block_number,
                    "final": services.is_final_now(session, row.last_block_number),
                    "as_of_block": head.number,
                }
            )
        )
    return answers


def read(session: Session, services: Services, row: Payable) -> PayableRead:
    """One payable as its parties see it."""
    return read_all(session, services, [row])[0]


def _credit_notes(session: Session, rows: Sequence[Payable]) -> dict[str, list[CreditNote]]:
    """Those on proposals. A dilution is between a piece's holder and the debtor: see `/receivables`."""
    notes: dict[str, list[CreditNote]] = defaultdict(list)
    for note in session.scalars(
        select(CreditNote)
        .where(CreditNote.payable_id.in_([row.payable_id for row in rows]), CreditNote.receivable_id.is_(None))
        .order_by(CreditNote.block_number, CreditNote.log_index)
    ):
        notes[note.payable_id].append(note)
    return notes


def _overdue(row: Payable, due: date, now: int) -> bool:
    return row.state == PayableState.CONFIRMED and now >= end_of_day(due)


def _instant(timestamp: int | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
