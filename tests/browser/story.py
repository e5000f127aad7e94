"""The demo's story, played by clicking: the same clicks whatever the language and the window."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from scripts.demo.papers import document
from tests.browser.driver import Person, saved

FACE = 1_000_000_00
TO_S2, SOLD = 400_000_00, 600_000_00


@dataclass(frozen=True, slots=True)
class Told:
    """What the story made."""

    payable: str
    sold: str
    proceeds: str


def admit(person: Person) -> None:
    """The operator admits everybody but the outsider; the bank credits the buyer and two financiers."""
    person.become("o")
    person.look("operator-home")
    boxes = person.page.locator('input[name="organisation_id"]')
    for number in range(boxes.count()):
        if "Not Admitted" not in boxes.nth(number).locator("xpath=..").inner_text():
            boxes.nth(number).check()
    person.press()
    person.look("admissions")
    person.page.locator('[role="status"] a.button').last.click()
    person.done()


def credit(person: Person, name: str, amount: str, reference: str) -> None:
    person.become("b")
    person.visit("/deposits/credit")
    person.fill(account=person.address_of(name), amount=amount, bank_reference=reference)
    person.press()
    person.look("credit-review")
    person.press()
    person.done()


def publish(person: Person) -> None:
    person.become("c")
    person.visit("/programmes/new")
    person.look("publish")
    person.press()
    person.look("publish-review")
    person.press()
    person.page.locator("#hand-in").wait_for()
    person.look("to-sign")
    person.done()
    person.look("done")


def propose(person: Person, number: str, today: date) -> str:
    """S1 uploads two files at once, one of them no invoice, and proposes the good one; the payable's id."""
    person.become("s1")
    person.look("supplier-home-empty")
    person.visit("/invoices")
    good = document("s1", number, (today, today + timedelta(days=90)), FACE)
    files = [saved(good, f"{number}.xml"), saved(b"<note>not an invoice</note>", "note.xml")]
    person.page.locator('input[name="files"]').set_input_files(files)
    person.press()
    person.look("uploaded")
    assert person.page.locator(".notice.good").count() == 1
    assert person.page.locator(".notice.bad").count() == 1
    person.press(".notice.good a.button")
    person.look("propose")
    person.press()
    person.done()
    person.what_came_of_it()
    person.look("proposed")
    return person.page.url.rsplit("/", 1)[-1]


def confirm(person: Person, payable: str) -> None:
    person.become("c")
    person.look("debtor-home")
    person.visit(f"/payables/{payable}/confirm")
    person.look("confirm")
    person.press()
    person.page.locator("#hand-in").wait_for()
    person.done()
    person.what_came_of_it()


def hand_on(person: Person, payable: str) -> None:
    """S1 hands 400,000.00 on to S2: what was typed too large is refused with nothing lost."""
    person.become("s1")
    person.visit(f"/receivables/{payable}00000001/hand-on")
    receiver = person.address_of("Donghai")
    person.fill(to=receiver, value="1,400,000.00")
    person.press()
    assert person.page.locator('[name="value"][aria-invalid]').input_value() == "1,400,000.00"
    assert person.page.locator('[name="to"]').first.input_value() == receiver
    person.look("hand-on-refused")
    person.fill(value="400,000.00")
    assert person.page.locator("[data-remainder]").inner_text() == "600,000.00"
    person.look("hand-on")
    person.press()
    person.look("hand-on-review")
    person.press()
    person.done()
    person.what_came_of_it()
    person.look("receivable")


def finance(person: Person, payable: str) -> tuple[str, str]:
    """S1 asks, F1 and F2 quote, S1 compares and sells to the better one; the request and the proceeds shown."""
    person.become("s1")
    person.visit(f"/receivables/{payable}00000001/finance")
    person.look("ask")
    person.press()
    request = person.page.url.rsplit("/", 1)[-1]
    for login, rate in (("f1", "5.20"), ("f2", "4.80")):
        person.become(login)
        if login == "f1":
            person.look("financier-home")
        person.visit(f"/financing/{request}")
        person.fill(rate="four" if login == "f1" else rate)
        person.press()
        if login == "f1":
            assert person.page.locator('[name="rate"]').input_value() == "four"
            person.fill(rate=rate)
            person.press()
        person.look("quote-review")
        person.press()
        person.page.locator("table.quotes").wait_for()
    person.become("s1")
    person.look("supplier-home")
    person.visit(f"/financing/{request}")
    person.look("quotes")
    best = person.page.locator("tr.next")
    assert "Nanhai" in best.inner_text()
    proceeds = re.sub(r"[^0-9.]", "", best.locator("td").first.inner_text())
    best.locator("a.button").click()
    person.look("accept")
    person.press()
    person.done()
    return request, proceeds


def pay(person: Person, payable: str, reference: str) -> None:
    person.become("c")
    person.visit(f"/payables/{payable}/pay")
    person.fill(payment_reference=reference)
    person.look("pay")
    person.press()
    person.look("pay-review")
    person.press()
    person.page.locator("#hand-in").wait_for()
    person.done()


def redeem(person: Person, login: str) -> None:
    """By the first screen's own word."""
    person.become(login)
    person.press(".todo.good a")
    person.press(".actions a.primary")
    person.press()
    person.done()


def casework(person: Person, payable: str) -> None:
    """The pages of what may follow: nothing is done there, each is looked at."""
    piece = f"/receivables/{payable}00000001"
    pages = {
        "c": [f"{piece}/dispute", "/late", "/holds", "/invoices"],
        "s1": [f"/payables/{payable}", f"{piece}/dilute", f"{piece}/pledge", f"{piece}/reserve"],
        "o": ["/late"],
    }
    for login, paths in pages.items():
        person.become(login)
        for path in paths:
            person.visit(path)
            person.look(f"{login}-{path.rsplit('/', 1)[-1][:9]}")
