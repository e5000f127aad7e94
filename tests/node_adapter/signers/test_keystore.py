"""Keystores: private, encrypted, silent; and signatures that equal eth_account's."""

import json
import logging
import pickle
from pathlib import Path

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from node_adapter.signers import (
    KeyNotHeld,
    Keyring,
    KeystoreError,
    Signers,
    Wallet,
    create_account,
    read_secret,
)
from node_adapter.signers.keystore import WORK_FACTOR
from node_adapter.transactions import Transaction, TransactionMalformed, assemble, disassemble
from tests.node_adapter.outbox_support import PASSPHRASE, QUICK

KEY = bytes(range(1, 33))
TO = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def secret_of(path: Path) -> str:
    return bytes(Account.decrypt(json.loads(path.read_text()), PASSPHRASE)).hex()


def test_create_account__default__is_scrypt_with_the_stated_work_factor(folder: Path) -> None:
    address = create_account(folder, "operator", PASSPHRASE)
    keystore = json.loads((folder / "operator.json").read_text())
    assert keystore["address"] == address
    assert keystore["crypto"]["kdf"] == "scrypt"
    assert keystore["crypto"]["kdfparams"]["n"] == WORK_FACTOR == 2**17
    assert (folder / "operator.json").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == ["operator.json"]
    assert Account.from_key(secret_of(folder / "operator.json")).address == address


def test_create_account__name_taken__keeps_the_old_key(folder: Path) -> None:
    address = create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    with pytest.raises(KeystoreError, match="never replaced"):
        create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    assert Keyring(folder, PASSPHRASE).addresses() == {"operator": address}
    assert [path.name for path in folder.iterdir()] == ["operator.json"]


@pytest.mark.parametrize("name", ["../operator", "", "Operator", ".hidden", "a/b"])
def test_create_account__name_that_is_a_path__is_refused(folder: Path, name: str) -> None:
    with pytest.raises(KeystoreError, match="no name for a key"):
        create_account(folder, name, PASSPHRASE, work_factor=QUICK)


def test_keyring__file_readable_by_others__is_refused_and_says_which(folder: Path) -> None:
    create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    (folder / "operator.json").chmod(0o640)
    with pytest.raises(KeystoreError, match=r"operator\.json is open to others \(mode 640\); run chmod 600"):
        Keyring(folder, PASSPHRASE)


def test_keyring__folder_readable_by_others__is_refused(folder: Path) -> None:
    create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    folder.chmod(0o750)
    with pytest.raises(KeystoreError, match=r"open to others \(mode 750\); run chmod 700"):
        Keyring(folder, PASSPHRASE)


def test_read_secret__file_readable_by_others__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(0o644)
    with pytest.raises(KeystoreError, match="chmod 600"):
        read_secret(path)
    path.chmod(0o600)
    assert read_secret(path) == PASSPHRASE


def test_keyring__passphrase_in_a_file__opens(folder: Path, tmp_path: Path) -> None:
    address = create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\n")
    path.chmod(0o600)
    Keyring(folder, path).unlock(address)


def test_keyring__wrong_passphrase__names_the_file_and_no_secret(folder: Path) -> None:
    address = create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    with pytest.raises(KeystoreError, match="does not open") as caught:
        Keyring(folder, "a bad guess").unlock(address)
    assert "guess" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_keyring__keystore_that_claims_another_address__is_refused(folder: Path) -> None:
    create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    path = folder / "operator.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"address": TO}))
    with pytest.raises(KeystoreError, match="says it holds"):
        Keyring(folder, PASSPHRASE).unlock(TO)


def test_keyring__key_added_later__is_held(folder: Path) -> None:
    create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    keyring = Keyring(folder, PASSPHRASE)
    later = create_account(folder, "supplier", PASSPHRASE, work_factor=QUICK)
    assert keyring.holds(later)
    assert not keyring.holds(TO)
    with pytest.raises(KeyNotHeld):
        keyring.unlock(TO)


def test_key__shown_logged_or_pickled__stays_secret(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    address = create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    secret = secret_of(folder / "operator.json")
    keyring, wallet = Keyring(folder, PASSPHRASE), Wallet.load(folder / "operator.json", PASSPHRASE)
    keyring.unlock(address)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").warning("%r %r %r %s", keyring, wallet, wallet._key, vars(wallet))
    shown = caplog.text + repr(keyring._keys) + str(keyring)
    assert address in shown
    assert secret not in shown
    assert PASSPHRASE not in shown
    with pytest.raises(KeystoreError, match="does not leave"):
        pickle.dumps(wallet._key)


transactions = st.builds(
    Transaction,
    chain_id=st.integers(1, 2**32),
    nonce=st.integers(0, 2**40),
    max_priority_fee_per_gas=st.integers(0, 2**40),
    max_fee_per_gas=st.integers(0, 2**60),
    gas=st.integers(21_000, 2**30),
    to=st.none() | st.just(TO),
    data=st.binary(max_size=300),
    value=st.integers(0, 2**70),
)


@given(transactions)
@settings(max_examples=60, deadline=None)
def test_sign_transaction__any__equals_eth_account_and_reads_back(transaction: Transaction) -> None:
    from coincurve import PrivateKey

    account = Account.from_key(KEY)
    fields = {k: v for k, v in transaction.to_json(account.address).items() if k != "from"}
    if transaction.to is None:
        fields["to"] = b""
    expected = account.sign_transaction(fields)
    signed = assemble(transaction, PrivateKey(KEY).sign_recoverable(transaction.digest(), hasher=None))
    assert signed.raw == bytes(expected.raw_transaction)
    assert signed.tx_hash == "0x" + expected.hash.hex().removeprefix("0x")
    assert disassemble(signed.raw) == (transaction, account.address)
    assert Transaction.from_json(transaction.to_json(account.address)) == transaction


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda data: b"\2" + data))
def test_disassemble__any_bytes__are_refused_by_one_error(raw: bytes) -> None:
    with pytest.raises(TransactionMalformed):
        disassemble(raw)


def test_wallet__transaction_of_somebody_else__is_not_signed(folder: Path) -> None:
    create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    wallet = Wallet.load(folder / "operator.json", PASSPHRASE)
    transaction = Transaction(1, 0, 0, 0, 21_000, TO, b"")
    with pytest.raises(KeyNotHeld):
        wallet.sign({"type": "transaction", "data": transaction.to_json(TO)})
    with pytest.raises(ValueError, match="not 'message'"):
        wallet.sign({"type": "message", "data": {}})


def test_keyring__damaged_or_no_keystore__names_the_file(folder: Path) -> None:
    address = create_account(folder, "operator", PASSPHRASE, work_factor=QUICK)
    path = folder / "operator.json"
    whole = json.loads(path.read_text())
    path.write_text(json.dumps(whole | {"crypto": whole["crypto"] | {"ciphertext": "zz"}}))
    with pytest.raises(KeystoreError, match=r"operator\.json does not open with this passphrase, or is damaged"):
        Keyring(folder, PASSPHRASE).unlock(address)
    path.write_bytes(b"\xff\x00 no json")
    with pytest.raises(KeystoreError, match=r"operator\.json is no keystore"):
        Keyring(folder, PASSPHRASE)


def test_signers__several__each_address_is_its_own_signers(tmp_path: Path) -> None:
    first = create_account(tmp_path / "a", "bank", PASSPHRASE, work_factor=QUICK)
    second = create_account(tmp_path / "b", "operator", PASSPHRASE, work_factor=QUICK)
    signers = Signers([Keyring(tmp_path / "a", PASSPHRASE), Keyring(tmp_path / "b", PASSPHRASE)])
    assert signers.addresses() == {"bank": first, "operator": second}
    assert signers.holds(first)
    assert signers.holds(second)
    assert not signers.holds(TO)
    transaction = Transaction(31337, 0, 0, 10, 21_000, TO, b"\1\2\3\4")
    for address in (first, second):
        signers.unlock(address)
        assert disassemble(signers.sign_transaction(address, transaction).raw) == (transaction, address)
    with pytest.raises(KeyNotHeld, match=TO):
        signers.sign_transaction(TO, transaction)
