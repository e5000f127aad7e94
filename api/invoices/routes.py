"""`/invoices`: documents come in, what was read of them goes out."""

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from api.context import ActorDep, CommandDep, ServicesDep, SessionDep
from api.invoices import service
from api.invoices.schemas import InvoiceRead, Invoices
from api.invoices.ubl import MAX_BYTES
from api.operations.schemas import OperationRead
from api.pagination import PageDep
from api.schemas import Uuid

router = APIRouter(prefix="/invoices", tags=["invoices"])


@router.post("", status_code=202)
def upload(
    command: CommandDep, file: Annotated[UploadFile, File(description="A UBL 2.1 invoice, XML, at most 5 MB")]
) -> OperationRead:
    """Upload an invoice you made out; a core enterprise, one made out to it.

    It is read, kept encrypted, and its salted hash anchored on chain.
    """
    # One byte more than is allowed is enough to know that it is too large.
    return service.upload(command, file.file.read(MAX_BYTES + 1))


@router.get("")
def list_invoices(session: SessionDep, services: ServicesDep, actor: ActorDep, page: PageDep) -> Invoices:
    """Invoices you issued or owe, newest first."""
    return service.list_invoices(session, services, actor, page)


@router.get("/{invoice_id}")
def get_invoice(invoice_id: Uuid, session: SessionDep, actor: ActorDep) -> InvoiceRead:
    """One invoice you issued or owe."""
    return service.read(session, service.get(session, actor, invoice_id))


@router.get(
    "/{invoice_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_document(invoice_id: Uuid, session: SessionDep, services: ServicesDep, actor: ActorDep) -> Response:
    """The document itself, as it was uploaded."""
    found = service.get(session, actor, invoice_id)
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.xml"', "X-Content-Type-Options": "nosniff"}
    return Response(service.document(services, found), media_type="application/xml", headers=headers)
