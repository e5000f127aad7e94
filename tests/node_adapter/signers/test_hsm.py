"""Keys in a real token (SoftHSM2): made inside, signing as a keystore does, and every way in which a token fails."""

from pathlib import Path
from typing import cast

import pytest
from coincurve import PrivateKey

from node_adapter import typed_data
from node_adapter.signers import KeyNotHeld, KeystoreError, SignerUnavailable, hsm
from node_adapter.signers.hsm import Hsm, TokenKey, address_of_point
from node_adapter.transactions import ORDER, Transaction, disassemble
from tests.node_adapter.signers.conftest import PIN, SoftToken

TO = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


def transaction(nonce: int) -> Transaction:
    return Transaction(31337, nonce, 0, 10, 21_000, TO, b"\1\2\3\4")


@pytest.fixture
def bank(soft_token: SoftToken) -> tuple[Hsm, str]:
    address = Hsm(soft_token.token, {}).create("bank")
    return Hsm(soft_token.token, {"b": TokenKey("bank", address)}), address


def test_sign_transaction__many__are_low_s_and_recover_to_the_key(bank: tuple[Hsm, str]) -> None:
    signer, address = bank
    parities, lower = set(), 0
    for nonce in range(24):
        signed = signer.sign_transaction(address, transaction(nonce))
        assert disassemble(signed.raw) == (transaction(nonce), address)  # refuses an s in the upper half
        parities.add(signer._sign(address, transaction(nonce).digest())[64])
        raw = signer._use(address, transaction(nonce).digest())
        lower += int.from_bytes(raw[32:], "big") <= ORDER // 2
    assert parities == {0, 1}
    assert 0 < lower < 24, "the token gives both halves, else nothing was normalised here"


def test_sign_typed_data__by_the_token__is_the_addresses(bank: tuple[Hsm, str]) -> None:
    signer, address = bank
    message = typed_data.cancellation(31337, TO, "0x01", 4_000_000_000)
    assert typed_data.signer_of(message, signer.sign_typed_data(address, message)) == address
    assert (signer.addresses(), signer.holds(address), signer.holds(TO)) == ({"b": address}, True, False)
    with pytest.raises(KeyNotHeld):
        signer.unlock(TO)


def test_create__in_the_token__cannot_be_read_or_taken_out(soft_token: SoftToken, bank: tuple[Hsm, str]) -> None:
    import pkcs11

    signer, address = bank
    key = signer._key(address)
    for attribute in (pkcs11.Attribute.SENSITIVE, pkcs11.Attribute.NEVER_EXTRACTABLE, pkcs11.Attribute.LOCAL):
        assert key[attribute] is True
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        key[pkcs11.Attribute.VALUE]
    with pytest.raises(KeystoreError, match="has a key bank; a key is never replaced"):
        Hsm(soft_token.token, {}).create("bank")


def test_sign__token_taken_out__waits_and_goes_on_when_it_is_back(soft_token: SoftToken, bank: tuple[Hsm, str]) -> None:
    signer, address = bank
    before = disassemble(signer.sign_transaction(address, transaction(0)).raw)
    soft_token.unplug()
    for _ in range(2):
        with pytest.raises(SignerUnavailable, match="the token scf cannot be used"):
            signer.sign_transaction(address, transaction(0))
    soft_token.plug_in()
    assert disassemble(signer.sign_transaction(address, transaction(0)).raw) == before


def test_sign__other_user_of_the_module_restarted_it__goes_on(soft_token: SoftToken, bank: tuple[Hsm, str]) -> None:
    signer, address = bank
    other = Hsm(soft_token.token, {"again": TokenKey("bank", address)})
    signer.unlock(address)
    other.unlock(address)
    hsm.module_at(soft_token.module).restart()
    assert disassemble(signer.sign_transaction(address, transaction(1)).raw)[1] == address
    assert disassemble(other.sign_transaction(address, transaction(2)).raw)[1] == address


def test_sign__wrong_pin__is_tried_once_and_again_only_when_the_file_changes(
    soft_token: SoftToken, bank: tuple[Hsm, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, address = bank
    signer = Hsm(soft_token.token, {"b": TokenKey("bank", address)})
    soft_token.pin_file.write_text("161803\n")
    with pytest.raises(SignerUnavailable, match=r"refused the PIN in .*pin; correct the file") as caught:
        signer.unlock(address)
    assert "161803" not in str(caught.value)
    asked = []
    with monkeypatch.context() as patch:
        patch.setattr(hsm.Module, "library", lambda _: asked.append(1))
        with pytest.raises(SignerUnavailable, match="it is not tried again before it changes"):
            signer.unlock(address)
    assert len(asked) == 1, "the module was restarted and asked again"
    soft_token.pin_file.write_text(PIN + "\n")
    signer.unlock(address)


def test_sign__pin_file_open_to_others_or_away__is_refused(soft_token: SoftToken, bank: tuple[Hsm, str]) -> None:
    _, address = bank
    signer = Hsm(soft_token.token, {"b": TokenKey("bank", address)})
    soft_token.pin_file.chmod(0o644)
    with pytest.raises(KeystoreError, match=r"pin is open to others \(mode 644\); run chmod 600"):
        signer.unlock(address)
    soft_token.pin_file.unlink()
    with pytest.raises(KeystoreError, match="pin cannot be read"):
        signer.unlock(address)


def test_sign__no_such_key_or_token__says_which(soft_token: SoftToken, bank: tuple[Hsm, str]) -> None:
    _, address = bank
    with pytest.raises(KeystoreError, match="the token scf has no key treasury"):
        Hsm(soft_token.token, {"t": TokenKey("treasury", address)}).unlock(address)
    elsewhere = hsm.Token(soft_token.module, "other", soft_token.pin_file)
    with pytest.raises(SignerUnavailable, match="the token other cannot be used: it is not there"):
        Hsm(elsewhere, {"b": TokenKey("bank", address)}).unlock(address)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("PinLocked", "its PIN is locked: the security officer has to set a new one"),
        ("PinExpired", "its PIN has expired"),
        ("UserPinNotInitialized", "it has no user PIN yet"),
        ("DeviceRemoved", r"it does not answer \(DeviceRemoved\)"),
    ],
)
def test_unavailable__states_that_a_soft_token_never_has__are_said(
    soft_token: SoftToken, error: str, said: str
) -> None:
    import pkcs11

    raised = getattr(pkcs11.exceptions, error)()
    with pytest.raises(SignerUnavailable, match=said):
        raise Hsm(soft_token.token, {})._unavailable(raised)


def test_sign__settings_name_another_address__is_never_handed_out(soft_token: SoftToken, bank: tuple[Hsm, str]) -> None:
    signer, address = bank
    wrong = Hsm(soft_token.token, {"b": TokenKey("bank", TO)})
    with pytest.raises(KeystoreError, match=f"the key bank of the token scf is {address}'s, not {TO}'s"):
        wrong.unlock(TO)
    # A token that keeps no public keys is found out by what it signs.
    import pkcs11

    session = signer._connect()
    wrong._session, wrong._generation = session, signer._generation
    (key,) = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY})
    wrong._keys[TO] = cast(pkcs11.SignMixin, key)
    with pytest.raises(KeystoreError, match=f"the key bank of the token scf is not that of {TO}"):
        wrong.sign_transaction(TO, transaction(0))


@pytest.mark.parametrize("content", [None, b"no library"])
def test_sign__no_module__is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "module.so"
    if content is not None:
        path.write_bytes(content)
    pin = tmp_path / "pin"
    pin.touch(mode=0o600)
    signer = Hsm(hsm.Token(path, "scf", pin), {"b": TokenKey("bank", TO)})
    with pytest.raises(KeystoreError, match=r"module\.so"):
        signer.unlock(TO)


def test_address_of_point__in_each_form_tokens_have__is_the_same() -> None:
    key = PrivateKey(bytes(range(1, 33))).public_key
    whole, short = key.format(compressed=False), key.format(compressed=True)
    forms = [whole, short, b"\x04\x41" + whole, b"\x04\x21" + short]
    assert {address_of_point(form) for form in forms} == {"0x6370eF2f4Db3611D657b90667De398a2Cc2a370C"}
    with pytest.raises(KeystoreError, match="no point of secp256k1"):
        address_of_point(whole[:-1])
