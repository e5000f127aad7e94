"""Payables: proposed from an invoice under the debtor's programme, then confirmed, disputed or declined by it."""

from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared
from api.domain.dates import to_day
from api.errors import NotFound, NotYours, StateForbids
from api.identity.actor import Actor, Role
from api.identity.models import Organisation
from api.invoices import service as invoices
from api.invoices.models import Invoice
from api.operations.schemas import OperationRead
from api.payables.schemas import PayablePropose
from api.programmes import service as programmes
from api.schemas import NoBody, ReasonGiven
from api.texts import KeptText
from indexer.models import Payable, Programme, ReceivableMove
from node_adapter import typed_data
from node_adapter.outbox.calldata import signature_placeholder
from node_adapter.outbox.commands import Call
from node_adapter.words import snake_case

CONFIRMATION_LIFE_S = 7 * 86_400
ZERO_HASH = "0x" + "00" * 32
"""What stands on chain for a text that was not given."""


class PayableNotDebtor(NotYours):
    """Only the debtor itself confirms, disputes, declines and pays (R-40)."""


class InvoiceAlreadyClaimed(StateForbids):
    """The invoice stands behind a payable already. Named and answered like the contract's own."""


class PayableNotSupplier(NotYours):
    """Only the supplier takes its proposal back."""


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


def of_debtor(context: CommandContext, payable_id: str) -> Payable:
    """A payable that the actor owes; NotFound if it may not see it, PayableNotDebtor if it is another's to pay."""
    payable = get(context.session, context.actor, payable_id)
    if payable.debtor != context.actor.address:
        raise PayableNotDebtor(
            f"payable {payable_id} is owed by {payable.debtor}", payable_id=payable_id, debtor=payable.debtor
        )
    return payable


def propose(context: CommandContext, body: PayablePropose) -> OperationRead:
    """The supplier proposes the payable of its invoice, under terms that the debtor has published."""
    context.actor.must_be(Role.SUPPLIER)
    return context.once("propose", body, lambda request_hash: _proposal(context, body, request_hash))


def _proposal(context: CommandContext, body: PayablePropose, request_hash: str) -> Prepared:
    invoice = invoices.get(context.session, context.actor, body.invoice_id)
    issued = context.session.get(Payable, invoice.payable_id)
    if issued is not None and issued.issued and issued.claims_invoice:
        raise InvoiceAlreadyClaimed(
            f"its debtor issued it as payable {issued.payable_id}",
            invoice_fingerprint=invoice.fingerprint,
            payable_id=issued.payable_id,
        )
    terms, kept = new_terms(context, invoice, body)
    payable_id = invoices.payable_id(context, invoice.id)

    def record(session: Session, _operation: object) -> None:
        session.add_all(kept)
        if invoice.payable_id != payable_id:  # uploaded under an earlier version of the contracts, or by its debtor
            session.get_one(Invoice, invoice.id).payable_id = payable_id

    return Prepared(
        context.command(
            request_hash,
            kind="payable.propose",
            resource=("payable", payable_id),
            subject=payable_id,
            call=Call("Origination", "propose", ["0x" + invoices.salt_of(invoice.id).hex(), terms]),
            sender=context.key(),
            version=context.services.deployments.current,
        ),
        record,
    )


def new_terms(context: CommandContext, invoice: Invoice, body: PayablePropose) -> tuple[dict[str, Any], list[KeptText]]:
    """Solidity's `Terms` of an invoice under its debtor's programme, and the texts whose hashes they hold."""
    supplier, debtor = (
        context.session.get_one(Organisation, party) for party in (invoice.organisation_id, invoice.debtor_id)
    )
    assert debtor.address is not None, "the upload asked for one"
    programme = programmes.for_proposal(context, debtor.address, invoice.currency, body.programme_id)
    reason, undertaking = (
        None if text is None else context.kept(text) for text in (body.tenor_reason, body.undertaking)
    )
    terms = {
        "supplier": supplier.address,
        "debtor": debtor.address,
        "programme_id": programme.programme_id,
        "face_value": invoice.amount,
        "issue_date": to_day(invoice.issue_date),
        "due_date": to_day(invoice.due_date),
        "invoice_fingerprint": invoice.fingerprint,
        "evidence_hash": invoice.document_hash,
        "tenor_reason_hash": _hash_of(reason),
        "undertaking_hash": _hash_of(undertaking),
    }
    return terms, [text for text in (reason, undertaking) if text is not None]


def _hash_of(text: KeptText | None) -> str:
    return ZERO_HASH if text is None else text.text_hash


def confirm(context: CommandContext, payable_id: str) -> OperationRead:
    """The debtor signs the full terms, its programme's among them (R-09); the relay brings the signature."""
    return context.once(
        f"confirm {payable_id}", NoBody(), lambda request_hash: _confirmation(context, payable_id, request_hash)
    )


def _confirmation(context: CommandContext, payable_id: str, request_hash: str) -> Prepared:
    payable = of_debtor(context, payable_id)
    programme = context.session.get_one(Programme, payable.programme_id)
    deadline = context.now() + CONFIRMATION_LIFE_S
    terms = terms_of(payable)
    message = typed_data.confirmation(
        context.services.deployments.chain_id,
        context.address("Origination", payable_id),
        payable_id,
        terms,
        programmes.terms(context.session, programme),
        deadline,
    )
    arguments = [int(payable_id, 16), terms, deadline, signature_placeholder(0)]
    return Prepared(
        context.by_signature(
            request_hash,
            message,
            kind="payable.confirm",
            resource=("payable", payable_id),
            subject=payable_id,
            call=Call("Origination", "confirmBySignature", arguments),
        )
    )


def terms_of(payable: Payable) -> dict[str, Any]:
    """The fields of Solidity's `Terms`, in order, as they stand on chain."""
    return {
        "supplier": payable.supplier,
        "debtor": payable.debtor,
        "programme_id": payable.programme_id,
        "face_value": payable.face_value,
        "issue_date": payable.issue_date,
        "due_date": payable.due_date,
        "invoice_fingerprint": payable.invoice_fingerprint,
        "evidence_hash": payable.evidence_hash,
        "tenor_reason_hash": payable.tenor_reason_hash or ZERO_HASH,
        "undertaking_hash": payable.undertaking_hash or ZERO_HASH,
    }


def dispute(context: CommandContext, payable_id: str, body: ReasonGiven) -> OperationRead:
    """The debtor disputes a proposal."""
    return context.once(
        f"dispute {payable_id}",
        body,
        lambda request_hash: _by_debtor(context, "dispute", payable_id, request_hash, body.reason),
    )


def withdraw_dispute(context: CommandContext, payable_id: str) -> OperationRead:
    """The debtor lets the proposal stand again."""
    return context.once(
        f"withdraw dispute {payable_id}",
        NoBody(),
        lambda request_hash: _by_debtor(context, "withdrawDispute", payable_id, request_hash),
    )


def decline(context: CommandContext, payable_id: str, body: ReasonGiven) -> OperationRead:
    """The debtor will never confirm it."""
    return context.once(
        f"decline {payable_id}",
        body,
        lambda request_hash: _by_debtor(context, "decline", payable_id, request_hash, body.reason),
    )


def _by_debtor(
    context: CommandContext, function: str, payable_id: str, request_hash: str, reason: str | None = None
) -> Prepared:
    of_debtor(context, payable_id)
    return _act(context, function, payable_id, request_hash, None if reason is None else context.kept(reason))


def withdraw(context: CommandContext, payable_id: str) -> OperationRead:
    """The supplier takes its proposal back."""
    return context.once(
        f"withdraw {payable_id}", NoBody(), lambda request_hash: _withdrawal(context, payable_id, request_hash)
    )


def _withdrawal(context: CommandContext, payable_id: str, request_hash: str) -> Prepared:
    payable = get(context.session, context.actor, payable_id)
    if payable.supplier != context.actor.address:
        raise PayableNotSupplier(
            f"payable {payable_id} was proposed by {payable.supplier}", payable_id=payable_id, supplier=payable.supplier
        )
    return _act(context, "withdraw", payable_id, request_hash)


def _act(
    context: CommandContext, function: str, payable_id: str, request_hash: str, reason: KeptText | None = None
) -> Prepared:
    """A call of Origination's on one proposal, with a reason's hash where there is one."""
    kept = [] if reason is None else [reason]
    command = context.command(
        request_hash,
        kind=f"payable.{snake_case(function)}",
        resource=("payable", payable_id),
        subject=payable_id,
        call=Call("Origination", function, [int(payable_id, 16), *(text.text_hash for text in kept)]),
        sender=context.key(),
    )
    return Prepared(command, lambda session, _operation: session.add_all(kept))
