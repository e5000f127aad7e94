"""Whom an event concerns, by its own words alone, so that a verifier can say so without an index.

An event concerns a payable if it names it or a piece of it; what names only a deal or a freeze order of the payable's
(its fee, its release) concerns it too.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from indexer.proof.errors import SubjectUnreadable
from node_adapter.artifacts import EventSpec, MalformedLog, event_specs
from node_adapter.words import checksum_address, from_hex, hex0x, payable_of

RECEIVABLE_FIELDS = ("receivable_id", "child_id", "absorbed_id", "delivered_id", "moved_id")
ORIGINS = ("PayableProposed", "PayableIssued", "PayableConfirmed")
PUBLISHED = ("ProgrammePublished", "ProgrammeTokenAccepted")
_LIFE = ("Discounting", "Holds", "Receivables", "Settlement")
_NOTHING = {"0x" + 64 * "0"}


@dataclass(frozen=True, slots=True)
class Said:
    """One business event as the chain logged it, and what it says."""

    address: str
    contract: str
    name: str
    args: dict[str, Any]
    topics: bytes
    data: bytes

    @property
    def raw(self) -> bytes:
        """What the journal hashes."""
        return self.topics + self.data


@dataclass(frozen=True, slots=True)
class Subject:
    kind: str
    id: str

    @property
    def contracts(self) -> tuple[str, ...]:
        """The contracts whose events can concern it; none where completeness says nothing."""
        return KINDS[self.kind].contracts

    def linked(self, events: Iterable[Said]) -> "Links":
        """What else names the subject, by `events` that do so themselves."""
        links = Links()
        if self.kind in ("payable", "piece"):
            for event in events:
                if self.names(event):
                    links.add(event)
        return links

    def names(self, event: Said) -> bool:
        """Whether the event itself names the subject."""
        return KINDS[self.kind].names(self.id, event)

    def concerns(self, event: Said, links: "Links") -> bool:
        return self.names(event) or links.name(event)

    def of(self, events: Sequence[Said]) -> list[Said]:
        """Those of `events` that concern it."""
        links = self.linked(events)
        return [event for event in events if self.concerns(event, links)]


@dataclass(slots=True)
class Links:
    """Deals and freeze orders of a payable or piece."""

    quotes: set[str] = field(default_factory=set)
    orders: set[int] = field(default_factory=set)

    def add(self, event: Said) -> None:
        if "quote_hash" in event.args:
            self.quotes.add(event.args["quote_hash"])
        if event.args.get("order_id"):
            self.orders.add(event.args["order_id"])

    def name(self, event: Said) -> bool:
        if event.contract == "Discounting":
            return event.args.get("quote_hash") in self.quotes
        return event.name in ("FreezeOrdered", "FreezeReleased") and event.args["order_id"] in self.orders


@dataclass(frozen=True, slots=True)
class Kind:
    contracts: tuple[str, ...]
    names: Callable[[str, Said], bool]
    form: Callable[[str], str]
    """The id as it stands in evidence. Raises ValueError."""


def subject(kind: str, text: str) -> Subject:
    """Raises SubjectUnreadable, which says what there is."""
    if kind not in KINDS:
        raise SubjectUnreadable(f'there is no evidence on "{kind}"; there is on {", ".join(KINDS)}')
    try:
        return Subject(kind, KINDS[kind].form(text))
    except ValueError as error:
        raise SubjectUnreadable(f'"{text}" is no id of a {kind}: {error}') from None


def read_event(address: str, topics: Sequence[bytes], data: bytes) -> Said:
    """Raises ValueError for a log that is no business event of ours."""
    spec = _business().get(topics[0] if topics else b"")
    if spec is None:
        raise ValueError("no business event of the network begins so")
    try:
        args = spec.decode(topics, data)
    except MalformedLog as error:
        raise ValueError(str(error)) from error
    return Said(address, spec.contract, spec.name, args, b"".join(topics), data)


def read_raw(address: str, raw: bytes) -> Said:
    """An event as the journal hashes it: topics and data in one. Raises ValueError."""
    spec = _business().get(raw[:32])
    if spec is None:
        raise ValueError("no business event of the network begins so")
    split = 32 * (1 + sum(f.indexed for f in spec.fields))
    return read_event(address, [raw[i : i + 32] for i in range(0, split, 32)], raw[split:])


def belongs(event: Said, to: Collection[Said]) -> bool:
    """Whether the event explains others: the terms and the programme of their payables, an anchored hash they name."""
    if event.contract == "Anchors":
        return event.args["anchor_hash"] in hashes(to)
    if event.name in ORIGINS:
        return event.args["payable_id"] in payables(to)
    return event.name in PUBLISHED and event.args["programme_id"] in programmes(to)


def payables(events: Iterable[Said]) -> set[str]:
    found = set()
    for event in events:
        found |= {event.args["payable_id"]} if "payable_id" in event.args else set()
        found |= {payable_of(event.args[name]) for name in RECEIVABLE_FIELDS if name in event.args}
    return found


def programmes(events: Iterable[Said]) -> set[int]:
    return {event.args["programme_id"] for event in events if "programme_id" in event.args}


def hashes(events: Iterable[Said]) -> set[str]:
    """Of documents and reasons, as the events name them."""
    return {
        value
        for event in events
        for name, value in event.args.items()
        if name.endswith("_hash") and name != "quote_hash"
    } - _NOTHING


def _business() -> dict[bytes, EventSpec]:
    """A business event is of one contract alone (a test says so)."""
    if not _SPECS:
        _SPECS.update({spec.topic0: spec for spec in event_specs().values() if spec.business})
    return _SPECS


_SPECS: dict[bytes, EventSpec] = {}


def _any_of(*names: str) -> Callable[[str, Said], bool]:
    return lambda wanted, event: any(str(event.args.get(name)) == wanted for name in names)


def _of_payable(wanted: str, event: Said) -> bool:
    return wanted in payables([event])


def _of_participant(wanted: str, event: Said) -> bool:
    name = {"Participants": "account", "Dishonours": "debtor"}.get(event.contract, "")
    return event.args.get(name) == wanted and "payable_id" not in event.args


def _of_programme(wanted: str, event: Said) -> bool:
    return event.name.startswith("Programme") and str(event.args["programme_id"]) == wanted


def _of_pay_out(wanted: str, event: Said) -> bool:
    return f"{event.address}/{event.args.get('pay_out_id')}" == wanted


def _hex(size: int) -> Callable[[str], str]:
    def form(text: str) -> str:
        data = from_hex(text)
        if len(data) != size:
            raise ValueError(f"it has {len(data)} bytes, not {size}")
        return hex0x(data)

    return form


def _number(text: str) -> str:
    if not text.isascii() or not text.isdigit():
        raise ValueError("it is a number counted from 1")
    return str(int(text))


def _address(text: str) -> str:
    return checksum_address(from_hex(text))


def _token_number(text: str) -> str:
    token, _, number = text.partition("/")
    return f"{_address(token)}/{_number(number)}"


def _place(text: str) -> str:
    """block/transaction/log, the last two counted from 0; the log within its transaction."""
    parts = text.split("/")
    if len(parts) != 3:
        raise ValueError("it is block/transaction/log, the last two counted from 0")
    return "/".join(_number(part) for part in parts)


KINDS = {
    "payable": Kind(("Dishonours", "Origination", *_LIFE), _of_payable, _hex(28)),
    "piece": Kind(_LIFE, _any_of(*RECEIVABLE_FIELDS), _hex(32)),
    "deal": Kind(("Discounting",), _any_of("quote_hash"), _hex(32)),
    "hold": Kind(("Holds",), _any_of("hold_id"), _number),
    "order": Kind(("Holds",), _any_of("order_id"), _number),
    "programme": Kind(("Origination",), _of_programme, _number),
    "participant": Kind(("Dishonours", "Participants"), _of_participant, _address),
    "pay_out": Kind(("DepositToken",), _of_pay_out, _token_number),
    "anchor": Kind(("Anchors",), _any_of("anchor_hash"), _hex(32)),
    "event": Kind((), lambda _wanted, _event: False, _place),
}
"""What there can be evidence on."""
