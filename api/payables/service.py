"""Payables: proposed from an invoice, confirmed by the debtor, paid at maturity."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.currencies import currency_of, deposit_token, minor_units, money
from api.domain.dates import end_of_day, from_day, to_day
from api.domain.money import Money
from api.errors import NotFound, NotYours
from api.identity.actor import Actor, Role
from api.identity.models import Organisation
from api.invoices import service as invoices
from api.invoices.models import Invoice
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.parties import parties
from api.payables.schemas import PayablePay, PayablePropose, PayableRead, Payables
from api.reading import newest_block
from api.schemas import NoBody
from indexer.models import Payable, PayableState, ReceivableMove
from node_adapter import typed_data
from node_adapter.ids import reference_hash
from node_adapter.outbox.calldata import signature_placeholder
from node_adapter.outbox.commands import Call

MINIMUM_PIECE_MINOR = 100_00
CONFIRMATION_LIFE_S = 7 * 86_400
PAYMENT_LIFE_S = 7 * 86_400


def visible_to(party: str | None) -> ColumnElement[bool]:
    """Supplier, debtor and whoever has ever held a piece. Every query of this module goes through here.

    Who has no account is no party; to SQL it would look like whoever stands after a draw.
    """
    if party is None:
        return false()
    held = exists().where(ReceivableMove.payable_id == Payable.payable_id, ReceivableMove.to_account == party)
    return or_(Payable.supplier == party, Payable.debtor == party, held)


def get(session: Session, actor: Actor, payable_id: str) -> Payable:
    """One payable that the actor may see; NotFound otherwise."""
    row = session.scalar(select(Payable).where(Payable.payable_id == payable_id, visible_to(actor.address)))
    if row is None:
        raise NotFound.of("payable", payable_id)
    return row


def propose(context: CommandContext, body: PayablePropose) -> OperationRead:
    """The supplier proposes the payable of its invoice. The debtor's currency decides the deposit token."""
    context.actor.must_be(Role.SUPPLIER)
    return context.once("propose", body, lambda request_hash: _proposal(context, body, request_hash))


def _proposal(context: CommandContext, body: PayablePropose, request_hash: str) -> Prepared:
    invoice = invoices.get(context.session, context.actor, body.invoice_id)
    debtor = context.session.get_one(Organisation, invoice.debtor_id)
    assert debtor.address is not None, "the upload asked for one"
    deployments = context.services.deployments
    token = deposit_token(deployments, invoice.currency)
    minimum = body.minimum_piece
    minimum_minor = MINIMUM_PIECE_MINOR if minimum is None else minor_units(deployments, token, minimum)
    terms: list[object] = [
        context.actor.account(),
        debtor.address,
        token,
        invoice.amount,
        minimum_minor,
        to_day(invoice.issue_date),
        to_day(invoice.due_date),
        body.maximum_depth,
        invoice.fingerprint,
        invoice.document_hash,
    ]
    return Prepared(
        context.command(
            request_hash,
            kind="payable.propose",
            resource=("payable", invoice.payable_id),
            subject=invoice.payable_id,
            call=Call("Receivables", "propose", ["0x" + invoices.salt_of(invoice.id).hex(), terms]),
            sender=context.actor.account(),
        )
    )


def confirm(context: CommandContext, payable_id: str) -> OperationRead:
    """The debtor signs the full terms (R-09); the platform's relay brings the signature to the chain."""
    return context.once(
        f"confirm {payable_id}", NoBody(), lambda request_hash: _confirmation(context, payable_id, request_hash)
    )


def _confirmation(context: CommandContext, payable_id: str, request_hash: str) -> Prepared:
    payable = _of_debtor(context, payable_id)
    deadline = context.now() + CONFIRMATION_LIFE_S
    message = typed_data.confirmation(
        context.services.deployments.chain_id,
        context.address("Receivables"),
        payable_id,
        {
            "supplier": payable.supplier,
            "debtor": payable.debtor,
            "depositToken": payable.deposit_token,
            "faceValue": payable.face_value,
            "minimumPiece": payable.minimum_piece,
            "issueDate": payable.issue_date,
            "dueDate": payable.due_date,
            "maximumDepth": payable.maximum_depth,
            "invoiceFingerprint": payable.invoice_fingerprint,
            "evidenceHash": payable.evidence_hash,
        },
        deadline,
    )
    return Prepared(
        context.command(
            request_hash,
            kind="payable.confirm",
            resource=("payable", payable_id),
            subject=payable_id,
            call=Call("Receivables", "confirmBySignature", [int(payable_id, 16), deadline, signature_placeholder(0)]),
            sender=context.services.relay,
            sign=[message],
            sign_as=payable.debtor,
        )
    )


def pay(context: CommandContext, payable_id: str, body: PayablePay) -> OperationRead:
    """The debtor signs a transfer that can pay this payable alone; the relay brings it to the chain."""
    return context.once(
        f"pay {payable_id}", body, lambda request_hash: _payment(context, payable_id, body, request_hash)
    )


def _payment(context: CommandContext, payable_id: str, body: PayablePay, request_hash: str) -> Prepared:
    payable = _of_debtor(context, payable_id)
    deployments = context.services.deployments
    amount = minor_units(deployments, payable.deposit_token, body.amount)
    reference = reference_hash(body.payment_reference)
    valid_before = context.now() + PAYMENT_LIFE_S
    message = typed_data.receive_with_authorization(
        chain_id=deployments.chain_id,
        token_address=payable.deposit_token,
        token_name=typed_data.deposit_token_name(currency_of(deployments, payable.deposit_token)),
        from_=payable.debtor,
        to=context.address("Settlement"),
        value=amount,
        valid_after=0,
        valid_before=valid_before,
        nonce=typed_data.payment_nonce(payable_id, reference),
    )
    arguments = [int(payable_id, 16), amount, reference, valid_before, signature_placeholder(0)]
    return Prepared(
        context.command(
            request_hash,
            kind="payable.pay",
            resource=("payable", payable_id),
            subject=payable_id,
            call=Call("Settlement", "pay", arguments),
            sender=context.services.relay,
            sign=[message],
            sign_as=payable.debtor,
        )
    )


class PayableNotDebtor(NotYours):
    """Only the debtor itself confirms and pays (R-40)."""


def _of_debtor(context: CommandContext, payable_id: str) -> Payable:
    payable = get(context.session, context.actor, payable_id)
    if payable.debtor != context.actor.address:
        raise PayableNotDebtor(
            f"payable {payable_id} is owed by {payable.debtor}", payable_id=payable_id, debtor=payable.debtor
        )
    return payable


def list_payables(session: Session, services: Services, actor: Actor, page: PageRequest) -> Payables:
    """The payables that the actor may see, newest first."""
    query = select(Payable).where(visible_to(actor.address))
    rows, following = fetch(session, query, [Payable.proposed_at, Payable.payable_id], page)
    return Payables(items=read_all(session, services, rows), next=following, as_of_block=newest_block(session).number)


def read_all(session: Session, services: Services, rows: Sequence[Payable]) -> list[PayableRead]:
    """Payables with the names of their parties, in a fixed number of queries."""
    head = newest_block(session)
    people = parties(session, {row.supplier for row in rows} | {row.debtor for row in rows})
    found = session.scalars(select(Invoice).where(Invoice.payable_id.in_([row.payable_id for row in rows])))
    by_payable = {invoice.payable_id: invoice for invoice in found}
    answers = []
    for row in rows:
        invoice = by_payable.get(row.payable_id)
        token, due = row.deposit_token, from_day(row.due_date)

        def amount(minor: int, token: str = token) -> Money:
            return money(services.deployments, token, minor)

        answers.append(
            PayableRead.model_validate(
                {
                    "payable_id": row.payable_id,
                    "state": PayableState(row.state).name.lower(),
                    "supplier": people[row.supplier],
                    "debtor": people[row.debtor],
                    "face_value": amount(row.face_value),
                    "paid": amount(row.paid),
                    "outstanding": amount(row.face_value - row.paid),
                    "minimum_piece": amount(row.minimum_piece),
                    "maximum_depth": row.maximum_depth,
                    "issue_date": from_day(row.issue_date),
                    "due_date": due,
                    "overdue": _overdue(row, due, head.timestamp),
                    "invoice_id": invoice.id if invoice else None,
                    "invoice_number": invoice.number if invoice else None,
                    "invoice_fingerprint": row.invoice_fingerprint,
                    "evidence_hash": row.evidence_hash,
                    "proposed_at": datetime.fromtimestamp(row.proposed_at, UTC),
                    "confirmed_at": _instant(row.confirmed_at),
                    "last_block": row.last_block_number,
                    "final": services.network.is_final(row.last_block_number, head.number),
                    "as_of_block": head.number,
                }
            )
        )
    return answers


def read(session: Session, services: Services, row: Payable) -> PayableRead:
    """One payable as its parties see it."""
    return read_all(session, services, [row])[0]


def _overdue(row: Payable, due: date, now: int) -> bool:
    return row.state == PayableState.CONFIRMED and now >= end_of_day(due)


def _instant(timestamp: int | None) -> datetime | None:
    return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
