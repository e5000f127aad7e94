"""What is signed is what the contracts check: digests against their own views, and real calls."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from node_adapter import typed_data
from node_adapter.outbox import signature_placeholder
from node_adapter.transactions import TransactionMalformed
from node_adapter.words import hex0x
from tests.node_adapter.outbox_support import (
    BANK,
    CHAIN_ID,
    DEADLINE,
    DEBTOR,
    FINANCIER,
    NOTHING,
    SUPPLIER,
    TestNetwork,
    confirmation,
    debtor_wallet,
    make_network,
    programme,
    propose,
    publish,
)


@pytest.fixture
def network(node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path) as network:
        roles = {"supplier": SUPPLIER, "debtor": DEBTOR, "financier": FINANCIER, "bank": BANK}
        network.run(*(network.admit(name, role) for name, role in roles.items()))
        yield network


@pytest.mark.devnet
def test_messages_of_origination__have_the_contracts_digests(network: TestNetwork) -> None:
    origination = network.outbox.deployments.address("Origination")
    for values in (
        programme(network),
        programme(network, deposit_tokens=[], registration_required=True, late_rate_ppm=2**32 - 1),
        programme(network, deposit_tokens=list(network.accounts.values())),
    ):
        message = typed_data.publication(CHAIN_ID, origination, values, DEADLINE)
        on_chain = network.call("Origination", "publicationDigest", values, DEADLINE)
        assert hex0x(typed_data.digest(message)) == on_chain
    publish(network)
    payable_id, values = propose(network)
    message = typed_data.confirmation(CHAIN_ID, origination, payable_id, values, programme(network), DEADLINE)
    on_chain = network.call("Origination", "confirmationDigest", payable_id, values, DEADLINE)
    assert hex0x(typed_data.digest(message)) == on_chain
    message = typed_data.cancellation(CHAIN_ID, origination, payable_id, DEADLINE)
    on_chain = network.call("Origination", "cancellationDigest", payable_id, DEADLINE)
    assert hex0x(typed_data.digest(message)) == on_chain


@pytest.mark.devnet
def test_nonces__of_what_is_paid__are_the_contracts(network: TestNetwork) -> None:
    word, number = "0x" + secrets.token_hex(32), secrets.randbits(224)
    for parked in ([], [1], [number << 32 | 1, number << 32 | 2]):
        nonce = typed_data.payment_nonce(number, 2**53 - 1, parked, word)
        assert nonce == network.call("Settlement", "paymentNonce", number, 2**53 - 1, parked, word)
    holder = network.accounts["supplier"]
    nonce = typed_data.repurchase_nonce(number << 32 | 1, holder, 1_800_000_000)
    assert nonce == network.call("Settlement", "repurchaseNonce", number << 32 | 1, holder, 1_800_000_000)
    assert typed_data.recovery_nonce(number, word) == network.call("Settlement", "recoveryNonce", number, word)


def cash(network: TestNetwork, party: str, contract: str, **more: Any) -> dict[str, Any]:
    """`contract` may draw money from `party`."""
    address = network.outbox.deployments.address
    return typed_data.receive_with_authorization(
        chain_id=CHAIN_ID,
        token_address=address("DepositTokenCNY"),
        token_name=typed_data.deposit_token_name("CNY"),
        from_=network.accounts[party],
        to=address(contract),
        valid_after=0,
        **more,
    )


@pytest.mark.devnet
def test_quote__and_its_payment__are_what_the_contracts_take(network: TestNetwork) -> None:
    address, wallet = network.outbox.deployments.address, debtor_wallet(network)
    publish(network)
    payable_id, values = propose(network)
    (confirm,) = network.accept(confirmation(network, payable_id, values))
    network.outbox.signature(confirm, [wallet.sign(item) for item in network.operation(confirm).to_sign or []])
    network.run(
        *(
            network.command(
                "bank", "DepositTokenCNY", "credit", network.accounts[party], 10**10, secrets.token_bytes(32)
            )
            for party in ("financier", "debtor")
        )
    )
    quote = {
        "receivable_id": payable_id + "00000001",
        "supplier": network.accounts["supplier"],
        "financier": network.accounts["financier"],
        "deposit_token": address("DepositTokenCNY"),
        "value": 100_000_000,
        "minimum_take": 50_000_000,
        "proceeds": 98_800_000,
        "value_date": values["issue_date"],
        "recourse": False,
        "registration_hash": NOTHING,
        "nonce": secrets.randbits(255),
        "expiry": DEADLINE,
        "fees": [{"to": network.accounts["debtor"], "amount": 7}, {"to": network.accounts["bank"], "amount": 3}],
    }
    message = typed_data.quote(CHAIN_ID, address("Discounting"), quote)
    quote_hash = hex0x(typed_data.digest(message))
    assert quote_hash == network.call("Discounting", "quoteDigest", quote)
    (accepted,) = network.run(
        network.command(
            "supplier",
            "Discounting",
            "accept",
            quote,
            100_000_000,
            signature_placeholder(0),
            signature_placeholder(1),
            sign=[
                message,
                cash(
                    network, "financier", "Discounting", value=98_800_010, valid_before=DEADLINE + 1, nonce=quote_hash
                ),
            ],
            sign_as=network.accounts["financier"],
        )
    )
    assert (accepted.state, accepted.error_name) == ("mined", None)
    assert network.call("DepositTokenCNY", "balanceOf(address)", network.accounts["supplier"]) == 98_800_000

    reference = "0x" + secrets.token_hex(32)
    nonce = typed_data.payment_nonce(payable_id, 100_000_000, [], reference)
    payment = cash(network, "debtor", "Settlement", value=100_000_000, valid_before=DEADLINE, nonce=nonce)
    signature = wallet.sign({"type": "typed_data", "data": payment})
    token = address("DepositTokenCNY")
    (paid,) = network.run(
        network.command(
            "relay", "Settlement", "pay", payable_id, token, 100_000_000, reference, [], DEADLINE, signature
        )
    )
    assert (paid.state, paid.error_name) == ("mined", None)


ACCOUNT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
QUOTE = {
    "receivableId": 2**255,
    "supplier": ACCOUNT,
    "financier": ACCOUNT,
    "depositToken": ACCOUNT,
    "value": 2**53 - 1,
    "minimumTake": 1,
    "proceeds": 1,
    "valueDate": 20_000,
    "recourse": True,
    "registrationHash": NOTHING,
    "nonce": 2**256 - 1,
    "expiry": 1,
    "fees": [{"to": ACCOUNT, "amount": 2**53 - 1}],
}


def test_quote__large_numbers__are_decimal_text_that_eth_account_signs_alike() -> None:
    message = typed_data.quote(1, ACCOUNT, QUOTE)
    assert message["message"]["nonce"] == str(2**256 - 1)
    assert message["domain"]["chainId"] == 1
    account = Account.from_key(bytes(range(1, 33)))
    signature = account.sign_typed_data(full_message=message).signature.hex()
    assert typed_data.signer_of(message, "0x" + signature.removeprefix("0x")) == account.address


@pytest.mark.parametrize(
    "changed",
    [{"value": 2**56}, {"value": -1}, {"expiry": 2**64}, {"fees": [{"to": ACCOUNT, "amount": 2**56}]}],
)
def test_quote__number_that_does_not_fit__is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        typed_data.quote(1, ACCOUNT, QUOTE | changed)


def test_quote__misspelt_field__is_refused() -> None:
    with pytest.raises(ValueError, match="valeu"):
        typed_data.quote(1, ACCOUNT, QUOTE | {"valeu": 1})
    with pytest.raises(ValueError, match="too"):
        typed_data.quote(1, ACCOUNT, QUOTE | {"fees": [{"too": ACCOUNT, "amount": 1}]})
    with pytest.raises(KeyError):
        typed_data.quote(1, ACCOUNT, {k: v for k, v in QUOTE.items() if k != "value"})


@pytest.mark.parametrize("signature", ["0x", "0x" + "00" * 65, "0x" + "11" * 64 + "05", "nonsense", "0x" + "ff" * 65])
def test_signer_of__no_signature__is_refused(signature: str) -> None:
    with pytest.raises(TransactionMalformed):
        typed_data.signer_of(typed_data.quote(1, ACCOUNT, QUOTE), signature)
