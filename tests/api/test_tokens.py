"""Logins and tokens: one answer for all that is wrong, by the wall's clock, and nowhere in a log."""

import base64
import dataclasses
import json
import logging
import time
from typing import Any

import jwt
import pytest
from pydantic import SecretStr

from api.app import create_app
from api.settings import ApiSettings, listens_on_loopback
from tests.api.member import PASSWORD, log_in, refusal
from tests.api.stage import Stage, TestClient


def me(network: Stage, token: str, scheme: str = "Bearer") -> Any:
    return network.http.get("/api/v1/me", headers={"Authorization": f"{scheme} {token}"})


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "scf-network", "sub": "s1", "iat": now, "exp": now + 60} | changes


def made(network: Stage, **changes: Any) -> str:
    """A token under the network's own key."""
    wanted = {name: value for name, value in claims(**changes).items() if value is not None}
    return jwt.encode(wanted, network.services.token_key, algorithm="HS256")


@pytest.mark.devnet
def test_log_in__right__gives_a_token_for_as_long_as_it_says(network: Stage) -> None:
    response = log_in(network, "s1")
    assert (response.status_code, response.json()["token_type"]) == (200, "bearer")
    found = jwt.decode(response.json()["access_token"], options={"verify_signature": False})
    assert found["exp"] - found["iat"] == response.json()["expires_in"] == 3_600
    assert abs(found["iat"] - time.time()) < 60
    mine = me(network, response.json()["access_token"]).json()
    assert (mine["login"], mine["role"], mine["custody"]) == ("s1", "supplier", "hosted")


@pytest.mark.devnet
def test_log_in__wrong_password_or_unknown_login__are_answered_alike(network: Stage) -> None:
    wrong, unknown, empty = log_in(network, "s1", "wrong"), log_in(network, "nobody-knows"), log_in(network, "x" * 999)
    assert refusal(wrong) == "401 Unauthenticated"
    assert wrong.text == unknown.text == empty.text
    assert wrong.headers["www-authenticate"] == "Bearer"


@pytest.mark.devnet
def test_token__expires_by_the_walls_clock_and_not_by_the_chains(network: Stage) -> None:
    good, expired = made(network), made(network, exp=int(time.time()) - 1)
    network.pass_time(86_400)
    assert me(network, good).status_code == 200
    assert refusal(me(network, expired)) == "401 Unauthenticated"


@pytest.mark.devnet
def test_token__not_of_ours__is_refused(network: Stage) -> None:
    good = made(network)
    head, body, signature = good.split(".")
    forged = base64.urlsafe_b64encode(json.dumps(claims(sub="o")).encode()).decode().rstrip("=")
    assert me(network, good).status_code == 200
    for token in (
        f"{head}.{forged}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
        jwt.encode(claims(), "", algorithm="none"),
        jwt.encode(claims(), b"x" * 32, algorithm="HS256"),
        jwt.encode(claims(), network.services.token_key * 2, algorithm="HS512"),
        made(network, iss="another"),
        made(network, iss=None),
        made(network, exp=None),
        made(network, sub=None),
        made(network, sub="nobody-knows"),
        "x",
        "",
    ):
        assert refusal(me(network, token)) == "401 Unauthenticated", token
    assert me(network, good, "bearer").status_code == 200
    assert refusal(me(network, good, "Basic")) == "401 Unauthenticated"


@pytest.mark.devnet
def test_demo_login__where_others_can_reach_the_api__is_refused_and_so_is_its_token(network: Stage) -> None:
    services = network.services
    outside = services.settings.model_copy(update={"host": "0.0.0.0"})
    app = create_app(dataclasses.replace(services, settings=outside), worker=False)
    http = TestClient(app, raise_server_exceptions=False)

    def attempt(login: str, password: str) -> Any:
        form = {"grant_type": "password", "username": login, "password": password}
        return http.post("/api/v1/auth/token", data=form)

    assert refusal(attempt("s1", PASSWORD)) == "401 Unauthenticated"
    assert attempt("s1", PASSWORD).text == attempt("s1", "wrong").text
    before = {"Authorization": f"Bearer {network['s1'].token}"}
    assert refusal(http.get("/api/v1/me", headers=before)) == "401 Unauthenticated"
    real = attempt("s1-real", PASSWORD)
    assert real.status_code == 200
    headers = {"Authorization": f"Bearer {real.json()['access_token']}"}
    assert http.get("/api/v1/me", headers=headers).json()["login"] == "s1-real"


@pytest.mark.devnet
def test_logs__of_logins_good_and_bad__hold_no_password_and_no_token(
    network: Stage, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    good = log_in(network, "s1").json()["access_token"]
    log_in(network, "s1", "a-wrong-password")
    bad = made(network, sub="nobody-knows")
    me(network, good)
    me(network, bad)
    network.http.post("/api/v1/auth/token", data={"grant_type": "other", "username": "s1", "password": "unchecked"})
    written = caplog.text + "".join(capfd.readouterr())
    for secret in (PASSWORD, "a-wrong-password", "unchecked", good, bad):
        assert secret not in written


@pytest.mark.devnet
def test_services__shown__hide_every_secret(network: Stage) -> None:
    settings = network.settings.model_copy(update={"database_url": SecretStr("postgresql://u:hunter2@h/d")})
    shown = repr(dataclasses.replace(network.services, settings=settings))
    assert "hunter2" not in shown
    for secret in (network.services.token_key, network.services.master_key.secret):
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("example.org", False),
        ("127.0.0.1.example.org", False),
        ("", False),
    ],
)
def test_loopback__is_this_machine_alone(host: str, loopback: bool) -> None:
    assert listens_on_loopback(host) is loopback


def test_settings__a_misspelt_variable__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "NODE_URL", "DEPLOYMENTS", "KEYS", "SECRETS"):
        monkeypatch.setenv(f"SCF_API_{name}", "x")
    assert ApiSettings().port == 8000
    monkeypatch.setenv("SCF_API_PROT", "9000")
    with pytest.raises(ValueError, match="SCF_API_PROT"):
        ApiSettings()
