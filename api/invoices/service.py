"""An uploaded invoice is read, checked against who sent it and when, kept encrypted, and its salted hash anchored."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from api.context import CommandContext, Prepared, Services
from api.currencies import deposit_token
from api.domain.dates import add_months, business_date
from api.domain.money import Money
from api.errors import NotFound, RequestInvalid
from api.identity import service as identity
from api.identity.actor import Actor, Role
from api.identity.models import Organisation
from api.invoices import vault
from api.invoices.fingerprint import fingerprint
from api.invoices.models import Invoice
from api.invoices.schemas import InvoiceRead, Invoices
from api.invoices.terms import ParsedInvoice, Party, check_financeable
from api.invoices.ubl import read_invoice
from api.operations.schemas import OperationRead
from api.pagination import PageRequest, fetch
from api.reading import newest_block
from node_adapter.ids import ascii_word, payable_id_of
from node_adapter.outbox.commands import Call
from node_adapter.outbox.models import Operation

ANCHOR_KIND = "invoice"
TENOR_MAX_MONTHS = 12
"""R-01, as the contract has it; said here, so that nobody hears of it only once the invoice is anchored."""


class InvoiceNotYours(RequestInvalid):
    """Neither seller nor, for a core enterprise, buyer of the invoice is who uploads it."""


class InvoiceSellerUnknown(RequestInvalid):
    """The invoice's seller is no supplier of this network."""


class InvoiceBuyerUnknown(RequestInvalid):
    """The invoice's buyer is no core enterprise of this network."""


class InvoiceDatesUnusable(RequestInvalid):
    """Issued in the future, due already, or due too late (R-01)."""


def upload(context: CommandContext, document: bytes) -> OperationRead:
    """Read, check and keep an invoice of the caller's own, and anchor its hash. A core enterprise keeps those made out
    to it, to issue what it owes."""
    context.actor.must_be(Role.SUPPLIER, Role.CORE_ENTERPRISE)
    return context.once("upload", document, lambda request_hash: _kept(context, document, request_hash))


def _kept(context: CommandContext, document: bytes, request_hash: str) -> Prepared:
    parsed = read_invoice(document)
    check_financeable(parsed)
    deposit_token(context.services.deployments, parsed.currency)  # here, not only once it is to be proposed
    if context.actor.role == Role.SUPPLIER:
        seller, debtor = _own(context, parsed.seller, "seller"), _debtor(context.session, parsed.buyer)
    else:
        debtor, seller = _own(context, parsed.buyer, "buyer"), _supplier(context.session, parsed.seller)
    _check_dates(context, parsed)
    invoice = _row(context, parsed, document, seller, debtor)

    def record(session: Session, _operation: Operation) -> None:
        session.add(invoice)

    return Prepared(
        context.command(
            request_hash,
            kind="invoice.anchor",
            resource=("invoice", invoice.id),
            subject=invoice.payable_id,
            call=Call("Anchors", "anchor", [invoice.document_hash, ascii_word(ANCHOR_KIND)]),
            sender=context.key(),
        ),
        record,
    )


def _row(
    context: CommandContext, parsed: ParsedInvoice, document: bytes, seller: Organisation, debtor: Organisation
) -> Invoice:
    invoice_id = str(uuid.uuid4())
    sealed = vault.seal(context.services.master_key, invoice_id, document)
    print_of_invoice = fingerprint(
        identity.fingerprint_key(context.services.master_key, debtor),
        seller_id=seller.legal_id,
        buyer_id=debtor.legal_id,
        number=parsed.number,
        type_code=parsed.type_code,
    )
    assert parsed.due_date is not None, "check_financeable asked for one"
    return Invoice(
        id=invoice_id,
        organisation_id=seller.id,
        debtor_id=debtor.id,
        number=parsed.number,
        type_code=parsed.type_code,
        issue_date=parsed.issue_date,
        due_date=parsed.due_date,
        currency=parsed.currency,
        amount=parsed.payable_amount_minor,
        fingerprint="0x" + print_of_invoice.hex(),
        payable_id=payable_id(context, invoice_id),
        created_at=context.now(),
        document_hash="0x" + sealed.document_hash.hex(),
        document_salt=sealed.salt,
        document_wrapped_key=sealed.wrapped_key,
        document_ciphertext=sealed.ciphertext,
        document_master_key_id=sealed.master_key_id,
    )


def payable_id(context: CommandContext, invoice_id: str) -> str:
    """The payable that the actor's invoice becomes if it is proposed now: an id is one version's of the contracts."""
    origination = context.address("Origination")
    chain_id = context.services.deployments.chain_id
    return payable_id_of(chain_id, origination, context.actor.account(), salt_of(invoice_id))


def salt_of(invoice_id: str) -> bytes:
    """The salt a payable is proposed under: one payable for one upload, whoever asks how often."""
    return hashlib.sha256(b"scf-network/payable/v1\x00" + invoice_id.encode()).digest()


def document(services: Services, invoice: Invoice) -> bytes:
    """The document as it was uploaded."""
    return vault.open_sealed(
        services.master_key,
        vault.SealedDocument(
            document_id=invoice.id,
            master_key_id=invoice.document_master_key_id,
            wrapped_key=invoice.document_wrapped_key,
            ciphertext=invoice.document_ciphertext,
            salt=invoice.document_salt,
            document_hash=bytes.fromhex(invoice.document_hash[2:]),
        ),
    )


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Seller and buyer see an invoice. Every query of this module goes through here."""
    return or_(Invoice.organisation_id == actor.organisation_id, Invoice.debtor_id == actor.organisation_id)


def get(session: Session, actor: Actor, invoice_id: str) -> Invoice:
    """One invoice that the actor may see; NotFound otherwise."""
    invoice = session.scalar(select(Invoice).where(Invoice.id == invoice_id, visible_to(actor)))
    if invoice is None:
        raise NotFound.of("invoice", invoice_id)
    return invoice


def list_invoices(session: Session, services: Services, actor: Actor, page: PageRequest) -> Invoices:
    """The invoices that the actor may see, newest first."""
    query = select(Invoice).where(visible_to(actor), Invoice.created_at <= newest_block(session).timestamp)
    rows, following = fetch(session, query, [Invoice.created_at, Invoice.id], page)
    return Invoices(items=_read_all(session, rows), next=following, **services.as_of(session))


def read(session: Session, invoice: Invoice) -> InvoiceRead:
    """An invoice as its parties see it."""
    return _read_all(session, [invoice])[0]


def _read_all(session: Session, rows: Sequence[Invoice]) -> list[InvoiceRead]:
    named = {found for row in rows for found in (row.organisation_id, row.debtor_id)}
    people = {found.id: found for found in session.scalars(select(Organisation).where(Organisation.id.in_(named)))}
    return [_read(row, people[row.organisation_id], people[row.debtor_id]) for row in rows]


def _read(invoice: Invoice, seller: Organisation, buyer: Organisation) -> InvoiceRead:
    return InvoiceRead(
        id=invoice.id,
        number=invoice.number,
        type_code=invoice.type_code,
        issue_date=invoice.issue_date,
        due_date=invoice.due_date,
        amount=Money(invoice.amount, invoice.currency),
        seller=seller.name,
        buyer=buyer.name,
        debtor=buyer.address,
        document_hash=invoice.document_hash,
        payable_id=invoice.payable_id,
        created_at=datetime.fromtimestamp(invoice.created_at, UTC),
    )


def _own(context: CommandContext, party: Party, side: str) -> Organisation:
    own = context.session.get_one(Organisation, context.actor.organisation_id)
    if party.uscc != own.legal_id:
        raise InvoiceNotYours(
            f'the {side} of this invoice is "{party.name}" ({party.uscc or "without a USCC"}), '
            f"you are {own.name} ({own.legal_id})",
            **{side: party.uscc},
        )
    return own


def _supplier(session: Session, party: Party) -> Organisation:
    supplier = session.scalar(select(Organisation).where(Organisation.legal_id == party.uscc))
    if supplier is None or supplier.role != Role.SUPPLIER or supplier.address is None:
        raise InvoiceSellerUnknown(
            f'the seller "{party.name}" ({party.uscc or "without a USCC"}) is no supplier of this network',
            seller=party.uscc,
        )
    return supplier


def _debtor(session: Session, party: Party) -> Organisation:
    debtor = session.scalar(select(Organisation).where(Organisation.legal_id == party.uscc))
    if debtor is None or debtor.role != Role.CORE_ENTERPRISE or debtor.address is None:
        raise InvoiceBuyerUnknown(
            f'the buyer "{party.name}" ({party.uscc or "without a USCC"}) is no core enterprise of this network',
            buyer=party.uscc,
        )
    return debtor


def _check_dates(context: CommandContext, parsed: ParsedInvoice) -> None:
    today = business_date(context.now())
    assert parsed.due_date is not None, "check_financeable asked for one"
    if parsed.issue_date > today:
        raise InvoiceDatesUnusable(
            f"{parsed.number} is issued on {parsed.issue_date}, after today, {today}", issue_date=str(parsed.issue_date)
        )
    if parsed.due_date <= today:
        raise InvoiceDatesUnusable(
            f"{parsed.number} is due on {parsed.due_date}, not after today, {today}", due_date=str(parsed.due_date)
        )
    latest = add_months(parsed.issue_date, TENOR_MAX_MONTHS)
    if parsed.due_date > latest:
        raise InvoiceDatesUnusable(
            f"{parsed.number} is due on {parsed.due_date}, after {latest}, {TENOR_MAX_MONTHS} months after its issue",
            due_date=str(parsed.due_date),
            latest=str(latest),
        )
