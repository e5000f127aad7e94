"""What is signed is what the contracts check: digests against their own views, and real calls."""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from node_adapter import typed_data
from node_adapter.keyring import Wallet
from node_adapter.outbox import signature_placeholder
from node_adapter.transactions import TransactionMalformed
from node_adapter.words import hex0x
from tests.node_adapter.outbox_support import (
    BANK,
    DEBTOR,
    FINANCIER,
    PASSPHRASE,
    SUPPLIER,
    TestNetwork,
    make_network,
    terms,
)

CHAIN_ID = 31337


@pytest.fixture
def network(node_url: str, tmp_path: Path) -> Iterator[TestNetwork]:
    with make_network(node_url, tmp_path) as network:
        roles = {"supplier": SUPPLIER, "debtor": DEBTOR, "financier": FINANCIER, "bank": BANK}
        network.run(*(network.admit(name, role) for name, role in roles.items()))
        yield network


def propose(network: TestNetwork, values: dict[str, Any]) -> str:
    salt = secrets.token_bytes(32)
    (operation,) = network.run(network.command("supplier", "Receivables", "propose", salt, values))
    assert operation.state == "mined", operation.error_name
    number: Any = network.call("Receivables", "payableIdOf", network.accounts["supplier"], salt)
    return number if isinstance(number, str) else f"0x{number:056x}"


@pytest.mark.devnet
def test_confirmation__of_a_proposed_payable__has_the_contracts_digest(network: TestNetwork) -> None:
    values = terms(network)
    payable_id = propose(network, values)
    message = typed_data.confirmation(
        CHAIN_ID, network.outbox.deployments.address("Receivables"), payable_id, values, 2_000_000_000
    )
    on_chain = network.call("Receivables", "confirmationDigest", payable_id, 2_000_000_000)
    assert hex0x(typed_data.digest(message)) == on_chain


@pytest.mark.devnet
def test_quote__and_its_payment__are_what_the_contracts_take(network: TestNetwork) -> None:
    values = terms(network)
    payable_id = propose(network, values)
    address = network.outbox.deployments.address
    deadline = 4_000_000_000
    confirmation = typed_data.confirmation(CHAIN_ID, address("Receivables"), payable_id, values, deadline)
    wallet = Wallet.load(network.folder / "debtor" / "debtor.json", PASSPHRASE)
    signature = wallet.sign({"type": "typed_data", "data": confirmation})
    network.run(
        network.command("relay", "Receivables", "confirmBySignature", payable_id, deadline, signature),
        network.command(
            "bank", "DepositTokenCNY", "credit", network.accounts["financier"], 10**10, secrets.token_bytes(32)
        ),
        network.command(
            "bank", "DepositTokenCNY", "credit", network.accounts["debtor"], 10**10, secrets.token_bytes(32)
        ),
    )
    quote = {
        "receivable_id": payable_id + "00000001",
        "supplier": network.accounts["supplier"],
        "financier": network.accounts["financier"],
        "deposit_token": address("DepositTokenCNY"),
        "value": 100_000_000,
        "proceeds": 98_800_000,
        "value_date": values["issue_date"],
        "recourse": False,
        "nonce": secrets.randbits(255),
        "expiry": deadline,
    }
    message = typed_data.quote(CHAIN_ID, address("Discounting"), quote)
    quote_hash = hex0x(typed_data.digest(message))
    assert quote_hash == network.call("Discounting", "quoteDigest", quote)
    cash = typed_data.receive_with_authorization(
        chain_id=CHAIN_ID,
        token_address=address("DepositTokenCNY"),
        token_name=typed_data.deposit_token_name("CNY"),
        from_=network.accounts["financier"],
        to=address("Discounting"),
        value=98_800_000,
        valid_after=0,
        valid_before=deadline + 1,
        nonce=quote_hash,
    )
    (accepted,) = network.run(
        network.command(
            "supplier",
            "Discounting",
            "accept",
            quote,
            signature_placeholder(0),
            signature_placeholder(1),
            sign=[message, cash],
            sign_as=network.accounts["financier"],
        )
    )
    assert (accepted.state, accepted.error_name) == ("mined", None)
    assert network.call("DepositTokenCNY", "balanceOf(address)", network.accounts["supplier"]) == 98_800_000

    reference = secrets.token_hex(32)
    nonce = typed_data.payment_nonce(payable_id, "0x" + reference)
    assert nonce == network.call("Settlement", "paymentNonce", payable_id, "0x" + reference)
    payment = typed_data.receive_with_authorization(
        chain_id=CHAIN_ID,
        token_address=address("DepositTokenCNY"),
        token_name=typed_data.deposit_token_name("CNY"),
        from_=network.accounts["debtor"],
        to=address("Settlement"),
        value=100_000_000,
        valid_after=0,
        valid_before=deadline,
        nonce=nonce,
    )
    signature = wallet.sign({"type": "typed_data", "data": payment})
    (paid,) = network.run(
        network.command("relay", "Settlement", "pay", payable_id, 100_000_000, "0x" + reference, deadline, signature)
    )
    assert (paid.state, paid.error_name) == ("mined", None)


ACCOUNT = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
QUOTE = {
    "receivableId": 2**255,
    "supplier": ACCOUNT,
    "financier": ACCOUNT,
    "depositToken": ACCOUNT,
    "value": 2**53 - 1,
    "proceeds": 1,
    "valueDate": 20_000,
    "recourse": True,
    "nonce": 2**256 - 1,
    "expiry": 1,
}


def test_quote__large_numbers__are_decimal_text_that_eth_account_signs_alike() -> None:
    message = typed_data.quote(1, ACCOUNT, QUOTE)
    assert message["message"]["nonce"] == str(2**256 - 1)
    assert message["domain"]["chainId"] == 1
    account = Account.from_key(bytes(range(1, 33)))
    signature = account.sign_typed_data(full_message=message).signature.hex()
    assert typed_data.signer_of(message, "0x" + signature.removeprefix("0x")) == account.address


@pytest.mark.parametrize("changed", [{"value": 2**64}, {"value": -1}, {"expiry": 2**64}])
def test_quote__number_that_does_not_fit__is_refused(changed: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        typed_data.quote(1, ACCOUNT, QUOTE | changed)


def test_quote__misspelt_field__is_refused() -> None:
    with pytest.raises(ValueError, match="valeu"):
        typed_data.quote(1, ACCOUNT, QUOTE | {"valeu": 1})
    with pytest.raises(KeyError):
        typed_data.quote(1, ACCOUNT, {k: v for k, v in QUOTE.items() if k != "value"})


@pytest.mark.parametrize("signature", ["0x", "0x" + "00" * 65, "0x" + "11" * 64 + "05", "nonsense", "0x" + "ff" * 65])
def test_signer_of__no_signature__is_refused(signature: str) -> None:
    with pytest.raises(TransactionMalformed):
        typed_data.signer_of(typed_data.quote(1, ACCOUNT, QUOTE), signature)
