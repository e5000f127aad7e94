"""What a key that the server never sees must sign, and all that is no such signature."""

from typing import Any

import pytest

from node_adapter.outbox.models import OperationState
from tests.api.member import money, refusal
from tests.api.stage import Stage

pytestmark = pytest.mark.devnet

GROUP_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def awaiting(network: Stage) -> dict[str, Any]:
    """A confirmation that c has still to sign."""
    payable = network.proposed()
    operation: dict[str, Any] = network["c"].post(f"/api/v1/payables/{payable}/confirm").json()
    assert operation["state"] == "awaiting_signature"
    assert operation["wallet"] == network["c"].address
    return operation


def hand_in(network: Stage, operation: dict[str, Any], *signatures: str, login: str = "c") -> Any:
    path = f"/api/v1/operations/{operation['id']}/signature"
    return network[login].post(path, {"signatures": list(signatures)})


def malleated(signature: str) -> str:
    """The other signature of the same key over the same message; whoever sees one can make it."""
    raw = bytes.fromhex(signature[2:])
    s = GROUP_ORDER - int.from_bytes(raw[32:64], "big")
    return "0x" + (raw[:32] + s.to_bytes(32, "big") + bytes([55 - raw[64]])).hex()


def test_signature__of_exactly_what_was_handed_out__is_carried_to_the_chain(network: Stage) -> None:
    operation = awaiting(network)
    (item,) = operation["to_sign"]
    assert item["type"] == "typed_data"
    assert item["data"]["domain"]["chainId"] == 31337
    given = hand_in(network, operation, network.wallets["c"].sign(item))
    assert (given.status_code, given.json()["to_sign"], given.json()["wallet"]) == (202, [], None)
    done = network["c"].ended(operation["id"])
    assert done["state"] == "done"
    stored = network.operation(operation["id"])
    assert stored.signer == network.services.relay  # who pays for gas has no say


def test_signature__of_anything_else__is_refused_and_nothing_is_sent(network: Stage) -> None:
    operation, other = awaiting(network), awaiting(network)
    wallet, item = network.wallets["c"], operation["to_sign"][0]
    right = wallet.sign(item)
    altered = right[:10] + ("0" if right[10] != "0" else "1") + right[11:]
    wrong = {
        "altered": [altered],
        "of another payable": [wallet.sign(other["to_sign"][0])],
        "by another key": [network.wallets["own"].sign(item)],
        "twice": [right, right],
        "malleated": [malleated(right)],
        "without its last byte": [right[:-2]],
        "no hex": ["a signature"],
        "empty": [""],
    }
    nonce = network.rpc("eth_getTransactionCount", network.services.relay, "pending")
    answers = {name: refusal(hand_in(network, operation, *signatures)) for name, signatures in wrong.items()}
    assert answers == dict.fromkeys(wrong, "422 SignatureMismatch")
    stored = network.operation(operation["id"])
    assert (stored.state, stored.signatures, stored.tx_hash) == (OperationState.AWAITING_SIGNATURE, None, None)
    assert network.rpc("eth_getTransactionCount", network.services.relay, "pending") == nonce
    assert hand_in(network, operation, right).status_code == 202
    assert network["c"].ended(operation["id"])["state"] == "done"


def test_signature__repeated__changes_nothing_and_another_is_refused(network: Stage) -> None:
    operation = awaiting(network)
    right = network.wallets["c"].sign(operation["to_sign"][0])
    assert hand_in(network, operation, right).status_code == 202
    assert hand_in(network, operation, right).status_code == 202
    done = network["c"].ended(operation["id"])
    again = hand_in(network, operation, "0x" + right[2:].upper())
    assert (again.status_code, again.json()["tx"]) == (202, done["tx"])
    assert refusal(hand_in(network, operation, "0x" + "11" * 65)) == "409 SignatureNotAwaited"


def test_signature__for_an_operation_that_needs_none__is_refused(network: Stage) -> None:
    done = network["b"].command(
        "/api/v1/deposits",
        {"account": network["s3"].address, "amount": money(1), "bank_reference": "signed by no wallet"},
    )
    assert refusal(hand_in(network, done, "0x" + "11" * 65, login="b")) == "409 SignatureNotAwaited"


def test_transaction__of_an_own_wallet__is_handed_out_signed_and_sent_once(network: Stage) -> None:
    given = network["own"].upload(network.document("own")).json()
    (item,) = given["to_sign"]
    assert (item["type"], item["data"]["from"]) == ("transaction", network["own"].address)
    raw = network.wallets["own"].sign(item)
    assert hand_in(network, given, raw, login="own").status_code == 202
    done = network["own"].ended(given["id"])
    assert done["state"] == "done"
    again = hand_in(network, given, raw, login="own")
    assert (again.status_code, again.json()["tx"]) == (202, done["tx"])


def test_transaction__whose_nonce_was_used_meanwhile__is_handed_out_afresh(network: Stage) -> None:
    first, second = (network["own"].upload(network.document("own")).json() for _ in range(2))
    assert network["own"].sign(first).status_code == 202
    assert network["own"].ended(first["id"])["state"] == "done"
    assert refusal(network["own"].sign(second)) == "409 StaleNonce"
    fresh = network["own"].read(f"/api/v1/operations/{second['id']}")
    assert fresh["state"] == "awaiting_signature"
    assert fresh["to_sign"] != second["to_sign"]
    assert network["own"].sign(fresh).status_code == 202
    assert network["own"].ended(second["id"])["state"] == "done"
