"""What the outbox asks of a node, many at a time: one request for a batch of operations, not one each."""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from node_adapter.client import NodeClient, Receipt, SendOutcome, SendResult
from node_adapter.errors import ContractReverted, NodeError, NodeUntrustworthy
from node_adapter.networks import FeePolicy, Finality, Network
from node_adapter.outbox.own_wallet import ToSign
from node_adapter.parse import parse_header, parse_receipt, quantity
from node_adapter.reverts import EXECUTION_FAILED, contract_refusal
from node_adapter.rpc import Method, RpcError
from node_adapter.transactions import Transaction
from node_adapter.words import from_hex, hex0x

GAS_MARGIN_PERCENT = 30
GAS_MARGIN = 30_000
"""Over the estimate: what is mined in between may make a call dearer (a slot's first use, one more digit)."""
MAX_FEE_FLOOR_WEI = 10 * 10**9
"""The least `maxFeePerGas` on a network with a fee market. What is stored may have to be sent again, unchanged, after
the chain fell back to blocks with a higher base fee. Only the base fee of the block that mines it is paid."""
RAISE_DIVISOR = 8
"""A replacement pays an eighth (12.5 %) more of both fees: nodes ask for 10 %, some for 12.5 %."""
REMEMBERED_MAX = 1_024
FINALIZED_FOR_S = 1.0
RECEIPTS_AT_ONCE = 200
"""With the headers around them they fit one request."""
GAS_ABOVE_BLOCK_LIMIT = "GasAboveBlockLimit"
logger = logging.getLogger(__name__)
_TAKEN = (SendOutcome.ACCEPTED, SendOutcome.KNOWN, SendOutcome.NONCE_USED)
_GAS_RAN_OUT = re.compile(r"out of gas|outofgas|gas required exceeds", re.IGNORECASE)

Place = tuple[int, str]
"""A block's number and hash."""


@dataclass(frozen=True, slots=True)
class Request:
    """A transaction before it has a nonce: `to` None makes a contract."""

    sender: str
    to: str | None
    data: bytes

    def to_json(self) -> dict[str, str]:
        request = {"from": self.sender, "data": hex0x(self.data)}
        return request if self.to is None else request | {"to": self.to}

    @property
    def shape(self) -> tuple[str, bytes, int] | None:
        """What calls that cost about the same have in common; None where nothing is worth remembering."""
        return None if self.to is None else (self.to, self.data[:4], len(self.data))


@dataclass(frozen=True, slots=True)
class Look:
    """The chain at one moment."""

    head: Place
    base_fee: int
    gas_limit: int
    counts: dict[str, int]
    """How many transactions of each signer are mined in `head` or below it."""
    tip: Place | None
    tip_stands: bool
    """Whether the newest block of ours is still in this chain, and with it all below."""


REFUSALS_AT_ONCE = 100
"""Few enough for one request, whatever they carry but creations."""


class Chain:
    def __init__(self, client: NodeClient, network: Network) -> None:
        self._client = client
        self._network = network
        self._gas: dict[tuple[str, bytes, int], int] = {}
        self._finalized: int | None = None
        self._ask_finalized_at = 0.0

    def look(self, signers: Sequence[str], tip: Place | None) -> Look:
        """Counts first, so that none is of a later block than the head. Raises NodeError."""
        methods: list[Method] = [("eth_getTransactionCount", (signer, "latest")) for signer in signers]
        methods.append(("eth_getBlockByNumber", ("latest", False)))
        if tip is not None:
            methods.append(("eth_getBlockByNumber", (hex(tip[0]), False)))
        answers = self._results(methods)
        block = answers[len(signers)]
        head = parse_header(block)
        return Look(
            head=(head.number, head.hash),
            base_fee=quantity(block.get("baseFeePerGas") or "0x0"),
            gas_limit=quantity(block["gasLimit"]),
            counts={signer: quantity(answer) for signer, answer in zip(signers, answers, strict=False)},
            tip=tip,
            tip_stands=tip is None or _is(answers[-1], tip),
        )

    def receipts(self, hashes: Sequence[str], places: Sequence[Place]) -> list[Receipt | None] | None:
        """In the order asked; None for what is not mined. No answer at all if the chain had not all of `places` before
        and after: then the receipts may be of another fork than they. Raises NodeError."""
        found: list[Receipt | None] = []
        headers: list[Method] = [("eth_getBlockByNumber", (hex(number), False)) for number, _ in places]
        for first in range(0, len(hashes), RECEIPTS_AT_ONCE):
            asked = hashes[first : first + RECEIPTS_AT_ONCE]
            receipts: list[Method] = [("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in asked]
            answers = self._results([*headers, *receipts, *headers])
            around = [*answers[: len(places)], *answers[len(places) + len(asked) :]]
            if not all(_is(block, place) for block, place in zip(around, [*places, *places], strict=True)):
                return None
            for tx_hash, answer in zip(asked, answers[len(places) :], strict=False):
                receipt = None if answer is None else parse_receipt(answer)
                if receipt is not None and receipt.tx_hash != tx_hash:
                    raise NodeUntrustworthy(f"asked for the receipt of {tx_hash}, got that of {receipt.tx_hash}")
                found.append(receipt)
        return found

    def stands(self, places: Sequence[Place]) -> bool:
        """Whether the chain has all of them. Raises NodeError."""
        blocks = self._results([("eth_getBlockByNumber", (hex(number), False)) for number, _ in places])
        return all(_is(block, place) for block, place in zip(blocks, places, strict=True))

    def refusals(self, requests: Sequence[Request], tip: Place | None) -> list[ContractReverted | None]:
        """Why each call is refused, by a node that has our newest block before and after it was asked; None otherwise.

        Block and call in one request: behind one URL the next request may be answered by a node that is behind.
        """
        block: Method = ("eth_getBlockByNumber", (hex(tip[0]) if tip else "latest", False))
        found: list[ContractReverted | None] = []
        for first in range(0, len(requests), REFUSALS_AT_ONCE):
            some = requests[first : first + REFUSALS_AT_ONCE]
            calls: list[Method] = [("eth_estimateGas", (request.to_json(), "latest")) for request in some]
            before, *answers, after = self._client.rpc_many([block, *calls, block])
            if isinstance(after, dict) and (tip is None or (_is(before, tip) and _is(after, tip))):
                found += [self._verdict(answer, quantity(after["gasLimit"])) for answer in answers]
            else:
                found += [None] * len(answers)
        return found

    def _verdict(self, answer: object, block_gas_limit: int) -> ContractReverted | None:
        if isinstance(answer, RpcError):
            return _refusal(answer)
        limited = self._limited(quantity(answer), block_gas_limit)
        return limited if isinstance(limited, ContractReverted) else None

    def estimates(
        self, requests: Sequence[Request], block_gas_limit: int | None = None
    ) -> list[int | ContractReverted | NodeError]:
        """Gas limits, margin included, on the newest block; the contract's refusal or the node's in the place of one.

        A node finds an estimate by trying the call some twenty times. A call whose like was estimated before is tried
        once, with what that needed; only if it is refused so, the node is asked to estimate. Raises NodeUnavailable if
        there is no answer at all.
        """
        found: list[int | ContractReverted | NodeError | None] = [None] * len(requests)
        known = [(index, gas) for index, r in enumerate(requests) if (gas := self._remembered(r)) is not None]
        tries: list[Method] = [
            ("eth_call", (requests[index].to_json() | {"gas": hex(gas)}, "latest")) for index, gas in known
        ]
        for (index, gas), answer in zip(known, self._client.rpc_many(tries) if tries else [], strict=True):
            if not isinstance(answer, RpcError):
                found[index] = gas
        rest = [index for index, answer in enumerate(found) if answer is None]
        asked: list[Method] = [("eth_estimateGas", (requests[index].to_json(), "latest")) for index in rest]
        for index, answer in zip(rest, self._client.rpc_many(asked) if asked else [], strict=True):
            found[index] = self._estimate(requests[index], answer)
        return [self._limited(answer, block_gas_limit) for answer in found if answer is not None]

    def _remembered(self, request: Request) -> int | None:
        return None if request.shape is None else self._gas.get(request.shape)

    def _estimate(self, request: Request, answer: object) -> int | ContractReverted | NodeError:
        if isinstance(answer, RpcError):
            return _refusal(answer) or answer.refused("eth_estimateGas")
        gas = quantity(answer)
        if request.shape is not None:
            if len(self._gas) >= REMEMBERED_MAX:
                self._gas.clear()
            self._gas[request.shape] = max(gas, self._gas.get(request.shape, 0))
        return gas

    @staticmethod
    def _limited(
        answer: int | ContractReverted | NodeError, block_gas_limit: int | None
    ) -> int | ContractReverted | NodeError:
        if not isinstance(answer, int):
            return answer
        if block_gas_limit is not None and answer > block_gas_limit:
            return ContractReverted(GAS_ABOVE_BLOCK_LIMIT, {"gas": answer, "block_gas_limit": block_gas_limit})
        gas = answer * (100 + GAS_MARGIN_PERCENT) // 100 + GAS_MARGIN
        return gas if block_gas_limit is None else min(gas, block_gas_limit)

    def block_hashes(self, numbers: Sequence[int]) -> dict[int, str | None]:
        """None where the chain is not that long."""
        return dict.fromkeys(numbers) | {header.number: header.hash for header in self._client.headers(numbers)}

    def knows(self, tx_hashes: Sequence[str]) -> list[bool]:
        """Whether the node has each transaction, mined or waiting. Raises NodeError."""
        answers = self._results([("eth_getTransactionByHash", (tx_hash,)) for tx_hash in tx_hashes])
        return [answer is not None for answer in answers]

    def balances(self, addresses: Sequence[str]) -> list[int]:
        """In wei. Raises NodeError."""
        return [quantity(a) for a in self._results([("eth_getBalance", (address, "latest")) for address in addresses])]

    def send(self, raws: Sequence[str]) -> list[SendResult]:
        """Each once; the results in the order of `raws`, which is each signer's by nonce. Raises WrongChain."""
        if not raws:
            return []
        turn = -1 if self.mines_at_once else 1
        return self._client.send_raw_many([from_hex(raw) for raw in raws[::turn]])[::turn]

    def fees(self, base_fee: int) -> tuple[int, int]:
        """`maxFeePerGas` and `maxPriorityFeePerGas` in wei, as the network's descriptor wants them."""
        if not self.has_fees:
            return 0, 0
        return max(2 * base_fee, MAX_FEE_FLOOR_WEI), 0

    def raised(self, before: tuple[int, int], base_fee: int) -> tuple[int, int]:
        """Fees under which nodes let a transaction take the place of one with the fees `before`."""
        return max(_raised(before[0]), self.fees(base_fee)[0]), _raised(before[1])

    @property
    def has_fees(self) -> bool:
        """Whether paying more gets a transaction mined sooner here."""
        return self._network.fees != FeePolicy.FREE

    @property
    def mines_at_once(self) -> bool:
        return self._network.mines_at_once

    def is_final(self, block: int, head: int) -> bool:
        """Whether block number `block` can no longer vanish, by the network's own rule; `head` is the newest known.

        Where finality is the node's word it is asked at most once in FINALIZED_FOR_S; while it is away, what it said
        last holds: a final block stays final.
        """
        if self._network.finality == Finality.TAG and time.monotonic() >= self._ask_finalized_at:
            self._ask_finalized_at = time.monotonic() + FINALIZED_FOR_S
            try:
                self._finalized = self._client.finalized()
            except NodeError as error:
                logger.warning("the newest final block is not known: %s", error)
        return self._network.is_final(block, head, self._finalized)

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

    def to_sign(self, request: Request, next_nonce: int) -> ToSign:
        """The transaction for a client's wallet, with gas and fees as of now. `next_nonce`: by what is stored here.

        Raises ContractReverted, NodeError.
        """
        look = self.look([request.sender], None)
        gas = self.estimates([request], look.gas_limit)[0]
        if not isinstance(gas, int):
            raise gas
        nonce = max(next_nonce, look.counts[request.sender])
        transaction = self.transaction(request, nonce, gas, self.fees(look.base_fee))
        return [{"type": "transaction", "data": transaction.to_json(request.sender)}]

    def _results(self, methods: Sequence[Method]) -> list[Any]:
        answers = self._client.rpc_many(methods)
        for (method, _), answer in zip(methods, answers, strict=True):
            if isinstance(answer, RpcError):
                raise answer.refused(method)
        return answers


def _refusal(answer: RpcError) -> ContractReverted | None:
    """The contract's of an estimate: one that wants more gas than a block has is refused for that."""
    refusal = contract_refusal(answer)
    if refusal is not None and refusal.name == EXECUTION_FAILED and _GAS_RAN_OUT.search(answer.message):
        return ContractReverted(GAS_ABOVE_BLOCK_LIMIT, {"message": answer.message})
    return refusal


def taken(result: SendResult) -> bool:
    """The node has it now, or had it before, or has mined its nonce: from here on its receipt tells."""
    return result.outcome in _TAKEN


def _is(block: object, place: Place) -> bool:
    return block is not None and parse_header(block).hash == place[1]


def _raised(fee: int) -> int:
    return fee + max(1, -(-fee // RAISE_DIVISOR))
