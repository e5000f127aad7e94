"""`scf-disclosure/1`: a file that one recipient alone can open.

One JSON object: `format`, `recipient` and `ephemeral` (X25519 public keys, hex), `nonce` (hex), `ciphertext` (base64).
The key is HKDF-SHA256 over the X25519 secret of ephemeral and recipient, salt `ephemeral ‖ recipient`, info the
format's name; the cipher ChaCha20-Poly1305, whose associated data is the canonical JSON (sorted keys, no blanks) of
`format`, `recipient` and `ephemeral`. What is enciphered is zlib-compressed. Each file has an ephemeral key of its own,
so no key is used twice.

The box says nothing of who made it: whoever has the recipient's public key can. What is in it proves itself, against
the hashes on chain.
"""

import base64
import json
import secrets
import zlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = "scf-disclosure/1"
PLAIN_MAX = 512 * 1024 * 1024
"""Bytes of what is inside: more is refused before it fills the memory."""
_PUBLIC, _SECRET = "scf-regulator:", "scf-regulator-secret:"
_FIELDS = {"format", "recipient", "ephemeral", "nonce", "ciphertext"}


class DisclosureRefused(Exception):
    """The file or key is not what it should be; the message says what."""


@dataclass(frozen=True, slots=True)
class SecretKey:
    """Opens packs. Its `repr` does not show it."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "SecretKey":
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> "SecretKey":
        """DisclosureRefused for anything else, which is not repeated."""
        return cls(_key(text, _SECRET, "the key that opens packs"))

    @property
    def text(self) -> str:
        return _SECRET + self.secret.hex()

    @property
    def public(self) -> "PublicKey":
        return PublicKey(X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Whom a pack is for."""

    raw: bytes

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """DisclosureRefused for anything else."""
        return cls(_key(text, _PUBLIC, "a regulator's public key"))

    @property
    def text(self) -> str:
        return _PUBLIC + self.raw.hex()


def seal(recipient: PublicKey, plain: bytes) -> bytes:
    """The file. DisclosureRefused for more than PLAIN_MAX."""
    if len(plain) > PLAIN_MAX:
        raise DisclosureRefused(f"a pack holds {PLAIN_MAX:,} bytes at most, this would be {len(plain):,}: make several")
    ephemeral = X25519PrivateKey.generate()
    head = {
        "format": FORMAT,
        "recipient": recipient.raw.hex(),
        "ephemeral": ephemeral.public_key().public_bytes_raw().hex(),
    }
    shared = _exchange(ephemeral, recipient.raw)
    nonce = secrets.token_bytes(12)
    sealed = ChaCha20Poly1305(_derived(shared, head)).encrypt(nonce, zlib.compress(plain, 6), _canonical(head))
    whole = {**head, "nonce": nonce.hex(), "ciphertext": base64.b64encode(sealed).decode()}
    return json.dumps(whole, indent=1).encode() + b"\n"


def open_box(key: SecretKey, content: bytes) -> bytes:
    """What was sealed. DisclosureRefused for another format, another recipient, or anything that was changed."""
    try:
        whole = json.loads(content)
        if not isinstance(whole, dict) or set(whole) != _FIELDS or whole["format"] != FORMAT:
            raise DisclosureRefused(f"the file is no {FORMAT}")
        head = {name: str(whole[name]) for name in ("format", "recipient", "ephemeral")}
        nonce, sealed = bytes.fromhex(whole["nonce"]), base64.b64decode(whole["ciphertext"], validate=True)
        ephemeral = bytes.fromhex(head["ephemeral"])
    except (ValueError, TypeError) as error:
        raise DisclosureRefused(f"the file is no {FORMAT}: {error}") from error
    if head["recipient"] != key.public.raw.hex():
        raise DisclosureRefused(f"the file is for {_PUBLIC}{head['recipient']}, not for {key.public.text}")
    try:
        shared = _exchange(X25519PrivateKey.from_private_bytes(key.secret), ephemeral)
        packed = ChaCha20Poly1305(_derived(shared, head)).decrypt(nonce, sealed, _canonical(head))
    except (InvalidTag, ValueError) as error:
        raise DisclosureRefused("the file was changed after it was made") from error
    return _unpacked(packed)


def _unpacked(packed: bytes) -> bytes:
    inflate = zlib.decompressobj()
    try:
        plain = inflate.decompress(packed, PLAIN_MAX)
    except zlib.error as error:
        raise DisclosureRefused(f"what is in the file cannot be unpacked: {error}") from error
    if not inflate.eof:
        raise DisclosureRefused(f"what is in the file is cut short, or more than {PLAIN_MAX:,} bytes")
    return plain


def _exchange(private: X25519PrivateKey, public: bytes) -> bytes:
    return private.exchange(X25519PublicKey.from_public_bytes(public))


def _derived(shared: bytes, head: dict[str, str]) -> bytes:
    salt = bytes.fromhex(head["ephemeral"]) + bytes.fromhex(head["recipient"])
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=FORMAT.encode()).derive(shared)


def _canonical(head: dict[str, str]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def _key(text: str, prefix: str, what: str) -> bytes:
    digits = text.strip().removeprefix(prefix)
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        raw = b""
    if not text.strip().startswith(prefix) or len(raw) != 32:
        raise DisclosureRefused(f"{what} is {prefix} and 64 hexadecimal digits; scf audit keygen makes one")
    return raw
