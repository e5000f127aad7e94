"""Freeze orders: on a holder, not on a token; served by pieces set aside; enforced; released (R-23)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet

PATH = "/api/v1/freeze-orders"


def split(network: Stage, piece: str, value: int) -> Any:
    parts = {"parts": [{"to": network["s2"].address, "value": money(value)}]}
    return network["s1"].post(f"/api/v1/receivables/{piece}/split", parts)


def read(network: Stage, piece: str) -> Any:
    return network["s1"].read(f"/api/v1/receivables/{piece}")


def test_order__until_it_is_served__stops_all_of_the_holders_there(network: Stage) -> None:
    payable = network.confirmed()
    piece, other = f"{payable}00000001", f"{network.confirmed()}00000001"
    order = network.frozen("s1", payable, FACE // 4)
    assert (read(network, piece)["held"], read(network, piece)["free"]) == (money(FACE), money(0))
    assert refusal(split(network, piece, 1_000)) == "409 ReceivableHeld"
    assert split(network, other, 1_000).status_code == 202

    network["s1"].command(f"{PATH}/{order}/set-aside", {"receivable_id": piece, "amount": money(FACE // 4)})
    seen = read(network, piece)
    assert (seen["held"], seen["free"]) == (money(FACE // 4), money(FACE - FACE // 4))
    assert refusal(split(network, piece, FACE - FACE // 4 + 1)) == "409 ReceivableHeld"
    assert split(network, piece, 1_000).status_code == 202
    network.settle()

    network["co"].command(f"{PATH}/{order}/release", {"reason": "the inquiry is over"})
    seen = read(network, piece)
    assert (seen["held"], seen["free"]) == (money(0), money(FACE - 1_000))
    assert network["co"].read(f"{PATH}/{order}")["live"] is False
    again = network["co"].post(f"{PATH}/{order}/release", {"reason": "again"})
    assert refusal(again) == "409 OrderNotOpen"


def test_order__enforced__moves_exactly_that(network: Stage) -> None:
    payable = network.confirmed()
    piece = f"{payable}00000001"
    order = network.frozen("s1", payable, 5_000)
    body = {"receivable_id": piece, "amount": money(5_000)}
    network["co"].command(f"{PATH}/{order}/set-aside", body)
    network["co"].command(f"{PATH}/{order}/enforce", {**body, "to": network["s3"].address})
    (moved,) = network["s3"].read("/api/v1/receivables", payable_id=payable)["items"]
    assert moved["value"] == money(5_000)
    assert read(network, piece)["value"] == money(FACE - 5_000)
    assert read(network, piece)["free"] == money(FACE - 5_000)


def test_order__why_and_by_whom__is_compliances_to_read_and_its_existence_the_holders(network: Stage) -> None:
    payable = network.confirmed()
    order = network.frozen("s1", payable, 1_000)
    full, seen = (network[login].read(f"{PATH}/{order}") for login in ("co", "s1"))
    assert (full["reason"], full["authority"]) == ("an inquiry", "a court, 2026-17")
    assert (seen["reason"], seen["authority"]) == (None, None)
    assert (seen["payable_id"], seen["amount_minor"], seen["live"]) == (payable, 1_000, True)
    assert seen["holder"]["address"] == network["s1"].address
    piece = network["c"].read(f"/api/v1/receivables/{payable}00000001")
    assert (piece["held"], piece["free"]) == (None, None)  # nor does the debtor hear of it
    assert refusal(network["s2"].get(f"{PATH}/{order}")) == "404 NotFound"
    assert order not in [str(row["order_id"]) for row in network["s2"].read(PATH)["items"]]
    assert order in [str(row["order_id"]) for row in network["co"].read(PATH)["items"]]
    network["co"].command(f"{PATH}/{order}/release", {"reason": "over"})


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (datetime(2000, 1, 1, tzinfo=UTC), "409 HoldUntilOutOfRange"),
        (datetime(9999, 1, 1, tzinfo=UTC), "409 HoldUntilOutOfRange"),
        (datetime(1900, 1, 1, tzinfo=UTC), "409 HoldUntilOutOfRange"),
        (datetime(2100, 1, 1), "422 RequestInvalid"),  # noqa: DTZ001 - that it has no zone is the case
    ],
)
def test_order__until_when_none_can_last__is_refused(network: Stage, until: datetime, expected: str) -> None:
    body = {"holder": network["s1"].address, "amount": money(1), "reason": "x", "authority": "y"}
    assert refusal(network["co"].post(PATH, {**body, "until": until.isoformat()})) == expected
