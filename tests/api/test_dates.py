"""Business dates (R-44), day counts (R-15) and calendar months (R-01)."""

import json
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.dates import (
    DayCount,
    add_months,
    business_date,
    days_between,
    end_of_day,
    from_day,
    to_day,
    year_fraction,
)

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("2026-03-31T15:59:59+00:00", date(2026, 3, 31)),
        ("2026-03-31T16:00:00+00:00", date(2026, 4, 1)),
        ("2026-03-31T23:59:59+08:00", date(2026, 3, 31)),
        ("1969-12-31T15:59:59+00:00", date(1969, 12, 31)),
    ],
)
def test_business_date__around_midnight__is_shanghais__r44(when: str, day: date) -> None:
    assert business_date(instant(when)) == day


def test_end_of_day__due_date__is_the_next_midnight_in_shanghai__r44() -> None:
    assert end_of_day(date(2026, 3, 31)) == instant("2026-04-01T00:00:00+08:00")
    assert end_of_day(date(2026, 12, 31)) == instant("2027-01-01T00:00:00+08:00")


@given(DAYS, st.integers(-12 * 60, 14 * 60).map(lambda minutes: timedelta(minutes=minutes)))
def test_end_of_day__any_day_and_offset__is_its_first_second_past__r44(day: date, offset: timedelta) -> None:
    end = end_of_day(day, offset)
    assert business_date(end - 1, offset) == day
    assert business_date(end, offset) == day + timedelta(days=1)


def test_business_date__another_offset__is_configurable__r44() -> None:
    midnight_utc = int(datetime(2026, 4, 1, tzinfo=UTC).timestamp())
    assert business_date(midnight_utc - 1, timedelta(0)) == date(2026, 3, 31)
    assert end_of_day(date(2026, 3, 31), timedelta(0)) == midnight_utc


def test_to_day__known_dates__counts_from_1970() -> None:
    assert (to_day(date(1970, 1, 1)), to_day(date(2026, 1, 1)), to_day(date(1969, 12, 31))) == (0, 20_454, -1)


@given(DAYS)
def test_from_day__of_to_day__is_the_same_date(day: date) -> None:
    assert from_day(to_day(day)) == day


def test_days_between__domain_rules_example__act_89_and_30_360_90__r15() -> None:
    start, end = date(2025, 1, 31), date(2025, 4, 30)
    counted = {convention: days_between(start, end, convention) for convention in DayCount}
    assert counted == {DayCount.ACT_360: 89, DayCount.ACT_365F: 89, DayCount.THIRTY_360: 90, DayCount.ACT_ACT: 89}


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2007, 1, 15), date(2007, 1, 30), 15),
        (date(2007, 1, 15), date(2007, 1, 31), 16),  # the end's 31st stays: the start is no 30th
        (date(2007, 9, 30), date(2007, 10, 31), 30),
        (date(2007, 8, 31), date(2007, 10, 31), 60),
        (date(2007, 2, 28), date(2007, 3, 31), 33),  # the end of February is no 30th in the bond basis
        (date(2008, 2, 29), date(2009, 2, 28), 359),
    ],
)
def test_days_between__30_360__is_isdas_bond_basis__r15(start: date, end: date, days: int) -> None:
    assert days_between(start, end, DayCount.THIRTY_360) == days


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2003, 11, 1), date(2004, 5, 1), Fraction(61, 365) + Fraction(121, 366)),  # ISDA's own memorandum
        (date(1999, 2, 1), date(1999, 7, 1), Fraction(150, 365)),
        (date(2023, 7, 1), date(2025, 7, 1), Fraction(184 + 181, 365) + 1),
        (date(2024, 1, 1), date(2025, 1, 1), Fraction(1)),
        (date(2024, 2, 29), date(2024, 3, 1), Fraction(1, 366)),
        (date(2099, 7, 1), date(2101, 7, 1), Fraction(2)),  # 2100 is no leap year
    ],
)
def test_year_fraction__act_act__splits_at_the_leap_year__r15(start: date, end: date, years: Fraction) -> None:
    assert year_fraction(start, end, DayCount.ACT_ACT) == years


def test_year_fraction__domain_rules_example__is_exact__r15() -> None:
    start, end = date(2025, 1, 31), date(2025, 4, 30)
    assert {convention.value: year_fraction(start, end, convention) for convention in DayCount} == {
        "ACT/360": Fraction(89, 360),
        "ACT/365F": Fraction(89, 365),
        "30/360": Fraction(90, 360),
        "ACT/ACT": Fraction(89, 365),
    }


@pytest.mark.parametrize("convention", DayCount)
def test_days_between__first_counted_last_not__r15(convention: DayCount) -> None:
    day = date(2026, 3, 10)
    assert days_between(day, day, convention) == 0
    assert days_between(day, date(2026, 3, 11), convention) == 1
    with pytest.raises(ValueError, match="before it starts"):
        days_between(day, date(2026, 3, 9), convention)


def test_add_months__shared_vectors__gives_what_the_contract_gives() -> None:
    vectors = json.loads((Path(__file__).parents[1] / "vectors" / "calendar.json").read_text())["add_months"]
    rows = list(zip(vectors["day"], vectors["months"], vectors["result"], strict=True))
    assert len(rows) > 10
    for day, months, result in rows:
        assert to_day(add_months(from_day(day), months)) == result


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2025, 8, 31), 12, date(2026, 8, 31)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2025, 12, 31), 1, date(2026, 1, 31)),
        (date(2025, 6, 15), 6, date(2025, 12, 15)),
        (date(2025, 6, 15), 0, date(2025, 6, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
    ],
)
def test_add_months__end_of_month__is_clamped__r01(start: date, months: int, expected: date) -> None:
    assert add_months(start, months) == expected
