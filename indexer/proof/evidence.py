"""An evidence file, format `scf-evidence/1`: what it must carry (`Core`), and what follows from that (`compose`).

A verifier reads only the core, checks it (`indexer.proof.check`), makes the whole document from it again and compares:
so there is no value in a file that is neither proven nor follows from what is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from indexer.proof import form
from indexer.proof.errors import EvidenceImpossible, FieldWrong, FormatUnknown
from indexer.proof.statement import statement
from indexer.proof.subjects import Said, Subject, hashes, subject
from indexer.proof.text import both, instant, sentence
from node_adapter.words import checksum_address, hex0x

FORMAT = "scf-evidence/1"
HEADERS_MAX = 10_000
"""About 12 MB of a file."""
JOURNAL_EVENTS_MAX = 50_000
"""Of all contracts together: about 25 MB."""
EVENTS_MAX = 5_000

_FIELDS = ("at", "documents", "events", "format", "headers", "headers_commit", "journals", "receipts", "statement")
_FIELDS_TOO = ("subject", "tokens")
_PLACE_FIELDS = ("block", "journal_index", "log", "time", "tx_index")
_EVENT_FIELDS = ("about", "address", "args", "contract", "data", "name", "text", "topics")


@dataclass(frozen=True, slots=True)
class Placed:
    """An event that a receipt proves: the `log`-th log of a transaction, counted from 0."""

    block: int
    tx_index: int
    log: int

    @property
    def order(self) -> tuple[Any, ...]:
        """How events stand in a file: those of journals alone first, as they are the older ones."""
        return 1, self.block, self.tx_index, self.log


@dataclass(frozen=True, slots=True)
class Journalled:
    """An event that a journal alone proves: the `index`-th of a contract, counted from 1."""

    address: str
    index: int

    @property
    def order(self) -> tuple[Any, ...]:
        return 0, self.address, self.index


Place = Placed | Journalled


@dataclass(frozen=True, slots=True)
class ReceiptProof:
    block: int
    tx_index: int
    proof: list[bytes]


@dataclass(frozen=True, slots=True)
class TokenProof:
    address: str
    account_proof: list[bytes]
    code: bytes


@dataclass(frozen=True, slots=True)
class JournalProof:
    """All events of a contract, and the proof of the word they give. No proof where headers commit to nothing."""

    address: str
    contract: str
    account_proof: list[bytes]
    storage_proof: list[bytes]
    events: list[bytes]


@dataclass(frozen=True, slots=True)
class Core:
    subject: Subject
    block_hash: bytes
    headers_commit: bool
    headers: list[bytes]
    """Consecutive, the newest last; its hash is `block_hash`."""
    places: list[Place]
    receipts: list[ReceiptProof]
    tokens: list[TokenProof]
    journals: list[JournalProof]


@dataclass(frozen=True, slots=True)
class Told:
    """An event of the file, as proven."""

    place: Place
    said: Said
    time: int | None
    own: bool
    """It concerns the subject; else it explains what does."""
    currency: str | None


@dataclass(frozen=True, slots=True)
class Journal:
    address: str
    contract: str
    word: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a core proves."""

    block: int | None
    time: int | None
    events: list[Told]
    journals: list[Journal]
    currencies: dict[str, str]

    @property
    def own(self) -> list[Said]:
        return [told.said for told in self.events if told.own]


def read(document: Any) -> Core:
    """The core of a parsed file. Raises FormatUnknown, FieldWrong."""
    found = form.of_kind(document, dict, form.FILE)
    if found.get("format") != FORMAT:
        raise FormatUnknown("format", f"this version checks {FORMAT}, the file says {found.get('format')!r}")
    found = form.fields(found, form.FILE, (*_FIELDS, *_FIELDS_TOO))
    about = form.fields(found["subject"], "subject", ("id", "kind"))
    at = form.fields(found["at"], "at", ("block", "hash", "time"))
    return Core(
        subject=_subject(about),
        block_hash=form.octets(at["hash"], "at.hash", 32),
        headers_commit=form.of_kind(found["headers_commit"], bool, "headers_commit"),
        headers=form.octets_list(found["headers"], "headers"),
        places=[_place(event, f"events[{i}]") for i, event in _each(found, "events")],
        receipts=[_receipt(entry, f"receipts[{i}]") for i, entry in _each(found, "receipts")],
        tokens=[_token(entry, f"tokens[{i}]") for i, entry in _each(found, "tokens")],
        journals=[_journal(entry, f"journals[{i}]") for i, entry in _each(found, "journals")],
    )


def compose(core: Core, facts: Facts) -> dict[str, Any]:
    """The document that says all that `core` proves, and nothing else."""
    return {
        "format": FORMAT,
        "subject": {"kind": core.subject.kind, "id": core.subject.id},
        "at": {"hash": hex0x(core.block_hash), "block": facts.block, "time": _time(facts.time)},
        "headers_commit": core.headers_commit,
        "statement": statement(core, facts),
        "events": [_event(told) for told in facts.events],
        "documents": _documents(facts),
        "receipts": [
            {"block": entry.block, "tx_index": entry.tx_index, "proof": _hex(entry.proof)} for entry in core.receipts
        ],
        "headers": _hex(core.headers),
        "tokens": [
            {
                "address": entry.address,
                "currency": facts.currencies[entry.address],
                "account_proof": _hex(entry.account_proof),
                "code": hex0x(entry.code),
            }
            for entry in core.tokens
        ],
        "journals": [
            {
                "address": entry.address,
                "contract": entry.contract,
                "word": hex0x(journal.word),
                "count": journal.count,
                "account_proof": _hex(entry.account_proof),
                "storage_proof": _hex(entry.storage_proof),
                "events": _hex(entry.events),
            }
            for entry, journal in zip(core.journals, facts.journals, strict=True)
        ],
    }


def _event(told: Told) -> dict[str, Any]:
    said, place = told.said, told.place
    placed = isinstance(place, Placed)
    return {
        "about": "subject" if told.own else "context",
        "block": place.block if isinstance(place, Placed) else None,
        "tx_index": place.tx_index if isinstance(place, Placed) else None,
        "log": place.log if isinstance(place, Placed) else None,
        "journal_index": place.index if isinstance(place, Journalled) else None,
        "time": _time(told.time) if placed else None,
        "address": said.address,
        "contract": said.contract,
        "name": said.name,
        "args": said.args,
        "topics": _hex([said.topics[i : i + 32] for i in range(0, len(said.topics), 32)]),
        "data": hex0x(said.data),
        "text": both(sentence(said, told.time, told.currency)),
    }


def _documents(facts: Facts) -> list[dict[str, Any]]:
    """The salted hashes that the subject's events name: as what, and who anchored them, when."""
    own = facts.own
    anchored: dict[str, list[dict[str, Any]]] = {}
    for told in facts.events:
        if told.said.name == "Anchored":
            args = told.said.args
            entry = {"author": args["author"], "kind": args["kind"], "time": _time(told.time)}
            anchored.setdefault(args["anchor_hash"], []).append(entry)
    named: dict[str, set[str]] = {value: set() for value in hashes(own)}
    for said in own:
        for name, value in said.args.items():
            if value in named:
                named[value].add(name)
    return [
        {"hash": value, "named_as": sorted(named[value]), "anchored": anchored.get(value, [])}
        for value in sorted(named)
    ]


def _subject(about: dict[str, Any]) -> Subject:
    kind, text = (form.of_kind(about[name], str, f"subject.{name}") for name in ("kind", "id"))
    try:
        found = subject(kind, text)
    except EvidenceImpossible as error:
        raise FieldWrong("subject", str(error)) from None
    if found.id != text:
        raise FieldWrong("subject.id", f"it is written {found.id}")
    return found


def _place(entry: Any, where: str) -> Place:
    found = form.fields(entry, where, (*_EVENT_FIELDS, *_PLACE_FIELDS))
    if found["journal_index"] is not None:
        address = _address(found["address"], f"{where}.address")
        return Journalled(address, form.count(found["journal_index"], f"{where}.journal_index"))
    return Placed(*(form.count(found[name], f"{where}.{name}") for name in ("block", "tx_index", "log")))


def _receipt(entry: Any, where: str) -> ReceiptProof:
    found = form.fields(entry, where, ("block", "proof", "tx_index"))
    block, tx_index = (form.count(found[name], f"{where}.{name}") for name in ("block", "tx_index"))
    return ReceiptProof(block, tx_index, form.octets_list(found["proof"], f"{where}.proof"))


def _token(entry: Any, where: str) -> TokenProof:
    found = form.fields(entry, where, ("account_proof", "address", "code", "currency"))
    return TokenProof(
        _address(found["address"], f"{where}.address"),
        form.octets_list(found["account_proof"], f"{where}.account_proof"),
        form.octets(found["code"], f"{where}.code"),
    )


def _journal(entry: Any, where: str) -> JournalProof:
    names = ("account_proof", "address", "contract", "count", "events", "storage_proof", "word")
    found = form.fields(entry, where, names)
    lists = (form.octets_list(found[name], f"{where}.{name}") for name in ("account_proof", "storage_proof", "events"))
    contract = form.of_kind(found["contract"], str, f"{where}.contract")
    return JournalProof(_address(found["address"], f"{where}.address"), contract, *lists)


def _address(value: Any, where: str) -> str:
    data = form.octets(str(form.of_kind(value, str, where)).lower(), where, 20)
    if checksum_address(data) != value:
        raise FieldWrong(where, f"the address is written {checksum_address(data)}")
    return str(value)


def _each(found: dict[str, Any], name: str) -> Any:
    return enumerate(form.of_kind(found[name], list, name))


def _hex(items: Sequence[bytes]) -> list[str]:
    return [hex0x(item) for item in items]


def _time(time: int | None) -> str | None:
    return None if time is None else instant(time)
