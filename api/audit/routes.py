"""`/audit/v1`: everything, read only, as of any block. Who may ask is said by the app that has these routes."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from api.audit import tables
from api.audit.evidence import evidence
from api.audit.export import MEDIA_TYPES, Format, as_of_headers, export
from api.audit.lineage import lineage
from api.audit.schemas import Lineage, page_of, told
from api.audit.services import AuditDep, Reading, ReadingDep
from api.pagination import PageDep, PageRequest
from api.schemas import PayableId
from indexer import reports
from indexer.reports import Report

router = APIRouter(tags=["audit"])

ReportName = StrEnum("ReportName", {name: name for name in reports.REPORTS})  # type: ignore[misc]
Hash = Annotated[str | None, Query(pattern=r"^0x[0-9a-f]{56,64}$", description="Of these alone")]
Account = Annotated[str | None, Query(pattern=r"^0x[0-9a-fA-F]{40}$", description="Of these alone, by EIP-55")]
Word = Annotated[str | None, Query(pattern=r"^[a-z_0-9]{1,20}$", description="Of these alone")]
Search = Annotated[str | None, Query(min_length=1, max_length=200, description="What it has in it, in any case")]


@router.get("/participants", response_model=page_of(reports.PARTICIPANTS))
def list_participants(reading: ReadingDep, page: PageDep, q: Search = None, status: Word = None) -> Any:
    """All participants of the chain, contracts among them; `q` searches names and legal identifiers."""
    found = None if q is None else reading.names.accounts_named(q)
    return _page(reading, reports.PARTICIPANTS, page, account=found, status=status)


@router.get("/payables", response_model=page_of(reports.PAYABLES))
def list_payables(  # noqa: PLR0917 -- FastAPI passes them by name
    reading: ReadingDep,
    page: PageDep,
    reference: Search = None,
    debtor: Account = None,
    supplier: Account = None,
    state: Word = None,
    ageing: Word = None,
) -> Any:
    """All payables, newest first; `reference` searches the numbers of their invoices."""
    found = None if reference is None else reading.names.payables_referenced(reference)
    asked = {"debtor": debtor, "supplier": supplier, "state": state, "ageing": ageing}
    return _page(reading, reports.PAYABLES, page, payable_id=found, **asked)


@router.get("/payables/{payable_id}/lineage")
def get_lineage(payable_id: PayableId, reading: ReadingDep) -> Lineage:
    """Who held which interval of a payable, and how it came to them."""
    return lineage(reading, payable_id)


@router.get("/receivables", response_model=page_of(reports.RECEIVABLES))
def list_receivables(
    reading: ReadingDep, page: PageDep, payable_id: Hash = None, holder: Account = None, state: Word = None
) -> Any:
    """All pieces of payables, those that are gone too."""
    return _page(reading, reports.RECEIVABLES, page, payable_id=payable_id, holder=holder, state=state)


@router.get("/deals", response_model=page_of(reports.DEALS))
def list_deals(
    reading: ReadingDep, page: PageDep, payable_id: Hash = None, supplier: Account = None, financier: Account = None
) -> Any:
    """All deals, newest first."""
    return _page(reading, reports.DEALS, page, payable_id=payable_id, supplier=supplier, financier=financier)


@router.get("/cash-flows", response_model=page_of(reports.CASH_FLOWS))
def list_cash_flows(
    reading: ReadingDep, page: PageDep, payable_id: Hash = None, receivable_id: Hash = None, kind: Word = None
) -> Any:
    """Every movement of deposits, newest first, and what it was for."""
    asked = {"payable_id": payable_id, "receivable_id": receivable_id, "kind": kind}
    return _page(reading, reports.CASH_FLOWS, page, **asked)


@router.get("/exposures", response_model=page_of(reports.EXPOSURES))
def list_exposures(
    reading: ReadingDep, page: PageDep, debtor: Account = None, holder: Account = None, ageing: Word = None
) -> Any:
    """What is confirmed and not paid, piece by piece."""
    return _page(reading, reports.EXPOSURES, page, debtor=debtor, holder=holder, ageing=ageing)


@router.get("/exposures/debtors", response_model=page_of(reports.EXPOSURES_BY_DEBTOR))
def list_exposures_by_debtor(reading: ReadingDep, page: PageDep) -> Any:
    """What each debtor owes, how old it is, and what share it has of all; the largest first."""
    return _page(reading, reports.EXPOSURES_BY_DEBTOR, page)


@router.get("/exposures/tiers", response_model=page_of(reports.EXPOSURES_BY_TIER))
def list_exposures_by_tier(reading: ReadingDep, page: PageDep) -> Any:
    """The same by how deep in the chain of suppliers it was split."""
    return _page(reading, reports.EXPOSURES_BY_TIER, page)


@router.get("/exposures/holders", response_model=page_of(reports.EXPOSURES_BY_HOLDER))
def list_exposures_by_holder(reading: ReadingDep, page: PageDep) -> Any:
    """The same by whom it is owed to."""
    return _page(reading, reports.EXPOSURES_BY_HOLDER, page)


@router.get("/holds", response_model=page_of(reports.HOLDS))
def list_holds(
    reading: ReadingDep, page: PageDep, payable_id: Hash = None, kind: Word = None, live: bool | None = None
) -> Any:
    """Freezes, disputes, pledges and deliveries that pieces are held by, or were."""
    return _page(reading, reports.HOLDS, page, payable_id=payable_id, kind=kind, live=live)


@router.get("/freeze-orders", response_model=page_of(reports.FREEZE_ORDERS))
def list_freeze_orders(reading: ReadingDep, page: PageDep, holder: Account = None, live: bool | None = None) -> Any:
    """Compliance's orders, newest first."""
    return _page(reading, reports.FREEZE_ORDERS, page, holder=holder, live=live)


@router.get("/dishonours", response_model=page_of(reports.DISHONOURS))
def list_dishonours(reading: ReadingDep, page: PageDep, debtor: Account = None, standing: bool | None = None) -> Any:
    """Payables that their debtors did not pay, newest first."""
    return _page(reading, reports.DISHONOURS, page, debtor=debtor, standing=standing)


@router.get("/events", response_model=page_of(reports.EVENTS))
def list_events(
    reading: ReadingDep,
    page: PageDep,
    subject: Annotated[str | None, Query(max_length=66, description="Whom they are about")] = None,
    name: Annotated[str | None, Query(pattern=r"^[A-Za-z]{1,64}$", description="Of these alone")] = None,
) -> Any:
    """All events of the network's contracts, newest first."""
    return _page(reading, reports.EVENTS, page, subject=subject, name=name)


@router.get(
    "/evidence/{kind}/{id:path}",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def get_evidence(
    services: AuditDep,
    kind: Annotated[
        str,
        Path(
            max_length=20,
            description="payable, piece, deal, hold, order, programme, participant, pay_out, anchor or event",
        ),
    ],
    id_: Annotated[
        str,
        Path(alias="id", max_length=80, description="Its id; TOKEN/NUMBER of a pay-out, BLOCK/LOG_INDEX of an event"),
    ],
    at: Annotated[int | None, Query(ge=0, lt=2**63, description="Up to which block; else the newest final")] = None,
    complete: Annotated[bool, Query(description="Also that no event is left out")] = False,
) -> Response:
    """A file that proves what happened to one subject, to anybody who knows one block hash (`scf audit verify`).

    `X-Scf-Block` and `X-Scf-Block-Hash` say which block. One is made at a time; 503 while another is.
    """
    return evidence(services, kind, id_, at=at, complete=complete)


@router.get(
    "/export/{name}.{form}",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file, and in `X-Scf-…` headers as of which block it is",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
)
def export_report(reading: ReadingDep, name: ReportName, form: Format) -> StreamingResponse:
    """All rows of one report as a file: CSV (RFC 4180, UTF-8, no cell a formula) or Parquet.

    Amounts stand as decimals and, in `…_minor`, as whole minor units. As of which block it is stands in the file too.
    """
    report = reports.REPORTS[name]
    file = f"{name}-{reading.block.number}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', **as_of_headers(reading)}
    return StreamingResponse(export(reading, report, form), media_type=MEDIA_TYPES[form], headers=headers)


def _page(reading: Reading, report: Report, page: PageRequest, **where: Any) -> Any:
    rows, following = tables.page(reading, report, page, where)
    items = [told(report, row) for row in rows]
    return {"items": items, "next": following, **reading.as_of.model_dump()}
