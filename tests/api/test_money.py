"""Money: integers of minor units inside, exact strings outside."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from api.domain.money import MINOR_MAX, Money, MoneyError, PositiveMoney, currency_decimals, format_amount, parse_amount


class Quote(BaseModel):
    price: Money
    fee: PositiveMoney | None = None


def refusal(document: str) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        Quote.model_validate_json(document)
    (problem,) = caught.value.errors()
    return dict(problem)


@pytest.mark.parametrize(
    ("currency", "minor", "text"),
    [
        ("CNY", 98_800_000, "988000.00"),
        ("CNY", 5, "0.05"),
        ("CNY", 0, "0.00"),
        ("CNY", -150, "-1.50"),
        ("JPY", 98_800_000, "98800000"),
        ("JPY", 0, "0"),
        ("KWD", 1, "0.001"),
        ("EUR", MINOR_MAX, "90071992547409.91"),
    ],
)
def test_format_amount__any_currency__has_exactly_its_decimals(currency: str, minor: int, text: str) -> None:
    assert format_amount(minor, currency) == text


@pytest.mark.parametrize(
    ("text", "minor"),
    [("988000.00", 98_800_000), ("988000", 98_800_000), ("0.5", 50), ("0", 0), ("90071992547409.91", MINOR_MAX)],
)
def test_parse_amount__fewer_decimals_than_the_currency__are_filled_up(text: str, minor: int) -> None:
    assert parse_amount(text, "CNY") == minor


@pytest.mark.parametrize(
    ("text", "currency", "code", "hint"),
    [
        ("988000.001", "CNY", "TooManyDecimals", 'has 3 decimals and CNY has 2; write it like "988000.00"'),
        ("5.0", "JPY", "TooManyDecimals", "has 1 decimals and JPY has 0"),
        ("-1.00", "CNY", "AmountNegative", "write it without a sign"),
        ("1e3", "CNY", "AmountUnreadable", "digits and at most one point"),
        ("1,000.00", "CNY", "AmountUnreadable", "digits and at most one point"),
        ("+1", "CNY", "AmountUnreadable", "digits"),
        ("01", "CNY", "AmountUnreadable", "digits"),
        ("1.", "CNY", "AmountUnreadable", "digits"),
        ("", "CNY", "AmountUnreadable", "digits"),
        ("1\n", "CNY", "AmountUnreadable", "digits"),
        ("１", "CNY", "AmountUnreadable", "digits"),
        ("NaN", "CNY", "AmountUnreadable", "digits"),
        ("90071992547409.92", "CNY", "AmountTooLarge", "the most is 90071992547409.91 CNY"),
        ("9" * 5_000, "CNY", "AmountTooLarge", "the most is"),
        ("1", "cny", "CurrencyUnknown", "in capitals"),
        ("1", "XYZ", "CurrencyUnknown", '"XYZ"'),
        ("1", "DEM", "CurrencyUnknown", '"DEM"'),
        ("1", "XAU", "CurrencyUnknown", '"XAU"'),
    ],
)
def test_parse_amount__wrong_text__says_what_was_wrong(text: str, currency: str, code: str, hint: str) -> None:
    with pytest.raises(MoneyError) as caught:
        parse_amount(text, currency)
    assert caught.value.code == code
    assert hint in caught.value.detail


@given(st.integers(0, MINOR_MAX), st.sampled_from(["CNY", "EUR", "JPY", "KWD"]))
def test_money__any_amount__survives_json(minor: int, currency: str) -> None:
    quote = Quote(price=Money(minor, currency))
    assert Quote.model_validate_json(quote.model_dump_json()) == quote
    assert Quote.model_validate(quote.model_dump()) == quote


def test_money__in_json__is_a_string_with_the_currencys_decimals() -> None:
    wire = json.loads(Quote(price=Money(98_800_000, "CNY")).model_dump_json())
    assert wire["price"] == {"amount": "988000.00", "currency": "CNY"}


@pytest.mark.parametrize("amount", ["988000.00", "988000", "true", "null", '["1"]'])
def test_money__amount_not_a_string__is_refused_with_the_right_form(amount: str) -> None:
    problem = refusal(f'{{"price": {{"amount": {amount}, "currency": "CNY"}}}}')
    assert problem["type"] == "AmountUnreadable"
    assert 'write {"amount": "988000.00", "currency": "CNY"}' in problem["msg"]
    assert problem["loc"] == ("price",)


@pytest.mark.parametrize(
    "value", ['"988000.00"', "988000", '{"amount": "1"}', '{"amount": "1", "currency": "CNY", "scale": 2}']
)
def test_money__not_an_amount_with_a_currency__is_refused(value: str) -> None:
    assert refusal(f'{{"price": {value}}}')["type"] == "MoneyUnreadable"


def test_money__currency_not_a_string__is_refused() -> None:
    assert refusal('{"price": {"amount": "1", "currency": 156}}')["type"] == "CurrencyUnknown"


def test_positive_money__zero__is_refused_and_money_takes_it() -> None:
    zero = '{"amount": "0.00", "currency": "CNY"}'
    assert refusal(f'{{"price": {zero}, "fee": {zero}}}')["type"] == "AmountNotPositive"
    assert Quote.model_validate_json(f'{{"price": {zero}}}').price == Money(0, "CNY")


@pytest.mark.parametrize(
    ("minor", "code"),
    [
        (-1, "AmountNegative"),
        (MINOR_MAX + 1, "AmountTooLarge"),
        (1.0, "AmountUnreadable"),
        (True, "AmountUnreadable"),
        ("1", "AmountUnreadable"),
    ],
)
def test_money__minor_units_out_of_range_or_no_integer__is_refused(minor: Any, code: str) -> None:
    with pytest.raises(MoneyError) as caught:
        Money(minor, "CNY")
    assert caught.value.code == code


def test_money__unknown_currency__cannot_be_made() -> None:
    with pytest.raises(MoneyError, match="XXX"):
        Money(1, "XXX")


def test_money__in_openapi__is_one_component_of_two_strings() -> None:
    schema = Quote.model_json_schema()
    assert schema["properties"]["price"] == {"$ref": "#/$defs/Money"}
    properties = schema["$defs"]["Money"]["properties"]
    assert {name: entry["type"] for name, entry in properties.items()} == {"amount": "string", "currency": "string"}


def test_currency_decimals__of_the_corpus_and_the_story__are_iso_4217s() -> None:
    known = {
        "CNY": 2,
        "EUR": 2,
        "NOK": 2,
        "DKK": 2,
        "SEK": 2,
        "GBP": 2,
        "USD": 2,
        "HKD": 2,
        "JPY": 0,
        "KWD": 3,
        "RSD": 2,
    }
    assert {code: currency_decimals(code) for code in known} == known
