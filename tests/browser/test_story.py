"""The story played by clicking in a real browser: in English on a desk, in Chinese on a phone; the chain agrees."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from api.console.sessions import demo_key
from hardhat_free_devnet import rpc
from node_adapter.signers import Wallet
from scripts import actors
from scripts.demo.papers import document
from tests.browser import story
from tests.browser.driver import DESK, PHONE, WAIT_MS, Person, person, saved
from tests.end_to_end.network import Network

pytestmark = [pytest.mark.devnet, pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("browser")]

DESKS = {
    "r": ("/events", "/reference-rate"),
    "co": ("/freeze-orders", "/freeze-orders/order"),
    "b": ("/deposits", "/deposits/credit", "/cash"),
    "o": ("/participants", "/key-changes", "/reference-rate", "/reference-rate/set"),
    "s1": ("/cash", "/cash/pay-out", "/financing/quotes/several"),
    "f2": ("/financing", "/key-changes"),
}
"""Pages that are looked at besides, by who has them."""

BALANCE_OF = "0x70a08231"
LOOKS: list[tuple[str, dict[str, Any]]] = [
    ("desk", {"viewport": DESK, "locale": "en-GB", "color_scheme": "light"}),
    ("phone", {"viewport": PHONE, "locale": "zh-CN", "color_scheme": "dark", "has_touch": True}),
]


def wallet(net: Network) -> Wallet:
    """C's own, on C's side."""
    return Wallet.load(net.folder.wallets / "c.json", net.folder.wallets / "passphrase")


def today(net: Network) -> date:
    return date.fromisoformat(net.client("r").get("/api/v1/chain")["business_date"])


def cash_on_chain(net: Network, login: str) -> int:
    """Minor units, asked of the token itself."""
    status = net.scf("status", "--json").document
    call = {"to": status["contracts"]["DepositTokenCNY"], "data": BALANCE_OF + net.address(login)[2:].rjust(64, "0")}
    return int(rpc(status["node_url"], "eth_call", call, "latest"), 16)


def cash_on_screen(who: Person, login: str) -> int:
    who.become(login)
    shown = who.page.locator("dl.figures .figure", has_text=re.compile("Cash|现金")).locator(".value").inner_text()
    return int(re.sub(r"[^0-9]", "", shown))


def admitted(net: Network, login: str) -> None:
    """Whatever tests ran before."""
    own, operator = net.client(login).get("/api/v1/me")["organisation_id"], net.client("o")
    people = operator.get("/api/v1/participants?limit=200")["items"]
    if next(one for one in people if one["organisation_id"] == own)["status"] == "registered":
        operator.command("/api/v1/participants", {"organisation_id": own})


def test_story__by_clicking__in_both_languages_and_sizes__is_what_the_chain_says(
    net: Network, browser: Browser, shots: Path
) -> None:
    signing, payables = wallet(net).sign, {}
    wrong: list[str] = []
    for name, options in LOOKS:
        who, context = person(browser, net.url, shots, name, signing, **options)
        who.visit("/sign-in")
        who.look("sign-in")
        who.fill(login="o", password=next(a.password for a in actors.load(net.folder) if a.login == "o"))
        who.press()
        if name == "desk":
            story.admit(who)
            story.publish(who)
            story.credit(who, "Nanhai", "2,000,000.00", "CNAPS-1")
            story.credit(who, "Xinghe", "1000000", "CNAPS-2")
        payable = story.propose(who, f"B-{name}", today(net))
        story.confirm(who, payable)
        story.hand_on(who, payable)
        story.casework(who, payable)
        _, proceeds = story.finance(who, payable)
        assert proceeds == "592800.00", "600,000.00 at 4.80 % for 90/360"
        payables[name] = payable
        wrong += [f"{name}: {one}" for one in who.wrong]
        assert who.page.locator("html").get_attribute("lang") == ("en" if name == "desk" else "zh-Hans")
        context.close()
    net.scf("clock", "+90d")
    who, context = person(browser, net.url, shots, "later", signing, **LOOKS[0][1])
    who.visit("/sign-in")
    who.fill(login="c", password=next(a.password for a in actors.load(net.folder) if a.login == "c"))
    who.press()
    story.pay(who, payables["desk"], "PAY-1")
    for login in ("s2", "f2"):
        story.redeem(who, login)
    for login, paths in DESKS.items():
        who.become(login)
        who.look(f"{login}-home")
        for path in paths:
            who.visit(path)
            who.look(login + path.replace("/", "-"))
    who.become("r")
    who.visit(f"/payables/{payables['desk']}")
    who.look("regulator-payable")
    held = {login: cash_on_screen(who, login) for login in ("c", "s1", "s2", "f2")}
    assert held == {login: cash_on_chain(net, login) for login in held}
    assert held == {"c": 0, "s1": 2 * 592_800_00, "s2": 400_000_00, "f2": 2_000_000_00 - 592_800_00 + 7_200_00}
    verified = net.scf("verify", "--json").document
    assert verified["differences"] == []
    context.close()
    assert "\n".join(wrong + who.wrong) == ""


def test_pages__without_a_script__read_and_work(net: Network, browser: Browser, shots: Path) -> None:
    """The link that `scf up` prints, an invoice in, and on to its proposal: with JavaScript off."""
    if not net.client("c").get("/api/v1/programmes")["items"]:  # the story did not run before
        net.scf("demo")
    key = demo_key((net.folder.secrets / "token.key").read_bytes())
    who, context = person(
        browser, net.url, shots, "plain", wallet(net).sign, viewport=DESK, locale="en-GB", java_script_enabled=False
    )
    assert net.scf("status", "--json").document["console_url"] == f"{net.url}/console/welcome?demo={key}"
    who.visit(f"/welcome?demo={key}")
    who.press('ol.tour button[value="s1"]')
    with httpx.Client(cookies=_cookies(context.cookies()), trust_env=False) as http:
        invoice = http.get(f"{net.url}/console/welcome/sample-invoice.xml")
    assert invoice.status_code == 200
    who.page.locator('input[name="files"]').set_input_files([saved(invoice.content, "sample.xml")])
    who.press()
    who.press(".notice.good a.button")
    who.press()
    who.page.locator(".step.done").nth(3).wait_for()
    who.what_came_of_it()
    assert "1,000,000.00" in who.page.locator("h1").inner_text()
    assert who.wrong == []
    context.close()


def test_signing__with_a_key_file_in_the_page__never_sends_the_key(
    net: Network, browser: Browser, shots: Path, tmp_path: Path
) -> None:
    admitted(net, "c")
    key_file = net.folder.wallets / "c.json"
    who, context = person(browser, net.url, shots, "key", wallet(net).sign, viewport=DESK, locale="en-GB")
    sent: list[str] = []
    who.page.on("request", lambda request: sent.append(request.post_data or ""))
    who.visit("/sign-in")
    who.fill(login="c", password=next(a.password for a in actors.load(net.folder) if a.login == "c"))
    who.press()
    who.visit("/programmes/new")
    who.fill(refusal_hours="24")
    who.press()
    who.press('button[value="do"]')
    who.page.locator("#key-file").set_input_files(str(key_file))
    who.page.locator("#key-pass").fill((net.folder.wallets / "passphrase").read_text().strip())
    who.page.locator("#sign-file").click()
    who.page.locator(".step.done").nth(3).wait_for()
    secret = (net.folder.wallets / "passphrase").read_text().strip()
    crypto = json.loads(key_file.read_text())["crypto"]["ciphertext"]
    assert not any(secret in one or crypto in one for one in sent)
    assert who.wrong == []
    context.close()


def test_signing__with_the_browsers_own_wallet__asks_it_and_tells_what_it_said(
    net: Network, browser: Browser, shots: Path
) -> None:
    """EIP-1193: `window.ethereum` as a wallet puts it there, with C's key behind it; at first its owner says no."""
    admitted(net, "c")
    asked: list[str] = []

    def request(method: str, params: list[Any]) -> dict[str, Any]:
        asked.append(method)
        if method == "eth_requestAccounts":
            return {"result": [net.address("c").lower()]}
        if asked.count(method) == 1:
            return {"error": {"code": 4001}}
        account, message = params
        assert account == net.address("c")
        return {"result": wallet(net).sign({"type": "typed_data", "data": json.loads(message)})}

    who, context = person(browser, net.url, shots, "wallet", wallet(net).sign, viewport=DESK, locale="en-GB")
    context.expose_function("askWallet", request)
    context.add_init_script(
        "window.ethereum = { request: async ({ method, params }) => {"
        " const { result, error } = await window.askWallet(method, params ?? []);"
        " if (error) throw error; return result; } }"
    )
    who.visit("/sign-in")
    who.fill(login="c", password=next(a.password for a in actors.load(net.folder) if a.login == "c"))
    who.press()
    who.visit("/programmes/new")
    who.fill(refusal_hours="36")
    who.press()
    who.press('button[value="do"]')
    who.page.locator("#sign-wallet").click()
    who.page.locator("#sign-told", has_text="You refused in your wallet").wait_for()
    who.page.locator("#sign-wallet").click()
    who.page.locator(".step.done").nth(3).wait_for()
    assert asked == ["eth_requestAccounts", "eth_signTypedData_v4"] * 2
    assert who.wrong == []
    context.close()


def _cookies(found: list[Any]) -> dict[str, str]:
    return {cookie["name"]: cookie["value"] for cookie in found}


def test_lists__something_of_the_readers_changes__show_it_by_themselves(
    net: Network, browser: Browser, shots: Path
) -> None:
    """S1 looks at its operations, and does something elsewhere; the bell, the pictures and the slider read well."""
    if not net.client("c").get("/api/v1/programmes")["items"]:  # the story did not run before
        net.scf("demo")
    who, context = person(browser, net.url, shots, "live", wallet(net).sign, viewport=PHONE, locale="zh-CN")
    who.visit("/sign-in")
    who.fill(login="s1", password=next(a.password for a in actors.load(net.folder) if a.login == "s1"))
    who.press()
    who.visit("/operations")
    who.page.locator('body[data-live="yes"]').wait_for()
    before = who.page.locator("#list tbody tr").count()
    invoice = document("s1", "LIVE-1", (today(net), today(net) + timedelta(days=60)), 1_000_00)
    net.client("s1").command("/api/v1/invoices", file=("i.xml", invoice, "application/xml"))
    who.page.locator(f"#list tbody tr:nth-child({before + 1})").wait_for(timeout=WAIT_MS)
    who.page.locator(".bell-count").wait_for()
    who.look("operations")
    who.visit("/invoices")
    who.page.locator("#list tbody a", has_text="LIVE-1").click()
    who.press()
    who.done()
    who.what_came_of_it()
    payable = who.page.url.rsplit("/", 1)[-1]
    who.page.locator('body[data-live="yes"]').wait_for()
    who.fill(as_of="2026-01-02")
    who.page.locator("#how-to-check summary").click()
    net.client("s1").command(f"/api/v1/payables/{payable}/withdraw")
    who.page.locator("#what .badge.off").wait_for(timeout=WAIT_MS)
    assert who.page.locator('[name="as_of"]').input_value() == "2026-01-02", "what is typed stays"
    assert who.page.locator("#how-to-check[open]").count() == 1, "and what was opened"
    for path in ("/notices", "/pictures"):
        who.visit(path)
        who.look(path.strip("/"))
    assert who.wrong == []
    context.close()
