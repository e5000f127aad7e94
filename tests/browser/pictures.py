"""Pictures for people: `python -m tests.browser.pictures docs` takes the six that the README shows, on a network of its
own; `--look` takes telling pages at 375 and 1920 px, light and dark, in both languages, for somebody to look at.
"""

import argparse
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from node_adapter.signers import Wallet
from scripts import actors
from scripts.demo.client import Client
from scripts.demo.papers import document, money
from tests.browser.driver import Person, chromium, person
from tests.end_to_end.network import Network, network

FACE = 1_000_000_00
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
HELD: dict[str, Any] = {"viewport": {"width": 375, "height": 812}, "locale": "zh-CN", "device_scale_factor": 2}
LOOKS: dict[str, dict[str, Any]] = {
    "wide-light": {"viewport": {"width": 1920, "height": 1080}, "locale": "en-GB", "color_scheme": "light"},
    "wide-dark": {"viewport": {"width": 1920, "height": 1080}, "locale": "zh-CN", "color_scheme": "dark"},
    "phone-light": {"viewport": {"width": 375, "height": 812}, "locale": "zh-CN", "color_scheme": "light"},
    "phone-dark": {"viewport": {"width": 375, "height": 812}, "locale": "en-GB", "color_scheme": "dark"},
}


def played(net: Network) -> dict[str, str]:
    """The story as far as it is interesting to look at: what is open, and where."""
    by = {login: net.client(login) for login in ("o", "b", "c", "s1", "s2", "s3", "f1", "f2", "r")}
    by["c"].sign = Wallet.load(net.folder.wallets / "c.json", net.folder.wallets / "passphrase").sign
    for one in by["o"].get("/api/v1/participants?limit=200")["items"]:
        takes_part = one["role"] in {"supplier", "core_enterprise", "financier", "bank"}
        if one["status"] == "registered" and takes_part and "Not Admitted" not in one["name"]:
            by["o"].command("/api/v1/participants", {"organisation_id": one["organisation_id"]})
    for login, amount in (("c", FACE), ("f1", FACE), ("f2", 2 * FACE)):
        credit = {"account": net.address(login), "amount": money(amount), "bank_reference": f"CNAPS-{login}"}
        by["b"].command("/api/v1/deposits", credit)
    by["c"].command("/api/v1/programmes", {"minimum_piece": money(1_000_00)})
    today = date.fromisoformat(by["r"].get("/api/v1/chain")["business_date"])
    payable = _proposed(by["s1"], "SJ-2026-1107", (today, today + timedelta(days=90)), FACE)
    by["c"].command(f"/api/v1/payables/{payable}/confirm")
    root = f"{payable}00000001"
    by["s1"].command(f"/api/v1/receivables/{root}/split", _part(net, "s2", 400_000_00))
    _, quote = _asked(by["s1"], root, 600_000_00, {"f2": by["f2"]})
    by["s1"].command(f"/api/v1/quotes/{quote}/accept")
    middle = f"{payable}00000002"
    by["s2"].command(f"/api/v1/receivables/{middle}/split", _part(net, "s3", 150_000_00))
    request, _ = _asked(by["s2"], middle, 250_000_00, {"f1": by["f1"], "f2": by["f2"]})
    proposed = _proposed(by["s1"], "SJ-2026-1108", (today, today + timedelta(days=120)), FACE // 2)
    return {"payable": payable, "piece": middle, "request": request, "proposed": proposed}


def _proposed(seller: Client, number: str, dates: tuple[date, date], amount: int) -> str:
    content = document("s1", number, dates, amount)
    invoice = seller.command("/api/v1/invoices", file=("i.xml", content, "application/xml"))["resource"]["id"]
    return str(seller.command("/api/v1/payables", {"invoice_id": invoice})["resource"]["id"])


def _part(net: Network, to: str, value: int) -> dict[str, Any]:
    return {"parts": [{"to": net.address(to), "value": money(value)}]}


def _asked(seller: Client, piece: str, value: int, by: dict[str, Client]) -> tuple[str, str]:
    """A request, and the last quote for it."""
    asked = seller.command("/api/v1/financing-requests", {"receivable_id": piece, "value": money(value)})
    request, rates, quote = str(asked["resource"]["id"]), {"f1": 51_000, "f2": 48_000}, ""
    for login, financier in by.items():
        body = {"annual_rate_ppm": rates[login], "valid_minutes": 240}
        made = financier.command(f"/api/v1/financing-requests/{request}/quotes", body)
        quote = str(made["resource"]["id"])
    return request, quote


def _signed_in(net: Network, browser: Browser, folder: Path, name: str, options: dict[str, Any]) -> Person:
    who, _ = person(browser, net.url, folder, name, lambda item: "", **options)
    who.visit("/sign-in")
    who.fill(login="o", password=next(a.password for a in actors.load(net.folder) if a.login == "o"))
    who.press()
    return who


def for_readme(net: Network, browser: Browser, folder: Path, there: dict[str, str]) -> None:
    """As large as the window, no longer."""
    taken = [
        ("supplier", "s2", "/", DESK),
        ("quotes", "s2", f"/financing/{there['request']}", DESK),
        ("confirm", "c", f"/payables/{there['proposed']}/confirm", DESK),
        ("lineage", "r", f"/payables/{there['payable']}", {**DESK, "locale": "zh-CN"}),
        ("regulator", "r", "/", {**DESK, "color_scheme": "dark"}),
        ("phone", "f2", "/", {**HELD, "color_scheme": "dark"}),
    ]
    for name, login, path, options in taken:
        who = _signed_in(net, browser, folder, name, options)
        who.become(login)
        who.visit(path)
        who.page.locator('body[data-live="yes"]').wait_for()
        who.page.screenshot(path=folder / f"{name}.png")


def to_look_at(net: Network, browser: Browser, folder: Path, there: dict[str, str]) -> list[str]:
    """Whole pages; what axe finds and what is too wide."""
    pages = [
        ("s2", "/", "supplier"),
        ("s2", f"/receivables/{there['piece']}", "piece"),
        ("s2", f"/receivables/{there['piece']}/hand-on", "hand-on"),
        ("s2", f"/financing/{there['request']}", "quotes"),
        ("s1", "/cash/movements", "movements"),
        ("s1", "/invoices", "invoices"),
        ("c", "/", "debtor"),
        ("c", f"/payables/{there['proposed']}/confirm", "confirm"),
        ("f2", "/pictures", "pictures"),
        ("f2", f"/financing/{there['request']}", "quoting"),
        ("f1", "/late", "late"),
        ("b", "/deposits", "deposits"),
        ("b", "/deposits/credits", "credits"),
        ("o", "/participants", "participants"),
        ("co", "/freeze-orders", "freezes"),
        ("r", f"/payables/{there['payable']}", "payable"),
        ("r", "/", "regulator"),
        ("r", "/events", "events"),
    ]
    wrong: list[str] = []
    for name, options in LOOKS.items():
        who = _signed_in(net, browser, folder, name, options)
        for login, path, page in pages:
            who.become(login)
            who.visit(path)
            who.look(page)
        wrong += [f"{name}: {one}" for one in who.wrong]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--look", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as root, network(Path(root) / "net") as net, chromium() as browser:
        net.up()
        there = played(net)
        if given.look:
            print("\n".join(to_look_at(net, browser, given.folder, there)) or "nothing is wrong")
        else:
            for_readme(net, browser, given.folder, there)


if __name__ == "__main__":
    main()
