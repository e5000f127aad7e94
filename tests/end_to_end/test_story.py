"""One invoice's whole life as a user plays it, and the documents that other programs may rely on."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from node_adapter.signers import Wallet
from scripts.demo.story import play_story
from tests.end_to_end.conftest import cast_of
from tests.end_to_end.network import Network

pytestmark = [pytest.mark.devnet, pytest.mark.slow, pytest.mark.timeout(480)]


def test_story__played_and_again_without_the_wallets__every_check_holds(net: Network, tmp_path: Path) -> None:
    """C's key is its own: once C's side has it, nothing of the server needs the folder, and nothing keeps the key."""
    up = net.up()
    assert up == {**net.scf("status", "--json").document, "head": up["head"], "indexed": up["indexed"]}
    _check_status(up, net)
    ended = net.scf("demo", "--json")
    assert ended.status == 0, (ended.stdout[-2000:], ended.stderr)
    _check_demo(ended.document)
    cast = cast_of(net)
    key = _taken_away(net, tmp_path / "elsewhere")
    play_story(cast, net.folder)
    assert [check for check in cast.checks if not check.ok] == []
    _check_verified(net)
    net.interrupt()
    _assert_nowhere(key, net.root)
    net.up()  # the server does without
    net.interrupt()


def _taken_away(net: Network, elsewhere: Path) -> bytes:
    """C's key, whose wallet is no longer where the server's processes, which run on, could find it."""
    wallet = Wallet.load(net.folder.wallets / "c.json", net.folder.wallets / "passphrase")
    net.folder.wallets.rename(elsewhere)
    for pid in net.record()["processes"].values():
        opened = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]  # noqa: PTH115, PTH208
        assert not [path for path in opened if path.startswith((str(net.folder.wallets), str(elsewhere)))]
        assert str(net.folder.wallets).encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    return wallet._key._private_key.secret


def _check_verified(net: Network) -> None:
    verified = net.scf("verify", "--json")
    assert verified.status == 0
    found = verified.document
    assert {"ok", "block", "block_hash", "compared", "differences"} <= set(found)
    assert (found["ok"], found["differences"]) == (True, [])
    assert all(isinstance(count, int) for count in found["compared"].values())
    told = {subject for subject, count in found["compared"].items() if count > 0}
    assert {"journal", "cash_balance", "receivable", "payable", "programme", "freeze_order", "deal", "draw"} <= told


def _check_status(found: dict[str, Any], net: Network) -> None:
    wanted = {"api_url", "node_url", "chain_id", "contracts", "head", "indexed", "processes", "database", "actors"}
    assert wanted <= set(found)
    assert found["api_url"] == net.url
    assert set(found["processes"]) == {"node", "indexer", "api"}
    for pid in found["processes"].values():
        os.kill(pid, 0)
    assert all(address.startswith("0x") and len(address) == 42 for address in found["contracts"].values())
    logins = {actor["login"]: actor for actor in found["actors"]}
    assert {"c", "s1", "s2", "s3", "f1", "f2", "b", "o", "r", "co"} <= set(logins)
    assert all(set(actor) == {"name", "role", "address", "login", "password"} for actor in found["actors"])


def _check_demo(found: dict[str, Any]) -> None:
    assert set(found) == {"ok", "steps", "checks"}
    assert all(set(step) == {"name", "actor", "operation", "tx", "block", "balances"} for step in found["steps"])
    assert all(set(check) == {"name", "expected", "actual", "ok"} for check in found["checks"])
    assert [check for check in found["checks"] if not check["ok"]] == []
    assert found["ok"] is True
    assert len(found["steps"]) >= 22
    refusals = {check["expected"] for check in found["checks"]}
    assert {
        "409 BankReferenceAlreadyUsed",
        "409 InvoiceAlreadyClaimed",
        "409 ParticipantNotActive",
        "409 ProgrammeAlreadyPublished",
        "409 QuoteAlreadyUsed",
        "409 QuoteExpired",
        "409 ReceivableHeld",
        "409 ReceivableInsufficientValue",
        "409 RedemptionNothingDue",
        "422 PieceBelowMinimum",
    } <= refusals


def _assert_nowhere(key: bytes, root: Path) -> None:
    forms = [key, key.hex().encode(), key.hex().upper().encode(), str(int.from_bytes(key)).encode()]
    files = [path for path in [*root.rglob("*"), *root.parent.glob(f"{root.name}.up.*")] if path.is_file()]
    assert len(files) > 15
    for path in files:
        content = path.read_bytes()
        assert not any(form in content for form in forms), path


def test_docs__without_internet__are_served_whole(running: Network) -> None:
    net = running
    page = httpx.get(f"{net.url}/docs", trust_env=False)
    assert page.status_code == 200
    assert "https://" not in page.text
    schema = httpx.get(f"{net.url}/openapi.json", trust_env=False).json()
    v1 = {
        "/auth/token", "/invoices", "/payables", "/payables/{payable_id}", "/payables/{payable_id}/confirm",
        "/payables/{payable_id}/pay", "/receivables", "/receivables/{receivable_id}",
        "/receivables/{receivable_id}/split", "/receivables/{receivable_id}/redeem", "/financing-requests",
        "/deposits", "/accounts/me", "/operations/{operation_id}", "/operations/{operation_id}/signature",
    }  # fmt: skip
    audit = {"/payables", "/payables/{payable_id}/lineage", "/participants", "/deals", "/events"}
    assert {f"/api/v1{path}" for path in v1} | {f"/audit/v1{path}" for path in audit} <= set(schema["paths"])
    assert all(set(schema["paths"][f"/audit/v1{path}"]) == {"get"} for path in audit)
    for file in [word.split('"')[0] for word in page.text.split('src="')[1:]]:
        assert httpx.get(f"{net.url}{file}", trust_env=False).status_code == 200, file
    assert json.dumps(schema)
