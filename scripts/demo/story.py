"""The story, act by act. Amounts are minor units of CNY; every business date comes from the chain's time."""

import secrets
from datetime import date, timedelta
from typing import Any

from api.domain.dates import DayCount, days_between
from scripts.clock import shift_clock
from scripts.data_folder import DataFolder
from scripts.demo.cast import CURRENCY, Cast
from scripts.demo.client import Refused
from scripts.demo.papers import document, money, propose, text, upload, upload_refusal
from scripts.provision import REFERENCE_RATE_PPM

FACE = 1_000_000_00
TO_S2 = 400_000_00
TO_S3 = 300_000_00
BY_MISTAKE = 50_000_00
TENOR_DAYS = 90
FREEZE_DAYS = 30
RATE_F1_PPM = 52_000
RATE_F2_PPM = 48_000
LATE_RATE_PPM = 20_000


def play_story(cast: Cast, folder: DataFolder) -> None:
    """All acts. What goes wrong shows in the checks; a refusal that the story did not ask for raises Refused."""
    _admit(cast)
    start = _deposit(cast)
    today = _today(cast)
    due = today + timedelta(days=TENOR_DAYS)
    number = f"XH-{today:%Y%m%d}-{secrets.token_hex(4).upper()}"
    payable = _originate(cast, number, (today, due), _programme(cast))
    piece_s2, piece_s3 = _split(cast, payable)
    _refuse(cast, payable)
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
    for login, name in (("outsider", "the outsider"), ("co", "the compliance office, which deals in nothing,")):
        cast.check(f"{name} is not admitted", "registered", participants[cast.addresses[login]]["status"])


def _deposit(cast: Cast) -> dict[str, int]:
    """The bank credits real money it received; a reference counts once. Returns everybody's cash from before."""
    start = {login: cast.cash(login) for login in ("c", "s1", "s2", "s3", "f1", "f2")}
    body: dict[str, Any] = {}
    for login, amount in (("f1", TO_S3), ("f2", TO_S3), ("c", FACE)):
        reference = f"CNAPS-{secrets.token_hex(6).upper()}"
        body = {"account": cast.addresses[login], "amount": money(amount), "bank_reference": reference}
        cast.step(f"credit {login} with {money(amount)['amount']}", "b", cast["b"].command("/api/v1/deposits", body))
        start[login] += amount
    cast.refused("a bank reference used twice", "409 BankReferenceAlreadyUsed", "b", "/api/v1/deposits", body)
    cast.refused("a supplier who credits itself", "403 RoleMissing", "s1", "/api/v1/deposits", body)
    return start


def _programme(cast: Cast) -> int:
    """Act 2: C publishes the terms of its payables, with a key the server never sees: once, since they never change."""
    path, body = "/api/v1/programmes", {"currency": CURRENCY, "late_rate_ppm": LATE_RATE_PPM}
    programme = programme_of_c(cast)
    if programme is None:
        cast.step("publish a programme, signed with C's own key", "c", cast["c"].command(path, body))
        programme = programme_of_c(cast)
        assert programme is not None
    cast.refused("the same programme published again", "409 ProgrammeAlreadyPublished", "c", path, body)
    cast.refused("a supplier publishes a programme", "403 RoleMissing", "s1", path, body)
    return programme


def programme_of_c(cast: Cast) -> int | None:
    """The number of the story's programme, where C has published it."""
    found = cast["c"].get("/api/v1/programmes", debtor=cast.addresses["c"], open="true", limit=200)["items"]
    return next((int(p["programme_id"]) for p in found if p["late_rate_ppm"] == LATE_RATE_PPM), None)


def _originate(cast: Cast, number: str, dates: tuple[date, date], programme: int) -> str:
    """Act 3: uploaded, proposed, confirmed with C's own key; the same invoice never again."""
    payable, done = propose(cast, number, dates, FACE, programme)
    cast.step(f"propose the payable of invoice {number}", "s1", done)
    # The same invoice with a cent more, proposed before the first is confirmed: proposing claims nothing.
    twin, done = propose(cast, number, dates, FACE + 1, programme)
    cast.step("propose the same invoice with 0.01 more", "s1", done)
    path = f"/api/v1/payables/{payable}"
    cast.refused("C's rival confirms", "404 NotFound", "rival", f"{path}/confirm")
    cast.refused("the supplier confirms its own", "403 PayableNotDebtor", "s1", f"{path}/confirm")
    cast.step("confirm, signed with C's own key", "c", cast["c"].command(f"{path}/confirm"))
    root = cast["s1"].get(f"/api/v1/receivables/{payable}00000001")
    cast.check("S1 holds the face value", text(money(FACE)), text(root["value"]))
    rate = cast["c"].get(path)["late_rate_ppm"]
    cast.check("late interest of 2 % is lifted to the reference rate (R-17), ppm", REFERENCE_RATE_PPM, rate)
    claimed = "409 InvoiceAlreadyClaimed"
    cast.refused("the same invoice with 0.01 more confirmed", claimed, "c", f"/api/v1/payables/{twin}/confirm")
    again = upload(cast, "s1", number.lower(), dates, FACE + 1)
    cast.refused(
        "the same invoice proposed again with 0.01 more", claimed, "s1", "/api/v1/payables", {"invoice_id": again}
    )
    _refused_uploads(cast, number, dates)
    return payable


def _refused_uploads(cast: Cast, number: str, dates: tuple[date, date]) -> None:
    twin = document("s1", number, dates, FACE + 1)
    for login, name, expected in (
        ("s2", "the same invoice sent in by another supplier", "422 InvoiceNotYours"),
        ("f1", "an invoice sent in by who is no party to it", "403 RoleMissing"),
    ):
        cast.check(name, expected, upload_refusal(cast, login, twin))
    own = document("outsider", number, dates, FACE)
    cast.check(
        "a stranger's call: a company never admitted",
        "409 ParticipantNotActive",
        upload_refusal(cast, "outsider", own),
    )


def _split(cast: Cast, payable: str) -> tuple[str, str]:
    """Act 4: 40 % to S2, and a part of that to S3; lineage and depth are visible."""
    root = f"{payable}00000001"
    outsider, to_s2, s1 = cast.addresses["outsider"], cast.addresses["s2"], f"/api/v1/receivables/{root}/split"
    too_much = _parts(to_s2, FACE + 1)
    cast.refused("S1 splits more than it holds", "409 ReceivableInsufficientValue", "s1", s1, too_much)
    cast.refused("a piece below the programme's minimum", "422 PieceBelowMinimum", "s1", s1, _parts(to_s2, 1))
    cast.refused("a transfer to someone not admitted", "409 ParticipantNotActive", "s1", s1, _parts(outsider, TO_S2))
    done = cast["s1"].command(s1, _parts(to_s2, TO_S2))
    cast.step(f"split {money(TO_S2)['amount']} to S2", "s1", done)
    piece_s2 = f"{payable}00000002"
    done = cast["s2"].command(f"/api/v1/receivables/{piece_s2}/split", _parts(cast.addresses["s3"], TO_S3))
    cast.step(f"split {money(TO_S3)['amount']} to S3", "s2", done)
    piece_s3 = f"{payable}00000003"
    found = cast["s3"].get(f"/api/v1/receivables/{piece_s3}")
    cast.check("S3's piece comes from S2's", piece_s2, found["parent_id"])
    cast.check("S3's piece is two splits deep", 2, found["depth"])
    cast.check("S3 holds its part", text(money(TO_S3)), text(found["value"]))
    kept = cast["s1"].get(f"/api/v1/receivables/{root}")["value"]
    cast.check("S1 keeps the rest", text(money(FACE - TO_S2)), text(kept))
    missing = _read_refusal(cast, "f1", f"/api/v1/receivables/{payable}ffffffff")
    foreign = _read_refusal(cast, "f1", f"/api/v1/receivables/{root}")
    cast.check(
        "another's resource reads like one that does not exist", missing, foreign.replace(root, f"{payable}ffffffff")
    )
    return piece_s2, piece_s3


def _refuse(cast: Cast, payable: str) -> None:
    """Act 5: S2 gives back what S1 sent it by mistake, within the window; S1 makes one piece of the two again (I6)."""
    root, sent = f"{payable}00000001", f"{payable}00000004"
    done = cast["s1"].command(f"/api/v1/receivables/{root}/split", _parts(cast.addresses["s2"], BY_MISTAKE))
    cast.step(f"split {money(BY_MISTAKE)['amount']} to S2 by mistake", "s1", done)
    cast.step("refuse it, within the window", "s2", cast["s2"].command(f"/api/v1/receivables/{sent}/refuse"))
    holder = cast["s1"].get(f"/api/v1/receivables/{sent}")["holder"]["address"]
    cast.check("S1 has its piece back", cast.addresses["s1"], holder)
    both = {"receivable_id": root, "absorbed_id": sent}
    cast.step("make one piece of the two", "s1", cast["s1"].command("/api/v1/receivables/merge", both))
    whole = cast["s1"].get(f"/api/v1/receivables/{root}")["value"]
    cast.check("S1 has the rest whole again", text(money(FACE - TO_S2)), text(whole))


def _finance(cast: Cast, folder: DataFolder, piece: str, due: date) -> tuple[str, int]:
    """Act 6: two financiers sign quotes, S3 takes the cheaper; receivable and cash change hands at once."""
    body = {"receivable_id": piece, "value": money(TO_S3)}
    request = cast["s3"].command("/api/v1/financing-requests", body)["resource"]["id"]
    cast.step(f"ask for {money(TO_S3)['amount']}", "s3")
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
    price = text(money(TO_S3 - discount))
    cast.check(f"the price by R-14a, {days} days at 4.80 % on ACT/360", price, text(best["proceeds"]))
    seen = {quote["financier"]["address"] for quote in cast["f1"].get(path)["items"]}
    cast.check("F1 sees its own quotes alone", {cast.addresses["f1"]}, seen)
    accept = f"/api/v1/quotes/{best['id']}/accept"
    _freeze(cast, piece, accept)
    before = cast.cash("s3")
    cast.step("accept: receivable against cash", "s3", cast["s3"].command(accept))
    cast.check("S3 has the price", TO_S3 - discount, cast.cash("s3") - before)
    holder = cast["f2"].get(f"/api/v1/receivables/{piece}")["holder"]["address"]
    cast.check("F2 holds the receivable", cast.addresses["f2"], holder)
    cast.refused("a quote accepted twice", "409 QuoteAlreadyUsed", "s3", accept)
    cast.refused("redeemed before payment", "409 RedemptionNothingDue", "f2", f"/api/v1/receivables/{piece}/redeem")
    return piece, TO_S3 - discount


def _freeze(cast: Cast, piece: str, accept: str) -> None:
    """A freeze order names S3 and the payable: nothing of S3's there moves until it is released (R-23)."""
    orders = "/api/v1/freeze-orders"
    body = {
        "holder": cast.addresses["s3"],
        "payable_id": piece[:-8],
        "amount": money(TO_S3),
        "until": f"{_today(cast) + timedelta(days=FREEZE_DAYS)}T00:00:00Z",
        "reason": "name of the holder is under inquiry",
        "authority": "People's Court of Wuhan",
    }
    cast.refused("an operator orders a freeze", "403 RoleMissing", "o", orders, body)
    done = cast["co"].command(orders, body)
    cast.step("freeze what S3 has of the payable", "co", done)
    cast.refused("S3 sells what is frozen", "409 ReceivableHeld", "s3", accept)
    handed_on = {"to": cast.addresses["s2"], "recourse": False}
    cast.refused(
        "S3 hands on what is frozen", "409 ReceivableHeld", "s3", f"/api/v1/receivables/{piece}/transfer", handed_on
    )
    order = done["resource"]["id"]
    done = cast["co"].command(f"{orders}/{order}/release", {"reason": "the inquiry is closed"})
    cast.step("release the freeze", "co", done)


def _settle(cast: Cast, folder: DataFolder, payable: str, pieces: dict[str, str], due: date) -> None:
    """Act 7: at maturity C pays, with its own key; every holder is redeemed and the tokens are gone."""
    days = (due - _today(cast)).days
    moved = shift_clock(folder, f"+{days}d")
    cast.step(f"the clock moves {days} days, to {moved['business_date']}", "clock")
    body = {"amount": money(FACE), "payment_reference": f"PAY-{secrets.token_hex(4).upper()}"}
    cast.step(
        f"pay {money(FACE)['amount']}, signed with C's own key",
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
    """Act 8: the regulator reads it all; nobody else may."""
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
    return {"parts": [{"to": to, "value": money(value)}]}


def _depth(node: dict[str, Any] | None) -> int:
    return 0 if node is None else 1 + max((_depth(child) for child in node["children"]), default=0)
