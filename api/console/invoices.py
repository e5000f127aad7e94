"""Invoices: several uploaded at once, each with its own result; then proposed to their buyers."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import func, select
from starlette.datastructures import UploadFile

from api.console import forms
from api.console.cases import links
from api.console.invoice_cases import CASES, find
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.context import CommandContext
from api.identity.actor import Role
from api.invoices import service
from api.invoices.models import Invoice
from api.invoices.ubl import MAX_BYTES
from api.operations.schemas import OperationRead
from api.pagination import PageDep as PagingDep
from api.payables import service as payables
from api.payables.schemas import PayablePropose
from api.schemas import Uuid
from indexer.models import Anchor, Payable, PayableState

router = APIRouter(prefix="/invoices")
_TYPED = ("tenor_reason", "undertaking")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of one file."""

    name: str
    operation: OperationRead | None
    problem: Problem | None


def _list(page: Page, paging: PagingDep, **more: Any) -> Response:
    found = service.list_invoices(page.session, page.services, page.reader, paging)
    ids = [invoice.payable_id for invoice in found.items]
    rows = page.session.execute(select(Payable.payable_id, Payable.state).where(Payable.payable_id.in_(ids)))
    states = {payable_id: PayableState(state).name.lower() for payable_id, state in rows}
    return page.render("invoices.html", items=found.items, next=found.next, states=states, **more)


@router.get("")
def list_invoices(page: PageDep, paging: PagingDep) -> Response:
    """Those the reader issued or owes; supplier and debtor upload here."""
    return _list(page, paging, results=[])


@router.post("")
def upload(page: PageDep, form: FormDep, paging: PagingDep) -> Response:
    """Each file is a command of its own: one that is refused keeps no other back."""
    page.must_be(Role.SUPPLIER, Role.CORE_ENTERPRISE)
    files = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
    results = []
    for number, file in enumerate(files):
        command = page.command(form)
        numbered = CommandContext(
            command.services, command.session, command.actor, f"{command.idempotency_key[:60]}-{number}"
        )
        try:
            operation = service.upload(numbered, file.file.read(MAX_BYTES + 1))
        except REFUSALS as error:
            results.append(Uploaded(str(file.filename), None, problem_of(error)))
        else:
            results.append(Uploaded(str(file.filename), operation, None))
    page.session.rollback()  # what was read before the files were kept
    return _list(page, paging, results=results, empty=not files)


@router.get("/{invoice_id}")
def show(page: PageDep, invoice_id: Uuid) -> Response:
    """One invoice, and what it takes to propose its payable."""
    return _show(page, invoice_id)


def _show(page: Page, invoice_id: str, problem: Problem | None = None, typed: dict[str, str] | None = None) -> Response:
    subject = find(page, invoice_id)
    invoice, read, payable = subject.row, subject.read, subject.payable
    return page.render(
        "invoice.html",
        problem=problem,
        invoice=read,
        payable=payable,
        terms=subject.terms,
        typed=typed or dict.fromkeys(_TYPED, ""),
        proposable=invoice.organisation_id == page.reader.organisation_id and subject.unanswered(issued=True),
        cases=links(subject, CASES),
        final=_anchored(page, invoice),
    )


def _anchored(page: Page, invoice: Invoice) -> bool:
    """Whether its hash is on the chain for good."""
    block = page.session.scalar(
        select(func.min(Anchor.block_number)).where(Anchor.anchor_hash == invoice.document_hash)
    )
    return block is not None and page.is_final(block)


@router.post("/{invoice_id}/propose")
def propose(page: PageDep, form: FormDep, invoice_id: Uuid) -> Response:
    """The payable behind it, under the debtor's terms."""
    typed = {name: forms.text(form, name) for name in _TYPED}
    try:
        body = PayablePropose.model_validate(
            {"invoice_id": invoice_id, **{name: value or None for name, value in typed.items()}}
        )
        operation = payables.propose(page.command(form), body)
    except REFUSALS as error:
        return _show(page, invoice_id, problem_of(error), typed)
    return page.follow(operation)


@router.get("/{invoice_id}/document")
def document(page: PageDep, invoice_id: Uuid) -> Response:
    """The file as it was uploaded."""
    found = service.get(page.session, page.reader, invoice_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.xml"'}
    return Response(service.document(page.services, found), media_type="application/xml", headers=headers)
