"""The one client for reads, simulations and sends. What a node answers is checked against what was asked.

Reads that have no answer, or one that cannot be, are tried three times on a node and then on the next; a send never is
(the outbox knows what to look up). For any number of threads.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from node_adapter.calls import Block, Call, block_parameter, decoded, message
from node_adapter.codec import encode_call
from node_adapter.errors import ContractReverted, NodeError, NodeUntrustworthy, WrongChain
from node_adapter.headers import check_header
from node_adapter.log_ranges import LogRanges
from node_adapter.networks import Network
from node_adapter.nodes import LAG_MAX_BLOCKS, Identity, Nodes, NodeStatus, asked_again
from node_adapter.parse import Header, RawLog, Receipt, octets, parse_header, parse_log, parse_receipt, quantity
from node_adapter.reverts import contract_refusal
from node_adapter.rpc import Counters, Method, RpcError
from node_adapter.sends import SendOutcome, SendResult, send_result
from node_adapter.words import hex0x

__all__ = ["Call", "Header", "NodeClient", "NodeStatus", "RawLog", "Receipt", "SendOutcome", "SendResult"]


class NodeClient:
    """`chain_id`, `genesis_hash`: checked on every new connection, and before every send; WrongChain otherwise.

    `urls`: one node, or several of which the good ones are asked (`node_adapter.nodes`). `network`: with it, headers
    are checked as the network's are made, and logs are asked in ranges that it allows.
    """

    def __init__(
        self,
        urls: str | Sequence[str],
        *,
        chain_id: int | None = None,
        genesis_hash: str | None = None,
        network: Network | None = None,
        timeout_s: float = 10.0,
        lag_max_blocks: int = LAG_MAX_BLOCKS,
    ) -> None:
        self._counters = Counters()
        identity = Identity(chain_id, genesis_hash)
        listed = [urls] if isinstance(urls, str) else list(urls)
        self._rpc = Nodes(listed, timeout_s, identity, self._counters, lag_max_blocks)
        self._network = network
        self._ranges = LogRanges(self._rpc.read, network.max_log_range if network else None, self.count)

    def __repr__(self) -> str:
        return f"<NodeClient {', '.join(node.url for node in self.nodes)}>"

    @property
    def url(self) -> str:
        """Of the node that is asked at present; masked, fit to be printed."""
        return self._rpc.shown

    @property
    def nodes(self) -> list[NodeStatus]:
        """What is known of each node at present; asks none."""
        return self._rpc.status()

    @property
    def counters(self) -> dict[str, int]:
        """What happened on the wire since the start, see `rpc.COUNTED`."""
        return self._counters.to_dict()

    def count(self, what: str) -> None:
        """One more of what `counters` counts."""
        self._counters.add(what)

    def pinned(self) -> AbstractContextManager[None]:
        """`with client.pinned():` all that this thread asks within is of one node. Where that one fails, the error ends
        the whole question, and the next goes to another: answers of two nodes are never mixed."""
        return self._rpc.pinned()

    def distrust(self, error: NodeError) -> None:
        """What this thread's node says cannot be: the next question goes to another, where there is one."""
        self._counters.add("untrustworthy")
        self._rpc.distrust(error)

    def rpc(self, method: str, *params: Any) -> Any:
        """Any other read. Raises NodeError."""
        return self._rpc.read(method, *params)

    def rpc_many(self, methods: Sequence[Method]) -> list[Any | RpcError]:
        """Any other reads, in as few requests as fit; an error stands in its answer's place. Raises NodeUnavailable."""
        return self._rpc.read_many(methods)

    def close(self) -> None:
        """Closes the calling thread's connection; the next call opens another. Others close with their threads."""
        self._rpc.close()

    # Identity

    def check_identity(self, chain_id: int, genesis_hash: str | None) -> None:
        """Raises WrongChain unless the node is of this chain; without `genesis_hash` the id alone is compared."""
        found = self.chain_id()
        if found != chain_id:
            raise WrongChain(f"the node at {self.url} is of chain {found}, not {chain_id}")
        if genesis_hash is not None and (first := self.genesis_hash()) != genesis_hash:
            raise WrongChain(f"chain {chain_id} of the node at {self.url} begins with {first}, not {genesis_hash}")

    def chain_id(self) -> int:
        return quantity(self._rpc.read("eth_chainId"))

    def genesis_hash(self) -> str:
        first = self.block_hash(0)
        if first is None:
            raise NodeUntrustworthy(f"the node at {self.url} has no first block")
        return first

    # Blocks and logs

    @asked_again
    def head(self) -> Header:
        return self._header(self._rpc.read("eth_getBlockByNumber", "latest", False))

    def finalized(self) -> int | None:
        """The number of the newest block that the node itself calls final; None where it names none."""
        block = self._rpc.read("eth_getBlockByNumber", "finalized", False)
        return None if block is None else self._header(block).number

    def block_hash(self, number: int) -> str | None:
        """None where the node has no block of that number."""
        headers = self.headers([number])
        return headers[0].hash if headers else None

    @asked_again
    def headers(self, numbers: Sequence[int]) -> list[Header]:
        """In the order asked; numbers that the node has no block of are left out. They need not be of one fork: the
        node may have changed its mind between two. Raises NodeUntrustworthy for a header of another number."""
        answers = self._read_many([("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        headers = []
        for number, answer in zip(numbers, answers, strict=True):
            if answer is None:
                continue
            header = self._header(answer)
            if header.number != number:
                raise NodeUntrustworthy(f"asked for block {number}, the node answers with {header.number}")
            headers.append(header)
        return headers

    @asked_again
    def logs(self, first: int, last: int, addresses: Sequence[str]) -> list[RawLog]:
        """All logs of `addresses` in blocks `first` to `last`, both included, in the chain's order.

        Asked in as many ranges as the network, or the node, wants. Raises NodeUntrustworthy for a log that was not
        asked for, is given twice, or was taken back.
        """
        wanted = {address.lower() for address in addresses}
        if not wanted or last < first:
            return []
        logs = [parse_log(entry) for entry in self._ranges.entries(first, last, sorted(wanted))]
        for log in logs:
            if not first <= log.block_number <= last or log.address.lower() not in wanted:
                raise NodeUntrustworthy(f"asked for logs of blocks {first} to {last}, got one of {log.block_number}")
        logs.sort(key=lambda log: (log.block_number, log.log_index))
        places = {(log.block_number, log.log_index) for log in logs}
        if len(places) != len(logs):
            raise NodeUntrustworthy(f"a log of blocks {first} to {last} was given twice")
        return logs

    # Calls

    def call(
        self,
        contract: str,
        address: str,
        function: str,
        *args: Any,
        sender: str | None = None,
        block: Block = "latest",
    ) -> Any:
        """What the contract answers, see `node_adapter.codec`. Raises ContractReverted, NodeError."""
        data = hex0x(encode_call(contract, function, args))
        answer = self.simulate(message(address, data, sender), block)
        return decoded(contract, function, len(args), answer)

    def call_many(self, calls: Sequence[Call], block: Block = "latest") -> list[Any | ContractReverted]:
        """Answers in the order asked, all at one `block` (give a number or hash, or they may differ by a block).

        A refusal stands in its call's place; any other failure raises NodeError.
        """
        where = block_parameter(block)
        methods: list[Method] = [
            ("eth_call", (message(call.address, hex0x(encode_call(call.contract, call.function, call.args))), where))
            for call in calls
        ]
        results: list[Any | ContractReverted] = []
        for call, answer in zip(calls, self._rpc.read_many(methods), strict=True):
            if isinstance(answer, RpcError):
                refusal = contract_refusal(answer)
                if refusal is None:
                    raise answer.refused("eth_call")
                results.append(refusal)
            else:
                results.append(decoded(call.contract, call.function, len(call.args), octets(answer)))
        return results

    def simulate(
        self,
        message: Mapping[str, Any],
        block: Block = "latest",
        overrides: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> bytes:
        """eth_call of {"from", "to", "data", …} as it is, its answer undecoded; `overrides` put other state under
        accounts for this call. Raises ContractReverted, NodeError."""
        params = [dict(message), block_parameter(block), *([overrides] if overrides else [])]
        return octets(self._executed("eth_call", params))

    def estimate_gas(
        self,
        message: Mapping[str, Any],
        block: Block = "latest",
        overrides: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> int:
        """Raises ContractReverted, NodeError."""
        params = [dict(message), block_parameter(block), *([overrides] if overrides else [])]
        return quantity(self._executed("eth_estimateGas", params))

    # Accounts

    def nonce(self, address: str, block: Block = "latest") -> int:
        """How many transactions of the account are mined; with "pending", or wait."""
        return quantity(self._rpc.read("eth_getTransactionCount", address, block_parameter(block)))

    def nonces(self, addresses: Sequence[str], block: Block = "latest") -> dict[str, int]:
        where = block_parameter(block)
        answers = self._read_many([("eth_getTransactionCount", (address, where)) for address in addresses])
        return {address: quantity(answer) for address, answer in zip(addresses, answers, strict=True)}

    def code(self, address: str, block: Block = "latest") -> bytes:
        return octets(self._rpc.read("eth_getCode", address, block_parameter(block)))

    def balance(self, address: str, block: Block = "latest") -> int:
        return quantity(self._rpc.read("eth_getBalance", address, block_parameter(block)))

    @asked_again
    def base_fee(self) -> int:
        """Wei per gas of the newest block; 0 where the network has no fee market."""
        block = self._rpc.read("eth_getBlockByNumber", "latest", False)
        self._header(block)
        return quantity(block.get("baseFeePerGas") or "0x0")

    # Transactions

    def send_raw_many(self, raws: Sequence[bytes]) -> list[SendResult]:
        """Sends each once, in order. Never raises NodeError for one: see SendOutcome. Raises WrongChain."""
        answers: Sequence[Any | RpcError | NodeError]
        try:
            answers = self._rpc.send_many([("eth_sendRawTransaction", (hex0x(raw),)) for raw in raws])
        except WrongChain:
            raise
        except NodeError as error:
            answers = [error] * len(raws)
        return [send_result(raw, answer) for raw, answer in zip(raws, answers, strict=True)]

    @asked_again
    def receipts(self, hashes: Sequence[str]) -> list[Receipt | None]:
        """In the order asked; None for what is not mined."""
        answers = self._read_many([("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in hashes])
        receipts = []
        for tx_hash, answer in zip(hashes, answers, strict=True):
            receipt = None if answer is None else parse_receipt(answer)
            if receipt is not None and receipt.tx_hash != tx_hash:
                raise NodeUntrustworthy(f"asked for the receipt of {tx_hash}, got that of {receipt.tx_hash}")
            receipts.append(receipt)
        return receipts

    # Internal

    def _read_many(self, methods: Sequence[Method]) -> list[Any]:
        answers = self._rpc.read_many(methods)
        for (method, _), answer in zip(methods, answers, strict=True):
            if isinstance(answer, RpcError):
                raise answer.refused(method)
        return answers

    def _executed(self, method: str, params: Sequence[Any]) -> Any:
        answer = self._rpc.read_many([(method, params)])[0]
        if isinstance(answer, RpcError):
            raise contract_refusal(answer) or answer.refused(method)
        return answer

    def _header(self, answer: Any) -> Header:
        header = parse_header(answer)
        if self._network is not None:
            check_header(answer, self._network.headers)
        return header
