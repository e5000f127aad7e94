"""Activity: what the organisation commanded, and how far each command is. A page without a script asks again itself."""

import json

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy import select

from api.console import forms
from api.console.messages import shown
from api.console.naming import EVENTS
from api.console.page import FormDep, Page, PageDep
from api.console.problems import REFUSALS, Problem, problem_of
from api.console.wallets import meaning_in
from api.financing.models import FinancingQuote
from api.operations import service
from api.operations.reading import read_operations
from api.operations.schemas import OperationRead, SignaturesGiven
from api.pagination import PageDep as PagingDep
from api.pagination import fetch
from api.payables.models import CancellationOffer
from api.reading import newest_block
from api.schemas import Uuid
from indexer.models import ChainEvent
from node_adapter.outbox.models import Operation

router = APIRouter(prefix="/operations")

_WHERE = {
    "payable": "/payables/{}",
    "receivable": "/receivables/{}",
    "invoice": "/invoices/{}",
    "programme": "/programmes/{}",
    "key_rotation": "/key-changes",
    "participant": "/participants",
    "account": "/deposits",
    "deposit_token": "/deposits",
    "pay_out": "/cash",
    "freeze_order": "/freeze-orders/{}",
    "hold": "/holds",
    "dishonour": "/late",
    "financing_request": "/financing/{}",
    "quote": "/financing/quotes/{}",
    "reference_rate": "/reference-rate",
    "registration": "/financing",
}


@router.get("")
def list_operations(page: PageDep, paging: PagingDep) -> Response:
    """The organisation's own, newest first; in the past those that were in a block by then."""
    query = select(Operation).where(Operation.organisation == page.reader.organisation_id)
    if page.as_of is not None:
        query = query.where(Operation.block_number <= newest_block(page.session).number)
    rows, following = fetch(page.session, query, [Operation.sequence], paging)
    items = read_operations(page.session, page.services.is_final, rows)
    return page.render("operations.html", items=items, next=following)


@router.get("/{operation_id}")
def show(page: PageDep, operation_id: Uuid) -> Response:
    """How far it is; it asks again by itself until there is nothing more to wait for."""
    return _show(page, "operation.html", operation_id)


@router.get("/{operation_id}/state")
def state(page: PageDep, operation_id: Uuid) -> Response:
    """The part of the page that changes."""
    return _show(page, "operation_state.html", operation_id)


def _show(page: Page, template: str, operation_id: str, problem: Problem | None = None, typed: str = "") -> Response:
    read = service.get_operation(page.session, page.services, page.reader, operation_id)
    documents = [shown(item) for item in read.to_sign]
    return page.render(
        template,
        operation=read,
        documents=documents,
        meaning=meaning_in(page, documents),
        where=_where(page, read),
        events=_events(page, read),
        typed=typed,
        problem=problem,
        moving=read.state in {"pending", "mined"},
    )


def _where(page: Page, read: OperationRead) -> str | None:
    """Where one sees what it was about."""
    if read.resource.type == "quote":
        quote = page.session.get(FinancingQuote, read.resource.id)
        return None if quote is None else f"/financing/{quote.request_id}"
    if read.resource.type == "cancellation":
        offer = page.session.get(CancellationOffer, read.resource.id)
        return None if offer is None else f"/payables/{offer.payable_id}"
    template = _WHERE.get(read.resource.type)
    if template is None or (read.resource.id is None and "{}" in template):
        return None
    return template.format(read.resource.id)


def _events(page: Page, read: OperationRead) -> list[ChainEvent]:
    """What its transaction did, as the chain says it."""
    if read.state != "done" or read.tx is None:
        return []
    query = (
        select(ChainEvent)
        .where(ChainEvent.tx_hash == read.tx, ChainEvent.block_hash == read.block_hash, ChainEvent.business)
        .order_by(ChainEvent.log_index)
    )
    return [event for event in page.session.scalars(query) if event.name in EVENTS]


@router.get("/{operation_id}/to-sign.json")
def to_sign(page: PageDep, operation_id: Uuid) -> Response:
    """What the own wallet is to sign, as `scf sign` and wallets read it."""
    read = service.get_operation(page.session, page.services, page.reader, operation_id)
    document = {"operation": read.id, "wallet": read.wallet, "to_sign": read.to_sign}
    headers = {"Content-Disposition": f'attachment; filename="to-sign-{read.id[:8]}.json"'}
    return Response(json.dumps(document, indent=1, ensure_ascii=False), media_type="application/json", headers=headers)


@router.post("/{operation_id}/signature")
def sign(page: PageDep, form: FormDep, operation_id: Uuid) -> Response:
    """What the wallet made of it: one signature a line, or as `scf sign --json` prints them."""
    typed = forms.text(form, "signatures")
    try:
        given = SignaturesGiven(signatures=typed.replace(",", " ").split())
        operation = service.give_signature(page.session, page.services, page.reader, operation_id, given)
    except REFUSALS as error:
        about = "signatures" if isinstance(error, ValidationError) else None
        return _show(page, "operation.html", operation_id, problem_of(error, about), typed)
    return page.follow(operation)
