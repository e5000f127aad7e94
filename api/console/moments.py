"""As of which day a page is: what its slider says becomes an address."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.console.page import PageDep
from api.console.signing_in import ours
from api.domain.dates import from_day

router = APIRouter()


@router.get("/as-of")
def go_to_day(page: PageDep, day: Annotated[int, Query(ge=0, lt=2**31)], to: str = "/") -> Response:
    """The page `to` as of the end of that day, or of the nearest that the chain has; as of now for its last."""
    days, path = page.days, ours(to)
    if days is None or day >= days.number(days.last):
        return page.go(path)
    return page.go(f"{path}?as_of={from_day(max(day, days.number(days.first))).isoformat()}")
