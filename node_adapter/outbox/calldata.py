"""Arguments as a row keeps them: plain JSON, with a place for each signature that does not exist yet."""

from collections.abc import Sequence
from typing import Any

from node_adapter.words import hex0x


def signature_placeholder(index: int) -> dict[str, int]:
    """Stands in a call's arguments for the operation's signature number `index`."""
    return {"$signature": index}


def to_json(value: Any) -> Any:
    """Bytes become 0x hex and tuples lists, so that the row says again what the caller said."""
    if isinstance(value, bytes):
        return hex0x(value)
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value


def fill_signatures(value: Any, signatures: Sequence[str]) -> Any:
    """`value` with every placeholder replaced. Raises IndexError for a signature that was never made."""
    if isinstance(value, dict):
        if value.keys() == {"$signature"}:
            return signatures[value["$signature"]]
        return {key: fill_signatures(item, signatures) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [fill_signatures(item, signatures) for item in value]
    return value
