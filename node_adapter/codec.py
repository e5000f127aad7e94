"""Calls as bytes and back, by contract and function name. Arguments may come straight from JSON, and answers go there.

Arguments: uint as int or 0x hex (ids), bytes as bytes or 0x hex, addresses as 0x text, structs as a mapping (snake_case
or Solidity's names) or a sequence in order. Answers: as `node_adapter.words.plain`; a struct is a dict, several outputs
a tuple.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from node_adapter.artifacts import abi, bytecode, canonical_type, signature
from node_adapter.words import from_hex, keccak, plain_entry, snake_case


class UnknownFunction(ValueError):
    """No such function, or several of that name: then say which by its full signature, `balanceOf(uint256)`."""


class WrongArguments(ValueError):
    """The arguments do not fit the function. Never the chain's fault."""


@cache
def function_entry(contract: str, function: str, argument_count: int) -> dict[str, Any]:
    """The ABI entry of a function by its name or full signature. Raises UnknownFunction."""
    found = [
        entry
        for entry in abi(contract)
        if entry["type"] == "function"
        and (signature(entry) == function or entry["name"] == function)
        and len(entry["inputs"]) == argument_count
    ]
    if len(found) != 1:
        problem = "is ambiguous in" if found else f"with {argument_count} arguments is not in"
        raise UnknownFunction(f"{function} {problem} {contract}")
    return found[0]


@cache
def _selector(contract: str, function: str, argument_count: int) -> bytes:
    return keccak(signature(function_entry(contract, function, argument_count)).encode())[:4]


def encode_call(contract: str, function: str, args: Sequence[Any]) -> bytes:
    """Selector and arguments. Raises UnknownFunction, WrongArguments."""
    entry = function_entry(contract, function, len(args))
    return _selector(contract, function, len(args)) + _encode(f"{contract}.{function}", entry["inputs"], args)


def encode_creation(contract: str, args: Sequence[Any]) -> bytes:
    """A creation transaction's data: bytecode and the constructor's arguments. Raises WrongArguments."""
    inputs: list[dict[str, Any]] = next(
        (entry["inputs"] for entry in abi(contract) if entry["type"] == "constructor"), []
    )
    return bytecode(contract) + _encode(f"{contract}'s constructor", inputs, args)


def decode_output(contract: str, function: str, argument_count: int, data: bytes) -> Any:
    """What a call gave back: None, a value, or a tuple of several. Raises ValueError if `data` does not fit."""
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    outputs = function_entry(contract, function, argument_count)["outputs"]
    try:
        values = decode([canonical_type(entry) for entry in outputs], data)
    except DecodingError as error:
        raise ValueError(f"{contract}.{function} gave {len(data)} bytes that do not fit: {error}") from error
    answers = tuple(plain_entry(entry, value) for entry, value in zip(outputs, values, strict=True))
    if not answers:
        return None
    return answers[0] if len(answers) == 1 else answers


def _encode(what: str, inputs: Sequence[dict[str, Any]], args: Sequence[Any]) -> bytes:
    from eth_abi.abi import encode
    from eth_abi.exceptions import EncodingError

    if len(inputs) != len(args):
        raise WrongArguments(f"{what} takes {len(inputs)} arguments, not {len(args)}")
    try:
        values = [_argument(entry, value) for entry, value in zip(inputs, args, strict=True)]
        return encode([canonical_type(entry) for entry in inputs], values)
    except (EncodingError, TypeError, ValueError) as error:
        raise WrongArguments(f"{what}: {error}") from error


def _argument(entry: dict[str, Any], value: Any) -> Any:
    kind = entry["type"]
    if kind.endswith("]"):
        inner = {**entry, "type": kind[: kind.rindex("[")]}
        return [_argument(inner, item) for item in value]
    if kind == "tuple":
        return tuple(_argument(*pair) for pair in _fields(entry, value))
    if kind.startswith(("uint", "int")):
        return int(value, 16) if isinstance(value, str) and value.startswith("0x") else value
    if kind.startswith("bytes") and isinstance(value, str):
        return from_hex(value)
    return value


def _fields(entry: dict[str, Any], value: Any) -> list[tuple[dict[str, Any], Any]]:
    components = entry["components"]
    if isinstance(value, Mapping):
        given = {snake_case(name): item for name, item in value.items()}
        names = [snake_case(field["name"]) for field in components]
        if set(names) != given.keys():
            raise TypeError(f"{entry['name']} has the fields {names}, not {sorted(given)}")
        return [(field, given[name]) for field, name in zip(components, names, strict=True)]
    if len(value) != len(components):
        raise TypeError(f"{entry['name']} has {len(components)} fields, not {len(value)}")
    return list(zip(components, value, strict=True))
