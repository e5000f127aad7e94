"""Pictures: each says the same as its table, as of the page's moment, and can be taken along."""

import csv
import io
import re
from collections import Counter
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI
from lxml import html

from api.console.drawing import BOTTOM, HEIGHT, LEFT, TOP, WIDTH, Chart, Group
from api.console.words import words
from tests.api.browsing import Browser
from tests.api.stage import FACE, Stage

SVG = "{http://www.w3.org/2000/svg}"


def rows(browser: Browser, name: str, **query: str) -> list[dict[str, str]]:
    answer = browser.get(f"/pictures/{name}.csv", **query)
    assert answer.headers["content-type"].startswith("text/csv"), answer.text[-300:]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def minor(text: str) -> int:
    return int(text.replace(".", ""))


def chart(groups: list[Group], *, stacked: bool) -> Chart:
    return Chart("x", "x", "x", "x", "CNY", ("a", "b"), groups, stacked=stacked)


@pytest.mark.parametrize("stacked", [True, False])
def test_bars__heights__are_in_proportion_and_inside(stacked: bool) -> None:
    groups = [Group(str(number), str(number), (number * 100, 700 - number)) for number in range(1, 8)]
    found = chart(groups, stacked=stacked)
    bars = list(found.bars())
    assert len(bars) == 14
    whole = HEIGHT - BOTTOM - TOP
    for bar in bars:
        assert bar.height == pytest.approx(whole * bar.group.values[bar.series] / found.top)
        assert bar.x >= LEFT
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= TOP - 1e-6
        assert bar.y + bar.height <= HEIGHT - BOTTOM + 1e-6
    for first, second in zip(bars[::2], bars[1::2], strict=True):
        assert (second.y + second.height == pytest.approx(first.y)) if stacked else (second.x > first.x)


def test_bars__nothing_to_draw__is_no_division_by_zero() -> None:
    assert list(chart([], stacked=True).bars()) == []
    assert list(chart([Group("a", "a", (0, 0))], stacked=False).bars()) == []


@pytest.mark.devnet
def test_cash_flow__of_a_supplier__has_what_came_and_what_is_to_come(network: Stage, app: FastAPI) -> None:
    browser = Browser(app).sign_in("s1")
    due = network.today() + timedelta(days=20)
    week = due - timedelta(days=due.weekday())
    label = words("en").day(week)

    def of(text: str, column: str) -> int:
        found = next((row for row in rows(browser, "cash-flow-CNY") if text in row["When"]), None)
        assert found, text
        return minor(found[column])

    network.confirmed(due_date=due)
    to_come = of(label, "To come in")
    payable = network.confirmed(due_date=due)
    assert of(label, "To come in") == to_come + FACE
    now = network.today() - timedelta(days=network.today().weekday())
    this_week = words("en").day(now)
    came = of(this_week, "Came in")
    quote = network.quoted("f1", network.asked("s1", f"{payable}00000001", FACE))
    network["s1"].command(f"/api/v1/quotes/{quote}/accept")
    proceeds = minor(network["s1"].read(f"/api/v1/quotes/{quote}")["proceeds"]["amount"])
    assert of(this_week, "Came in") == came + proceeds
    assert of(label, "To come in") == to_come


@pytest.mark.devnet
def test_exposure__by_debtor_and_tier__is_what_the_reports_say(network: Stage, app: FastAPI) -> None:
    """What one payable adds: the picture tells what is not drawn, the report what is not paid in."""

    def told() -> tuple[Counter[str], Counter[str]]:
        shown: Counter[str] = Counter()
        for row in rows(Browser(app).sign_in("r"), "exposure-CNY"):
            shown.update({name: minor(value) for name, value in row.items() if name.startswith("Tier ")})
        items = network["r"].read("/audit/v1/exposures/tiers")["items"]
        reported = {f"Tier {row['tier']}": minor(row["unpaid"]["amount"]) for row in items if row["currency"] == "CNY"}
        return shown, Counter(reported)

    network.confirmed()
    before = told()
    network.split("s1", f"{network.confirmed()}00000001", "s2", FACE // 4)
    shown, reported = (after - was for after, was in zip(told(), before, strict=True))
    assert shown == reported == Counter({"Tier 1": FACE - FACE // 4, "Tier 2": FACE // 4})


@pytest.mark.devnet
def test_picture__drawn__has_a_bar_for_each_figure_of_its_table(network: Stage, app: FastAPI) -> None:
    network.confirmed()
    browser = Browser(app, "zh-CN").sign_in("s1")
    page = browser.get("/pictures").text
    assert 'class="drawing"' in page
    links = set(re.findall(r'href="/console(/pictures/[^"]+\.svg)"', page))
    assert links
    for link in links:
        answer = browser.get(link)
        assert answer.headers["content-type"] == "image/svg+xml"
        drawing = ET.fromstring(answer.content)
        bars = [one for one in drawing.iter(f"{SVG}rect") if one.get("class")]
        assert bars
        assert "style" not in answer.text
        assert browser.get(link.replace(".svg", ".csv")).status_code == 200
    assert browser.get("/pictures/none.svg").status_code == 404


@pytest.mark.devnet
def test_picture__as_of_before__shows_what_was(network: Stage, app: FastAPI) -> None:
    network.confirmed()
    then = str(network["r"].read("/api/v1/chain")["block"])
    browser = Browser(app).sign_in("r")
    before = rows(browser, "exposure-CNY", as_of=then)
    network.confirmed()
    after = rows(browser, "exposure-CNY")
    assert rows(browser, "exposure-CNY", as_of=then) == before
    assert sum(minor(row["Tier 1"]) for row in after) == sum(minor(row["Tier 1"]) for row in before) + FACE
    assert f"block {then}" in before[0]["as of"]


@pytest.mark.devnet
def test_price_of_waiting__falls_to_nothing_on_the_due_date(network: Stage, app: FastAPI) -> None:
    network.go_to(12)
    network.quoted("f1", network.asked("s1", f"{network.confirmed(amount=5 * FACE)}00000001", FACE))
    found = rows(Browser(app).sign_in("s1"), "waiting-CNY")
    costs = [minor(row["It costs"]) for row in found]
    assert costs == sorted(costs, reverse=True)
    assert (costs[0] > 0, costs[-1]) == (True, 0)
    assert len({minor(row["It costs"]) + minor(row["You get"]) for row in found}) == 1


DRAWN = '//section[.//svg[contains(@class, "bar-chart") or @class="lineage" or @class="drawing"]]'
OF_NOW = {("o", "/")}
"""What waits for review and whether anything is stuck: of now, whatever the books said before."""


@pytest.mark.devnet
def test_pages__of_every_menu__are_as_of_a_day_and_their_pictures_can_be_taken_along(
    network: Stage, app: FastAPI
) -> None:
    network.go_to(12)
    network.pass_time(86_400)  # so that there are days to choose from
    payable = network.confirmed()
    network.quoted("f1", network.asked("s1", f"{payable}00000001", FACE))
    network.split("s1", f"{network.confirmed()}00000001", "f1", FACE // 4)
    drawn = 0
    for login in ("c", "s1", "f1", "b", "o", "r", "co"):
        browser = Browser(app).sign_in(login)
        entries = html.fromstring(browser.seen).xpath('//nav[@class="menu"]//a/@href')
        paths = [one.removeprefix("/console") for one in entries]
        if login in {"s1", "r"}:
            paths += [f"/payables/{payable}"] + ([f"/receivables/{payable}00000001"] if login == "s1" else [])
        for path in paths:
            page = html.fromstring(browser.get(path).text)
            slider = page.xpath('//input[@type="range" and @name="day"]')
            assert bool(slider) != ((login, path) in OF_NOW), (login, path)
            for card in page.xpath(DRAWN):
                files = [one.removeprefix("/console") for one in card.xpath(".//a[@download]/@href")]
                assert {one.rpartition(".")[2] for one in files} == {"csv", "svg"}, (login, path)
                assert card.xpath(".//table"), (login, path)
                assert "as of" in card.text_content()
                assert [browser.get(one).status_code for one in files] == [200] * len(files), files
                drawn += 1
    assert drawn > 12


@pytest.mark.devnet
def test_lineage__taken_along__is_the_pieces_that_the_reader_sees(network: Stage, app: FastAPI) -> None:
    payable = network.confirmed()
    whole = str(network["r"].read("/api/v1/chain")["block"])
    child = network.split("s1", f"{payable}00000001", "s2", FACE // 4)
    path = f"/payables/{payable}/lineage"

    def told(login: str, **query: str) -> tuple[list[str], int]:
        browser = Browser(app).sign_in(login)
        text = browser.get(f"{path}.csv", **query).content.decode("utf-8-sig")
        pieces = [row["receivable"] for row in csv.DictReader(io.StringIO(text))]
        drawing = ET.fromstring(browser.get(f"{path}.svg", **query).content)
        return pieces, len([one for one in drawing.iter(f"{SVG}rect") if one.get("class") == "own"])

    assert told("c") == ([f"{payable}00000001", child], 2)
    assert told("s2") == ([child], 1), "a receiver sees its own part"
    assert told("c", as_of=whole) == ([f"{payable}00000001"], 1)
    assert Browser(app).sign_in("s3").get(f"{path}.csv").status_code == 404


@pytest.mark.devnet
def test_ladder__taken_along__adds_up_to_what_is_owed(network: Stage, app: FastAPI) -> None:
    network.confirmed()
    browser = Browser(app).sign_in("r")
    pictures = ("ladder-CNY", "debtors-CNY", "holders-CNY")
    owed, of_debtors, held = (sum(minor(row["Amount"]) for row in rows(browser, picture)) for picture in pictures)
    assert owed == of_debtors
    network.confirmed()
    now = [sum(minor(row["Amount"]) for row in rows(browser, picture)) for picture in pictures]
    assert now == [owed + FACE, of_debtors + FACE, held + FACE]


@pytest.mark.devnet
def test_lists__of_what_is_not_on_the_chain__are_as_of_a_day_too(network: Stage, app: FastAPI) -> None:
    network.quoted("f1", request := network.asked("s1", f"{network.confirmed()}00000001", FACE))
    then = str(network["r"].read("/api/v1/chain")["block"])
    network.pass_time(60)
    network.quoted("f2", request, 41_000)
    number = network["s1"].read(f"/api/v1/invoices/{network.invoice()}")["number"]
    network["s1"].command(f"/api/v1/receivables/{network.confirmed()}00000001/extinguish")
    browser = Browser(app).sign_in("s1")
    for path, text in ((f"/financing/{request}", "4.10"), ("/invoices", f">{number}<")):
        assert text in browser.get(path).text
        assert text not in browser.get(path, as_of=then).text
    assert "Give a receivable up" in browser.get("/operations").text
    assert "Give a receivable up" not in browser.get("/operations", as_of=then).text
