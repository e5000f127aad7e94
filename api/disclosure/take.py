"""Takes a disclosure pack into a regulator's index: each entry against its own hash on chain, or not at all."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.disclosure.box import DisclosureRefused
from api.disclosure.named import named_by_events
from api.disclosure.pack import InvoiceEntry, Pack, ParticipantEntry, TextEntry, document_of
from api.domain.identifiers import IdentifierError, legal_entity_hash
from api.invoices.errors import InvoiceRefused
from api.invoices.terms import ParsedInvoice
from api.invoices.ubl import read_invoice
from api.invoices.vault import salted_hash
from indexer.models import (
    Anchor,
    DisclosedInvoice,
    DisclosedParticipant,
    DisclosedText,
    IndexIdentity,
    Participant,
    Payable,
)

KIND = "0x" + b"disclosure".ljust(32, b"\0").hex()
"""Of the anchor that puts a pack's list of names on record."""
CHUNK = 500
NAME_MAX = 200


class _Refused(Exception):
    """Why one entry is not taken."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry that was left out; `id` is what it is about."""

    kind: str
    id: str
    why: str


@dataclass(slots=True)
class Taken:
    """How many entries of each kind were taken, and which were not."""

    participants: int = 0
    invoices: int = 0
    texts: int = 0
    refused: list[Refusal] = field(default_factory=list)


def take(session: Session, pack: Pack) -> Taken:
    """Stores what holds; the caller commits. DisclosureRefused for a pack of another chain."""
    identity = session.scalars(select(IndexIdentity)).one_or_none()
    if identity is None:
        raise DisclosureRefused("the index is empty, there is nothing to hold the pack against: let the indexer run")
    if (identity.chain_id, identity.genesis_hash) != (pack.chain_id, pack.genesis_hash):
        raise DisclosureRefused(f"the pack is of chain {pack.chain_id}, the index of chain {identity.chain_id}")
    taker = _Taker(session, pack)
    refused: list[Refusal] = []
    counts = (
        _each("participant", pack.participants, "account", taker.participant, refused),
        _each("invoice", pack.invoices, "payable_id", taker.invoice, refused),
        _each("text", pack.texts, "hash", taker.text, refused),
    )
    taker.say_what_vouches_for_names()
    return Taken(*counts, refused)


def _each(kind: str, entries: Sequence[Any], key: str, store: Callable[[Any], None], refused: list[Refusal]) -> int:
    """How many were stored."""
    before = len(refused)
    for entry in entries:
        try:
            store(entry)
        except _Refused as error:
            refused.append(Refusal(kind, str(getattr(entry, key))[:80], str(error)))
    return len(entries) - (len(refused) - before)


class _Taker:
    def __init__(self, session: Session, pack: Pack) -> None:
        self._session = session
        self._register_hash = pack.register_hash
        self._hashes = named_by_events(session, {entry.hash for entry in pack.texts})
        self._names: dict[str, DisclosedParticipant] = {}
        self._documents: list[tuple[Payable, ParsedInvoice]] = []

    def participant(self, entry: ParticipantEntry) -> None:
        row = self._session.get(Participant, entry.account)
        if row is None:
            raise _Refused("the index has no such participant")
        try:
            made = "0x" + legal_entity_hash(_bytes(entry.salt), entry.legal_id).hex()
        except (IdentifierError, ValueError) as error:
            raise _Refused(str(error)) from error
        if not hmac.compare_digest(made, row.legal_entity_hash):
            raise _Refused(f"{entry.legal_id} and its salt give {made}, on chain is {row.legal_entity_hash}")
        if not 0 < len(_readable(entry.name)) <= NAME_MAX:
            raise _Refused(f"a name has 1 to {NAME_MAX} characters")
        self._names[entry.account] = DisclosedParticipant(
            account=entry.account,
            name=entry.name,
            legal_id=entry.legal_id,
            legal_entity_hash=row.legal_entity_hash,
            name_by="stated",
        )

    def invoice(self, entry: InvoiceEntry) -> None:
        row = self._session.get(Payable, entry.payable_id)
        if row is None:
            raise _Refused("the index has no such payable")
        try:
            document = document_of(entry)
        except ValueError as error:
            raise _Refused("the document is no base64") from error
        made = "0x" + salted_hash(_bytes(entry.salt), document).hex()
        if not hmac.compare_digest(made, row.evidence_hash):
            raise _Refused(f"the document and its salt give {made}, on chain is {row.evidence_hash}")
        try:
            facts = read_invoice(document)
        except InvoiceRefused as error:
            raise _Refused(f"the document cannot be read: {error.code}") from error
        self._documents.append((row, facts))
        self._session.merge(
            DisclosedInvoice(
                payable_id=entry.payable_id,
                evidence_hash=row.evidence_hash,
                number=facts.number,
                type_code=facts.type_code,
                issue_date=facts.issue_date.isoformat(),
                due_date=None if facts.due_date is None else facts.due_date.isoformat(),
                currency=facts.currency,
                amount=facts.payable_amount_minor,
                seller_name=facts.seller.name,
                seller_legal_id=facts.seller.uscc,
                buyer_name=facts.buyer.name,
                buyer_legal_id=facts.buyer.uscc,
                document=document,
            )
        )

    def text(self, entry: TextEntry) -> None:
        if entry.hash not in self._hashes:
            raise _Refused("no event in the index names this hash")
        made = "0x" + salted_hash(_bytes(entry.salt), _readable(entry.text).encode()).hex()
        if not hmac.compare_digest(made, entry.hash):
            raise _Refused(f"the text and its salt give {made}")
        self._session.merge(DisclosedText(text_hash=entry.hash, text=entry.text))

    def say_what_vouches_for_names(self) -> None:
        """A name is in no hash of its own: its holder's documents have it, or a participant anchored the whole list."""
        anchored = select(Anchor.anchor_hash).where(Anchor.anchor_hash == self._register_hash, Anchor.kind == KIND)
        by_all = self._session.scalars(anchored).first() is not None
        for row in self._names.values():
            row.name_by = "anchor" if by_all else "document" if self._in_a_document(row) else "stated"
            self._session.merge(row)

    def _in_a_document(self, name: DisclosedParticipant) -> bool:
        """The supplier proposed a payable by a document that says so of its seller, or the debtor confirmed one that
        says so of its buyer: both signed its hash."""
        said = (name.name, name.legal_id)
        return any(
            (payable.supplier == name.account and (facts.seller.name, facts.seller.uscc) == said)
            or (
                payable.debtor == name.account
                and payable.confirmed_at is not None
                and (facts.buyer.name, facts.buyer.uscc) == said
            )
            for payable, facts in self._documents
        )


def _readable(text: str) -> str:
    """Text that a database can keep."""
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise _Refused("there are characters in it that are none")
    return text


def _bytes(salt: str) -> bytes:
    try:
        return bytes.fromhex(salt)
    except ValueError as error:
        raise _Refused("the salt is no hexadecimal") from error
