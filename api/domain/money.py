"""Money is an integer of minor units with an ISO 4217 code; in JSON it is {"amount": "988000.00", "currency": "CNY"}.

At most 2**53 − 1 minor units: exact in uint64, BIGINT, Python and every JSON reader. Never a float, in or out.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from iso4217 import Currency
from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

MINOR_MAX = 2**53 - 1
"""The largest amount of the network, in minor units; the contracts have the same bound."""

_AMOUNT = re.compile(r"(?P<sign>-?)(?P<whole>0|[1-9][0-9]*)(?:\.(?P<decimals>[0-9]+))?")


class MoneyError(ValueError):
    """An amount or currency that cannot be used. `code` names the problem, the text says what would be right."""

    def __init__(self, code: str, detail: str, **params: str | int) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.params = params


@cache
def currency_decimals(currency: str) -> int:
    """Decimals of the currency's minor unit by ISO 4217: CNY 2, JPY 0, KWD 3.

    MoneyError(CurrencyUnknown) for any other text, and for codes without a minor unit: XAU is a metal, XXX none.
    """
    try:
        decimals = Currency(currency).exponent
    except ValueError:
        decimals = None
    if decimals is None:
        raise MoneyError(
            "CurrencyUnknown",
            f'"{currency}" is not a currency in use; write its three-letter ISO 4217 code in capitals, such as "CNY"',
            currency=currency,
        )
    return int(decimals)


def format_amount(minor: int, currency: str) -> str:
    """Minor units as text with exactly the currency's decimals: 98_800_000 CNY is "988000.00", 5 JPY is "5"."""
    decimals = currency_decimals(currency)
    sign, digits = "-" if minor < 0 else "", str(abs(minor)).rjust(decimals + 1, "0")
    return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else f"{sign}{digits}"


def parse_amount(text: str, currency: str) -> int:
    """Minor units of a decimal text such as "988000.00" or "988000". Fewer decimals are fine, more never.

    MoneyError: CurrencyUnknown, AmountUnreadable, AmountNegative, TooManyDecimals, AmountTooLarge.
    """
    decimals = currency_decimals(currency)
    example = format_amount(98_800_000, currency)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise MoneyError(
            "AmountUnreadable",
            f'amount "{text[:40]}" is no plain decimal number; write digits and at most one point, like "{example}"',
            amount=text[:40],
        )
    given = match["decimals"] or ""
    if len(given) > decimals:
        raise MoneyError(
            "TooManyDecimals",
            f'amount "{text[:40]}" has {len(given)} decimals and {currency} has {decimals}; write it like "{example}"',
            amount=text[:40],
            given=len(given),
            allowed=decimals,
        )
    if match["sign"]:
        raise MoneyError(
            "AmountNegative", f'amount "{text[:40]}" is negative; write it without a sign', amount=text[:40]
        )
    digits = match["whole"] + given.ljust(decimals, "0")
    if len(digits) > len(str(MINOR_MAX)) or int(digits) > MINOR_MAX:
        raise MoneyError(
            "AmountTooLarge",
            f'amount "{text[:40]}" is too large; the most is {format_amount(MINOR_MAX, currency)} {currency}',
            amount=text[:40],
        )
    return int(digits)


@dataclass(frozen=True, slots=True)
class Money:
    """0 to 2**53 − 1 minor units of one currency. As a pydantic field it reads and writes {"amount", "currency"}.

    `Money(98_800_000, "CNY")` makes it from minor units; a float, a bool or a number out of range is a MoneyError.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        currency_decimals(self.currency)
        if type(self.minor) is not int:
            raise MoneyError("AmountUnreadable", f"minor units are an integer, not {self.minor!r}")
        if not 0 <= self.minor <= MINOR_MAX:
            code = "AmountNegative" if self.minor < 0 else "AmountTooLarge"
            raise MoneyError(code, f"{self.minor} minor units are outside 0 to {MINOR_MAX}", amount=self.minor)

    @property
    def amount(self) -> str:
        """The amount as JSON carries it: exactly the currency's decimals."""
        return format_amount(self.minor, self.currency)

    def to_json(self) -> dict[str, str]:
        """{"amount": "988000.00", "currency": "CNY"}"""
        return {"amount": self.amount, "currency": self.currency}

    @classmethod
    def from_json(cls, value: object) -> "Money":
        """The Money of a decoded JSON object; MoneyError says what was wrong and what would be right."""
        wanted = 'write {"amount": "988000.00", "currency": "CNY"}'
        if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
            found = sorted(map(str, value)) if isinstance(value, dict) else type(value).__name__
            raise MoneyError("MoneyUnreadable", f"money has exactly an amount and a currency, found {found}; {wanted}")
        amount, currency = value["amount"], value["currency"]
        if not isinstance(currency, str):
            raise MoneyError("CurrencyUnknown", f"currency is a string, not {type(currency).__name__}; {wanted}")
        if not isinstance(amount, str):
            raise MoneyError(
                "AmountUnreadable",
                f"amount is a string, not {type(amount).__name__}: a JSON number may lose digits; {wanted}",
            )
        return cls(parse_amount(amount, currency), currency)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _validate,
            ref=f"{cls.__module__}.{cls.__qualname__}",
            serialization=core_schema.plain_serializer_function_ser_schema(cls.to_json),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {
            "title": "Money",
            "type": "object",
            "properties": {
                "amount": {"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]+)?$"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"},
            },
            "required": ["amount", "currency"],
            "additionalProperties": False,
            "description": "A decimal string with at most (in answers: exactly) the currency's decimals.",
            "examples": [{"amount": "988000.00", "currency": "CNY"}],
        }


def _validate(value: object) -> Money:
    if isinstance(value, Money):
        return value
    try:
        return Money.from_json(value)
    except MoneyError as error:
        raise _for_pydantic(error) from error


def _refuse_zero(value: Money) -> Money:
    if value.minor == 0:
        raise _for_pydantic(MoneyError("AmountNotPositive", "amount is zero; it must be more than that"))
    return value


def _for_pydantic(error: MoneyError) -> PydanticCustomError:
    return PydanticCustomError(error.code, "{detail}", {"detail": error.detail, **error.params})


PositiveMoney = Annotated[Money, AfterValidator(_refuse_zero)]
"""Money of at least one minor unit: what may be proposed, split, paid or deposited."""
