"""What a network consists of: its contracts in the order in which they are made, what each is told of the others, and
who may do what is not for participants. `deploy` makes it so, `contract_check` finds whether it is so.

A version beside the first shares the register of participants, the tokens, the anchors and the access manager with it:
they hold nothing of a debt. What makes, moves, holds and settles debts is its own.
"""

from typing import Any

from node_adapter import rlp
from node_adapter.artifacts import abi, artifact, signature
from node_adapter.deployments import Settings, instance_of
from node_adapter.outbox.commands import Call, Creation
from node_adapter.typed_data import DOMAIN_NAMES, deposit_token_name
from node_adapter.words import checksum_address, from_hex, hex0x, keccak

ROLE_DEPOSIT_TOKEN = 16
ROLE_CONTRACT = 32
ADMIN, OPERATOR, COMPLIANCE, HOLDS = 0, 1, 2, 3
"""The access manager's roles: the first is its own, the others `AccessRoles` in `contracts/src/types/Types.sol`."""
ROLE_NAMES = {ADMIN: "administrator", OPERATOR: "operator", COMPLIANCE: "compliance", HOLDS: "holds", 2**64 - 1: "all"}
ORDER = (
    "AccessManager",
    "Participants",
    "DepositTokenCNY",
    "Receivables",
    "Origination",
    "Holds",
    "Discounting",
    "Settlement",
    "Dishonours",
    "Anchors",
)
"""Of the creations of the first version; the index is the deployer's nonce."""
OWN = ("Receivables", "Origination", "Holds", "Discounting", "Settlement", "Dishonours")
"""What each version has of its own, in the order of the creations of those after the first."""
NAMED = {
    "PARTICIPANTS": "Participants",
    "RECEIVABLES": "Receivables",
    "ORIGINATION": "Origination",
    "HOLDS": "Holds",
    "DISCOUNTING": "Discounting",
    "SETTLEMENT": "Settlement",
    "DISHONOURS": "Dishonours",
    "ANCHORS": "Anchors",
}
"""A contract's immutable of this name tells which other it was made for."""
ADMITTED = {
    "Discounting": ROLE_CONTRACT,
    "Settlement": ROLE_CONTRACT,
    "DepositTokenCNY": ROLE_DEPOSIT_TOKEN,
}
"""The network's own contracts that cash passes through, with what they are admitted as."""
RESTRICTED = {
    "Participants": {
        "admit": OPERATOR,
        "suspend": OPERATOR,
        "reinstate": OPERATOR,
        "close": OPERATOR,
        "readmit": OPERATOR,
        "announceRotation": OPERATOR,
        "cancelRotation": OPERATOR,
        "countOrder": HOLDS,
    },
    "Origination": {"setReferenceRate": OPERATOR},
    "Settlement": {"writeOff": OPERATOR, "closeRecovery": OPERATOR},
    "Dishonours": {"lift": OPERATOR},
    "Holds": {"order": COMPLIANCE, "releaseOrder": COMPLIANCE, "enforceOrder": COMPLIANCE},
}
"""Who may call what is not for participants. All that is not named here is the participants', or anyone's; what is
restricted and not named (`Origination.nameSuccessor`) is the administrator's."""
NOBODY = "0x" + "00" * 20
_DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


def parts(version: int) -> tuple[str, ...]:
    """Names of what is made for a version."""
    return ORDER if version == 1 else OWN


def first_nonce(version: int) -> int:
    """Of the deployer's, which makes nothing else."""
    return 0 if version == 1 else len(ORDER) + (version - 2) * len(OWN)


def contract_of(name: str) -> str:
    return "DepositToken" if name.startswith("DepositToken") else name


def creations(version: int, seen: dict[str, str], predecessor: str | None, settings: Settings) -> list[Creation]:
    """What is made for a version. `seen`: name → address, as its contracts see the network; `predecessor`: the
    Origination of the version before."""
    network = {
        "authority": seen["AccessManager"],
        **{view.lower(): seen[name] for view, name in NAMED.items()},
        "predecessor": predecessor or NOBODY,
        "version": version,
    }
    args: dict[str, list[Any]] = {
        "AccessManager": [settings.operator],
        "Participants": [network, settings.rotation_delay_s],
        "DepositTokenCNY": [seen["Participants"], settings.bank, deposit_token_name("CNY"), "dCNY", hex0x(b"CNY"), 2],
        "Anchors": [seen["Participants"]],
    }
    return [
        Creation(instance_of(name, version), contract_of(name), args.get(name, [network])) for name in parts(version)
    ]


def administration(
    version: int, seen: dict[str, str], predecessor: str | None, settings: Settings
) -> dict[str, tuple[str, Call]]:
    """What the access manager's administrator does for a version, in order, by a name for each: the contract's address
    that it is done at, and the call. Of the first version, the operator's and compliance's own parts come first, so
    that in every state between the operator may admit."""
    manager = seen["AccessManager"]
    calls: dict[str, Call] = {}
    if version == 1:
        for role, account in ((OPERATOR, settings.operator), (COMPLIANCE, settings.compliance)):
            calls[f"grant:{role}"] = Call("AccessManager", "grantRole", [role, account, 0])
    calls[f"grant:{HOLDS}"] = Call("AccessManager", "grantRole", [HOLDS, seen["Holds"], 0])
    for name in parts(version):
        functions = RESTRICTED.get(name, {})
        for role in sorted(set(functions.values())):
            selectors = [selector(name, function) for function, needed in functions.items() if needed == role]
            args = [seen[name], selectors, role]
            calls[f"restrict:{name}:{role}"] = Call("AccessManager", "setTargetFunctionRole", args)
    if version == 1:
        for role in (OPERATOR, COMPLIANCE, HOLDS):
            calls[f"grant-delay:{role}"] = Call("AccessManager", "setGrantDelay", [role, settings.admin_delay_s])
    done = {key: (manager, call) for key, call in calls.items()}
    if predecessor is not None:
        before = instance_of("Origination", version - 1)
        done["successor"] = (predecessor, Call(before, "nameSuccessor", [seen["Origination"]]))
    return done


def immutables(name: str, address: str, creation: Creation, chain_id: int) -> dict[str, bytes]:
    """What the constructor put into the runtime code: immutable → 32 bytes. `name`: the instance's without version."""
    args = creation.args
    if name == "DepositTokenCNY":
        participants, bank, _, _, currency, decimals = args
        found: dict[str, int | bytes | str] = {"PARTICIPANTS": participants, "bank": bank, "_decimals": decimals}
        found["currencyCode"] = from_hex(currency).ljust(32, b"\0")
    elif name == "Anchors":
        found = {"PARTICIPANTS": args[0]}
    elif name == "AccessManager":
        found = {}
    else:
        network = args[0]
        found = {view: network[view.lower()] for view in (*NAMED, "PREDECESSOR")}
        found |= {"ROTATION_DELAY_S": args[1]} if name == "Participants" else {}
    domain = DOMAIN_NAMES.get(name) or (deposit_token_name("CNY") if name == "DepositTokenCNY" else None)
    if domain is not None:
        found |= _domain(domain, address, chain_id)
    wanted = {place["name"] for place in artifact(contract_of(name))["immutable_references"]}
    return {view: _word(value) for view, value in found.items() if view in wanted}


def selector(contract: str, function: str) -> str:
    """Of a function that is not overloaded, as 0x hex."""
    (entry,) = [entry for entry in abi(contract) if entry["type"] == "function" and entry["name"] == function]
    return hex0x(keccak(signature(entry).encode())[:4])


def creation_address(deployer: str, nonce: int) -> str:
    """Where a contract made by `deployer` with `nonce` is: keccak256(rlp([deployer, nonce])), the last 20 bytes."""
    return checksum_address(keccak(rlp.encode([from_hex(deployer), rlp.number(nonce)]))[12:])


def _domain(name: str, address: str, chain_id: int) -> dict[str, int | bytes | str]:
    """As OpenZeppelin's EIP712 keeps a domain of at most 31 bytes: hashes, and the texts with their lengths."""
    hashes = keccak(name.encode()), keccak(b"1")
    words = (keccak(_DOMAIN_TYPE), *hashes, _word(chain_id), _word(address))
    return {
        "_cachedDomainSeparator": keccak(b"".join(words)),
        "_cachedChainId": chain_id,
        "_cachedThis": address,
        "_hashedName": hashes[0],
        "_hashedVersion": hashes[1],
        "_name": _short(name),
        "_version": _short("1"),
    }


def _short(text: str) -> bytes:
    return text.encode().ljust(31, b"\0") + bytes([len(text.encode())])


def _word(value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return value.to_bytes(32, "big")
    return (value if isinstance(value, bytes) else from_hex(value)).rjust(32, b"\0")
