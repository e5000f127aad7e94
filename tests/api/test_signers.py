"""What the API says when a key may not sign, cannot, or fails with the key in scope: then the key stays where it is."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from node_adapter.outbox.models import Operation
from node_adapter.signers import Keyring, Policy, Rule, Signers
from node_adapter.signers.remote import Remote, RemoteSigner
from node_adapter.signers.spending import Spending
from scripts.data_folder import write_private_text
from tests.api.building import PASSPHRASE
from tests.api.member import refusal
from tests.api.stage import FACE, Stage
from tests.leaks import found_in, found_under, key_of

pytestmark = pytest.mark.devnet
QUOTE = {"annual_rate_ppm": 48_000}


@pytest.fixture
def signers(network: Stage) -> Signers:
    found = network.services.outbox.keyring
    assert isinstance(found, Signers)
    return found


@pytest.fixture
def path(network: Stage) -> Iterator[str]:
    """Where a financier quotes. Whatever is refused there leaves no operation."""
    root = network.confirmed() + "00000001"
    request = network.asked("s1", root, FACE)
    with Session(network.services.engine) as session:
        before = session.scalar(select(func.count()).select_from(Operation))
    yield f"/api/v1/financing-requests/{request}/quotes"
    with Session(network.services.engine) as session:
        assert session.scalar(select(func.count()).select_from(Operation)) == before
    assert network["f1"].read("/api/v1/financing-requests")["items"]


def test_quote__over_the_financiers_day__is_403_with_the_numbers(
    network: Stage, signers: Signers, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signers.policy is not None
    may = signers.policy.rule(network["f1"].address).may
    rules = {network["f1"].address: Rule(may, {"CNY": 100})}
    services = network.services
    spending = Spending(services.engine, network.now)
    monkeypatch.setattr(signers, "policy", Policy(rules, lambda: services.deployments, spending))
    response = network["f1"].post(path, QUOTE)
    assert refusal(response) == "403 PolicyRefused"
    params = response.json()["params"]
    assert params["signer"] == network["f1"].address
    assert params["function"] == "DepositToken.ReceiveWithAuthorization"
    assert params["reason"].endswith("CNY, at most 100 (minor units)")


def test_quote__key_may_sign_no_quotes__is_403_by_the_messages_name(
    network: Stage, signers: Signers, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signers, "policy", Policy({}, lambda: network.services.deployments))
    response = network["f1"].post(path, QUOTE)
    assert refusal(response) == "403 PolicyRefused"
    assert response.json()["params"]["function"] == "Discounting.Quote"


def test_quote__signer_away__is_503_and_tells_nobody_where_it_is(
    network: Stage, signers: Signers, path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_private_text(tmp_path / "url", "http://scf:hunter2@127.0.0.1:1/\n")
    away = RemoteSigner(Remote("vault", tmp_path / "url"), {"f1": network["f1"].address})
    monkeypatch.setattr(signers, "_signers", [away, *signers._signers])
    response = network["f1"].post(path, QUOTE)
    assert refusal(response) == "503 SignerUnavailable"
    assert response.headers["Retry-After"] == "2"
    assert "vault" not in response.text
    assert "hunter2" not in response.text


def test_quote__a_fault_with_the_key_in_scope__is_500_and_the_key_is_found_nowhere(
    network: Stage,
    signers: Signers,
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(self: Keyring, address: str, _data: dict[str, Any]) -> str:
        key = self._key(address)
        raise RuntimeError(f"{self} {key} {self._keys}")

    monkeypatch.setattr(Keyring, "sign_typed_data", broken)
    with caplog.at_level(logging.DEBUG):
        response = network["f1"].post(path, QUOTE)
    assert refusal(response) == "500 InternalFault"
    said = (caplog.text + response.text).encode()
    keys = sorted(network.settings.keys.glob("*.json"))
    assert len(keys) > 5
    for keystore in keys:
        secret = key_of(keystore, PASSPHRASE)
        assert found_in(said, secret) == []
        assert found_under(network.folder, secret) == []
