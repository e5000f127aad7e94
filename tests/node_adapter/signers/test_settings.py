"""signers.toml: what it can say, and every way of getting it wrong, refused by name before anything is signed."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from node_adapter.db import make_engine, migrate
from node_adapter.signers import KeystoreError, PolicyRefused, Signers, SignerUnavailable, create_account, load_signers
from node_adapter.signers.settings import FILE, read_settings
from tests.node_adapter.outbox_support import PASSPHRASE, QUICK
from tests.node_adapter.signers.policy_acts import DEPLOYMENTS, NOON, TO, call, cash, credit

OTHER = "0x6370eF2f4Db3611D657b90667De398a2Cc2a370C"
WHOLE = f"""
business_utc_offset_hours = 8

[hsm.vault]
module = "/nowhere/module.so"
token = "scf"
pin_file = "vault.pin"

[remote.treasury]
url_file = "treasury.url"
speaks = "web3signer"
timeout_s = 2.5

[keys.bank]
may = ["DepositToken.credit", "DepositToken.completePayOut"]
daily = {{ CNY = 100, JPY = 0 }}

[keys.f1]
hsm = "vault"
label = "financier"
address = "{TO}"
may = ["Discounting.Quote", "DepositToken.ReceiveWithAuthorization"]

[keys.f2]
remote = "treasury"
address = "{OTHER}"

[keys.c]
address = "0x0000000000000000000000000000000000000001"
may = ["Origination.Confirmation"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    create_account(folder, "bank", PASSPHRASE, work_factor=QUICK)
    for name, text in (("vault.pin", "1234"), ("treasury.url", "http://scf:hunter2@127.0.0.1:1/"), (FILE, WHOLE)):
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text)
    (tmp_path / "passphrase").touch(mode=0o600)
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = make_engine(f"sqlite:///{tmp_path}/scf.db")
    migrate(engine, "node_adapter")
    return engine


def load(folder: Path, engine: Engine) -> Signers:
    return load_signers(folder, folder.parent / "passphrase", engine, lambda: DEPLOYMENTS, lambda: NOON)


@pytest.mark.devnet  # asks a port of the loopback where nobody listens
def test_load_signers__a_key_in_each_place__is_routed_and_behind_its_policy(folder: Path, engine: Engine) -> None:
    signers = load(folder, engine)
    bank = signers.addresses()["bank"]
    assert signers.addresses() == {"bank": bank, "f1": TO, "f2": OTHER}
    signers.sign_transaction(bank, credit(100))
    with pytest.raises(PolicyRefused, match="101 CNY, at most 100"):
        signers.sign_transaction(bank, credit(1, nonce=1))
    with pytest.raises(KeystoreError, match=r"no PKCS#11 module /nowhere/module\.so"):
        signers.sign_typed_data(TO, cash(TO, 5))
    with pytest.raises(PolicyRefused, match="not among"):
        signers.sign_transaction(OTHER, credit(1))
    with pytest.raises(SignerUnavailable, match="remote signer treasury"):
        signers.unlock(OTHER)
    shown = repr(signers)
    assert "hunter2" not in shown
    assert "1234" not in shown
    wallet = "0x0000000000000000000000000000000000000001"
    assert not signers.holds(wallet)
    with pytest.raises(PolicyRefused):
        signers.permit_transaction(wallet, call("Anchors", "anchor", "0x" + "11" * 32, "0x" + "11" * 32), signed=False)
    settings = read_settings(folder)
    assert settings.remotes["treasury"].timeout_s == 2.5
    assert settings.tokens["vault"].pin_file == folder / "vault.pin"
    assert settings.utc_offset_s == 8 * 3600
    engine.dispose()


WRONG = {
    "[keys.bank": "cannot be read",
    "[key.bank]": "the file has 'key'; known are",
    "business_utc_offset_hours = 8.5": "a whole number from -12 to 14",
    "keys = 3": r"keys holds tables \[keys.NAME\]",
    '[keys.bank]\nmay = ["DepositToken.mint"]': r"\[keys.bank\] may sign 'DepositToken.mint'.*no such function",
    '[keys.bank]\nmay = ["DepositToken.balanceOf"]': "no such function",
    '[keys.bank]\nmay = ["Discounting.Permit"]': "no such function",
    '[keys.bank]\nmay = "DepositToken.credit"': "may is a list of names",
    "[keys.bank]\nmay = [1]": "no such function",
    '[keys.bank]\nmaybe = ["x"]': r"\[keys.bank\] has 'maybe'",
    "[keys.bank]\ndaily = { RMBY = 1 }": "daily has RMBY = 1",
    "[keys.bank]\ndaily = { CNY = 1.5 }": "daily has CNY = 1.5",
    "[keys.bank]\ndaily = { CNY = -1 }": "daily has CNY = -1",
    "[keys.bank]\ndaily = { CNY = 9007199254740992 }": "daily has CNY",
    "[keys.bank]\ndaily = { CNY = true }": "daily has CNY",
    "[keys.treasurer]": r"\[keys.treasurer\] is no keystore in",
    '[keys.f1]\nhsm = "vault"': r"\[keys.f1\] is in hsm 'vault', and there is no \[hsm.vault\]",
    '[keys.f1]\nremote = "vault"': r"there is no \[remote.vault\]",
    '[hsm.v]\nmodule = "m"\ntoken = "t"\npin_file = "p"\n[keys.f1]\nhsm = "v"': "each with its address",
    f'[keys.f1]\nlabel = "v"\naddress = "{TO}"': "is in one place",
    '[keys.f1]\naddress = "0x12"': "address is no address",
    '[keys.f1]\naddress = "12"': "address is no address",
    f'[keys.bank]\naddress = "{TO}"': r"there is a keystore bank.json; remove one",
    f'[keys.a]\naddress = "{TO}"\n[keys.b]\naddress = "{TO}"': "has the address of another key",
    '[hsm.v]\nmodule = "m"': r"\[hsm.v\] needs token, a text",
    '[hsm.v]\nmodule = "m"\ntoken = "t"\npin = "1234"': r"\[hsm.v\] has 'pin'",
    '[remote.v]\nurl = "http://x"': r"\[remote.v\] has 'url'",
    '[remote.v]\nurl_file = "u"\nspeaks = "grpc"': "speaks 'grpc'; known are eth, web3signer, clef",
    '[remote.v]\nurl_file = "u"\ntimeout_s = 0': "timeout_s is a number of seconds",
    '[remote.v]\nurl_file = "nowhere"': "nowhere cannot be read",
}


@pytest.mark.parametrize("text", WRONG)
def test_load_signers__anything_wrong__is_one_line_that_names_it(folder: Path, engine: Engine, text: str) -> None:
    (folder / FILE).write_text(text)
    with pytest.raises(KeystoreError, match=WRONG[text]) as caught:
        load(folder, engine)
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)
    engine.dispose()


def test_load_signers__file_missing_or_open_to_others__is_refused(folder: Path, engine: Engine) -> None:
    (folder / FILE).chmod(0o664)
    with pytest.raises(KeystoreError, match=r"signers\.toml is open to others \(mode 664\); run chmod 600"):
        load(folder, engine)
    (folder / FILE).unlink()
    with pytest.raises(KeystoreError, match=r"signers\.toml is missing: it says what each key may sign"):
        load(folder, engine)
    (folder / FILE).touch(mode=0o600)
    signers = load(folder, engine)
    with pytest.raises(PolicyRefused, match="not among"):
        signers.sign_transaction(signers.addresses()["bank"], credit(1))
    engine.dispose()
