"""The devnet's `signers.toml`: each key may sign what its owner's role does through the API, and nothing else."""

from collections.abc import Iterable

from api.identity.actor import Role
from node_adapter.wiring import ORDER
from scripts.actors import Persona

DAILY = 1_000_000_000_00
"""1,000,000,000.00 CNY a business day: far above what a demo moves, far below what a stolen key would like to."""
CURRENCY = "CNY"

_OWN_KEY = ("Participants.cancelRotation", "Participants.completeRotation")
_ORGANISATION = (
    *_OWN_KEY,
    "DepositToken.ReceiveWithAuthorization",
    "DepositToken.requestPayOut",
    "Dishonours.record",
    "Settlement.releaseSetAside",
)
_HOLDER = (
    *_ORGANISATION,
    "Anchors.anchor",
    "Holds.pledge",
    "Holds.release",
    "Holds.reserve",
    "Holds.setAside",
    "Receivables.dilute",
    "Receivables.merge",
    "Receivables.refuse",
    "Receivables.split",
    "Receivables.transferFrom(address,address,uint256)",
    "Receivables.transferWithRecourse",
    "Settlement.claimRecourse",
    "Settlement.redeem",
)
MAY: dict[Role, tuple[str, ...]] = {
    Role.CORE_ENTERPRISE: (
        *_ORGANISATION,
        "Dishonours.object",
        "Holds.dispute",
        "Holds.release",
        "Anchors.anchor",
        "Origination.Cancellation",
        "Origination.Confirmation",
        "Origination.Publication",
        "Origination.cancel",
        "Origination.decline",
        "Origination.dispute",
        "Origination.issue",
        "Origination.retireProgramme",
        "Origination.withdrawDispute",
        "Settlement.pay",
    ),
    Role.SUPPLIER: (
        *_HOLDER,
        "Discounting.accept",
        "Discounting.acceptAll",
        "Origination.Cancellation",
        "Origination.cancel",
        "Origination.credit",
        "Origination.propose",
        "Origination.refuseIssued",
        "Origination.withdraw",
    ),
    Role.FINANCIER: (
        *_HOLDER,
        "Discounting.Quote",
        "Discounting.cancel",
        "Holds.enforcePledge",
    ),
    Role.BANK: (
        *_ORGANISATION,
        "DepositToken.completePayOut",
        "DepositToken.credit",
        "DepositToken.pause",
        "DepositToken.refusePayOut",
        "DepositToken.resume",
    ),
    Role.OPERATOR: (
        "AccessManager.execute",
        "AccessManager.grantRole",
        "AccessManager.schedule",
        "AccessManager.setGrantDelay",
        "AccessManager.setTargetFunctionRole",
        "Dishonours.lift",
        "Dishonours.record",
        "Origination.nameSuccessor",
        "Origination.setReferenceRate",
        "Participants.admit",
        "Participants.announceRotation",
        "Participants.cancelRotation",
        "Participants.close",
        "Participants.readmit",
        "Participants.reinstate",
        "Participants.suspend",
        "Settlement.closeRecovery",
        "Settlement.writeOff",
    ),
    Role.COMPLIANCE: ("Holds.enforceOrder", "Holds.order", "Holds.releaseOrder", "Holds.setAside"),
    Role.REGULATOR: (),
}
LIMITED = frozenset({Role.CORE_ENTERPRISE, Role.SUPPLIER, Role.FINANCIER, Role.BANK})
"""Those whose signature moves money, or promises it."""
SERVICES = {
    "deployer": tuple(sorted({f"{instance.removesuffix(CURRENCY)}.constructor" for instance in ORDER})),
    "relay": (
        "Origination.confirmBySignature",
        "Origination.publishProgrammeBySignature",
        "Settlement.pay",
        "Settlement.recover",
        "Settlement.repurchase",
    ),
}
_HEAD = """\
# Where each key is, and what it may sign: what is not named here is refused. node_adapter/README.md explains the file.
# `daily` is a business day's most, in minor units (100 is 1.00). Read at the start of the API.
"""


def policy_text(personas: Iterable[Persona], addresses: dict[str, str], *, daily: int | None = DAILY) -> str:
    """The file's content. A client's own wallet is there by its address; the key itself is elsewhere. `daily`: None
    for no limit."""
    tables = [_table(name, may) for name, may in SERVICES.items()]
    for persona in personas:
        if persona.custody != "none" and persona.login in addresses:
            address = addresses[persona.login] if persona.custody == "own" else None
            limit = daily if persona.role in LIMITED else None
            tables.append(_table(persona.login, MAY[persona.role], persona.name, address, limit))
    return "\n".join([_HEAD, *tables])


def _table(name: str, may: Iterable[str], title: str = "", address: str | None = None, daily: int | None = None) -> str:
    lines = [f"[keys.{name}]" + (f"  # {title}" if title else "")]
    if address is not None:
        lines.append(f'address = "{address}"')
    lines += ["may = [", *(f'    "{act}",' for act in may), "]"] if may else ["may = []"]
    if daily is not None:
        lines.append(f"daily = {{ {CURRENCY} = {daily} }}")
    return "\n".join(lines) + "\n"
