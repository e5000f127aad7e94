"""Deposits become money again: asked for, paid out under a reference used once, or refused; and a bank's pause."""

import secrets
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet

PAY_OUTS = "/api/v1/pay-outs"
INSTRUCTION = "to account 6222 0001 at another bank"


def asked(network: Stage, amount: int) -> str:
    network.credit("s1", amount)
    done = network["s1"].command(PAY_OUTS, {"amount": money(amount), "instruction": INSTRUCTION})
    return str(done["resource"]["id"])


def read(network: Stage, login: str, pay_out: str) -> Any:
    return network[login].read(f"{PAY_OUTS}/{pay_out}")


def test_pay_out__completed__is_burnt_under_the_banks_reference(network: Stage) -> None:
    before = network["s1"].cash()
    pay_out = asked(network, 5_000)
    assert network["s1"].cash() == before
    for login in ("s1", "b"):
        seen = read(network, login, pay_out)
        assert (seen["state"], seen["amount"], seen["instruction"]) == ("requested", money(5_000), INSTRUCTION)
        assert pay_out in [row["id"] for row in network[login].read(PAY_OUTS)["items"]]
    assert refusal(network["f1"].get(f"{PAY_OUTS}/{pay_out}")) == "404 NotFound"

    reference = {"bank_reference": secrets.token_hex(8)}
    network["b"].command(f"{PAY_OUTS}/{pay_out}/complete", reference)
    assert read(network, "s1", pay_out)["state"] == "completed"
    assert network["s1"].cash() == before
    assert refusal(network["b"].post(f"{PAY_OUTS}/{pay_out}/complete", {"bank_reference": "x"})) == "409 PayOutNotOpen"
    second = network["b"].post(f"{PAY_OUTS}/{asked(network, 1)}/complete", reference)
    assert refusal(second) == "409 BankReferenceAlreadyUsed"


def test_pay_out__refused__is_the_accounts_again(network: Stage) -> None:
    before = network["s1"].cash()
    pay_out = asked(network, 5_000)
    network["b"].command(f"{PAY_OUTS}/{pay_out}/refuse", {"reason": "the account is closed"})
    assert network["s1"].cash() == before + 5_000
    seen = read(network, "s1", pay_out)
    assert (seen["state"], seen["reason"], seen["bank_reference_hash"]) == ("refused", "the account is closed", None)


def test_pay_out__of_more_than_there_is__is_refused(network: Stage) -> None:
    body = {"amount": money(network["s1"].cash() + 1), "instruction": INSTRUCTION}
    assert refusal(network["s1"].post(PAY_OUTS, body)) == "409 ERC20InsufficientBalance"


def test_pay_out__by_a_wallet_of_its_own__is_handed_out_as_a_transaction(network: Stage) -> None:
    given = network["c"].post(PAY_OUTS, {"amount": money(1), "instruction": INSTRUCTION}).json()
    assert [item["type"] for item in given["to_sign"]] == ["transaction"]
    assert network["c"].sign(given).status_code == 202
    assert network["c"].ended(given["id"])["resource"]["id"].split("-")[0] == token_of(network)["deposit_token"]


def token_of(network: Stage) -> Any:
    (token,) = network["s1"].read("/api/v1/deposit-tokens")["items"]
    return token


def test_pause__of_a_banks_token__stops_cash_until_it_is_resumed(network: Stage) -> None:
    token = f"/api/v1/deposit-tokens/{token_of(network)['deposit_token']}"
    payable = network.confirmed()
    network["b"].command(f"{token}/pause", {"reason": "a system is down"})
    try:
        stopped = token_of(network)
        assert (stopped["paused"], stopped["reason"]) == (True, "a system is down")
        assert stopped["bank"]["address"] == network["b"].address
        body = {"amount": money(1), "payment_reference": secrets.token_hex(4)}
        assert refusal(network["c"].post(f"/api/v1/payables/{payable}/pay", body)) == "409 DepositTokenPaused"
        assert refusal(network["b"].post(f"{token}/pause", {"reason": "twice"})) == "409 DepositTokenPaused"
    finally:
        network["b"].command(f"{token}/resume")
    assert (token_of(network)["paused"], token_of(network)["reason"]) == (False, None)
    network.pay(payable, 1)
    assert refusal(network["b"].post(f"{token}/resume")) == "409 DepositTokenNotPaused"


def test_pause__of_what_is_no_deposit_token__is_not_found(network: Stage) -> None:
    other = network.services.deployments.address("Settlement")
    response = network["b"].post(f"/api/v1/deposit-tokens/{other}/pause", {"reason": "x"})
    assert refusal(response) == "404 NotFound"
