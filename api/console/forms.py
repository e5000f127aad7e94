"""What people type, as the API's bodies want it: amounts with their commas, rates in per cent, and who gets what."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from starlette.datastructures import FormData

from api.domain.money import Money, parse_amount
from api.errors import RequestInvalid, StateForbids

_DECORATION = str.maketrans({",": None, " ": None, "，": None, "\u00a0": None, "¥": None, "￥": None, "．": "."})
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
PPM_PER_CENT = 10_000


class RateUnreadable(RequestInvalid):
    """A rate is a number of per cent a year, such as 4.80."""


class DateUnreadable(RequestInvalid):
    """A day is written 2026-11-28."""


class ReceiverMissing(RequestInvalid):
    """Nobody was chosen."""


class QuoteGone(StateForbids):
    """Accepted, called off or over since the page was made."""


class TooMuchHandedOn(RequestInvalid):
    """More than the piece holds."""


def text(form: FormData, name: str) -> str:
    """One field as it was typed, without the blanks around it; "" where it is not there."""
    return str(form.get(name) or "").strip()


def texts(form: FormData, name: str) -> list[str]:
    """All fields of one name."""
    return [str(value).strip() for value in form.getlist(name)]


def ticked(form: FormData, name: str) -> bool:
    """Whether a box is ticked."""
    return text(form, name) in {"on", "yes", "1"}


def amount(typed: str, currency: str) -> Money:
    """ "300,000.00", "¥300000" and "３０００００" are all three hundred thousand. MoneyError as parse_amount."""
    plain = typed.translate(_DECORATION).translate(_DIGITS)
    return Money(parse_amount(plain, currency), currency)


def per_cent(typed: str) -> int:
    """A yearly rate in parts per million: "4.80" is 48_000. RateUnreadable; more than four decimals are refused."""
    plain = typed.translate(_DECORATION).translate(_DIGITS).rstrip("%％")
    try:
        rate = Decimal(plain)
    except InvalidOperation:
        rate = Decimal("nan")
    if not rate.is_finite() or not re.fullmatch(r"[0-9]+(\.[0-9]{1,4})?", plain) or rate > 100:
        raise RateUnreadable(
            f'"{typed[:20]}" is no yearly rate; write per cent with at most four decimals, such as 4.80'
        )
    return int(rate * PPM_PER_CENT)


def day(typed: str) -> date:
    """A business date as ISO 8601 has it, which is what browsers send; DateUnreadable."""
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise DateUnreadable(f'"{typed[:20]}" is no date; write it like 2026-11-28') from error
