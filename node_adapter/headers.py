"""A header's hash, from its fields: a node cannot change one of them, nor invent a block, and keep the hash."""

from typing import Any

from node_adapter import rlp
from node_adapter.errors import NodeUntrustworthy
from node_adapter.networks import Headers
from node_adapter.words import from_hex, hex0x, keccak

VANITY_BYTES, SEAL_BYTES = 32, 65
"""Of Clique's extra data: the signer's free text in front, its signature at the end, a checkpoint's signers between."""
_WORDS = ("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom")
_NUMBERS = ("difficulty", "number", "gasLimit", "gasUsed", "timestamp")
_ENDS = ("extraData", "mixHash", "nonce")
_ADDED = (
    ("baseFeePerGas", True),
    ("withdrawalsRoot", False),
    ("blobGasUsed", True),
    ("excessBlobGas", True),
    ("parentBeaconBlockRoot", False),
    ("requestsHash", False),
)
"""What hard forks added, in order, each only where those before it are: name, and whether it is a number."""


def header_hash(answer: Any) -> str:
    """keccak256 over `header_rlp`."""
    return hex0x(keccak(header_rlp(answer)))


def header_rlp(answer: Any) -> bytes:
    """The fields, as eth_getBlockBy… gives them, as RLP. Raises NodeUntrustworthy without one."""
    try:
        fields = [from_hex(answer[name]) for name in _WORDS]
        fields += [rlp.number(int(answer[name], 16)) for name in _NUMBERS]
        fields += [from_hex(answer[name]) for name in _ENDS]
        for name, is_number in _ADDED:
            if answer.get(name) is None:
                break
            fields.append(rlp.number(int(answer[name], 16)) if is_number else from_hex(answer[name]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NodeUntrustworthy(f"a header whose hash cannot be made: {error!r} in {str(answer)[:200]}") from error
    return rlp.encode(fields)


def check_header(answer: Any, kind: Headers) -> None:
    """Raises NodeUntrustworthy unless the hash is that of the fields, and the extra data such as `kind` has.

    Not of the first block: its hash is pinned, and its fields are what somebody wrote down (anvil's do not give it).
    """
    if kind == Headers.OTHER or int(answer["number"], 16) == 0:
        return
    made = header_hash(answer)
    if made != str(answer["hash"]).lower():
        raise NodeUntrustworthy(
            f"header {answer['number']} says that its hash is {answer['hash']}; its fields give {made}"
        )
    extra = len(from_hex(answer["extraData"]))
    if kind == Headers.ETHEREUM and extra > VANITY_BYTES:
        raise NodeUntrustworthy(f"header {answer['number']} has {extra} bytes of extra data, as on no such network")
    if kind == Headers.CLIQUE and (extra - VANITY_BYTES - SEAL_BYTES) % 20:
        raise NodeUntrustworthy(f"header {answer['number']} has {extra} bytes of extra data: no Clique signature")
