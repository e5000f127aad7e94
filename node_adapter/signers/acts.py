"""What a signature would do, read from the very bytes or message that would be signed: nothing else is believed.

An act is named `Contract.function`, `Contract.constructor` or `Contract.PrimaryType`; `Contract` is the kind, whatever
its instances are called. An overloaded function's name covers all of its forms; `Contract.function(types)` means one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from node_adapter.artifacts import CONTRACTS, abi, bytecode, canonical_type, signature
from node_adapter.deployments import Deployments
from node_adapter.transactions import Transaction
from node_adapter.typed_data import MESSAGES, TypedData, declared, digest
from node_adapter.words import checksum_address, hex0x, keccak

_DEPOSIT_TOKEN = "DepositToken"  # noqa: S105 -- a contract's name


class NoAct(ValueError):
    """Nothing that a key of this network may ever sign; `what` it is, and why not."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(why)
        self.what = what


@dataclass(frozen=True, slots=True)
class Act:
    name: str
    form: str
    """The name with its types; equal to it where there are none."""
    key: str
    """The same for whatever can take effect only once: all transactions with one nonce, all signatures of a message."""
    amount: int | None = None
    """Minor units of `currency` that it moves, or lets others move; None where the arguments do not say."""
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class _Money:
    """Where an act says how much of which deposit token: argument names, structs by dots. None: the contract itself."""

    amount: str
    token: str | None = None


MONEY = {
    "DepositToken.credit": _Money("amount"),
    "DepositToken.transfer": _Money("value"),
    "DepositToken.transferFrom": _Money("value"),
    "DepositToken.transferBatch": _Money("amounts"),
    "DepositToken.approve": _Money("value"),
    "DepositToken.requestPayOut": _Money("amount"),
    "DepositToken.ReceiveWithAuthorization": _Money("value"),
    "Settlement.pay": _Money("amount", "depositToken"),
    "Settlement.recover": _Money("amount", "depositToken"),
    "Origination.Confirmation": _Money("terms.faceValue", "programme.depositTokens"),
}
"""The acts whose arguments say what they cost. A quote costs nothing by itself: what it draws is counted with the cash
authorisation that its financier signs with it, for that alone moves money. A confirmation counts its face value."""
GIVEN_UP = "a nonce given up"
"""A transaction to oneself that does nothing: how an operation is cancelled. Every key may."""


def known(name: str) -> bool:
    """Whether the network's contracts have such an act."""
    return name in _names()


def of_transaction(signer: str, tx: Transaction, deployments: Deployments) -> Act:
    """Raises NoAct for value, for another chain, and for a receiver or function that is not the network's."""
    key = hex0x(keccak(f"{tx.chain_id}:{signer}:{tx.nonce}".encode()))
    what = f"a call of {tx.to}" if tx.to is not None else "a creation"
    if tx.chain_id != deployments.chain_id:
        raise NoAct(what, f"it is for chain {tx.chain_id}, this network is on {deployments.chain_id}")
    if tx.value != 0:
        raise NoAct(what, f"it carries {tx.value} wei; nothing here is paid in the chain's own coin")
    if tx.to is None:
        contract = next((contract for contract in CONTRACTS if tx.data.startswith(bytecode(contract))), None)
        if contract is None:
            raise NoAct(what, "the code is none of the network's contracts as they were built")
        name = f"{contract}.constructor"
        return Act(name, name, key)
    if tx.to == signer and not tx.data:
        return Act(GIVEN_UP, GIVEN_UP, key)
    contract = _contract_at(deployments, tx.to)
    if contract is None:
        raise NoAct(what, "none of the network's contracts is there")
    entry = _functions(contract).get(tx.data[:4])
    if entry is None:
        raise NoAct(what, f"{contract} has no function {hex0x(tx.data[:4])}")
    name, form = f"{contract}.{entry['name']}", f"{contract}.{signature(entry)}"
    if name not in MONEY:
        return Act(name, form, key)
    amount, token = _money(MONEY[name], _arguments(name, entry, tx.data[4:]), tx.to)
    return Act(name, form, key, amount, _currency(deployments, token))


def of_typed_data(data: TypedData, deployments: Deployments) -> Act:
    """Raises NoAct for a message that none of the network's contracts takes, or with other fields than it has."""
    try:
        primary, domain, message = data["primaryType"], data["domain"], data["message"]
        what = f"a message {primary}"
        address = checksum_address(bytes.fromhex(domain["verifyingContract"].removeprefix("0x")))
        contract = _contract_at(deployments, address)
        if int(domain["chainId"]) != deployments.chain_id or contract is None:
            raise NoAct(what, "it is for no contract of this network on its chain")
        types = MESSAGES.get(contract, {}).get(primary)
        if types is None or data["types"] != declared(types):
            raise NoAct(what, f"{contract} takes no such message")
        name, key = f"{contract}.{primary}", hex0x(digest(data))
        if name not in MONEY:
            return Act(name, name, key)
        amount, token = _money(MONEY[name], message, address)
        return Act(name, name, key, amount, _currency(deployments, token))
    except NoAct:
        raise
    except Exception as error:  # whatever is missing or of another kind: it cannot be judged, so it is not signed
        raise NoAct("a message", f"it is no EIP-712 message of the network ({type(error).__name__})") from None


def _money(money: _Money, values: Mapping[str, Any], contract: str) -> tuple[int, str | None]:
    amount = _at(values, money.amount)
    total = sum(map(int, amount)) if isinstance(amount, list | tuple) else int(amount)
    token = contract if money.token is None else _at(values, money.token)
    if isinstance(token, list | tuple):  # a programme's tokens are of one currency
        token = token[0] if token else None
    return total, token


def _at(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    for part in path.split("."):
        found = found[part]
    return found


def _currency(deployments: Deployments, token: str | None) -> str | None:
    """The currency of a deposit token of the network: the rest of its instance's name. None for any other address."""
    if token is None:
        return None
    wanted = checksum_address(bytes.fromhex(token.removeprefix("0x")))
    for instance, deployed in deployments.contracts.items():
        if deployed.address == wanted and deployed.contract == _DEPOSIT_TOKEN:
            return instance.removeprefix(_DEPOSIT_TOKEN)[:3]
    return None


def _contract_at(deployments: Deployments, address: str) -> str | None:
    return next((each.contract for each in deployments.contracts.values() if each.address == address), None)


def _arguments(name: str, entry: dict[str, Any], data: bytes) -> dict[str, Any]:
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        values = decode([canonical_type(field) for field in entry["inputs"]], data)
    except DecodingError as error:
        raise NoAct(name, f"its arguments cannot be read ({type(error).__name__})") from None
    return {field["name"]: value for field, value in zip(entry["inputs"], values, strict=True)}


@cache
def _functions(contract: str) -> dict[bytes, dict[str, Any]]:
    """Those that change something, by selector."""
    return {
        keccak(signature(entry).encode())[:4]: entry
        for entry in abi(contract)
        if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure")
    }


@cache
def _names() -> frozenset[str]:
    found = {f"{contract}.constructor" for contract in CONTRACTS}
    for contract in CONTRACTS:
        for entry in _functions(contract).values():
            found |= {f"{contract}.{entry['name']}", f"{contract}.{signature(entry)}"}
    found |= {f"{contract}.{primary}" for contract, messages in MESSAGES.items() for primary in messages}
    return frozenset(found)
