"""Dates: chain time is UTC seconds, business dates are China's, interest runs on whole days (R-44, R-15, R-01).

Everything here is given its instant: nothing reads a clock, because business dates come from the chain's time.
"""

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

BUSINESS_UTC_OFFSET = timedelta(hours=8)
"""Asia/Shanghai, without summer time since 1991. Pass another offset where a network's business is elsewhere."""

_EPOCH = date(1970, 1, 1)
_DAY_S = 86_400


def to_day(day: date) -> int:
    """Whole days since 1970-01-01, as the contracts store a date: 2026-01-01 is 20_454."""
    return (day - _EPOCH).days


def from_day(day: int) -> date:
    """The date of a day number; the inverse of `to_day`."""
    return _EPOCH + timedelta(days=day)


def business_date(instant_s: int, offset: timedelta = BUSINESS_UTC_OFFSET) -> date:
    """The business date on which a chain instant (UTC seconds) falls (R-44).

    2026-03-31T16:00:00Z is already 2026-04-01 in Shanghai.
    """
    return from_day((instant_s + _seconds(offset)) // _DAY_S)


def end_of_day(day: date, offset: timedelta = BUSINESS_UTC_OFFSET) -> int:
    """The instant (UTC seconds) at which business day `day` is over: the first second of the next one (R-44).

    Due "end of 2026-03-31" is 2026-04-01T00:00:00+08:00: a payment in an earlier second is in time.
    """
    return (to_day(day) + 1) * _DAY_S - _seconds(offset)


def _seconds(offset: timedelta) -> int:
    return offset // timedelta(seconds=1)


def add_months(day: date, months: int) -> date:
    """Calendar months later (or earlier), clamped to the end of a shorter month (R-01).

    2025-08-31 plus 6 is 2026-02-28; plus 12 is 2026-08-31.
    """
    years, month_index = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month_index + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class DayCount(StrEnum):
    """How days are counted and what a year of them is: a term of the product, never inferred (R-15)."""

    ACT_360 = "ACT/360"
    ACT_365F = "ACT/365F"
    THIRTY_360 = "30/360"
    """Bond basis (ISDA 2006, 4.16(f)): a 31st becomes the 30th at the start, and at the end if the start is a 30th."""
    ACT_ACT = "ACT/ACT"
    """ISDA (2006, 4.16(b)): days in leap years over 366 plus the other days over 365."""


def days_between(start: date, end: date, convention: DayCount) -> int:
    """Days from `start` to `end`, the first counted and the last not (R-15, 算头不算尾).

    2025-01-31 to 2025-04-30: 89 actual days, 90 by 30/360. ValueError if `end` is before `start`.
    """
    if end < start:
        raise ValueError(f"the period ends on {end}, before it starts on {start}")
    if convention is not DayCount.THIRTY_360:
        return (end - start).days
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


def year_fraction(start: date, end: date, convention: DayCount) -> Fraction:
    """The exact part of a year between two dates, as the pricing functions take it (R-15).

    2025-01-31 to 2025-04-30: 89/360, 89/365, 90/360, 89/365. ValueError if `end` is before `start`.
    """
    days = days_between(start, end, convention)
    match convention:
        case DayCount.ACT_360 | DayCount.THIRTY_360:
            return Fraction(days, 360)
        case DayCount.ACT_365F:
            return Fraction(days, 365)
        case DayCount.ACT_ACT:
            leap_days = _leap_days_before(end) - _leap_days_before(start)
            return Fraction(leap_days, 366) + Fraction(days - leap_days, 365)


def _leap_days_before(day: date) -> int:
    """How many days that lie in leap years come before `day`; only differences of it mean anything."""
    leap_years_before = (day.year - 1) // 4 - (day.year - 1) // 100 + (day.year - 1) // 400
    is_leap = monthrange(day.year, 2)[1] == 29
    return leap_years_before * 366 + ((day - date(day.year, 1, 1)).days if is_leap else 0)
