"""Checks an evidence file with nothing but one block hash: no node, no database, no network (R-42).

Everything is made again from the file's proofs, and what the file says has to be just that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.proof import form
from indexer.proof.chain import Header, account_of, code_currency, journal_of, logs_of, read_headers
from indexer.proof.errors import (
    BlockHashDiffers,
    EventForeign,
    EventLeftOut,
    FieldWrong,
    HeaderBroken,
    JournalDiffers,
    JournalNotNamed,
    LogMissing,
)
from indexer.proof.evidence import Core, Facts, Journal, Journalled, Place, Placed, Told, compose, read
from indexer.proof.subjects import Links, Said, belongs, read_event, read_raw
from indexer.proof.text import tokens_of
from node_adapter.artifacts import journal_next
from node_adapter.words import checksum_address, from_hex, hex0x

EMPTY = bytes(32)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file that holds proves."""

    document: dict[str, Any]
    contracts: dict[str, list[str]]
    """The addresses that spoke, by contract: the verifier compares them with those it knows."""


def verify_evidence(content: bytes, block_hash: str, journals: Mapping[str, bytes] | None = None) -> Verdict:
    """Raises EvidenceRefused, which names what is wrong and where.

    `journals` are journal words by address as a node that the verifier trusts answers them: needed, and used, only
    where headers commit to nothing.
    """
    document = form.parse(content)
    core = read(document)
    facts = check(core, block_hash, journals or {})
    form.require_same(document, compose(core, facts))
    return Verdict(document, _contracts(facts))


def check(core: Core, block_hash: str, words: Mapping[str, bytes]) -> Facts:
    """What `core` proves to who knows the block's hash. Raises EvidenceRefused."""
    if hex0x(core.block_hash) != block_hash.lower():
        raise BlockHashDiffers("at.hash", f"the file leads to {hex0x(core.block_hash)}, named was {block_hash}")
    headers = read_headers(core.headers, core.block_hash) if core.headers_commit else []
    if not core.headers_commit and (core.headers or core.receipts or core.tokens):
        raise FieldWrong("headers", "where headers commit to nothing there are no headers, receipts and tokens")
    last = headers[-1] if headers else None
    logs = _receipts(core, headers)
    raw, found = _journals(core, last, words)
    events = _events(core, logs, raw)
    own = _own(core, events, raw)
    currencies = _currencies(core, last, events)
    tokens = tokens_of(events)
    times = {header.number: header.time for header in headers}
    return Facts(
        block=None if last is None else last.number,
        time=None if last is None else last.time,
        events=[
            Told(
                place,
                said,
                times[place.block] if isinstance(place, Placed) else None,
                mine,
                currencies.get(token or ""),
            )
            for place, said, mine, token in zip(core.places, events, own, tokens, strict=True)
        ],
        journals=found,
        currencies=currencies,
    )


def _receipts(core: Core, headers: Sequence[Header]) -> dict[tuple[int, int], list[Any]]:
    """The logs of each proven receipt, by block and transaction."""
    keys = [(entry.block, entry.tx_index) for entry in core.receipts]
    wanted = sorted({(place.block, place.tx_index) for place in core.places if isinstance(place, Placed)})
    if keys != wanted:
        raise FieldWrong("receipts", "there should be one for each transaction with events, in their order")
    by_number = {header.number: header for header in headers}
    found = {}
    for i, entry in enumerate(core.receipts):
        header = by_number.get(entry.block)
        if header is None:
            raise HeaderBroken("headers", f"block {entry.block} is not among them")
        where = f"receipts[{i}].proof"
        found[entry.block, entry.tx_index] = logs_of(header.receipts_root, entry.tx_index, entry.proof, where)
    if headers and headers[0].number != min((block for block, _ in wanted), default=headers[-1].number):
        raise HeaderBroken("headers[0]", "headers should begin with the first block that has an event of the file")
    return found


def _journals(
    core: Core, last: Header | None, words: Mapping[str, bytes]
) -> tuple[dict[str, list[Said]], list[Journal]]:
    """All events of each contract whose journal is proven."""
    _covers(core)
    addresses = [entry.address for entry in core.journals]
    if addresses != sorted(set(addresses)):
        raise FieldWrong("journals", "there should be one for each contract, in the order of their addresses")
    if last is None and not addresses:
        raise FieldWrong("journals", "where headers commit to nothing, journals are the only proof")
    raw: dict[str, list[Said]] = {}
    found = []
    for i, entry in enumerate(core.journals):
        where = f"journals[{i}]"
        events, word = [], EMPTY
        for k, data in enumerate(entry.events):
            try:
                said = read_raw(entry.address, data)
            except ValueError as error:
                raise JournalDiffers(f"{where}.events[{k}]", str(error)) from None
            word = journal_next(word, [said.topics], said.data)
            events.append(said)
        if others := {said.contract for said in events} - {entry.contract}:
            raise JournalDiffers(f"{where}.contract", f"its events are of {', '.join(sorted(others))}")
        if last is None and (entry.account_proof or entry.storage_proof):
            raise FieldWrong(where, "where headers commit to nothing, a journal has no proof of its word")
        if last is None:
            proven = _named(entry.address, words, where)
        else:
            proven = journal_of(
                last.state_root, entry.address, entry.contract, (entry.account_proof, entry.storage_proof), where
            )
        if word != proven:
            raise JournalDiffers(
                f"{where}.events", f"they give the word {hex0x(word)}, the contract's is {hex0x(proven)}"
            )
        raw[entry.address] = events
        found.append(Journal(entry.address, entry.contract, word, len(events)))
    return raw, found


def _named(address: str, words: Mapping[str, bytes], where: str) -> bytes:
    if address not in words:
        raise JournalNotNamed(
            where,
            f"headers of this chain prove no journal: ask a node you trust for journal() of {address} at the block, "
            f"and name it: --journal {address}=0x…",
        )
    return words[address]


def _covers(core: Core) -> None:
    there = {entry.contract for entry in core.journals}
    wanted = set(core.subject.contracts)
    if core.journals and there != wanted:
        raise FieldWrong("journals", f"there should be those of {', '.join(sorted(wanted)) or 'no contract'}")


def _events(core: Core, logs: Mapping[tuple[int, int], list[Any]], raw: Mapping[str, list[Said]]) -> list[Said]:
    order = [place.order for place in core.places]
    if order != sorted(set(order)):
        raise FieldWrong("events", "they should stand in the chain's order, each once, those of journals alone first")
    return [_event(place, logs, raw, f"events[{i}]") for i, place in enumerate(core.places)]


def _event(place: Place, logs: Mapping[tuple[int, int], list[Any]], raw: Mapping[str, list[Said]], where: str) -> Said:
    if isinstance(place, Journalled):
        events = raw.get(place.address, [])
        if not 1 <= place.index <= len(events):
            raise LogMissing(where, f"the journal of {place.address} has {len(events)} events, not {place.index}")
        return events[place.index - 1]
    there = logs[place.block, place.tx_index]
    if place.log >= len(there):
        raise LogMissing(where, f"the receipt has {len(there)} logs, not {place.log + 1}")
    address, topics, data = there[place.log]
    try:
        return read_event(checksum_address(address), topics, data)
    except ValueError as error:
        raise EventForeign(where, str(error)) from None


def _own(core: Core, events: Sequence[Said], raw: Mapping[str, list[Said]]) -> list[bool]:
    """Which of `events` concern the subject. The others must explain these, and no journal may know another."""
    every = [said for journal in raw.values() for said in journal]
    links = core.subject.linked([*events, *every])
    if core.subject.kind == "event":
        places = [f"{p.block}/{p.tx_index}/{p.log}" if isinstance(p, Placed) else "" for p in core.places]
        own = [place == core.subject.id for place in places]
    else:
        own = [core.subject.concerns(said, links) for said in events]
    if not any(own):
        raise EventForeign("events", f"none concerns the {core.subject.kind} {core.subject.id}")
    mine = [said for said, is_own in zip(events, own, strict=True) if is_own]
    terms = [*mine, *(said for said in events if belongs(said, mine))]
    for i, said in enumerate(events):
        # A programme explains the terms of a payable, and is named by these alone.
        if not own[i] and not belongs(said, terms if said.contract == "Origination" else mine):
            raise EventForeign(f"events[{i}]", f"it neither concerns the {core.subject.kind} nor explains it")
    if raw and (silent := sorted({said.address for said in mine} - raw.keys())):
        raise EventLeftOut("journals", f"the journal of {silent[0]}, which speaks of the subject, is not in the file")
    for address, journal in raw.items():
        _nothing_left_out(core, links, address, journal, [said.raw for said in mine if said.address == address])
    return own


def _nothing_left_out(core: Core, links: Links, address: str, journal: Sequence[Said], told: Sequence[bytes]) -> None:
    there = [(k, said) for k, said in enumerate(journal, 1) if core.subject.concerns(said, links)]
    for n, (k, said) in enumerate(there):
        if n >= len(told) or told[n] != said.raw:
            raise EventLeftOut(
                "events", f"event {k} of {said.contract} {address}, {said.name}, is not told in its place"
            )
    if len(told) > len(there):
        raise EventLeftOut("events", f"{len(told)} events of {address} are told, its journal has {len(there)}")


def _currencies(core: Core, last: Header | None, events: Sequence[Said]) -> dict[str, str]:
    """The currency of each token that the events' amounts are in, read from its proven code."""
    wanted = sorted({token for token in tokens_of(events) if token is not None}) if last is not None else []
    if [entry.address for entry in core.tokens] != wanted:
        raise FieldWrong("tokens", f"there should be those that the amounts are in: {', '.join(wanted) or 'none'}")
    found = {}
    for i, entry in enumerate(core.tokens):
        if last is not None:
            account = account_of(last.state_root, entry.address, entry.account_proof, f"tokens[{i}].account_proof")
            found[entry.address] = code_currency(entry.code, account.code_hash, f"tokens[{i}].code")
    return found


def _contracts(facts: Facts) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for contract, address in (
        *((told.said.contract, told.said.address) for told in facts.events),
        *((journal.contract, journal.address) for journal in facts.journals),
    ):
        found.setdefault(contract, set()).add(address)
    return {contract: sorted(found[contract]) for contract in sorted(found)}


def named_words(entries: Sequence[str]) -> dict[str, bytes]:
    """`ADDRESS=WORD` as people give them. Raises FieldWrong."""
    found = {}
    for entry in entries:
        address, _, word = entry.partition("=")
        try:
            found[checksum_address(from_hex(address))] = form.octets(word.lower(), entry, 32)
        except (ValueError, FieldWrong):
            raise FieldWrong(entry, "a journal is named by its contract's address, =, and its word") from None
    return found
