"""Every state-changing function of every contract: the route that reaches it, or why none does.

A function is `Contract.name`, an overloaded one `Contract.name(types)`, as `signers.toml` writes them.
"""

from collections import Counter

from node_adapter.artifacts import CONTRACTS, abi, signature

V1 = "/api/v1"
_PAYABLE = f"{V1}/payables/{{payable_id}}"
_PIECE = f"{V1}/receivables/{{receivable_id}}"
_PARTICIPANT = f"{V1}/participants/{{account}}"
_ROTATION = f"{V1}/key-rotations/{{rotation_id}}"
_ORDER = f"{V1}/freeze-orders/{{order_id}}"
_HOLD = f"{V1}/holds/{{hold_id}}"
_TOKEN = f"{V1}/deposit-tokens/{{account}}"
_PAY_OUT = f"{V1}/pay-outs/{{pay_out_id}}"

REACHED: dict[str, str] = {
    "Anchors.anchor": f"{V1}/invoices",
    "DepositToken.completePayOut": f"{_PAY_OUT}/complete",
    "DepositToken.credit": f"{V1}/deposits",
    "DepositToken.pause": f"{_TOKEN}/pause",
    "DepositToken.refusePayOut": f"{_PAY_OUT}/refuse",
    "DepositToken.requestPayOut": f"{V1}/pay-outs",
    "DepositToken.resume": f"{_TOKEN}/resume",
    "Discounting.accept": f"{V1}/quotes/{{quote_id}}/accept",
    "Discounting.acceptAll": f"{V1}/quotes/accept",
    "Discounting.cancel": f"{V1}/quotes/{{quote_id}}/cancel",
    "Dishonours.lift": f"{V1}/dishonours/{{payable_id}}/lift",
    "Dishonours.object": f"{V1}/dishonours/{{payable_id}}/object",
    "Dishonours.record": f"{V1}/dishonours",
    "Holds.dispute": f"{_PIECE}/dispute",
    "Holds.enforceOrder": f"{_ORDER}/enforce",
    "Holds.enforcePledge": f"{_HOLD}/enforce",
    "Holds.order": f"{V1}/freeze-orders",
    "Holds.pledge": f"{_PIECE}/pledge",
    "Holds.release": f"{_HOLD}/release",
    "Holds.releaseOrder": f"{_ORDER}/release",
    "Holds.reserve": f"{_PIECE}/reserve",
    "Holds.setAside": f"{_ORDER}/set-aside",
    "Origination.cancel": f"{_PAYABLE}/cancel",
    "Origination.confirmBySignature": f"{_PAYABLE}/confirm",
    "Origination.credit": f"{_PAYABLE}/credit",
    "Origination.decline": f"{_PAYABLE}/decline",
    "Origination.dispute": f"{_PAYABLE}/dispute",
    "Origination.issue": f"{V1}/payables/issue",
    "Origination.propose": f"{V1}/payables",
    "Origination.publishProgrammeBySignature": f"{V1}/programmes",
    "Origination.refuseIssued": f"{_PAYABLE}/refuse",
    "Origination.retireProgramme": f"{V1}/programmes/{{programme_id}}/retire",
    "Origination.setReferenceRate": f"{V1}/reference-rate",
    "Origination.withdraw": f"{_PAYABLE}/withdraw",
    "Origination.withdrawDispute": f"{_PAYABLE}/withdraw-dispute",
    "Participants.admit": f"{V1}/participants",
    "Participants.announceRotation": f"{_ROTATION}/approval",
    "Participants.cancelRotation": f"{_ROTATION}/cancel",
    "Participants.close": f"{_PARTICIPANT}/close",
    "Participants.completeRotation": f"{_ROTATION}/completion",
    "Participants.readmit": f"{_PARTICIPANT}/readmit",
    "Participants.reinstate": f"{_PARTICIPANT}/reinstate",
    "Participants.suspend": f"{_PARTICIPANT}/suspend",
    "Receivables.dilute": f"{_PIECE}/dilute",
    "Receivables.merge": f"{V1}/receivables/merge",
    "Receivables.refuse": f"{_PIECE}/refuse",
    "Receivables.split": f"{_PIECE}/split",
    "Receivables.transferFrom(address,address,uint256)": f"{_PIECE}/transfer",
    "Receivables.transferWithRecourse": f"{_PIECE}/transfer",
    "Settlement.claimRecourse": f"{_PIECE}/claim-recourse",
    "Settlement.closeRecovery": f"{_PAYABLE}/close-recovery",
    "Settlement.pay": f"{_PAYABLE}/pay",
    "Settlement.recover": f"{_PAYABLE}/recover",
    "Settlement.redeem": f"{_PIECE}/redeem",
    "Settlement.releaseSetAside": f"{_PIECE}/release-set-aside",
    "Settlement.repurchase": f"{_PIECE}/repurchase",
    "Settlement.writeOff": f"{_PAYABLE}/write-off",
}
"""Function → the POST route that makes a call of it."""

ALSO_REACHED = {
    f"{_PIECE}/extinguish": "Receivables.transferFrom(address,address,uint256)",
    f"{V1}/registrations": "Anchors.anchor",
}
"""Second routes to a function that another reaches too."""

RECORDS = {
    f"{_PAYABLE}/cancellations": "its signature is the record; the other party's cancellation brings it",
    f"{V1}/financing-requests": "nothing goes on chain before a quote is accepted",
    f"{V1}/financing-requests/{{request_id}}/quotes": "its signatures are the record; an acceptance brings them",
    f"{_PARTICIPANT}/key-rotations": "prepared here; the approval announces it",
    f"{_ROTATION}/cancel": "before its approval it is dropped here; after that it is a call",
    f"{V1}/operations/{{operation_id}}/signature": "completes an operation that another route made",
}
"""Commands that are no call, and why."""

_STANDARD = "of the ERC standards, for wallets and libraries; the API's routes say the same in the trade's words"
_ANOTHER_FORM = "another form of an act that has a route: the same effect, by another signature or for less gas"
_BATCH = "a batch of acts that each have a route, for less gas; over HTTP each is a command with a key of its own"
_NETWORK = "only another contract of the network may call it"
_ADMINISTRATION = "the access manager's administration, by `scf contracts`, with its delay"
_KEEPER = "a keeper's batch; each holder redeems by its own route"

ELSEWHERE: dict[str, str] = {
    "DepositToken.approve": _STANDARD,
    "DepositToken.permit": _STANDARD,
    "DepositToken.receiveWithAuthorization": "only the receiver that a signature names may call it: our own contracts",
    "DepositToken.transfer": _STANDARD,
    "DepositToken.transferBatch": _STANDARD,
    "DepositToken.transferFrom": _STANDARD,
    "Discounting.acceptWithPermit": _ANOTHER_FORM,
    "Holds.deliverReserved": _NETWORK,
    "Origination.confirm": _ANOTHER_FORM,
    "Origination.confirmBatch": _BATCH,
    "Origination.issueBatch": _BATCH,
    "Origination.nameSuccessor": _ADMINISTRATION,
    "Origination.proposeBatch": _BATCH,
    "Origination.publishProgramme": _ANOTHER_FORM,
    "Participants.countOrder": _NETWORK,
    "Receivables.approve(address,uint256)": _STANDARD,
    "Receivables.approve(uint256,address,uint256)": _STANDARD,
    "Receivables.cancel": _NETWORK,
    "Receivables.deliver": _NETWORK,
    "Receivables.force": _NETWORK,
    "Receivables.open": _NETWORK,
    "Receivables.recordPayment": _NETWORK,
    "Receivables.repurchase": _NETWORK,
    "Receivables.retire": _NETWORK,
    "Receivables.safeTransferFrom(address,address,uint256)": _STANDARD,
    "Receivables.safeTransferFrom(address,address,uint256,bytes)": _STANDARD,
    "Receivables.setApprovalForAll": _STANDARD,
    "Receivables.setHeld": _NETWORK,
    "Receivables.transferFrom(uint256,address,uint256)": _STANDARD,
    "Receivables.transferFrom(uint256,uint256,uint256)": _STANDARD,
    "Receivables.writeOff": _NETWORK,
    "Settlement.enforceSetAside": _NETWORK,
    "Settlement.redeemBatch": _KEEPER,
}
"""Function → why no route reaches it."""

SHARED = {"setAuthority": _ADMINISTRATION}
"""Functions that OpenZeppelin gives to each contract under the access manager."""
WITHOUT_ROUTES = {"AccessManager": _ADMINISTRATION}
"""Contracts of which no function has a route."""


def state_changing() -> set[str]:
    """Every function of the network's own contracts that can change something."""
    found: set[str] = set()
    for contract in set(CONTRACTS) - set(WITHOUT_ROUTES):
        entries = [entry for entry in abi(contract) if entry["type"] == "function"]
        names = Counter(entry["name"] for entry in entries)
        for entry in entries:
            if entry["stateMutability"] in ("nonpayable", "payable") and entry["name"] not in SHARED:
                found.add(f"{contract}.{entry['name'] if names[entry['name']] == 1 else signature(entry)}")
    return found


def reached_by(path: str) -> set[str]:
    """The functions that a POST route may call."""
    return {function for function, route in REACHED.items() if route == path} | (
        {ALSO_REACHED[path]} if path in ALSO_REACHED else set()
    )
