"""What a route is about when everybody tries it: all of it s1's, whose debtor is c, and for which f1 has quoted."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from api.identity.actor import Role
from api.identity.models import Organisation
from node_adapter.words import checksum_address
from scripts.actors import Persona
from tests.api.building import organisation_of, with_check_digit
from tests.api.member import money
from tests.api.stage import FACE, Stage

WITH_CASH = ("c", "rival", "s1", "s2", "f1", "f2", "b")
SMALL = {"amount": "1.00", "currency": "CNY"}
REASON = {"reason": "for a reason"}
LATE = {
    "/api/v1/dishonours": 6,
    "/api/v1/dishonours/{payable_id}": 6,
    "/api/v1/dishonours/{payable_id}/object": 6,
    "/api/v1/dishonours/{payable_id}/lift": 6,
    "/api/v1/payables/{payable_id}/write-off": 90,
    "/api/v1/payables/{payable_id}/close-recovery": 90,
    "/api/v1/payables/{payable_id}/recover": 90,
    "/api/v1/receivables/{receivable_id}/claim-recourse": 1,
    "/api/v1/receivables/{receivable_id}/repurchase": 1,
}
"""How many days past its due date the payable is of which the route is."""

AUDIT_LISTS = (
    "participants",
    "payables",
    "receivables",
    "deals",
    "cash-flows",
    "exposures",
    "exposures/debtors",
    "exposures/tiers",
    "exposures/holders",
    "holds",
    "freeze-orders",
    "dishonours",
    "events",
)
"""Reports that `/audit/v1` gives as lists."""


def make_scene(network: Stage, path: str) -> dict[str, str]:
    """What the route is about, all of it s1's, whose debtor is c, and for which f1 has quoted."""
    scene = {login: network[login].address for login in ("s1", "s3", "f1")}
    scene |= {"new": secrets.token_hex(8), "amount": f"{1 + secrets.randbelow(10**6)}.00"}
    scene["until"] = datetime.fromtimestamp(network.now() + 86_400, UTC).isoformat()
    scene |= {"kind": "participant", "id": network["c"].address, "name": "deals", "form": "csv"}
    scene["today"] = str(network.today())
    _parties(network, path, scene)
    _debt(network, path, scene)
    _go_further(network, path, scene)
    _cash(network, path, scene)
    if path.startswith("/api/v1") and "/evidence" in path:
        _proven(network, scene)
    if "hold_id" in path:
        _pledge(network, scene)
    if "freeze" in path:
        _freeze(network, path, scene)
    if "operation" in path:
        scene["operation_id"] = _operation(network, path, scene)
    return scene


def placeholders(network: Stage) -> dict[str, str]:
    """A scene's names, of the right form and of nothing: for a request that is refused before anything is looked up."""
    addresses = dict.fromkeys(("s1", "s3", "f1", "account", "key"), network["s3"].address)
    ids = ("request_id", "quote_id", "rotation_id", "invoice_id", "operation_id", "candidate")
    return {
        **addresses,
        **dict.fromkeys(ids, secrets.token_hex(16)),
        **dict.fromkeys(("order_id", "hold_id", "programme_id"), "1"),
        **dict.fromkeys(("receivable_id", "absorbed_id"), "0x" + "ab" * 32),
        "payable_id": "0x" + "ab" * 28,
        "pay_out_id": f"{network['s3'].address}-1",
        "new": "x",
        "amount": "1.00",
        "until": datetime.fromtimestamp(network.now(), UTC).isoformat(),
        "today": str(network.today()),
        "block": "1",
        "log_index": "0",
    }


def _parties(network: Stage, path: str, scene: dict[str, str]) -> None:
    if path == "/api/v1/participants":
        scene["candidate"] = candidate(network)
    if "key-rotations" in path:
        _rotation(network, path, scene)
    elif "/participants/{account}/" in path:
        _standing(network, path, scene)


def _debt(network: Stage, path: str, scene: dict[str, str]) -> None:
    """From the invoice to the quote, as far as the route needs."""
    if "invoice" in path or path in ("/api/v1/payables", "/api/v1/payables/issue"):
        scene["invoice_id"] = network.invoice()
    if "programme_id" in path:
        scene["programme_id"] = str(network.programme("rival"))
    if "payables" in path and path.endswith(
        ("/confirm", "/credit", "/dispute", "/decline", "/withdraw", "/withdraw-dispute")
    ):
        scene["payable_id"] = network.proposed()
    elif path == "/api/v1/payables/{payable_id}/refuse":
        scene["payable_id"] = network.issued()
    elif path in LATE:
        _late(network, path, scene)
    elif any(
        word in path
        for word in ("payable_id", "receivable", "financing", "quote", "operation", "freeze", "hold_id", "/events/")
    ):
        scene["payable_id"] = network.confirmed()
        scene["receivable_id"] = scene["payable_id"] + "00000001"
    if "financing" in path or "quote" in path:
        scene["request_id"] = network.asked("s1", scene["receivable_id"], 1_000)
        scene["quote_id"] = network.quoted("f1", scene["request_id"])


def _proven(network: Stage, scene: dict[str, str]) -> None:
    """The payable's confirmation where there is one, and so late that it is final."""
    if "payable_id" in scene:
        events = network["r"].read(f"/audit/v1/events?subject={scene['payable_id']}")["items"]
        confirmed = next(event for event in events if event["name"] == "PayableConfirmed")
        scene |= {"block": str(confirmed["block"]), "log_index": str(confirmed["log_index"])}
    network.rpc("anvil_mine", hex(network.services.network.confirmations + 1))
    network.index()


def _late(network: Stage, path: str, scene: dict[str, str]) -> None:
    """Not paid by c: so late that the act is possible, and what must have been done before it."""
    handed_to = "s2" if path.endswith(("/claim-recourse", "/repurchase")) else None
    scene["payable_id"] = network.overdue(LATE[path], handed_to=handed_to)
    scene["receivable_id"] = scene["payable_id"] + "00000001"
    if "{payable_id}" in path and "dishonours" in path:
        network["s1"].command("/api/v1/dishonours", {"payable_id": scene["payable_id"]})
    if path.endswith(("/recover", "/close-recovery")):
        network["o"].command(f"/api/v1/payables/{scene['payable_id']}/write-off", REASON)
    if path.endswith(("/recover", "/repurchase")):
        network.credit("s1", FACE)


def _standing(network: Stage, path: str, scene: dict[str, str]) -> None:
    """Somebody new, and as far as the act needs."""
    organisation_id = candidate(network)
    network["o"].command("/api/v1/participants", {"organisation_id": organisation_id})
    with Session(network.services.engine) as session:
        scene["account"] = session.get_one(Organisation, organisation_id).address or ""
    if path.endswith("/reinstate"):
        network["o"].command(f"/api/v1/participants/{scene['account']}/suspend", REASON)
    if path.endswith("/readmit"):
        network["o"].command(f"/api/v1/participants/{scene['account']}/close", REASON)


def _cash(network: Stage, path: str, scene: dict[str, str]) -> None:
    if "deposit-tokens" in path:
        scene["account"] = network.services.deployments.address("DepositTokenCNY")
        if path.endswith("/resume"):
            network["b"].command(f"/api/v1/deposit-tokens/{scene['account']}/pause", REASON)
    if path == "/api/v1/pay-outs":
        for login in WITH_CASH:
            network.credit(login, 1)
    if "pay_out_id" in path:
        network.credit("s1", 1)
        body = {"amount": money(1), "instruction": "an account"}
        scene["pay_out_id"] = network["s1"].command("/api/v1/pay-outs", body)["resource"]["id"]
    if path.endswith("/release-set-aside"):
        piece = f"/api/v1/receivables/{scene['receivable_id']}"
        dispute = {"amount": SMALL, "until": scene["until"], **REASON}
        hold = network["c"].command(f"{piece}/dispute", dispute)["resource"]["id"]
        network.pay(scene["payable_id"], FACE)
        network["s1"].command(f"{piece}/redeem")
        network["c"].command(f"/api/v1/holds/{hold}/release")


def _go_further(network: Stage, path: str, scene: dict[str, str]) -> None:
    """What must have happened before the act."""
    if path.endswith("/withdraw-dispute"):
        network["c"].command(f"/api/v1/payables/{scene['payable_id']}/dispute", REASON)
    if path.endswith("/cancel") and "payables" in path:
        network["s1"].command(f"/api/v1/payables/{scene['payable_id']}/cancellations")
    if path.endswith("/{receivable_id}/refuse"):
        scene["receivable_id"] = network.split("s1", scene["receivable_id"], "s2", 1_000)
    if path.endswith("/merge"):
        scene["absorbed_id"] = network.split("s1", scene["receivable_id"], "s2", 1_000)
        back = {"to": network["s1"].address}
        network["s2"].command(f"/api/v1/receivables/{scene['absorbed_id']}/transfer", back)
    if path.endswith("/redeem"):
        network.pay(scene["payable_id"], 100)


def _pledge(network: Stage, scene: dict[str, str]) -> None:
    """The whole piece to f1, which may take it at once."""
    now = datetime.fromtimestamp(network.now(), UTC).isoformat()
    pledge = {"pledgee": scene["f1"], "until": scene["until"], "enforceable_from": now, "loan": "a loan"}
    given = network["s1"].command(f"/api/v1/receivables/{scene['receivable_id']}/pledge", pledge)
    scene["hold_id"] = given["resource"]["id"]


def _rotation(network: Stage, path: str, scene: dict[str, str]) -> None:
    """s1's, prepared by o's second person; the key is nobody's."""
    scene["account"], scene["key"] = network["s1"].address, "0x" + secrets.token_hex(20)
    if "rotation_id" not in path:
        return
    prepare = f"/api/v1/participants/{scene['account']}/key-rotations"
    scene["rotation_id"] = network["o2"].command(prepare, {"key": scene["key"]})["resource"]["id"]
    if path.endswith("/completion"):
        network["o"].command(f"/api/v1/key-rotations/{scene['rotation_id']}/approval")


def _freeze(network: Stage, path: str, scene: dict[str, str]) -> None:
    if "order_id" in path:
        scene["order_id"] = network.frozen("s1", scene["payable_id"], 10_000)
    if path.endswith("/enforce"):
        aside = {"receivable_id": scene["receivable_id"], "amount": SMALL}
        network["co"].command(f"/api/v1/freeze-orders/{scene['order_id']}/set-aside", aside)


def _operation(network: Stage, path: str, scene: dict[str, str]) -> str:
    if path.endswith("/signature"):
        pay = {"amount": money(1), "payment_reference": secrets.token_hex(4)}
        return str(network["c"].post(f"/api/v1/payables/{scene['payable_id']}/pay", pay).json()["id"])
    body = {"receivable_id": scene["receivable_id"], "value": money(1)}
    return str(network["s1"].post("/api/v1/financing-requests", body).json()["id"])


def candidate(network: Stage) -> str:
    """An organisation that nobody has admitted yet."""
    digits = f"91310000MA1C{secrets.randbelow(10_000):04}00"
    persona = Persona(f"new-{digits}", "Newcomer", Role.SUPPLIER, with_check_digit(digits[:18].ljust(18, "0")))
    with Session(network.services.engine) as session, session.begin():
        return organisation_of(session, network, persona, checksum_address(secrets.token_bytes(20))).id


def fill(body: Any, scene: dict[str, str]) -> Any:
    match body:
        case str():
            return body.format_map(scene)
        case dict():
            return {name: fill(value, scene) for name, value in body.items()}
        case list():
            return [fill(value, scene) for value in body]
        case _:
            return body
