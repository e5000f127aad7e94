"""What is owed late, to the unit as the chain has it (R-17); which token a payment comes in."""

import secrets
from datetime import timedelta
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

DAY_S = 86_400


def due_soon(network: Stage, **terms: Any) -> str:
    """A payable of rival's that is due tomorrow; without terms its late interest is 0.05 % a day."""
    network.go_to(12)
    programme = network.programme("rival", minimum_piece=money(1), **{"late_rate_ppm": 0, **terms})
    due = network.today() + timedelta(days=1)
    payable = network.proposed(terms={"programme_id": programme}, buyer="rival", due_date=due)
    network["rival"].command(f"/api/v1/payables/{payable}/confirm")
    network.credit("rival", 2 * FACE)
    return payable


def owed(network: Stage, payable: str) -> tuple[Any, Any, int, int]:
    """By the API, and by the contract."""
    shown = network["rival"].read(f"/api/v1/payables/{payable}")
    settlement = network.services.deployments.address("Settlement")
    principal, interest = network.services.client.call("Settlement", settlement, "outstanding", payable)
    return shown["outstanding"], shown["late_interest"], principal + interest, interest


def test_late__by_twelve_days__owes_what_the_chain_says(network: Stage) -> None:
    payable = due_soon(network, refusal_hours=1)
    assert owed(network, payable) == (money(FACE), money(0), FACE, 0)
    network.pass_time(13 * DAY_S)
    assert owed(network, payable) == (money(FACE + 6_000_00), money(6_000_00), FACE + 6_000_00, 6_000_00)
    shown = network["rival"].read(f"/api/v1/payables/{payable}")
    assert (shown["overdue"], shown["late_rate_ppm"]) == (True, 182_500)


def test_late__paid_in_parts__interest_first_and_accrues_on_what_is_left(network: Stage) -> None:
    payable = due_soon(network, refusal_hours=2)
    network.pay(payable, 400_000_00, "rival")
    network.pass_time(11 * DAY_S)
    assert owed(network, payable) == (money(603_000_00), money(3_000_00), 603_000_00, 3_000_00)
    network.pay(payable, 1_000_00, "rival")
    assert owed(network, payable) == (money(602_000_00), money(2_000_00), 602_000_00, 2_000_00)
    network.pass_time(7 * DAY_S)
    shown, _, outstanding, interest = owed(network, payable)
    assert (shown, interest) == (money(outstanding), 2_000_00 + 2_100_00)
    too_much = {"amount": money(outstanding + 1), "payment_reference": secrets.token_hex(8)}
    assert refusal(network["rival"].post(f"/api/v1/payables/{payable}/pay", too_much)) == "409 PaymentTooMuch"
    network.pay(payable, outstanding, "rival")
    closed = network["rival"].read(f"/api/v1/payables/{payable}")
    assert (closed["state"], closed["outstanding"], closed["late_interest"]) == ("settled", money(0), money(0))
    assert closed["late_interest_paid"] == money(3_000_00 + 2_100_00)
    before = network["s1"].cash()
    network["s1"].command(f"/api/v1/receivables/{payable}00000001/redeem")
    assert network["s1"].cash() - before == FACE + 3_000_00 + 2_100_00


def test_late__with_a_parked_piece__nets_its_share_of_the_interest_too__i08(network: Stage) -> None:
    payable = due_soon(network, refusal_hours=3)
    piece = network.split("s1", f"{payable}00000001", "s2", FACE // 4)
    network["s2"].command(f"/api/v1/receivables/{piece}/extinguish")
    network.pass_time(13 * DAY_S)
    cash = network["rival"].cash()
    network.pay(payable, FACE + 6_000_00, "rival")
    assert cash - network["rival"].cash() == (FACE + 6_000_00) * 3 // 4


def test_pay__in_a_token_that_the_programme_does_not_accept__is_refused(network: Stage) -> None:
    payable = network.confirmed()
    body = {"amount": money(1), "payment_reference": "x", "deposit_token": network["s1"].address}
    response = network["c"].post(f"/api/v1/payables/{payable}/pay", body)
    assert refusal(response) == "409 PaymentTokenNotAccepted"
    token = network.services.deployments.address("DepositTokenCNY")
    assert response.json()["params"]["accepted"] == [token]
    network["c"].command(f"/api/v1/payables/{payable}/pay", {**body, "deposit_token": token})
