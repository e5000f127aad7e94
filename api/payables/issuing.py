"""What a debtor owes unasked, and credit notes on what is only proposed."""

from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared
from api.currencies import minor_units
from api.errors import StateForbids
from api.identity.actor import Role
from api.invoices import service as invoices
from api.invoices.models import Invoice
from api.operations.schemas import OperationRead
from api.payables.schemas import PayableCredit, PayableIssue
from api.payables.service import get, new_terms, terms_of
from api.programmes import service as programmes
from api.schemas import NoBody
from indexer.models import Payable, PayableState
from node_adapter.outbox.commands import Call


class ProposalStands(StateForbids):
    """The supplier has proposed this invoice's payable already: confirm that."""


def issue(context: CommandContext, body: PayableIssue) -> OperationRead:
    """The debtor owes the invoice at once, by its own transaction: it names its terms and claims the invoice."""
    context.actor.must_be(Role.CORE_ENTERPRISE)
    return context.once("issue", body, lambda request_hash: _issuance(context, body, request_hash))


def _issuance(context: CommandContext, body: PayableIssue, request_hash: str) -> Prepared:
    invoice = invoices.get(context.session, context.actor, body.invoice_id)
    proposed = context.session.get(Payable, invoice.payable_id)
    if proposed is not None and proposed.state in (PayableState.PROPOSED, PayableState.DISPUTED):
        raise ProposalStands(
            f"its supplier proposed it as payable {proposed.payable_id}: confirm that, or decline it first",
            payable_id=proposed.payable_id,
        )
    terms, kept = new_terms(context, invoice, body)
    payable_id = invoices.payable_id(context, invoice.id)

    def record(session: Session, _operation: object) -> None:
        session.add_all(kept)
        session.get_one(Invoice, invoice.id).payable_id = payable_id

    command = context.command(
        request_hash,
        kind="payable.issue",
        resource=("payable", payable_id),
        subject=payable_id,
        call=Call("Origination", "issue", ["0x" + invoices.salt_of(invoice.id).hex(), terms]),
        sender=context.key(),
        version=context.services.deployments.current,
    )
    return Prepared(command, record)


def refuse(context: CommandContext, payable_id: str) -> OperationRead:
    """The supplier refuses what was issued to it, while the window is open and it has all of it (I6)."""

    def prepare(request_hash: str) -> Prepared:
        payable = get(context.session, context.actor, payable_id)
        call = Call("Origination", "refuseIssued", [int(payable_id, 16), terms_of(payable)])
        return _by_supplier(context, payable_id, request_hash, "refuse", call)

    return context.once(f"refuse payable {payable_id}", NoBody(), prepare)


def credit(context: CommandContext, payable_id: str, body: PayableCredit) -> OperationRead:
    """The supplier lowers its proposal, disputed or not."""

    def prepare(request_hash: str) -> Prepared:
        payable = get(context.session, context.actor, payable_id)
        currency = programmes.currency(context.session, context.services.deployments, payable.programme_id)
        note = context.kept(body.credit_note)
        arguments = [int(payable_id, 16), terms_of(payable), minor_units(currency, body.amount), note.text_hash]
        call = Call("Origination", "credit", arguments)
        prepared = _by_supplier(context, payable_id, request_hash, "credit", call)
        return Prepared(prepared.command, lambda session, _operation: session.add(note))

    return context.once(f"credit {payable_id}", body, prepare)


def _by_supplier(context: CommandContext, payable_id: str, request_hash: str, act: str, call: Call) -> Prepared:
    """The contract says whose it is."""
    return Prepared(
        context.command(
            request_hash,
            kind=f"payable.{act}",
            resource=("payable", payable_id),
            subject=payable_id,
            call=call,
            sender=context.key(),
        )
    )
