"""What is in a disclosure pack: entries that each prove themselves against a hash on chain (R-45)."""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from api.disclosure.box import DisclosureRefused


@dataclass(frozen=True, slots=True)
class ParticipantEntry:
    """`legal_id` and `salt` (hex) make the legal-entity hash of the account. The name is in no hash of its own."""

    account: str
    legal_id: str
    salt: str
    name: str


@dataclass(frozen=True, slots=True)
class InvoiceEntry:
    """`document` (base64) and `salt` (hex) make the payable's evidence hash; number, dates, amounts are read of it."""

    payable_id: str
    salt: str
    document: str


@dataclass(frozen=True, slots=True)
class TextEntry:
    """`text` and `salt` (hex) make `hash`, which an event names as a reason, an authority, an undertaking."""

    hash: str
    salt: str
    text: str


@dataclass(frozen=True, slots=True)
class Pack:
    chain_id: int
    genesis_hash: str
    block: int
    """Up to which block the index knew what is disclosed."""
    register_salt: str
    participants: list[ParticipantEntry]
    invoices: list[InvoiceEntry]
    texts: list[TextEntry]

    def encoded(self) -> bytes:
        return canonical(asdict(self))

    @property
    def register_hash(self) -> str:
        """Salted, of all names: who anchors it, under the kind `disclosure`, puts them on record."""
        content = canonical([asdict(entry) for entry in self.participants])
        return "0x" + hashlib.sha256(bytes.fromhex(self.register_salt) + hashlib.sha256(content).digest()).hexdigest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


_ENTRIES: dict[str, type[Any]] = {"participants": ParticipantEntry, "invoices": InvoiceEntry, "texts": TextEntry}


def decoded(plain: bytes) -> Pack:
    """DisclosureRefused for what is no pack."""
    try:
        content = json.loads(plain)
        lists: dict[str, Any] = {
            name: [_entry(kind, row) for row in content.pop(name)] for name, kind in _ENTRIES.items()
        }
        pack = Pack(**content, **lists)
        bytes.fromhex(pack.register_salt)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DisclosureRefused(f"what is in the file is no pack: {error}") from error
    if (type(pack.chain_id), type(pack.block), type(pack.genesis_hash)) != (int, int, str):
        raise DisclosureRefused("what is in the file is no pack: its chain is not named")
    return pack


def _entry(kind: type[Any], row: Any) -> Any:
    entry = kind(**row)
    if not all(isinstance(value, str) for value in row.values()):
        raise TypeError(f"a {kind.__name__} has texts alone")
    return entry


def document_of(entry: InvoiceEntry) -> bytes:
    return base64.b64decode(entry.document, validate=True)
