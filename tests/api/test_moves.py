"""Handed on whole, with recourse or without; given back; merged; given up to the debtor and netted when it pays."""

import secrets
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.member import money, refusal
from tests.api.stage import FACE, Stage

pytestmark = pytest.mark.devnet


def root_of(network: Stage, **changes: Any) -> str:
    return f"{network.confirmed(**changes)}00000001"


def read(network: Stage, login: str, piece: str) -> Any:
    return network[login].read(f"/api/v1/receivables/{piece}")


def give(network: Stage, login: str, piece: str, act: str, body: Any = None) -> Any:
    return network[login].post(f"/api/v1/receivables/{piece}/{act}", body)


@pytest.mark.parametrize("recourse", [True, False])
def test_transfer__of_the_whole__says_whether_the_sender_answers_for_it__r21(network: Stage, recourse: bool) -> None:
    piece = root_of(network)
    to = {"to": network["s2"].address, "recourse": recourse}
    network["s1"].command(f"/api/v1/receivables/{piece}/transfer", to)
    for login, state in (("s2", "live"), ("s1", "handed_on")):
        seen = read(network, login, piece)
        assert (seen["state"], seen["holder"]["address"]) == (state, network["s2"].address)
        assert seen["recourse"] == recourse
        assert (seen["endorser"] or {}).get("address") == (network["s1"].address if recourse else None)
    assert refusal(give(network, "s1", piece, "transfer", to)) == "403 ReceivableNotHolder"


def test_split__with_recourse_for_one_part_alone__is_a_term_of_that_part(network: Stage) -> None:
    piece = root_of(network)
    parts = [
        {"to": network["s2"].address, "value": money(1_000), "recourse": True},
        {"to": network["s3"].address, "value": money(2_000)},
    ]
    network["s1"].command(f"/api/v1/receivables/{piece}/split", {"parts": parts})
    pieces = {login: read(network, login, f"{piece[:-8]}0000000{serial}") for login, serial in (("s2", 2), ("s3", 3))}
    assert {login: seen["recourse"] for login, seen in pieces.items()} == {"s2": True, "s3": False}


def test_refuse__within_the_window__goes_back_to_whom_it_came_from__i06(network: Stage) -> None:
    root = root_of(network)
    piece = network.split("s1", root, "s2", 1_000)
    until = datetime.fromisoformat(read(network, "s2", piece)["refusable_until"])
    assert timedelta(hours=47) < until - datetime.fromtimestamp(network.now(), until.tzinfo) <= timedelta(hours=48)
    assert read(network, "s1", root)["refusable_until"] is None
    network["s2"].command(f"/api/v1/receivables/{piece}/refuse")
    back = read(network, "s1", piece)
    assert (back["holder"]["address"], back["state"]) == (network["s1"].address, "live")
    assert read(network, "s2", piece)["state"] == "handed_on"
    assert refusal(give(network, "s1", piece, "refuse")) == "409 RefusalWaived"


def test_refuse__after_the_window__is_too_late(network: Stage) -> None:
    piece = network.split("s1", root_of(network), "s2", 1_000)
    network.pass_time(48 * 3_600)
    assert read(network, "s2", piece)["refusable_until"] is None
    late = give(network, "s2", piece, "refuse")
    assert refusal(late) == "409 RefusalTooLate"
    assert late.json()["detail"].startswith("the time in which it could be refused is over (receivable_id=")


def test_merge__of_neighbours__is_one_piece_again(network: Stage) -> None:
    root = root_of(network)
    piece = network.split("s1", root, "s2", 1_000)
    body = {"receivable_id": root, "absorbed_id": piece}
    assert refusal(network["s1"].post("/api/v1/receivables/merge", body)) == "409 MergeNotAlike"
    network["s2"].command(f"/api/v1/receivables/{piece}/transfer", {"to": network["s1"].address})
    assert refusal(network["s1"].post("/api/v1/receivables/merge", {**body, **swapped(body)})) == "409 MergeNotAdjacent"
    network["s1"].command("/api/v1/receivables/merge", body)
    assert read(network, "s1", root)["value"] == money(FACE)
    assert read(network, "s1", piece)["state"] == "merged"
    assert read(network, "s2", piece)["state"] == "handed_on"


def swapped(body: dict[str, str]) -> dict[str, str]:
    return {"receivable_id": body["absorbed_id"], "absorbed_id": body["receivable_id"]}


# Given up to the debtor


def test_debtor__as_the_receiver__is_refused_and_told_what_to_do_instead(network: Stage) -> None:
    piece, debtor = root_of(network), network["c"].address
    for act, body in (("split", {"parts": [{"to": debtor, "value": money(1)}]}), ("transfer", {"to": debtor})):
        refused = give(network, "s1", piece, act, body)
        assert refusal(refused) == "422 ReceiverIsDebtor"
        assert f"/receivables/{piece}/extinguish" in refused.json()["detail"]


def test_extinguished__is_parked_and_netted_when_the_debtor_pays__i08(network: Stage) -> None:
    root = root_of(network)
    piece = network.split("s1", root, "s2", FACE // 4)
    network["s2"].command(f"/api/v1/receivables/{piece}/extinguish")
    parked = read(network, "c", piece)
    assert (parked["parked"], parked["free"], parked["holder"]["address"]) == (True, money(0), network["c"].address)
    assert read(network, "s2", piece)["parked"] is False  # as it left
    assert refusal(give(network, "c", piece, "transfer", {"to": network["s3"].address})) == "409 ReceivableIsParked"

    cash = network["c"].cash()
    network.pay(root[:-8], FACE // 2)
    assert cash - network["c"].cash() == FACE // 2 - FACE // 8
    network.pay(root[:-8], FACE // 2)
    assert cash - network["c"].cash() == FACE - FACE // 4
    payable = network["c"].read(f"/api/v1/payables/{root[:-8]}")
    assert (payable["state"], payable["paid"], payable["outstanding"]) == ("settled", money(FACE), money(0))
    assert read(network, "c", piece)["state"] == "redeemed"
    before = network["s1"].cash()
    network["s1"].command(f"/api/v1/receivables/{root}/redeem")
    assert network["s1"].cash() - before == FACE - FACE // 4


def test_extinguished__the_whole__is_paid_without_cash_and_called_by_the_debtor_itself(network: Stage) -> None:
    root = root_of(network)
    network["s1"].command(f"/api/v1/receivables/{root}/extinguish")
    cash = network["c"].cash()
    body = {"amount": money(FACE), "payment_reference": secrets.token_hex(8)}
    given = network["c"].post(f"/api/v1/payables/{root[:-8]}/pay", body).json()
    assert [item["type"] for item in given["to_sign"]] == ["transaction"]
    assert network["c"].sign(given).status_code == 202
    assert network["c"].ended(given["id"])["state"] == "done"
    assert network["c"].cash() == cash
    assert network["c"].read(f"/api/v1/payables/{root[:-8]}")["state"] == "settled"


def test_netting__of_odd_pieces_given_up_at_different_times__is_to_the_unit(network: Stage) -> None:
    """A unit more or less, and the debtor would have signed for another amount than the contract draws."""
    face = 100_003
    payable = network.confirmed(amount=face)
    root = f"{payable}00000001"
    first, second = network.split("s1", root, "s2", 33_337), network.split("s1", root, "s3", 7_919)
    cash = network["c"].cash()
    network["s2"].command(f"/api/v1/receivables/{first}/extinguish")
    network.pay(payable, 49_999)
    network["s3"].command(f"/api/v1/receivables/{second}/redeem")
    network.pay(payable, 11)
    network["s3"].command(f"/api/v1/receivables/{second}/extinguish")
    network.pay(payable, 13)
    network.pay(payable, face - 49_999 - 11 - 13)
    assert network["c"].read(f"/api/v1/payables/{payable}")["state"] == "settled"
    drawn = int(read(network, "s3", second)["drawn"]["amount"].replace(".", ""))
    assert cash - network["c"].cash() == face - 33_337 - (7_919 - drawn)


def test_netting__of_what_is_due_more_than_is_paid__waits_for_a_larger_payment(network: Stage) -> None:
    payable = network.confirmed()
    network.pay(payable, FACE // 2)
    network["s1"].command(f"/api/v1/receivables/{payable}00000001/extinguish")
    cash = network["c"].cash()
    network.pay(payable, 1)
    assert cash - network["c"].cash() == 1
    assert read(network, "c", f"{payable}00000001")["drawn"] == money(0)


def test_account__of_a_debtor_with_a_parked_piece__does_not_count_it_as_an_asset(network: Stage) -> None:
    before = network["c"].read("/api/v1/accounts/me")["receivables"]
    network["s1"].command(f"/api/v1/receivables/{root_of(network)}/extinguish")
    assert network["c"].read("/api/v1/accounts/me")["receivables"] == before
