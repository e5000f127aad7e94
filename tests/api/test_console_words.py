"""What the console makes of amounts, rates, dates and languages, and what its pictures are drawn from."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from api.console import catalogue
from api.console.charts import BAR_MAX, ladder, lineage, price_of_waiting, shares
from api.console.forms import RateUnreadable, amount, per_cent
from api.console.signing_in import ours
from api.console.tables import csv_of
from api.console.words import LANGUAGES, chosen, words
from api.domain.dates import DayCount
from api.domain.money import MINOR_MAX, Money, MoneyError


def test_catalogues__of_every_language__are_complete() -> None:
    assert {language: catalogue.problems(language) for language in LANGUAGES if language != "en"} == {"zh": []}


def test_catalogue__a_text_taken_out__is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    there = catalogue.stored("zh")
    there.delete("Receivables")
    there.add("A text of yesterday", "昨日")
    monkeypatch.setattr(catalogue, "stored", lambda _language: there)
    found = catalogue.problems("zh")
    assert found == ["not translated: 'Receivables'", "not used any more: 'A text of yesterday'"]


def test_words__the_trades_own__stand_in_chinese() -> None:
    page = words("zh")
    wanted = {
        "Receivables": "应收账款",
        "Confirm": "确权",
        "Split and hand on": "拆分流转",
        "Settlement bank": "清算行",
        "Platform operator": "平台方",
        "Financing": "保理融资",
        "Drawn so far": "已清分",
        "Redeem": "兑付",
        "Set aside": "留存",
        "Cash set aside": "现金已留存",
    }
    assert {text: page.say(text) for text in wanted} == wanted


@pytest.mark.parametrize("other", ["划出", "运营方", "帐款", "支取的", "赎回"])
def test_words__another_for_the_same_in_chinese__is_in_no_text(other: str) -> None:
    texts = [str(message.string) for message in catalogue.stored("zh")]
    assert [text for text in texts if other in text] == []


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [
        (None, None, "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "de,en;q=0.5,zh;q=0.7", "zh"),
        (None, "fr;q=x, *", "en"),
        ("en", "zh-CN", "en"),
        ("xx", "zh", "zh"),
    ],
)
def test_language__of_cookie_and_browser__is_the_first_we_have(
    cookie: str | None, accepted: str | None, language: str
) -> None:
    assert chosen(cookie, accepted) == language


def test_words__amounts_dates_and_rates__are_in_each_custom() -> None:
    english, chinese = words("en"), words("zh")
    value, day = Money(98_800_000, "CNY"), date(2026, 11, 28)
    assert (english.money(value), chinese.money(value)) == ("CNY 988,000.00", "¥988,000.00")
    assert chinese.money(Money(5, "JPY")) == "JPY 5"
    assert (english.day(day), chinese.day(day)) == ("28 Nov 2026", "2026年11月28日")
    assert (english.rate(48_583), chinese.rate(48_000), english.rate(0)) == ("4.8583 %", "4.80%", "0.00 %")
    assert (english.days(1), english.days(2), chinese.days(2)) == ("1 day", "2 days", "2 天")
    assert english.instant(1_795_881_599) == "28 Nov 2026, 23:59", "15:59:59 UTC"


@pytest.mark.parametrize("typed", ["300,000.00", "¥300000", " 300 000 ", "３００，０００．００"])
def test_amount__as_people_type_it__is_the_same_amount(typed: str) -> None:
    assert amount(typed, "CNY") == Money(300_000_00, "CNY")


@pytest.mark.parametrize("typed", ["", "3.000,00", "1e5", "-5", "1.234"])
def test_amount__that_could_mean_anything__is_refused(typed: str) -> None:
    with pytest.raises(MoneyError):
        amount(typed, "CNY")


def test_rate__in_per_cent__is_exact() -> None:
    assert [per_cent(typed) for typed in ("4.80", "4.8583%", "0", "１２")] == [48_000, 48_583, 0, 120_000]
    for typed in ("", "four", "-1", "1e2", "4.80001", "101", "nan"):
        with pytest.raises(RateUnreadable):
            per_cent(typed)


@pytest.mark.parametrize("path", ["//evil", "https://evil", "/\\evil", "", "evil"])
def test_next__of_another_host__is_the_start_page(path: str) -> None:
    assert ours(path) == "/"
    assert ours("/payables") == "/payables"


def test_ladder__dues_before_and_after_today__are_late_then_by_month() -> None:
    today = date(2026, 11, 28)
    rungs = ladder(
        today,
        "CNY",
        [(date(2026, 11, 27), 50), (date(2026, 11, 28), 100), (date(2027, 1, 31), 200), (date(2029, 1, 1), 7)],
    )
    assert [(rung.amount.amount, rung.count) for rung in rungs[:4]] == [
        ("0.50", 1),
        ("1.00", 1),
        ("0.00", 0),
        ("2.00", 1),
    ]
    assert (rungs[0].start, rungs[0].end, rungs[1].start) == (None, today, today)
    assert (rungs[-1].amount.amount, rungs[-1].end) == ("0.07", None)
    assert [rung.length for rung in rungs[:4]] == [250, 500, 0, BAR_MAX]
    assert ladder(today, "CNY", []) == []


def test_ladder__a_sum_above_the_largest_amount__is_shown() -> None:
    """Each is an amount of the network; together they are more than one may be."""
    (rung,) = ladder(date(2026, 11, 28), "CNY", [(date(2026, 11, 28), MINOR_MAX)] * 2)
    assert rung.amount.amount == "180143985094819.82"
    (part,) = shares("CNY", {("a", "0x1"): 2 * MINOR_MAX})
    assert part.amount == rung.amount


def test_price_of_waiting__sold_later__costs_less_and_on_the_due_date_nothing() -> None:
    found = price_of_waiting(Money(300_000_00, "CNY"), 48_000, DayCount.ACT_360, date(2026, 11, 28), date(2027, 2, 26))
    assert (found[0].cost.minor, found[0].proceeds.minor) == (3_600_00, 296_400_00), "R-14i"
    assert found[-1].cost.minor == 0
    assert [one.cost.minor for one in found] == sorted((one.cost.minor for one in found), reverse=True)
    assert price_of_waiting(Money(1, "CNY"), 1, DayCount.ACT_360, date(2026, 1, 2), date(2026, 1, 2)) == []


def test_shares__of_a_sum__are_largest_first() -> None:
    found = shares("CNY", {("b", "0x2"): 1, ("a", "0x1"): 3})
    assert [(part.name, part.per_mille) for part in found] == [("a", 750), ("b", 250)]


def test_lineage__split_of_a_split__hangs_below_what_it_took() -> None:
    def piece(name: str, parent: str | None, start: int, end: int, depth: int) -> Any:
        return SimpleNamespace(receivable_id=name, parent_id=parent, start=start, end=end, depth=depth)

    # 1,000: 400 to a second, of which 100 to a third.
    found = lineage(1000, [piece("1", None, 0, 600, 0), piece("2", "1", 600, 900, 1), piece("3", "2", 900, 1000, 2)])
    assert [(one.row, int(one.x), int(one.width), int(one.own)) for one in found] == [
        (0, 0, 1000, 600),
        (1, 600, 400, 300),
        (2, 900, 100, 100),
    ]
    seen_by_the_third = lineage(1000, [piece("3", "2", 900, 1000, 2)])
    assert [(one.row, int(one.x)) for one in seen_by_the_third] == [(0, 900)]


def test_lineage__of_a_piece_that_took_its_child_in__still_hangs_the_child_below() -> None:
    # A merger leaves the piece as deep as the deeper of the two (I3).
    kept = SimpleNamespace(receivable_id="1", parent_id=None, start=0, end=1000, depth=1)
    absorbed = SimpleNamespace(receivable_id="2", parent_id="1", start=750, end=1000, depth=1)
    found: Any = lineage(1000, [absorbed, kept])  # type: ignore[list-item]
    assert [(one.shown.receivable_id, one.row, int(one.width)) for one in found] == [("1", 0, 1000), ("2", 1, 250)]


def test_csv__a_cell_that_a_spreadsheet_would_run__is_text() -> None:
    body = bytes(csv_of("x", ("a", "b"), [("=1+1", None), ("@x", "plain")]).body).decode("utf-8-sig")
    assert body.splitlines() == ["a,b", "'=1+1,", "'@x,plain"]
