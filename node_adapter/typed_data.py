"""The EIP-712 messages of the network, built from values. Pure: no node, no key.

Every integer of a message is a decimal string, `chainId` in the domain a JSON number, bytes are 0x hex: the form that
MetaMask (`eth_signTypedData_v4`), eth_account and a JavaScript client (no integers past 2^53) all read alike.
The contracts' own views (`confirmationDigest`, `publicationDigest`, `cancellationDigest`, `quoteDigest`, `paymentNonce`
and its sisters) say what is right; the tests compare.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from node_adapter.words import from_hex, hex0x, keccak, snake_case

TypedData = dict[str, Any]

_ORIGINATION, _DISCOUNTING = "scf-network Origination", "scf-network Discounting"
DOMAIN_NAMES = {"Origination": _ORIGINATION, "Discounting": _DISCOUNTING}
_DOMAIN = [("string", "name"), ("string", "version"), ("uint256", "chainId"), ("address", "verifyingContract")]
_TERMS = [
    ("address", "supplier"),
    ("address", "debtor"),
    ("uint32", "programmeId"),
    ("uint56", "faceValue"),
    ("uint32", "issueDate"),
    ("uint32", "dueDate"),
    ("bytes32", "invoiceFingerprint"),
    ("bytes32", "evidenceHash"),
    ("bytes32", "tenorReasonHash"),
    ("bytes32", "undertakingHash"),
]
_PROGRAMME = [
    ("address", "debtor"),
    ("address[]", "depositTokens"),
    ("uint56", "minimumPiece"),
    ("uint8", "maximumDepth"),
    ("uint8", "softTenorMonths"),
    ("uint8", "hardTenorMonths"),
    ("uint16", "refusalHours"),
    ("uint8", "blackoutDaysBefore"),
    ("uint8", "blackoutDaysAfter"),
    ("uint8", "dishonourDays"),
    ("bool", "registrationRequired"),
    ("uint32", "lateRatePpm"),
]
_CONFIRMATION = [("uint256", "payableId"), ("Terms", "terms"), ("Programme", "programme"), ("uint64", "deadline")]
_PUBLICATION = [("Programme", "programme"), ("uint64", "deadline")]
_CANCELLATION = [("uint256", "payableId"), ("uint64", "deadline")]
_FEE = [("address", "to"), ("uint56", "amount")]
_QUOTE = [
    ("uint256", "receivableId"),
    ("address", "supplier"),
    ("address", "financier"),
    ("address", "depositToken"),
    ("uint56", "value"),
    ("uint56", "minimumTake"),
    ("uint56", "proceeds"),
    ("uint32", "valueDate"),
    ("bool", "recourse"),
    ("bytes32", "registrationHash"),
    ("uint256", "nonce"),
    ("uint64", "expiry"),
    ("Fee[]", "fees"),
]
_RECEIVE = [
    ("address", "from"),
    ("address", "to"),
    ("uint256", "value"),
    ("uint256", "validAfter"),
    ("uint256", "validBefore"),
    ("bytes32", "nonce"),
]
_ON_ORIGINATION = {
    "Confirmation": {"Confirmation": _CONFIRMATION, "Terms": _TERMS, "Programme": _PROGRAMME},
    "Publication": {"Publication": _PUBLICATION, "Programme": _PROGRAMME},
    "Cancellation": {"Cancellation": _CANCELLATION},
}
_ON_DISCOUNTING = {"Quote": {"Quote": _QUOTE, "Fee": _FEE}}
_ON_DEPOSIT_TOKEN = {"ReceiveWithAuthorization": {"ReceiveWithAuthorization": _RECEIVE}}
MESSAGES = {"Origination": _ON_ORIGINATION, "Discounting": _ON_DISCOUNTING, "DepositToken": _ON_DEPOSIT_TOKEN}
"""Every message of the network: contract that takes it → primary type → its structs."""


def confirmation(
    chain_id: int,
    origination_address: str,
    payable_id: int | str,
    terms: Mapping[str, Any],
    programme: Mapping[str, Any],
    deadline: int,
) -> TypedData:
    """What a debtor signs to confirm: the terms and its programme's in full (R-09).

    Structs by Solidity's names or ours (`faceValue`, `face_value`), exactly their fields; so everywhere here.
    """
    message = {"payable_id": payable_id, "terms": terms, "programme": programme, "deadline": deadline}
    return _typed_data(_ORIGINATION, chain_id, origination_address, _ON_ORIGINATION["Confirmation"], message)


def publication(chain_id: int, origination_address: str, programme: Mapping[str, Any], deadline: int) -> TypedData:
    """What a debtor signs to publish a programme."""
    message = {"programme": programme, "deadline": deadline}
    return _typed_data(_ORIGINATION, chain_id, origination_address, _ON_ORIGINATION["Publication"], message)


def cancellation(chain_id: int, origination_address: str, payable_id: int | str, deadline: int) -> TypedData:
    """What one party of a confirmed payable signs so that the other may cancel it (R-13)."""
    message = {"payable_id": payable_id, "deadline": deadline}
    return _typed_data(_ORIGINATION, chain_id, origination_address, _ON_ORIGINATION["Cancellation"], message)


def quote(chain_id: int, discounting_address: str, quote: Mapping[str, Any]) -> TypedData:
    """What a financier signs to quote. Its digest is the quote's hash. `fees` is a list of {to, amount}."""
    return _typed_data(_DISCOUNTING, chain_id, discounting_address, _ON_DISCOUNTING["Quote"], quote)


def receive_with_authorization(
    *,
    chain_id: int,
    token_address: str,
    token_name: str,
    from_: str,
    to: str,
    value: int,
    valid_after: int,
    valid_before: int,
    nonce: str,
) -> TypedData:
    """ERC-3009: `to` may draw `value` from `from_` once. `token_name` is the ERC-20's name; both bounds exclusive."""
    message = {
        "from": from_,
        "to": to,
        "value": value,
        "validAfter": valid_after,
        "validBefore": valid_before,
        "nonce": nonce,
    }
    return _typed_data(token_name, chain_id, token_address, _ON_DEPOSIT_TOKEN["ReceiveWithAuthorization"], message)


def deposit_token_name(currency: str) -> str:
    """The ERC-20 name of the network's deposit token in a currency (ISO 4217), which is its domain's name too."""
    return f"Tokenised deposit {currency}"


def payment_nonce(payable_id: int | str, amount: int, parked_ids: Sequence[int | str], reference: str) -> str:
    """Settlement.paymentNonce: binds a payment's signature to all that is booked (32 bytes, 0x hex)."""
    from eth_abi.abi import encode

    values = [_integer(payable_id), amount, [_integer(parked) for parked in parked_ids], _bytes32(reference)]
    return hex0x(keccak(encode(["uint256", "uint56", "uint256[]", "bytes32"], values)))


def repurchase_nonce(receivable_id: int | str, holder: str, valid_before: int) -> str:
    """Settlement.repurchaseNonce: binds a repurchase's signature to the piece and its present holder; the Unix second
    before which it is good tells it from an earlier one."""
    about = _integer(receivable_id).to_bytes(32, "big") + from_hex(holder).rjust(32, b"\0")
    return hex0x(keccak(about + valid_before.to_bytes(32, "big")))


def recovery_nonce(payable_id: int | str, reference: str) -> str:
    """Settlement.recoveryNonce: binds a recovery's signature to payable and reference."""
    return hex0x(keccak(_integer(payable_id).to_bytes(32, "big") + _bytes32(reference)))


def digest(typed_data: TypedData) -> bytes:
    """The 32 bytes that are signed."""
    from eth_account.messages import encode_typed_data

    message = encode_typed_data(full_message=typed_data)
    return keccak(b"\x19" + message.version + message.header + message.body)


def signer_of(typed_data: TypedData, signature: str) -> str:
    """The account whose key signed. Raises transactions.TransactionMalformed where nobody's did."""
    from node_adapter.transactions import TransactionMalformed, recover

    try:
        raw = from_hex(signature)
    except ValueError:
        raw = b""
    if len(raw) != 65:
        raise TransactionMalformed("a signature is 65 bytes in hex")
    return recover(digest(typed_data), int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"), raw[64] - 27)


def declared(types: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, list[dict[str, str]]]:
    """`types` and the domain's as the message carries them."""
    structs = {"EIP712Domain": _DOMAIN, **types}
    return {struct: [{"name": field, "type": kind} for kind, field in fields] for struct, fields in structs.items()}


def _typed_data(
    name: str, chain_id: int, contract: str, types: dict[str, list[tuple[str, str]]], message: Mapping[str, Any]
) -> TypedData:
    primary = next(iter(types))
    return {
        "types": declared(types),
        "primaryType": primary,
        "domain": {"name": name, "version": "1", "chainId": chain_id, "verifyingContract": contract},
        "message": _struct(types, primary, message),
    }


def _struct(types: dict[str, list[tuple[str, str]]], struct: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """`values` under Solidity's names. Raises KeyError for what is missing, ValueError for what is unknown."""
    fields = types[struct]
    solidity = {snake_case(field): field for _, field in fields}
    given = {solidity.get(name, name): value for name, value in values.items()}
    unknown = sorted(given.keys() - {field for _, field in fields})
    if unknown:
        raise ValueError(f"not part of the message: {', '.join(unknown)}")
    return {field: _plain(types, kind, field, given[field]) for kind, field in fields}


def _plain(types: dict[str, list[tuple[str, str]]], kind: str, field: str, value: Any) -> Any:
    if kind.endswith("[]"):
        return [_plain(types, kind.removesuffix("[]"), field, item) for item in value]
    if kind in types:
        return _struct(types, kind, value)
    if kind == "bool":
        return bool(value)
    if kind.startswith("uint"):
        number, bits = _integer(value), int(kind.removeprefix("uint"))
        if not 0 <= number < 1 << bits:
            raise ValueError(f"{field} = {number} does not fit {kind}")
        return str(number)
    if kind == "bytes32":
        return hex0x(_bytes32(value))
    return value


def _integer(value: int | str) -> int:
    return value if isinstance(value, int) else int(value, 0)


def _bytes32(value: str | bytes) -> bytes:
    raw = value if isinstance(value, bytes) else bytes.fromhex(value.removeprefix("0x"))
    if len(raw) != 32:
        raise ValueError(f"32 bytes are wanted, not {len(raw)}")
    return raw
