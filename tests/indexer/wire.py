"""A real anvil, each party speaking for itself: transactions, signatures, the clock. No outbox, no rules."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hardhat_free_devnet import rpc
from node_adapter.codec import decode_output, encode_call
from node_adapter.deployments import Deployments
from node_adapter.typed_data import TypedData, deposit_token_name, digest, receive_with_authorization
from node_adapter.words import checksum_address, from_hex, hex0x, keccak

DAY_S = 86_400
GAS = 8_000_000
SIGNATURE_LIFE_S = 3_600
TOKEN_NAMES = {"DepositTokenCNY": deposit_token_name("CNY"), "DepositTokenCNYOther": "Another bank's deposit CNY"}


class Refused(Exception):
    """The transaction was mined and failed."""


@dataclass
class Wire:
    """Party names stand for their addresses."""

    url: str
    deployments: Deployments
    addresses: dict[str, str]
    keys: dict[str, bytes] = field(repr=False)

    def send(self, party: str, instance: str, function: str, *args: Any) -> str:
        """Returns once it is mined: an instant-mining node still answers before it has mined."""
        deployed = self.deployments[instance]
        data = encode_call(deployed.contract, function, args)
        return str(self._mined(self.submit(party, deployed.address, data))["transactionHash"])

    def submit(self, party: str, to: str, data: bytes) -> str:
        sent = {"from": self.addresses[party], "to": to, "data": hex0x(data), "gas": hex(GAS)}
        return str(rpc(self.url, "eth_sendTransaction", sent))

    def call(self, instance: str, function: str, *args: Any) -> Any:
        deployed = self.deployments[instance]
        data = encode_call(deployed.contract, function, args)
        answer = rpc(self.url, "eth_call", {"to": deployed.address, "data": hex0x(data)}, "latest")
        return decode_output(deployed.contract, function, len(args), from_hex(answer))

    def head(self) -> int:
        return int(rpc(self.url, "eth_blockNumber"), 16)

    def now(self) -> int:
        return int(rpc(self.url, "eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def today(self) -> int:
        """The business date: days since 1970-01-01 at UTC+8 (R-44)."""
        return (self.now() + 8 * 3_600) // DAY_S

    def reorg(self, depth: int) -> None:
        """The node replaces its newest `depth` blocks by empty ones."""
        rpc(self.url, "anvil_reorg", depth, [])

    def rollback(self, depth: int) -> None:
        """The node's head falls back, as after a kill."""
        rpc(self.url, "anvil_rollback", depth)

    def mine(self, count: int = 1) -> None:
        rpc(self.url, "anvil_mine", hex(count))

    def pass_days(self, days: int) -> None:
        rpc(self.url, "evm_increaseTime", days * DAY_S)
        self.mine()

    def sign(self, party: str, message: TypedData) -> str:
        from coincurve import PrivateKey

        signature = PrivateKey(self.keys[party]).sign_recoverable(digest(message), hasher=None)
        return hex0x(signature[:64] + bytes([27 + signature[64]]))

    def authorise(
        self, payer: str, to: str, amount: int, nonce: str | Callable[[int], str], token: str = "DepositTokenCNY"
    ) -> tuple[int, str]:
        """ERC-3009: the unix second before which it is usable, of which a nonce may be made, and the signature."""
        before = self.now() + SIGNATURE_LIFE_S
        message = receive_with_authorization(
            chain_id=self.deployments.chain_id,
            token_address=self.deployments.address(token),
            token_name=TOKEN_NAMES[token],
            from_=self.addresses[payer],
            to=self.deployments.address(to),
            value=amount,
            valid_after=0,
            valid_before=before,
            nonce=nonce if isinstance(nonce, str) else nonce(before),
        )
        return before, self.sign(payer, message)

    def _mined(self, tx_hash: str) -> dict[str, Any]:
        receipt = receipt_of(self.url, tx_hash)
        if receipt["status"] != "0x1":
            raise Refused(tx_hash)
        return receipt


def receipt_of(url: str, tx_hash: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        receipt: dict[str, Any] | None = rpc(url, "eth_getTransactionReceipt", tx_hash)
        if receipt is not None:
            return receipt
        time.sleep(0.002)
    raise AssertionError(f"{tx_hash} was not mined")


def key_pair(party: str) -> tuple[bytes, str]:
    """A party's key and address, the same in every run."""
    from coincurve import PrivateKey

    key = keccak(f"indexer tests {party}".encode())
    public = PrivateKey(key).public_key.format(compressed=False)
    return key, checksum_address(keccak(public[1:])[12:])


def word(text: str) -> str:
    """Any 32 bytes, the same for the same text."""
    return hex0x(keccak(text.encode()))
