"""What a wallet is asked to sign, taken apart to be read: all that is in the message, and nothing else."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a message. `path`: where it stands, "terms.faceValue"."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One message, or one transaction: what it is, its values in their order, and its exact text."""

    title: str
    typed: bool
    """EIP-712 typed data; else an unsigned transaction."""
    fields: list[Field]
    text: str


def shown(item: dict[str, Any]) -> Shown:
    """An item of `to_sign`."""
    typed, data = item["type"] == "typed_data", item["data"]
    if typed:
        domain = data["domain"]
        values = {**data["message"], "chainId": domain.get("chainId"), "contract": domain.get("verifyingContract")}
        title = f"{data['primaryType']} · {domain.get('name', '')}"
    else:
        title, values = "transaction", data
    return Shown(title, typed, list(_flat("", values)), json.dumps(data, indent=1, ensure_ascii=False))


def _flat(path: str, value: Any) -> list[Field]:
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in _flat(f"{path}.{name}".lstrip("."), inner)]
    if isinstance(value, list):
        return [found for number, inner in enumerate(value) for found in _flat(f"{path}[{number}]", inner)]
    return [Field(path, str(value))]
