"""Prices (R-14a, b, c, i) from the vectors that forge shares."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from api.domain.money import MINOR_MAX
from api.domain.pricing import PricingError, bank_discount, discount_yield_ppm, round_half_up, true_discount

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "pricing.json").read_text(encoding="utf-8"))

FACES = st.integers(1, MINOR_MAX)
RATES = st.integers(0, 500_000)
PERIODS = st.builds(Fraction, st.integers(0, 366), st.sampled_from([360, 365]))


def vectors(formula: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", [pytest.param(row, id=row["what"]) for row in VECTORS[formula]])


def years(row: dict[str, Any]) -> Fraction:
    return Fraction(row["tenor_days"], row["basis_days"])


@vectors("bank_discount")
def test_bank_discount__shared_vector__to_the_minor_unit__r14a_r14i(row: dict[str, Any]) -> None:
    price = bank_discount(row["face_value"], row["annual_rate_ppm"], years(row))
    assert (price.discount, price.proceeds) == (row["discount"], row["proceeds"])


@vectors("true_discount")
def test_true_discount__shared_vector__to_the_minor_unit__r14b(row: dict[str, Any]) -> None:
    price = true_discount(row["face_value"], row["annual_rate_ppm"], years(row))
    assert (price.discount, price.proceeds) == (row["discount"], row["proceeds"])


@vectors("discount_yield")
def test_discount_yield__shared_vector__to_the_ppm__r14c(row: dict[str, Any]) -> None:
    assert discount_yield_ppm(row["face_value"], row["proceeds"], years(row)) == row["yield_ppm"]


@given(FACES, RATES, PERIODS)
def test_bank_discount__any_terms__parts_add_up_and_error_is_at_most_a_half__r14a(
    face_value: int, rate_ppm: int, period: Fraction
) -> None:
    exact = face_value * Fraction(rate_ppm, 1_000_000) * period
    assume(exact < face_value - Fraction(1, 2))
    price = bank_discount(face_value, rate_ppm, period)
    assert price.discount + price.proceeds == price.face_value == face_value
    assert Fraction(-1, 2) < price.discount - exact <= Fraction(1, 2)


@given(st.integers(1_000, MINOR_MAX), RATES, PERIODS)
def test_true_discount__any_terms__is_never_dearer_than_the_bank_discount__r14b(
    face_value: int, rate_ppm: int, period: Fraction
) -> None:
    true, bank = true_discount(face_value, rate_ppm, period), bank_discount(face_value, rate_ppm, period)
    assert true.discount + true.proceeds == true.face_value == face_value
    assert true.discount <= bank.discount


@given(st.integers(10**10, MINOR_MAX), RATES, st.builds(Fraction, st.integers(30, 366), st.just(360)))
def test_true_discount__any_terms__yields_its_own_rate__r14b_r14c(
    face_value: int, rate_ppm: int, period: Fraction
) -> None:
    proceeds = true_discount(face_value, rate_ppm, period).proceeds
    assert discount_yield_ppm(face_value, proceeds, period) == rate_ppm


@pytest.mark.parametrize(("value", "rounded"), [(Fraction(5, 2), 3), (Fraction(7, 2), 4), (Fraction(249, 100), 2)])
def test_round_half_up__a_half__goes_up_whatever_is_even(value: Fraction, rounded: int) -> None:
    assert round_half_up(value) == rounded


@pytest.mark.parametrize(
    ("face_value", "rate_ppm", "period"),
    [
        (0, 48_000, Fraction(1, 4)),
        (-1, 48_000, Fraction(1, 4)),
        (100, -1, Fraction(1, 4)),
        (100, 48_000, Fraction(-1, 4)),
        (100, 1_000_000, Fraction(1)),  # the discount is all of it
        (1, 500_000, Fraction(1)),  # 0.5 rounds up to all of it
    ],
)
def test_bank_discount__terms_without_a_price__are_refused(face_value: int, rate_ppm: int, period: Fraction) -> None:
    with pytest.raises(PricingError):
        bank_discount(face_value, rate_ppm, period)


def test_true_discount__proceeds_that_round_to_nothing__are_refused() -> None:
    with pytest.raises(PricingError, match="round to nothing"):
        true_discount(1, 2_000_000, Fraction(1))


@pytest.mark.parametrize(("proceeds", "period"), [(0, Fraction(1)), (101, Fraction(1)), (99, Fraction(0))])
def test_discount_yield__no_proceeds_or_no_period__is_refused(proceeds: int, period: Fraction) -> None:
    with pytest.raises(PricingError):
        discount_yield_ppm(100, proceeds, period)


@pytest.mark.parametrize(
    ("face_value", "rate", "period"),
    [
        (100.0, 48_000, Fraction(1, 4)),
        (100, 0.048, Fraction(1, 4)),
        (True, 48_000, Fraction(1, 4)),
        (100, 48_000, 0.25),
    ],
)
def test_bank_discount__a_float_or_a_bool__is_a_type_error(face_value: Any, rate: Any, period: Any) -> None:
    with pytest.raises(TypeError):
        bank_discount(face_value, rate, period)
