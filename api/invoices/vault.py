"""Documents are kept encrypted; what is anchored on chain is a salted hash (R-45). Bytes in, bytes out: no database.

Each document has a data key of its own, wrapped by the master key; both encryptions are AES-256-GCM and are bound to
the document's id, so that a row cannot be passed off as another. Erasing a document is destroying its ciphertext,
wrapped key and salt: the hash that stays on chain then says nothing any more, even to a holder of the master key.
"""

import hashlib
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.invoices.errors import DocumentTampered, MasterKeyUnusable, WrongMasterKey

KEY_BYTES = 32
SALT_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key that wraps every document's key. Never shown: its `repr` has the id alone."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(self.secret)}")

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits that tell keys apart and give nothing away."""
        return hashlib.sha256(b"scf-network/master-key-id/v1" + self.secret).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """All that is stored of a document. Each `bytes` of ciphertext carries its nonce (12 bytes) in front."""

    document_id: str
    master_key_id: str
    wrapped_key: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    document_hash: bytes
    """`salted_hash(salt, document)`: what is anchored."""

    def erase(self) -> "ErasedDocument":
        """What may be kept of an erased document. The caller must overwrite the stored row with it."""
        return ErasedDocument(self.document_id, self.document_hash)


@dataclass(frozen=True, slots=True)
class ErasedDocument:
    """A tombstone: the document existed and was anchored; nobody can say what it said."""

    document_id: str
    document_hash: bytes


def salted_hash(salt: bytes, document: bytes) -> bytes:
    """sha256(salt ‖ sha256(document)): whoever is given the salt and the document can check the anchor (R-45)."""
    return hashlib.sha256(salt + hashlib.sha256(document).digest()).digest()


def seal(master_key: MasterKey, document_id: str, document: bytes) -> SealedDocument:
    """Encrypt a document under a new data key, with a new salt. Sealing it twice gives two hashes that do not match."""
    data_key = AESGCM.generate_key(KEY_BYTES * 8)
    salt = secrets.token_bytes(SALT_BYTES)
    return SealedDocument(
        document_id=document_id,
        master_key_id=master_key.key_id,
        wrapped_key=wrap(master_key, "key", document_id, data_key),
        ciphertext=_encrypt(data_key, document, _bound_to("document", document_id)),
        salt=salt,
        document_hash=salted_hash(salt, document),
    )


def open_sealed(master_key: MasterKey, sealed: SealedDocument) -> bytes:
    """The document, exactly as it was sealed.

    WrongMasterKey if it was sealed under another key; DocumentTampered if anything stored was changed or swapped.
    """
    if master_key.key_id != sealed.master_key_id:
        raise WrongMasterKey(
            f"document {sealed.document_id} was sealed under key {sealed.master_key_id}, not {master_key.key_id}",
            document_id=sealed.document_id,
            master_key_id=sealed.master_key_id,
        )
    try:
        data_key = unwrap(master_key, "key", sealed.document_id, sealed.wrapped_key)
        document = _decrypt(data_key, sealed.ciphertext, _bound_to("document", sealed.document_id))
    except (InvalidTag, ValueError) as error:
        raise DocumentTampered(
            f"what is stored of document {sealed.document_id} was changed", document_id=sealed.document_id
        ) from error
    if not hmac.compare_digest(salted_hash(sealed.salt, document), sealed.document_hash):
        raise DocumentTampered(
            f"the hash or salt of document {sealed.document_id} was changed", document_id=sealed.document_id
        )
    return document


def wrap(master_key: MasterKey, purpose: str, owner: str, secret: bytes) -> bytes:
    """A small secret of `owner`, encrypted under the master key and bound to its purpose; its nonce in front."""
    return _encrypt(master_key.secret, secret, _bound_to(purpose, owner))


def unwrap(master_key: MasterKey, purpose: str, owner: str, wrapped: bytes) -> bytes:
    """The secret; InvalidTag or ValueError if it was wrapped under another key, or for another purpose or owner."""
    return _decrypt(master_key.secret, wrapped, _bound_to(purpose, owner))


def load_or_create_master_key(path: Path) -> MasterKey:
    """The master key in `path` (32 raw bytes, mode 0600), made there on the first call, by one process of several.

    MasterKeyUnusable if the file can be read by others or does not hold exactly a key: a new key is never put in the
    place of a damaged one, since every kept document would be lost with it.
    """
    if not path.exists():
        _create_once(path, secrets.token_bytes(KEY_BYTES))
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        secret = file.read(KEY_BYTES + 1)
    if mode & 0o077:
        raise MasterKeyUnusable(
            f"the master key {path} can be used by others (mode {mode:04o}); chmod 600 it, and consider the key known",
            path=str(path),
            mode=f"{mode:04o}",
        )
    if len(secret) != KEY_BYTES:
        found = f"{len(secret)} bytes" if len(secret) < KEY_BYTES else f"more than {KEY_BYTES} bytes"
        raise MasterKeyUnusable(
            f"the master key {path} holds {found}, a key has {KEY_BYTES}; restore it from a back-up: "
            "with another key the kept documents cannot be read",
            path=str(path),
        )
    return MasterKey(secret)


def _create_once(path: Path, secret: bytes) -> None:
    """Put a whole key in place or none: written aside, then linked, which fails where another process was faster."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        aside.unlink(missing_ok=True)


def _bound_to(purpose: str, document_id: str) -> bytes:
    """What a ciphertext is good for: its purpose and document, authenticated and not encrypted."""
    return f"scf-network/{purpose}/v1\x00{document_id}".encode()


def _encrypt(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def _decrypt(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
