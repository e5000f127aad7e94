"""Our events as web3 decodes them: what `scf bench index` measures the generated decoders against."""

from collections.abc import Callable
from typing import Any

from node_adapter.artifacts import abi, event_specs
from node_adapter.parse import RawLog


def web3_decoders() -> Callable[[str, RawLog], dict[str, Any]]:
    """A function of the contract's kind and a log, giving the event's arguments by Solidity's names."""
    from hexbytes import HexBytes
    from web3 import Web3

    web3 = Web3()
    made: dict[tuple[str, bytes], Any] = {}
    for spec in event_specs().values():
        contract = web3.eth.contract(abi=abi(spec.contract))
        made[spec.contract, spec.topic0] = contract.events[spec.name]()

    def decode(contract: str, log: RawLog) -> dict[str, Any]:
        entry = {
            "address": log.address,
            "topics": [HexBytes(topic) for topic in log.topics],
            "data": HexBytes(log.data),
            "blockNumber": log.block_number,
            "blockHash": HexBytes(log.block_hash),
            "transactionHash": HexBytes(log.tx_hash),
            "transactionIndex": log.tx_index,
            "logIndex": log.log_index,
        }
        return dict(made[contract, log.topics[0]].process_log(entry)["args"])

    return decode
