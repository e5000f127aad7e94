"""What happens on the network, so that every event is said once at least."""

from typing import Any

from hardhat_free_devnet import rpc
from tests.indexer.devnet import OTHER_TOKEN, ROTATION_DELAY_S, Network, word

FACE = 1_000_003


def play_story(network: Network) -> str:
    """One invoice's whole life, and something of everything else that makes an event; returns its payable."""
    for party, amount in (("f1", 900_000), ("f2", 900_000), ("core", 3_000_000), ("s3", 200_000)):
        network.credit(party, amount)
    network.credit("core", 1_000, OTHER_TOKEN)
    network.anchor("s1", "document")
    _parties(network)
    _programmes(network)
    payable_id = network.propose("INV-1", FACE)
    network.confirm(payable_id)
    issued = _proposals(network)
    pieces = _hand_on(network, payable_id)
    _holds(network, pieces)
    late = [network.confirmed(f"INV-late {days}", 1_000, days=days) for days in (100, 101, 102)]
    _settle(network, payable_id, pieces)
    _default(network, *late)
    _deposits(network)
    _last(network, issued)
    return payable_id


def _parties(network: Network) -> None:
    operator: Any = ("operator", "Participants")
    s3, x1, key = (network.addresses[name] for name in ("s3", "x1", "x1 new key"))
    network.send(*operator, "suspend", s3, word("why"))
    network.send(*operator, "reinstate", s3)
    network.send(*operator, "close", x1, word("why"))
    network.send(*operator, "readmit", x1, 2, word("x1 again"))
    for _ in range(2):
        network.send(*operator, "announceRotation", x1, key)
        network.send("x1", "Participants", "cancelRotation", x1)
    network.send(*operator, "announceRotation", x1, key)
    rpc(network.url, "evm_increaseTime", ROTATION_DELAY_S)
    network.send("x1 new key", "Participants", "completeRotation", x1)
    network.send(*operator, "announceRotation", network.addresses["s2"], network.addresses["deployer"])


def _programmes(network: Network) -> None:
    network.send("operator", "Origination", "setReferenceRate", network.today(), 31_000)
    retired = network.publish(minimum_piece=5)
    network.send("core", "Origination", "retireProgramme", retired)


def _proposals(network: Network) -> str:
    """All the ways in which an invoice does not become a debt that stays, and one that its debtor issued."""
    declined = network.propose("INV-declined", 5_000, undertaking_hash=word("waiver"))
    network.lower(declined, 1_000)
    network.send("core", "Origination", "dispute", declined, word("why"))
    network.send("core", "Origination", "withdrawDispute", declined)
    network.send("core", "Origination", "decline", declined, word("why"))
    network.send("s1", "Origination", "withdraw", network.propose("INV-withdrawn", 5_000))
    network.send("core", "Origination", "dispute", network.propose("INV-disputed", 5_000), word("why"))
    network.propose("INV-open", 5_000, days=200, tenor_reason_hash=word("long"))
    cancelled = network.confirmed("INV-cancelled", 5_000)
    network.cancel(cancelled)
    refused = network.issue("INV-refused", 5_000)
    network.send("s1", "Origination", "refuseIssued", refused, network.terms[refused])
    return network.issue("INV-issued", 5_000)


def _hand_on(network: Network, payable_id: str) -> dict[str, str]:
    """Split, sold, refused, merged, parked: the pieces by name. Tails are handed on."""
    root = f"{payable_id}00000001"
    s2 = network.split("s1", root, "s2", 400_001, recourse=True)
    s3 = network.split("s2", s2, "s3", 100_000)
    network.discount("s3", "f1", s3, 100_000, 98_800, take=60_000, fee=50)
    network.discount("s2", "f2", s2, 200_000, 197_600)
    refused = network.split("s1", root, "s3", 10)
    network.send("s3", "Receivables", "refuse", refused)
    network.send("s1", "Receivables", "merge", root, refused)
    diluted = network.split("s1", root, "s1", 2_000)
    network.send("s1", "Receivables", "dilute", diluted, 1_000, word("credit note"))
    network.transfer("s1", diluted, "core")
    network.send("s2", "Receivables", "transferWithRecourse", s2, network.addresses["s3"])
    network.send("f1", "Discounting", "cancel", [word("nonce")])
    serials = {"f1": 4, "f2": 5, "diluted": 8}
    return {"root": root, "s2": s2, "s3": s3, **{name: f"{payable_id}{n:08x}" for name, n in serials.items()}}


def _holds(network: Network, pieces: dict[str, str]) -> None:
    """A reservation delivered in part, a dispute, a pledge, and two orders."""
    root, until = pieces["root"], network.now() + 200 * 86_400
    payable_id = root[:-8]
    network.send("s1", "Holds", "reserve", root, 5_000, network.addresses["f1"], until)
    network.discount("s1", "f1", root, 3_000, 2_990)
    network.send("f1", "Holds", "release", 1)
    network.send("core", "Holds", "dispute", root, 700, until, word("why"))
    network.send("s3", "Holds", "pledge", pieces["s3"], network.addresses["f2"], until, network.now(), word("loan"))
    network.send("f2", "Holds", "enforcePledge", 3)

    served = network.order("f2", payable_id, 50_000)
    network.set_aside(served, pieces["f2"], 30_000)
    network.set_aside(served, pieces["f2"], 20_000)
    network.send("compliance", "Holds", "enforceOrder", served, pieces["f2"], 10_000, network.addresses["s1"])
    ended = network.order("f2", None, 7, days=1)
    network.send("compliance", "Holds", "releaseOrder", ended, word("reason"))
    network.order("s2", None, 7)


def _settle(network: Network, payable_id: str, pieces: dict[str, str]) -> None:
    """Paid on the due date in part, bought back, paid late for the rest, and drawn to the last unit."""
    network.pass_days(90)
    whole = network.order("f1", payable_id, 60_000)
    network.set_aside(whole, pieces["f1"], 60_000)
    network.pay(payable_id, 500_000, "first", parked=(pieces["diluted"],))
    live = [f"{payable_id}{serial:08x}" for serial in range(1, 12)]
    network.send("bank", "Settlement", "redeemBatch", [*live, f"{payable_id}000000ff"])
    network.send("compliance", "Holds", "enforceOrder", whole, pieces["f1"], 60_000, network.addresses["f2"])
    network.send("compliance", "Holds", "releaseOrder", 1, word("reason"))
    token, f2 = network.deployments.address("DepositTokenCNY"), network.addresses["f2"]
    network.send("bank", "Settlement", "releaseSetAside", pieces["f2"], f2, token)

    network.pass_days(2)
    network.send("f2", "Settlement", "claimRecourse", pieces["f1"])
    network.repurchase("s3", "f2", pieces["f1"])
    network.send("operator", "Participants", "suspend", f2, word("why"))
    network.repurchase("s2", "f2", pieces["f2"])
    network.send("operator", "Participants", "reinstate", f2)
    principal, interest = network.call("Settlement", "outstanding", payable_id)
    network.pay(payable_id, interest - 1, "interest", token=OTHER_TOKEN)
    network.pay(payable_id, principal + 1, "rest")
    network.send("bank", "Settlement", "redeemBatch", live)


def _default(network: Network, first: str, second: str, third: str) -> None:
    """Payables of three due dates are not paid: dishonoured, barred, written off, recovered in part or whole."""
    network.pass_days(15)
    for payable_id in (first, second, third):
        network.send("bank", "Dishonours", "record", payable_id)
    network.send("core", "Dishonours", "object", first, word("why"))
    network.send("operator", "Dishonours", "lift", second, word("why"))
    network.pass_days(90)
    for payable_id in (first, second):
        network.send("operator", "Settlement", "writeOff", payable_id, word("why"))
        network.recover(payable_id, 300, "recovery")
    network.send("operator", "Settlement", "closeRecovery", first, word("why"))
    network.redeem("s1", f"{first}00000001")
    network.redeem("s1", f"{second}00000001")
    network.recover(second, 700, "all of it")


def _deposits(network: Network) -> None:
    token: Any = "DepositTokenCNY"
    for number in (1, 2, 3):
        network.send("s1", token, "requestPayOut", number, word(f"instruction {number}"))
    network.send("bank", token, "completePayOut", 1, word("paid out"))
    network.send("bank", token, "refusePayOut", 2, word("why"))
    network.send("bank", token, "pause", word("why"))
    network.send("bank", token, "resume")
    network.send("bank", OTHER_TOKEN, "pause", word("why"))


def _last(network: Network, payable_id: str) -> None:
    """States that stay: handed on and to be refused, pledged, suspended, closed."""
    issued = f"{payable_id}00000001"
    network.split("s1", issued, "s2", 2_000, recourse=True)
    until = network.now() + 86_400
    network.send("s1", "Holds", "pledge", issued, network.addresses["f2"], until, until, word("loan"))
    network.send("operator", "Participants", "suspend", network.addresses["f1"], word("why"))
    network.send("operator", "Participants", "close", network.addresses["x1"], word("why"))
