"""Documents at rest: sealed, bound to their id, erasable (R-45)."""

import dataclasses
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.invoices import vault
from api.invoices.errors import DocumentTampered, MasterKeyUnusable, WrongMasterKey
from api.invoices.vault import MasterKey, SealedDocument, load_or_create_master_key, open_sealed, salted_hash, seal

KEY = MasterKey(bytes(range(32)))
DOCUMENT = "发票 INV-2026-001".encode()


def changed(sealed: SealedDocument, field: str, value: bytes) -> SealedDocument:
    return dataclasses.replace(sealed, **{field: value})  # type: ignore[arg-type]


@given(st.binary(max_size=2_000), st.text(max_size=40))
def test_open_sealed__any_document__is_what_was_sealed(document: bytes, document_id: str) -> None:
    assert open_sealed(KEY, seal(KEY, document_id, document)) == document


def test_seal__what_is_stored__does_not_hold_the_document_or_a_key() -> None:
    sealed = seal(KEY, "doc-1", DOCUMENT)
    stored = b"".join(value for value in dataclasses.asdict(sealed).values() if isinstance(value, bytes))
    assert DOCUMENT not in stored
    assert KEY.secret not in stored
    assert hashlib.sha256(DOCUMENT).digest() not in stored


def test_seal__twice__shares_nothing__r45() -> None:
    one, other = seal(KEY, "doc-1", DOCUMENT), seal(KEY, "doc-1", DOCUMENT)
    for field in ("wrapped_key", "ciphertext", "salt", "document_hash"):
        assert getattr(one, field) != getattr(other, field)


def test_salted_hash__what_is_anchored__is_checkable_by_hand__r45() -> None:
    sealed = seal(KEY, "doc-1", DOCUMENT)
    assert sealed.document_hash == hashlib.sha256(sealed.salt + hashlib.sha256(DOCUMENT).digest()).digest()
    assert salted_hash(sealed.salt, DOCUMENT) == sealed.document_hash
    assert salted_hash(sealed.salt, DOCUMENT + b" ") != sealed.document_hash


@pytest.mark.parametrize("field", ["wrapped_key", "ciphertext", "salt", "document_hash"])
def test_open_sealed__any_bit_flipped__is_noticed(field: str) -> None:
    sealed = seal(KEY, "doc-1", DOCUMENT)
    value: bytes = getattr(sealed, field)
    for index in range(len(value)):
        flipped = value[:index] + bytes([value[index] ^ 1]) + value[index + 1 :]
        with pytest.raises(DocumentTampered, match="doc-1"):
            open_sealed(KEY, changed(sealed, field, flipped))


@pytest.mark.parametrize("field", ["wrapped_key", "ciphertext"])
@pytest.mark.parametrize("length", [0, 5, 12, 20])
def test_open_sealed__cut_short__is_noticed(field: str, length: int) -> None:
    sealed = seal(KEY, "doc-1", DOCUMENT)
    with pytest.raises(DocumentTampered):
        open_sealed(KEY, changed(sealed, field, getattr(sealed, field)[:length]))


def test_open_sealed__row_passed_off_as_another__is_noticed() -> None:
    one, other = seal(KEY, "doc-1", DOCUMENT), seal(KEY, "doc-2", DOCUMENT)
    swaps: list[SealedDocument] = [
        dataclasses.replace(one, document_id="doc-2"),
        dataclasses.replace(other, wrapped_key=one.wrapped_key),
        dataclasses.replace(other, wrapped_key=one.wrapped_key, ciphertext=one.ciphertext),
        dataclasses.replace(one, wrapped_key=one.ciphertext, ciphertext=one.wrapped_key),
    ]
    for swapped in swaps:
        with pytest.raises(DocumentTampered):
            open_sealed(KEY, swapped)


def test_open_sealed__document_id_in_the_data_alone__is_bound_too() -> None:
    """Even who can wrap keys (has the master key) cannot move a ciphertext to another id by wrapping its key anew."""
    one = seal(KEY, "doc-1", DOCUMENT)
    data_key = vault._decrypt(KEY.secret, one.wrapped_key, vault._bound_to("key", "doc-1"))
    rewrapped = vault._encrypt(KEY.secret, data_key, vault._bound_to("key", "doc-2"))
    with pytest.raises(DocumentTampered):
        open_sealed(KEY, dataclasses.replace(one, document_id="doc-2", wrapped_key=rewrapped))


def test_open_sealed__another_master_key__is_told_apart_from_tampering() -> None:
    other = MasterKey(bytes(32))
    with pytest.raises(WrongMasterKey, match=other.key_id):
        open_sealed(other, seal(KEY, "doc-1", DOCUMENT))


def test_erase__what_remains__is_the_id_and_the_anchored_hash__r45() -> None:
    sealed = seal(KEY, "doc-1", DOCUMENT)
    assert dataclasses.asdict(sealed.erase()) == {"document_id": "doc-1", "document_hash": sealed.document_hash}


def test_repr__keys_salts_and_ciphertext__are_not_shown() -> None:
    sealed = seal(KEY, "doc-1", DOCUMENT)
    shown = repr(KEY) + repr(sealed)
    for secret in (KEY.secret, sealed.salt, sealed.wrapped_key, sealed.ciphertext):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown


def test_master_key__wrong_length__is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 16"):
        MasterKey(bytes(16))


def test_load_or_create_master_key__first_time__makes_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    key = load_or_create_master_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == key.secret
    assert load_or_create_master_key(path) == key
    assert [entry.name for entry in path.parent.iterdir()] == ["master.key"]


def test_load_or_create_master_key__two_folders__are_two_keys(tmp_path: Path) -> None:
    assert load_or_create_master_key(tmp_path / "a") != load_or_create_master_key(tmp_path / "b")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o620])
def test_load_or_create_master_key__open_to_others__is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    load_or_create_master_key(path)
    path.chmod(mode)
    with pytest.raises(MasterKeyUnusable, match="chmod 600"):
        load_or_create_master_key(path)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_load_or_create_master_key__damaged__is_refused_and_left_alone(tmp_path: Path, length: int) -> None:
    path = tmp_path / "master.key"
    path.touch(mode=0o600)
    path.write_bytes(bytes(length))
    with pytest.raises(MasterKeyUnusable, match="restore it from a back-up"):
        load_or_create_master_key(path)
    assert path.read_bytes() == bytes(length)


def test_load_or_create_master_key__another_process_was_faster__its_key_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "master.key"
    first = load_or_create_master_key(path)
    monkeypatch.setattr(Path, "exists", lambda _: False)  # looked just before the other process put its key there
    assert load_or_create_master_key(path) == first
    assert path.read_bytes() == first.secret
    assert [entry.name for entry in tmp_path.iterdir()] == ["master.key"]
