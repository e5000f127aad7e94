"""Prices of receivables: exact fractions, rounded half up to the minor unit once, at the end.

Amounts are minor units; rates are parts per million a year (4.80 % is 48_000 ppm); a period is an exact part of a year:
`Fraction(90, 360)`, or `dates.year_fraction` for the product's day count (R-15). The worked examples and their edges
stand in `tests/vectors/pricing.json`, in integers alone, so that forge can read them where Solidity has the formula.
"""

from dataclasses import dataclass
from fractions import Fraction

PPM = 1_000_000
"""Parts per million in one."""


class PricingError(ValueError):
    """The terms have no price: an amount or a rate out of range, or a discount that eats the whole face value."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a financier pays for a face value. Always `discount + proceeds == face_value`, all in minor units."""

    face_value: int
    discount: int
    proceeds: int


# R-14a: D = F·r·t, P = F − D.
# 1,000,000.00 at 4.80 % for 90 days: t = 90/360 gives D 12,000.00, P 988,000.00;
# t = 90/365 gives D 11,835.62, P 988,164.38.
# R-14i, a part of it, on the child's amount: 300,000.00 for 90/360 gives D 3,600.00.
def bank_discount(face_value: int, annual_rate_ppm: int, years: Fraction) -> Price:
    """R-14a: the rate is charged on the face value, up front. The discount is rounded half up.

    PricingError if nothing is left to pay out.
    """
    _check_terms(face_value, annual_rate_ppm, years)
    discount = round_half_up(Fraction(face_value * annual_rate_ppm, PPM) * years)
    if discount >= face_value:
        raise PricingError(f"a discount of {discount} leaves nothing of a face value of {face_value}")
    return Price(face_value, discount, face_value - discount)


# R-14b: P = F / (1 + r·t).
# 1,000,000.00 at 4.80 % for 90 days: t = 90/360 gives P 988,142.29; t = 90/365 gives P 988,302.83.
def true_discount(face_value: int, annual_rate_ppm: int, years: Fraction) -> Price:
    """R-14b: the proceeds, lent at the rate, grow to the face value. The proceeds are rounded half up.

    PricingError if the proceeds round to nothing.
    """
    _check_terms(face_value, annual_rate_ppm, years)
    proceeds = round_half_up(face_value / (1 + Fraction(annual_rate_ppm, PPM) * years))
    if proceeds == 0:
        raise PricingError(f"the proceeds of a face value of {face_value} round to nothing")
    return Price(face_value, face_value - proceeds, proceeds)


# R-14c: y = (F/P − 1) / t.
# 1,000,000.00 bought for 988,000.00, 90 days (t = 90/360) before it is due: 48_583 ppm, 4.8583 %, shown beside 4.80 %.
def discount_yield_ppm(face_value: int, proceeds: int, years: Fraction) -> int:
    """R-14c: what the financier earns a year on the money paid out, in ppm, rounded half up.

    PricingError unless 0 < proceeds ≤ face value and the period is longer than nothing.
    """
    _check_terms(face_value, 0, years)
    _check_int("proceeds", proceeds)
    if not 0 < proceeds <= face_value:
        raise PricingError(f"proceeds of {proceeds} are not within 1 to the face value, {face_value}")
    if years == 0:
        raise PricingError("a yield needs a period of at least one day")
    return round_half_up((Fraction(face_value, proceeds) - 1) / years * PPM)


def round_half_up(value: Fraction) -> int:
    """The nearest integer, a half going up: 2.5 gives 3 (Python's `round` gives 2)."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def _check_terms(face_value: int, annual_rate_ppm: int, years: Fraction) -> None:
    _check_int("face value", face_value)
    _check_int("annual rate", annual_rate_ppm)
    if not isinstance(years, Fraction):
        raise TypeError(f"the period is a Fraction of a year, not {years!r}")
    if face_value <= 0:
        raise PricingError(f"the face value is {face_value}; it must be at least 1 minor unit")
    if annual_rate_ppm < 0:
        raise PricingError(f"the annual rate is {annual_rate_ppm} ppm; it cannot be negative")
    if years < 0:
        raise PricingError(f"the period is {years} of a year; it cannot be negative")


def _check_int(what: str, value: int) -> None:
    """A float would be taken by Fraction without a word, and carry its binary error into the price."""
    if type(value) is not int:
        raise TypeError(f"the {what} is an integer, not {value!r}")
