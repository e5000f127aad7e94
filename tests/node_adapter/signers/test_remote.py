"""A remote signer over real HTTP, in each dialect, and every way in which it can be away or wrong."""

import time
import traceback

import pytest

from node_adapter import typed_data
from node_adapter.signers import KeyNotHeld, KeystoreError, SignerUnavailable, SignerUntrustworthy
from node_adapter.signers.remote import RemoteSigner
from node_adapter.transactions import Transaction, disassemble
from tests.node_adapter.signers.conftest import SignerServer

pytestmark = pytest.mark.devnet  # connects to the loopback
TO = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
TRANSACTION = Transaction(31337, 7, 1, 10, 21_000, TO, b"\1\2\3\4")
MESSAGE = typed_data.cancellation(31337, TO, "0x01", 4_000_000_000)


def test_sign__in_each_dialect__is_exactly_what_was_asked(signer_server: SignerServer) -> None:
    signer, address = signer_server.signer(), signer_server.address
    signer.unlock(address)
    assert disassemble(signer.sign_transaction(address, TRANSACTION).raw) == (TRANSACTION, address)
    creation = Transaction(31337, 7, 1, 10, 21_000, None, b"\1\2\3\4")
    assert disassemble(signer.sign_transaction(address, creation).raw) == (creation, address)
    assert typed_data.signer_of(MESSAGE, signer.sign_typed_data(address, MESSAGE)) == address
    bare = signer_server.signer("bare-recovery-id").sign_typed_data(address, MESSAGE)
    assert typed_data.signer_of(MESSAGE, bare) == address
    assert (signer.addresses(), signer.holds(address), signer.holds(TO)) == ({"bank": address}, True, False)
    with pytest.raises(KeyNotHeld):
        signer.sign_transaction(TO, TRANSACTION)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("other-chain", "chain_id is not what was asked"),
        ("other-nonce", "nonce is not what was asked"),
        ("other-data", "data is not what was asked"),
        ("other-gas", "gas is not what was asked"),
        ("other-value", "value is not what was asked"),
        ("other-to", "to is not what was asked"),
        ("other-fee", "max_fee_per_gas is not what was asked"),
        ("other-key", "it signed as 0x"),
        ("rubbish", "no signed EIP-1559 transaction"),
    ],
)
def test_sign_transaction__that_was_not_asked__is_not_believed(
    signer_server: SignerServer, fault: str, said: str
) -> None:
    with pytest.raises(SignerUntrustworthy, match=said):
        signer_server.signer(fault).sign_transaction(signer_server.address, TRANSACTION)


@pytest.mark.parametrize("fault", ["other-message", "other-key", "high-s", "rubbish"])
def test_sign_typed_data__that_was_not_asked__is_not_believed(signer_server: SignerServer, fault: str) -> None:
    with pytest.raises(SignerUntrustworthy):
        signer_server.signer(fault).sign_typed_data(signer_server.address, MESSAGE)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("refuses", "it refuses: account is locked"),
        ("no-json", "status 200 and no JSON-RPC"),
        ("status-500", "status 500 and no JSON-RPC"),
        ("redirects", "status 307 and no JSON-RPC"),
        ("endless", "its answer does not end"),
    ],
)
def test_sign__no_answer_to_use__waits_and_is_said_without_the_url(
    signer_server: SignerServer, fault: str, said: str
) -> None:
    with pytest.raises(SignerUnavailable, match=said) as caught:
        signer_server.signer(fault).sign_transaction(signer_server.address, TRANSACTION)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("fault", ["hangs", "drips"])
def test_sign__answer_that_never_comes_whole__ends(signer_server: SignerServer, fault: str) -> None:
    signer = signer_server.signer(fault, timeout_s=0.3)
    began = time.monotonic()
    with pytest.raises(SignerUnavailable, match=r"no answer within 0\.3 s"):
        signer.sign_transaction(signer_server.address, TRANSACTION)
    assert time.monotonic() - began < 25, "it waited for the server"


def test_unlock__key_not_there_or_server_gone__waits(signer_server: SignerServer) -> None:
    with pytest.raises(SignerUnavailable, match="does not have the key"):
        signer_server.signer("no-accounts").unlock(signer_server.address)
    away = signer_server.remote("away")
    away.url_file.write_text("http://scf:hunter2@127.0.0.1:1/\n")
    with pytest.raises(SignerUnavailable, match="vault cannot be used: ConnectionRefusedError") as caught:
        RemoteSigner(away, {"bank": signer_server.address}).unlock(signer_server.address)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", ["ftp://host/", "no url", "http://", "http://[::1"])
def test_remote_signer__url_that_cannot_be_used__names_the_file_and_not_the_url(
    signer_server: SignerServer, content: str
) -> None:
    remote = signer_server.remote("bad")
    remote.url_file.write_text(content + "\n")
    with pytest.raises(KeystoreError, match="url-bad holds no http or https URL"):
        RemoteSigner(remote, {})
    remote.url_file.chmod(0o640)
    with pytest.raises(KeystoreError, match="open to others"):
        RemoteSigner(remote, {})
