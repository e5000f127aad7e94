"""Pictures with their tables: cash by week, exposure by debtor and tier, the price of waiting. Each can be taken along,
as a table (CSV) and as a drawing (SVG), and is as of the moment that the page is."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import ColumnElement, Select, case, func, select, true

from api.console import figures, sums
from api.console.charts import Slice, price_of_waiting
from api.console.drawing import Chart, Group
from api.console.navigation import mark
from api.console.page import Page, PageDep
from api.console.tables import csv_of
from api.currencies import currency_of
from api.domain.dates import BUSINESS_UTC_OFFSET, DayCount, end_of_day, from_day
from api.domain.money import Money, format_amount
from api.errors import NotFound
from api.financing.reading import best_offers
from api.identity.actor import SUPERVISION, Role
from api.parties import parties
from api.programmes import service as programmes
from indexer.models import CashPosting, ChainBlock, Payable, PayableState, Receivable, ReceivableState

router = APIRouter(prefix="/pictures")
WEEKS_BACK, WEEKS_AHEAD = 6, 13
DEBTORS_MAX = 12
DAY_S = 86_400
OWNED = {Role.SUPPLIER, Role.FINANCIER}
"""Whose question is what comes to them, and not what they owe."""


def pictures(page: Page) -> list[Chart]:
    """Those that there is anything to draw of."""
    kinds: list[Callable[[Page], Iterator[Chart]]] = [_cash_flow, _ladder, _exposure, _debtors, _waiting]
    if page.reader.role in SUPERVISION:
        kinds = [_exposure, _ladder, _debtors, _holders]
    elif page.reader.address is None:
        kinds = []
    return [chart for kind in kinds for chart in kind(page)]


@router.get("")
def show(page: PageDep) -> Response:
    """All of them."""
    return page.render("pictures.html", charts=pictures(page), inline=True)


@router.get("/{name}.csv")
def table(page: PageDep, name: str) -> Response:
    """One as a table, with exact figures and as of which block it is."""
    return table_of(page, _get(page, name))


def table_of(page: Page, chart: Chart) -> Response:
    """The chart's table, to take along."""
    block = page.moment
    head = (page.words.say(chart.what), *(page.words.say(one) for one in chart.series), "currency", "as of")
    rows = (
        (group.label, *(format_amount(value, chart.currency) for value in group.values), chart.currency, block)
        for group in chart.groups
    )
    return csv_of(chart.name, head, rows)


@router.get("/{name}.svg")
def drawing(page: PageDep, name: str) -> Response:
    """One as a drawing that stands alone."""
    return drawing_of(page, _get(page, name))


def drawing_of(page: Page, chart: Chart) -> Response:
    """The chart's drawing, to take along."""
    return svg_of(page, "drawing.svg", chart.name, chart=chart, inline=False)


def svg_of(page: Page, template: str, name: str, **values: Any) -> Response:
    """A drawing as a file of its own."""
    response = page.render(template, **values)
    response.headers["Content-Type"] = "image/svg+xml"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.svg"'
    return response


def _get(page: Page, name: str) -> Chart:
    found = next((chart for chart in pictures(page) if chart.name == name), None)
    if found is None:
        raise NotFound.of("picture", name)
    return found


def _cash_flow(page: Page) -> Iterator[Chart]:
    """What came and went, and what is to come: by what falls due, the late with this week."""
    this_week = _week(page.today)
    weeks = [this_week + timedelta(weeks=number) for number in range(-WEEKS_BACK, WEEKS_AHEAD + 1)]
    flows: dict[str, dict[date, list[int]]] = defaultdict(lambda: {week: [0, 0, 0, 0] for week in weeks})
    for day, token, came, went in page.session.execute(_movements(page, weeks[0])):
        flow = flows[currency_of(page.services.deployments, token)][_week(from_day(int(day)))]
        flow[0] += int(came)
        flow[1] += int(went)
    for held in sums.held(page):
        week = max(this_week, _week(held.due_date))
        if week <= weeks[-1]:
            flows[held.currency][week][2] += held.owed
    for row in sums.owed_here(page):
        week = max(this_week, _week(row.due_date))
        if week <= weeks[-1]:
            flows[row.currency][week][3] += row.amount
    for currency, by_week in flows.items():
        groups = [
            Group(page.words.say(mark("week of %(day)s"), day=page.words.day(week)), f"{week:%m-%d}", tuple(values))
            for week, values in by_week.items()
        ]
        series = (mark("Came in"), mark("Went out"), mark("To come in"), mark("To go out"))
        yield Chart(
            f"cash-flow-{currency}",
            mark("Cash by week"),
            mark("What moved on your account, and what falls due; what is late stands with this week."),
            mark("When"),
            currency,
            series,
            groups,
            stacked=False,
        )


def _movements(page: Page, since: date) -> Select[int, str, Any, Any]:
    """(day, token, came, went) of the reader's account."""
    day = (ChainBlock.timestamp + int(BUSINESS_UTC_OFFSET.total_seconds())) // DAY_S
    came = func.sum(case((CashPosting.amount > 0, CashPosting.amount), else_=0))
    went = func.sum(case((CashPosting.amount < 0, -CashPosting.amount), else_=0))
    return (
        select(day, CashPosting.token, came, went)
        .join(ChainBlock, ChainBlock.hash == CashPosting.block_hash)
        .where(CashPosting.account == page.reader.address, ChainBlock.timestamp > end_of_day(since - timedelta(days=1)))
        .group_by(day, CashPosting.token)
    )


def _week(day: date) -> date:
    """Its Monday."""
    return day - timedelta(days=day.weekday())


def _exposure(page: Page) -> Iterator[Chart]:
    """What debtors still owe, by how deep in the chain of suppliers it is held."""
    where: ColumnElement[bool]
    if page.reader.role in SUPERVISION:
        where, about = true(), mark("What is confirmed and not drawn yet, of everybody.")
    elif page.reader.role == Role.CORE_ENTERPRISE:
        where, about = Payable.debtor == page.reader.address, mark("What you confirmed and is not drawn yet.")
    else:
        where, about = Receivable.holder == page.reader.address, mark("What you hold and have not drawn yet.")
    rows = page.session.execute(
        select(
            Payable.debtor,
            Payable.programme_id,
            Receivable.depth,
            func.sum(Receivable.end - Receivable.start - Receivable.drawn_principal),
        )
        .join(Payable, Payable.payable_id == Receivable.payable_id)
        .where(
            Payable.state == PayableState.CONFIRMED,
            Receivable.state == ReceivableState.LIVE,
            Receivable.parking.is_(None),
            where,
        )
        .group_by(Payable.debtor, Payable.programme_id, Receivable.depth)
    ).all()
    currencies = programmes.currencies(page.session, page.services.deployments, {row[1] for row in rows})
    by_currency: dict[str, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    for debtor, programme_id, depth, minor in rows:
        by_currency[currencies[programme_id]][debtor][depth] += int(minor)
    people = parties(page.session, {row[0] for row in rows})
    for currency, debtors in by_currency.items():
        tiers = sorted({depth for parts in debtors.values() for depth in parts})
        largest = sorted(debtors, key=lambda debtor: (-sum(debtors[debtor].values()), debtor))
        groups = []
        for debtor in largest[:DEBTORS_MAX]:
            name = people[debtor].name or debtor
            groups.append(Group(name, name[:9], tuple(debtors[debtor].get(tier, 0) for tier in tiers)))
        if rest := largest[DEBTORS_MAX:]:
            others = page.words.say(mark("others"))
            values = tuple(sum(debtors[debtor].get(tier, 0) for debtor in rest) for tier in tiers)
            groups.append(Group(others, others, values))
        series = tuple(page.words.say(mark("Tier %(number)s"), number=tier + 1) for tier in tiers)
        yield Chart(
            f"exposure-{currency}",
            mark("Exposure by debtor and tier"),
            about,
            mark("Who owes"),
            currency,
            series,
            groups,
        )


def _ladder(page: Page) -> Iterator[Chart]:
    """The maturity ladder: what is late, then month by month."""
    if page.reader.role in OWNED:
        dues = [(held.due_date, held.owed, held.currency) for held in sums.held(page)]
        title = mark("When it comes")
    else:
        dues = [(row.due_date, row.amount, row.currency) for row in sums.owed_here(page)]
        title = mark("When it falls due")
    note = mark("What is late, and what falls due month by month.")
    for currency, rungs in figures.ladders(page.today, dues).items():
        groups = []
        for rung in rungs:
            if rung.start is None:
                label = short = page.words.say(mark("Late"))
            else:
                label = page.words.say(mark("Later")) if rung.end is None else page.words.month(rung.start)
                short = label if rung.end is None else f"{rung.start:%Y-%m}"
            groups.append(Group(label, short, (figures.minor_of(rung.amount),)))
        yield Chart(f"ladder-{currency}", title, note, mark("When"), currency, (mark("Amount"),), groups)


def _debtors(page: Page) -> Iterator[Chart]:
    """Who owes how much: to the reader, or to all."""
    if page.reader.role == Role.FINANCIER:
        title, note = mark("Who owes you"), mark("What is still to come of what you hold, by who owes it.")
        amounts = [(one.debtor, one.owed, one.currency) for one in sums.held(page)]
    elif page.reader.role in SUPERVISION:
        title, note = mark("Who owes"), mark("What is outstanding, by who owes it.")
        amounts = [(one.debtor, one.amount, one.currency) for one in sums.owed_here(page)]
    else:
        return
    yield from _shares("debtors", title, note, mark("Who"), figures.by_party(page, amounts))


def _holders(page: Page) -> Iterator[Chart]:
    """Whom it is owed to."""
    note = mark("What is confirmed and open, by who holds it.")
    yield from _shares("holders", mark("Who is owed"), note, mark("Who"), figures.held_by(page))


def _shares(name: str, title: str, note: str, what: str, found: dict[str, list[Slice]]) -> Iterator[Chart]:
    for currency, parts in found.items():
        groups = [
            Group(one.name or one.address, (one.name or one.address)[:9], (figures.minor_of(one.amount),))
            for one in parts
        ]
        yield Chart(f"{name}-{currency}", title, note, what, currency, (mark("Amount"),), groups)


def _waiting(page: Page) -> Iterator[Chart]:
    """What selling the largest free receivable would cost today, and on later days."""
    today = page.today
    own = [found for found in sums.held(page) if found.sellable(today)]
    price = figures.price_of(page, best_offers(page.session, page.services, page.reader))
    if price is None or not own:
        return
    largest = max(own, key=lambda found: found.free)
    value = Money(largest.free, largest.currency)
    note = mark("Your largest free receivable: what selling it would cost at that rate today, and on later days.")
    yield waiting(page, f"waiting-{value.currency}", note, value, price.rate_ppm, largest.due_date)


def waiting(page: Page, name: str, note: str, value: Money, rate_ppm: int, due: date) -> Chart:
    """What selling so much would cost at this rate today, and on later days."""
    steps = price_of_waiting(value, rate_ppm, DayCount.ACT_360, page.today, due)
    groups = [Group(page.words.day(one.day), f"{one.day:%m-%d}", (one.cost.minor, one.proceeds.minor)) for one in steps]
    series = (mark("It costs"), mark("You get"))
    return Chart(name, mark("The price of waiting"), note, mark("Sold on"), value.currency, series, groups, drawn=1)
