"""The story, act by act. Amounts are minor units of CNY; every business date comes from the chain's time."""

import secrets
from datetime import date, timedelta
from typing import Any

from api.domain.dates import DayCount, days_between
from api.domain.money import Money
from scripts.actors import PERSONAS
from scripts.clock import shift_clock
from scripts.data_folder import DataFolder
from scripts.demo.cast import CURRENCY, Cast
from scripts.demo.client import Refused
from scripts.story_invoice import StoryParty, story_invoice

FACE = 1_000_000_00
TO_S2 = 400_000_00
TO_S3 = 300_000_00
TENOR_DAYS = 90
RATE_F1_PPM = 52_000
RATE_F2_PPM = 48_000


def play_story(cast: Cast, folder: DataFolder) -> None:
    """All acts. What goes wrong shows in the checks; a refusal that the story did not ask for raises Refused."""
    _admit(cast)
    start = _deposit(cast)
    today = _today(cast)
    due = today + timedelta(days=TENOR_DAYS)
    number = f"XH-{today:%Y%m%d}-{secrets.token_hex(4).upper()}"
    payable = _originate(cast, number, today, due)
    piece_s2, piece_s3 = _split(cast, payable)
    bought, price = _finance(cast, folder, piece_s3, due)
    _settle(cast, folder, payable, {"s1": f"{payable}00000001", "s2": piece_s2, "f2": bought}, due)
    _compare(cast, start, price)
    _audit(cast, payable, bought)


def _admit(cast: Cast) -> None:
    """Act 1: the operator admits everyone who takes part; the outsider stays outside."""
    participants = {p["address"]: p for p in cast["o"].all("/api/v1/participants") if p["address"]}
    for login in ("c", "s1", "s2", "s3", "f1", "f2", "b", "rival"):
        participant = participants[cast.addresses[login]]
        if participant["status"] == "registered":
            done = cast["o"].command("/api/v1/participants", {"organisation_id": participant["organisation_id"]})
            cast.step(f"admit {participant['name']} as {participant['role']}", "o", done)
    outsider = participants[cast.addresses["outsider"]]
    cast.check("the outsider is not admitted", "registered", outsider["status"])


def _deposit(cast: Cast) -> dict[str, int]:
    """The bank credits real money it received; a reference counts once. Returns everybody's cash from before."""
    start = {login: cast.cash(login) for login in ("c", "s1", "s2", "s3", "f1", "f2")}
    body: dict[str, Any] = {}
    for login, amount in (("f1", TO_S3), ("f2", TO_S3), ("c", FACE)):
        reference = f"CNAPS-{secrets.token_hex(6).upper()}"
        body = {"account": cast.addresses[login], "amount": _money(amount), "bank_reference": reference}
        cast.step(f"credit {login} with {_money(amount)['amount']}", "b", cast["b"].command("/api/v1/deposits", body))
        start[login] += amount
    cast.refused("a bank reference used twice", "409 BankReferenceAlreadyUsed", "b", "/api/v1/deposits", body)
    cast.refused("a supplier who credits itself", "403 RoleMissing", "s1", "/api/v1/deposits", body)
    return start


def _originate(cast: Cast, number: str, today: date, due: date) -> str:
    """Acts 2 and 3: uploaded, proposed, confirmed with a key the server never sees; the same invoice never again."""
    payable, done = _propose(cast, number, today, due, FACE)
    cast.step(f"propose the payable of invoice {number}", "s1", done)
    # The same invoice with a cent more, proposed before the first is confirmed: proposing claims nothing.
    twin, done = _propose(cast, number, today, due, FACE + 1)
    cast.step("propose the same invoice with 0.01 more", "s1", done)
    path = f"/api/v1/payables/{payable}"
    cast.refused("C's rival confirms", "404 NotFound", "rival", f"{path}/confirm")
    cast.refused("the supplier confirms its own", "403 PayableNotDebtor", "s1", f"{path}/confirm")
    cast.step("confirm, signed with C's own key", "c", cast["c"].command(f"{path}/confirm"))
    root = cast["s1"].get(f"/api/v1/receivables/{payable}00000001")
    cast.check("S1 holds the face value", _text(_money(FACE)), _text(root["value"]))
    claimed = "409 InvoiceAlreadyClaimed"
    cast.refused("the same invoice with 0.01 more confirmed", claimed, "c", f"/api/v1/payables/{twin}/confirm")
    again = _upload(cast, "s1", number.lower(), today, due, FACE + 1)
    cast.refused(
        "the same invoice proposed again with 0.01 more", claimed, "s1", "/api/v1/payables", {"invoice_id": again}
    )
    _refused_uploads(cast, number, today, due)
    return payable


def _refused_uploads(cast: Cast, number: str, today: date, due: date) -> None:
    document = _document("s1", number, today, due, FACE + 1)
    for login, name, expected in (
        ("s2", "the same invoice sent in by another supplier", "422 InvoiceNotYours"),
        ("c", "an invoice sent in by its debtor", "403 RoleMissing"),
    ):
        cast.check(name, expected, _upload_refusal(cast, login, document))
    own = _document("outsider", number, today, due, FACE)
    cast.check(
        "a stranger's call: a company never admitted",
        "409 ParticipantNotActive",
        _upload_refusal(cast, "outsider", own),
    )


def _split(cast: Cast, payable: str) -> tuple[str, str]:
    """Act 4: 40 % to S2, and a part of that to S3; lineage and depth are visible."""
    root = f"{payable}00000001"
    outsider, s1 = cast.addresses["outsider"], f"/api/v1/receivables/{root}/split"
    too_much = _parts(cast.addresses["s2"], FACE + 1)
    cast.refused("S1 splits more than it holds", "409 ReceivableInsufficientValue", "s1", s1, too_much)
    cast.refused("a transfer to someone not admitted", "409 ParticipantNotActive", "s1", s1, _parts(outsider, TO_S2))
    done = cast["s1"].command(s1, _parts(cast.addresses["s2"], TO_S2))
    cast.step(f"split {_money(TO_S2)['amount']} to S2", "s1", done)
    piece_s2 = f"{payable}00000002"
    done = cast["s2"].command(f"/api/v1/receivables/{piece_s2}/split", _parts(cast.addresses["s3"], TO_S3))
    cast.step(f"split {_money(TO_S3)['amount']} to S3", "s2", done)
    piece_s3 = f"{payable}00000003"
    found = cast["s3"].get(f"/api/v1/receivables/{piece_s3}")
    cast.check("S3's piece comes from S2's", piece_s2, found["parent_id"])
    cast.check("S3's piece is two splits deep", 2, found["depth"])
    cast.check("S3 holds its part", _text(_money(TO_S3)), _text(found["value"]))
    kept = cast["s1"].get(f"/api/v1/receivables/{root}")["value"]
    cast.check("S1 keeps the rest", _text(_money(FACE - TO_S2)), _text(kept))
    missing = _read_refusal(cast, "f1", f"/api/v1/receivables/{payable}ffffffff")
    foreign = _read_refusal(cast, "f1", f"/api/v1/receivables/{root}")
    cast.check(
        "another's resource reads like one that does not exist", missing, foreign.replace(root, f"{payable}ffffffff")
    )
    return piece_s2, piece_s3


def _finance(cast: Cast, folder: DataFolder, piece: str, due: date) -> tuple[str, int]:
    """Act 5: two financiers sign quotes, S3 takes the cheaper; receivable and cash change hands at once."""
    body = {"receivable_id": piece, "value": _money(TO_S3)}
    request = cast["s3"].command("/api/v1/financing-requests", body)["resource"]["id"]
    cast.step(f"ask for {_money(TO_S3)['amount']}", "s3")
    path = f"/api/v1/financing-requests/{request}/quotes"
    short = cast["f1"].command(path, {"annual_rate_ppm": RATE_F1_PPM, "valid_minutes": 1})["resource"]["id"]
    shift_clock(folder, "+2m")
    cast.refused("a quote accepted after it expired", "409 QuoteExpired", "s3", f"/api/v1/quotes/{short}/accept")
    for login, rate in (("f1", RATE_F1_PPM), ("f2", RATE_F2_PPM)):
        cast[login].command(path, {"annual_rate_ppm": rate})
        cast.step(f"quote {rate / 10_000:.2f} % a year, signed", login)
    best = next(q for q in cast["s3"].get(path)["items"] if q["state"] == "open")
    days = days_between(date.fromisoformat(best["value_date"]), due, DayCount.ACT_360)
    # R-14a: D = F·r·d/360, rounded half up to the fen once.
    discount = (2 * TO_S3 * RATE_F2_PPM * days + 360_000_000) // (2 * 360_000_000)
    cast.check("the cheaper quote is F2's", cast.addresses["f2"], best["financier"]["address"])
    price = _text(_money(TO_S3 - discount))
    cast.check(f"the price by R-14a, {days} days at 4.80 % on ACT/360", price, _text(best["proceeds"]))
    seen = {quote["financier"]["address"] for quote in cast["f1"].get(path)["items"]}
    cast.check("F1 sees its own quotes alone", {cast.addresses["f1"]}, seen)
    accept = f"/api/v1/quotes/{best['id']}/accept"
    before = cast.cash("s3")
    cast.step("accept: receivable against cash", "s3", cast["s3"].command(accept))
    cast.check("S3 has the price", TO_S3 - discount, cast.cash("s3") - before)
    holder = cast["f2"].get(f"/api/v1/receivables/{piece}")["holder"]["address"]
    cast.check("F2 holds the receivable", cast.addresses["f2"], holder)
    cast.refused("a quote accepted twice", "409 QuoteAlreadyUsed", "s3", accept)
    cast.refused("redeemed before payment", "409 RedemptionNothingDue", "f2", f"/api/v1/receivables/{piece}/redeem")
    return piece, TO_S3 - discount


def _settle(cast: Cast, folder: DataFolder, payable: str, pieces: dict[str, str], due: date) -> None:
    """Act 6: at maturity C pays, with its own key; every holder is redeemed and the tokens are gone."""
    days = (due - _today(cast)).days
    moved = shift_clock(folder, f"+{days}d")
    cast.step(f"the clock moves {days} days, to {moved['business_date']}", "clock")
    body = {"amount": _money(FACE), "payment_reference": f"PAY-{secrets.token_hex(4).upper()}"}
    cast.step(
        f"pay {_money(FACE)['amount']}, signed with C's own key",
        "c",
        cast["c"].command(f"/api/v1/payables/{payable}/pay", body),
    )
    for login, piece in pieces.items():
        done = cast[login].command(f"/api/v1/receivables/{piece}/redeem")
        cast.step("redeem", login, done)
        cast.check(
            f"{login.upper()}'s token is gone", "redeemed", cast[login].get(f"/api/v1/receivables/{piece}")["state"]
        )
    cast.check("the payable is settled", "settled", cast["c"].get(f"/api/v1/payables/{payable}")["state"])


def _compare(cast: Cast, start: dict[str, int], price: int) -> None:
    """What everybody has gained since the deposits, to the minor unit."""
    gains = {"c": -FACE, "s1": FACE - TO_S2, "s2": TO_S2 - TO_S3, "s3": price, "f1": 0, "f2": TO_S3 - price}
    changes = {login: cast.cash(login) - start[login] for login in gains}
    for login, gain in gains.items():
        cast.check(f"{login.upper()}'s cash changed, in fen, by", gain, changes[login])
    cast.check("what somebody gained somebody paid", 0, sum(changes.values()))


def _audit(cast: Cast, payable: str, bought: str) -> None:
    """Act 7: the regulator reads it all; nobody else may."""
    lineage = cast["r"].get(f"/audit/v1/payables/{payable}/lineage")
    cast.check("R sees the lineage, three deep", 3, _depth(lineage["root"]))
    deals = [deal for deal in cast["r"].all("/audit/v1/deals") if deal["payable_id"] == payable]
    cast.check("R sees the deal", [bought], [deal["delivered_id"] for deal in deals])
    events = cast["r"].get("/audit/v1/events", limit=200)["items"]
    cast.check(
        "R sees the last event: a redemption",
        "HolderRedeemed",
        next(e["name"] for e in events if e["business"] and e["contract"] == "Settlement"),
    )
    cast.check(
        "nobody else reads the audit", "403 RoleMissing", _read_refusal(cast, "s1", "/audit/v1/deals").split(":")[0]
    )


def _propose(cast: Cast, number: str, today: date, due: date, amount: int) -> tuple[str, dict[str, Any]]:
    invoice = _upload(cast, "s1", number, today, due, amount)
    done = cast["s1"].command("/api/v1/payables", {"invoice_id": invoice})
    return done["resource"]["id"], done


def _upload(cast: Cast, seller: str, number: str, today: date, due: date, amount: int) -> str:
    document = _document(seller, number, today, due, amount)
    done = cast[seller].command("/api/v1/invoices", file=("invoice.xml", document, "application/xml"))
    invoice = done["resource"]["id"]
    read = cast[seller].get(f"/api/v1/invoices/{invoice}")
    wanted = f"{number}, due {due}, {_text(_money(amount))}"
    cast.check("the invoice is read", wanted, f"{read['number']}, due {read['due_date']}, {_text(read['amount'])}")
    cast.step(f"upload invoice {number} over {_money(amount)['amount']}, anchor its hash", seller, done)
    return str(invoice)


def _document(seller: str, number: str, today: date, due: date, amount: int) -> bytes:
    return story_invoice(
        seller=_party(seller), buyer=_party("c"), number=number, issue_date=today, due_date=due, payable_minor=amount
    )


def _upload_refusal(cast: Cast, login: str, document: bytes) -> str:
    try:
        cast[login].command("/api/v1/invoices", file=("invoice.xml", document, "application/xml"))
    except Refused as error:
        return f"{error.refusal.status} {error.refusal.name}"
    return "accepted"


def _read_refusal(cast: Cast, login: str, path: str) -> str:
    try:
        cast[login].get(path)
    except Refused as error:
        return str(error)
    return "answered"


def _today(cast: Cast) -> date:
    """The business date of the newest block: the chain's, not the wall's."""
    return date.fromisoformat(cast["r"].get("/api/v1/chain")["business_date"])


def _parts(to: str, value: int) -> dict[str, Any]:
    return {"parts": [{"to": to, "value": _money(value)}]}


def _money(minor: int) -> dict[str, str]:
    return Money(minor, CURRENCY).to_json()


def _text(money: dict[str, str]) -> str:
    return f"{money['amount']} {money['currency']}"


def _party(login: str) -> StoryParty:
    persona = next(p for p in PERSONAS if p.login == login)
    return StoryParty(persona.name, persona.legal_id)


def _depth(node: dict[str, Any] | None) -> int:
    return 0 if node is None else 1 + max((_depth(child) for child in node["children"]), default=0)
