"""A network without a node, and some of its acts, for tests of the policy."""

from dataclasses import replace
from typing import Any

from node_adapter import typed_data
from node_adapter.codec import encode_call
from node_adapter.deployments import Deployed, Deployments
from node_adapter.transactions import Transaction

CHAIN_ID = 31337
WORD = "0x" + "11" * 32
TO = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
NAMES = ("AccessManager", "Participants", "Origination", "Discounting", "Settlement", "Anchors", "Receivables")
TOKENS = ("DepositTokenCNY", "DepositTokenJPY")
ADDRESSES = {name: f"0x{number:040x}" for number, name in enumerate([*NAMES, *TOKENS], start=1)}
DEPLOYMENTS = Deployments(
    CHAIN_ID,
    WORD,
    {n: Deployed("DepositToken" if n in TOKENS else n, a, 1, WORD) for n, a in ADDRESSES.items()},
)
DAY = 20_454
NOON = DAY * 86_400 + 4 * 3_600
"""12:00 in Shanghai."""


def call(instance: str, function: str, *args: Any, **changes: Any) -> Transaction:
    data = encode_call(DEPLOYMENTS[instance].contract, function, args)
    return replace(Transaction(CHAIN_ID, 0, 0, 10, 100_000, ADDRESSES[instance], data), **changes)


def credit(amount: int, *, nonce: int = 0, token: str = "DepositTokenCNY") -> Transaction:
    return call(token, "credit", TO, amount, WORD, nonce=nonce)


def cash(signer: str, value: int, nonce: str = WORD) -> dict[str, Any]:
    return typed_data.receive_with_authorization(
        chain_id=CHAIN_ID,
        token_address=ADDRESSES["DepositTokenCNY"],
        token_name="Tokenised deposit CNY",
        from_=signer,
        to=ADDRESSES["Discounting"],
        value=value,
        valid_after=0,
        valid_before=4_000_000_000,
        nonce=nonce,
    )
