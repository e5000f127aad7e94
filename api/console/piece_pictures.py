"""The pictures of one payable and of one piece, to take along: its lineage, and the price of waiting."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.console import payables, pictures, receivables
from api.console.charts import lineage
from api.console.drawing import Chart
from api.console.figures import price_of
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.console.tables import csv_of
from api.errors import NotFound
from api.payables import reading
from api.schemas import PayableId, ReceivableId

router = APIRouter()


@router.get("/payables/{payable_id}/lineage.csv")
def lineage_table(page: PageDep, payable_id: PayableId) -> Response:
    """The pieces that the reader may see, as the page's table tells them."""
    payables.get(page, payable_id)
    block = page.moment
    head = ("receivable", "split from", "holder", "from", "to", "value", "drawn", "state", "currency", "as of")
    rows = (
        (
            piece.receivable_id,
            piece.parent_id or "",
            piece.holder.name or piece.holder.address,
            page.words.cents(piece.start, piece.value.currency),
            page.words.cents(piece.end, piece.value.currency),
            piece.value.amount,
            piece.drawn.amount,
            piece.state,
            piece.value.currency,
            block,
        )
        for piece in payables.all_pieces_of(page, payable_id)
    )
    return csv_of(f"lineage-{payable_id[:10]}", head, rows)


@router.get("/payables/{payable_id}/lineage.svg")
def lineage_drawing(page: PageDep, payable_id: PayableId) -> Response:
    """As a drawing that stands alone; NotFound before there is a piece."""
    read = reading.read(page.session, page.services, payables.get(page, payable_id))
    pieces = lineage(read.face_value.minor, payables.pieces_of(page, payable_id))
    if not pieces:
        raise NotFound.of("picture", "lineage")
    name = f"lineage-{payable_id[:10]}"
    return pictures.svg_of(page, "lineage.svg", name, pieces=pieces, payable=read)


@router.get("/receivables/{receivable_id}/waiting.csv")
def waiting_table(page: PageDep, receivable_id: ReceivableId) -> Response:
    """What selling it would cost today, and on later days."""
    return pictures.table_of(page, _waiting(page, receivable_id))


@router.get("/receivables/{receivable_id}/waiting.svg")
def waiting_drawing(page: PageDep, receivable_id: ReceivableId) -> Response:
    """The same, drawn."""
    return pictures.drawing_of(page, _waiting(page, receivable_id))


def _waiting(page: Page, receivable_id: str) -> Chart:
    """NotFound where no price is known, or nothing of it is free."""
    read = receivables.read_of(page, receivable_id)
    mine = read.state == "live" and read.holder.address == page.reader.address and read.due_date > page.today
    price = price_of(page) if mine else None
    if price is None or read.free is None or not read.free.minor:
        raise NotFound.of("picture", "waiting")
    note = mark("What selling it would cost at that rate today, and on later days.")
    return pictures.waiting(page, "waiting", note, read.free, price.rate_ppm, read.due_date)
