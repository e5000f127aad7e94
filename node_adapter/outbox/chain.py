"""What the outbox asks of a node, many at a time: one request for a batch of operations, not one each."""

from collections.abc import Sequence
from dataclasses import dataclass

from node_adapter.client import NodeClient, SendOutcome, SendResult
from node_adapter.errors import ContractReverted, NodeError
from node_adapter.networks import FeePolicy, Network
from node_adapter.outbox.own_wallet import ToSign
from node_adapter.reverts import contract_refusal
from node_adapter.rpc import RpcError
from node_adapter.transactions import Transaction
from node_adapter.words import from_hex, hex0x

GAS_MARGIN_PERCENT = 30
GAS_MARGIN = 30_000
"""Over the estimate: what is mined in between may make a call dearer (a slot's first use, one more digit)."""
MAX_FEE_FLOOR_WEI = 10 * 10**9
"""The least `maxFeePerGas` on a network with a fee market. What is stored may have to be sent again, unchanged, after
the chain fell back to blocks with a higher base fee. Only the base fee of the block that mines it is paid."""
_TAKEN = (SendOutcome.ACCEPTED, SendOutcome.KNOWN, SendOutcome.NONCE_USED)


@dataclass(frozen=True, slots=True)
class Request:
    """A transaction before it has a nonce: `to` None makes a contract."""

    sender: str
    to: str | None
    data: bytes

    def to_json(self) -> dict[str, str]:
        request = {"from": self.sender, "data": hex0x(self.data)}
        return request if self.to is None else request | {"to": self.to}


class Chain:
    def __init__(self, client: NodeClient, network: Network) -> None:
        self._client = client
        self._network = network

    def estimates(self, requests: Sequence[Request]) -> list[int | ContractReverted | NodeError]:
        """Gas limits, margin included, on the newest block; the contract's refusal or the node's in the place of one.

        Raises NodeUnavailable if there is no answer at all.
        """
        answers = self._client.rpc_many([("eth_estimateGas", (request.to_json(), "latest")) for request in requests])
        return [
            (contract_refusal(answer) or answer.refused("eth_estimateGas"))
            if isinstance(answer, RpcError)
            else int(answer, 16) * (100 + GAS_MARGIN_PERCENT) // 100 + GAS_MARGIN
            for answer in answers
        ]

    def block_hashes(self, numbers: Sequence[int]) -> dict[int, str | None]:
        """None where the chain is not that long."""
        return dict.fromkeys(numbers) | {header.number: header.hash for header in self._client.headers(numbers)}

    def knows(self, tx_hashes: Sequence[str]) -> list[bool]:
        """Whether the node has each transaction, mined or waiting. Raises NodeError."""
        answers = self._client.rpc_many([("eth_getTransactionByHash", (tx_hash,)) for tx_hash in tx_hashes])
        for answer in answers:
            if isinstance(answer, RpcError):
                raise answer.refused("eth_getTransactionByHash")
        return [answer is not None for answer in answers]

    def send(self, raws: Sequence[str]) -> list[SendResult]:
        """Each once, in order. Raises WrongChain."""
        return self._client.send_raw_many([from_hex(raw) for raw in raws]) if raws else []

    def fees(self) -> tuple[int, int]:
        """`maxFeePerGas` and `maxPriorityFeePerGas` in wei, as the network's descriptor wants them."""
        if self._network.fees == FeePolicy.FREE:
            return 0, 0
        return max(2 * self._client.base_fee(), MAX_FEE_FLOOR_WEI), 0

    def transaction(self, request: Request, nonce: int, gas: int, fees: tuple[int, int]) -> Transaction:
        return Transaction(
            chain_id=self._network.chain_id,
            nonce=nonce,
            max_priority_fee_per_gas=fees[1],
            max_fee_per_gas=fees[0],
            gas=gas,
            to=request.to,
            data=request.data,
        )

    def to_sign(self, request: Request, stored_nonce: int) -> ToSign:
        """The transaction for a client's wallet, with nonce, gas and fees as of now. `stored_nonce`: its last of ours.

        Raises ContractReverted, NodeError.
        """
        gas = self.estimates([request])[0]
        if not isinstance(gas, int):
            raise gas
        nonce = max(stored_nonce + 1, self._client.nonce(request.sender))
        transaction = self.transaction(request, nonce, gas, self.fees())
        return [{"type": "transaction", "data": transaction.to_json(request.sender)}]


def taken(result: SendResult) -> bool:
    """The node has it now, or had it before, or has mined its nonce: from here on its receipt tells."""
    return result.outcome in _TAKEN
