"""Events as people read them: what happened, when, to whom, how much of which currency. In Chinese and in English."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone

from indexer.proof.subjects import Said, payables, programmes
from indexer.proof.words import CHOICES, EVENTS, MINOR_UNITS, NOBODY, VALUES, YES_NO

Both = tuple[str, str]
"""Chinese, English."""

WALL_CLOCK = timezone(timedelta(hours=8))
"""The network's, in which business dates are counted (R-44)."""
AMOUNTS = {
    "amount",
    "discount",
    "end",
    "face_value",
    "interest",
    "minimum_piece",
    "netted",
    "paid",
    "principal",
    "proceeds",
    "recovered",
    "start",
    "value",
}
DAYS = {"due_date", "effective_date", "issue_date", "value_date"}
INSTANTS = {"effective_at", "enforceable_from"}
_ZEROS = {"0x" + digits * "0" for digits in (40, 56, 64)}
_LATEST = 253_402_271_999
"""The last second of the year 9999 on the wall clock."""


def both(texts: Both) -> dict[str, str]:
    return {"zh": texts[0], "en": texts[1]}


def sentence(event: Said, time: int | None, currency: str | None) -> Both:
    """One event; `time` in unix seconds, if it is proven, and its amounts' currency, if it is."""
    when = "" if time is None else f"{instant(time)} "
    lines = []
    for language, (stop, comma, colon) in enumerate((("：", "；", " "), (": ", "; ", " "))):
        told = comma.join(
            VALUES[name][language] + colon + _value(event, name, value, currency)[language]
            for name, value in event.args.items()
        )
        lines.append(f"{when}{EVENTS[event.name][language]}{stop}{told}")
    return lines[0], lines[1]


def instant(time: int) -> str:
    """With seconds and zone, or the number itself where it is later than calendars go."""
    if time > _LATEST:
        return str(time)
    return datetime.fromtimestamp(time, UTC).astimezone(WALL_CLOCK).isoformat(sep=" ")


def day(number: int) -> str:
    """A date from days since 1970-01-01, or the number itself where it is later than calendars go."""
    if number * 86_400 > _LATEST:
        return str(number)
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=number)).date().isoformat()


def money(amount: int, currency: str | None) -> Both:
    """Minor units as a decimal amount, exactly; as they are where the currency or its decimals are not known."""
    digits = None if currency is None else _decimals(currency)
    if digits is None:
        of = "" if currency is None else f" {currency}"
        return f"{amount} {MINOR_UNITS[0]}{of}", f"{amount} {MINOR_UNITS[1]}{of}"
    whole, rest = divmod(amount, 10**digits)
    text = f"{whole:,}.{rest:0{digits}d}" if digits else f"{whole:,}"
    return f"{text} {currency}", f"{text} {currency}"


def tokens_of(events: Sequence[Said]) -> list[str | None]:
    """The deposit token that each event's amounts are in: its own, or one that its payable's programme accepts.

    None where the events do not say.
    """
    programme = {payable: number for event in events for number in programmes([event]) for payable in payables([event])}
    accepted: dict[int, str] = {}
    for event in events:
        if event.name == "ProgrammeTokenAccepted":
            accepted.setdefault(event.args["programme_id"], event.args["deposit_token"])
    return [_token(event, programme, accepted) for event in events]


def _token(event: Said, programme: Mapping[str, int], accepted: Mapping[int, str]) -> str | None:
    if event.contract == "DepositToken":
        return event.address
    if "deposit_token" in event.args:
        return str(event.args["deposit_token"])
    wanted = programmes([event]) or {programme[payable] for payable in payables([event]) if payable in programme}
    return next((accepted[number] for number in sorted(wanted) if number in accepted), None)


def _value(event: Said, name: str, value: object, currency: str | None) -> Both:
    if isinstance(value, bool):
        return YES_NO[value]
    if not isinstance(value, int):
        text = str(value)
        return NOBODY if text in _ZEROS else (text, text)
    if name in AMOUNTS:
        return money(value, currency)
    number = _number(event, name, value)
    return CHOICES.get((event.name, name), {}).get(value, NOBODY if number is None else (number, number))


def _number(event: Said, name: str, value: int) -> str | None:
    """None for an instant that is not set."""
    # A debtor is barred until a day, all else until an instant.
    if name in DAYS or (name == "until" and event.name == "DebtorBarredUntil"):
        return day(value)
    if name in INSTANTS or name == "until":
        return instant(value) if value else None
    return str(value)


def _decimals(currency: str) -> int | None:
    from iso4217 import Currency

    try:
        return int(Currency(currency).exponent or 0)
    except ValueError:
        return None
