"""What the actors hand in: invoices, and the payables proposed on them; and amounts as the API writes them."""

from datetime import date
from typing import Any

from api.domain.money import Money
from scripts.actors import PERSONAS
from scripts.demo.cast import CURRENCY, Cast
from scripts.demo.client import Refused
from scripts.story_invoice import StoryParty, story_invoice


def propose(
    cast: Cast, number: str, dates: tuple[date, date], amount: int, programme: int
) -> tuple[str, dict[str, Any]]:
    """S1 uploads its invoice to C, issued and due on `dates`, and proposes it: the payable, and what was done."""
    invoice = upload(cast, "s1", number, dates, amount)
    done = cast["s1"].command("/api/v1/payables", {"invoice_id": invoice, "programme_id": programme})
    return done["resource"]["id"], done


def upload(cast: Cast, seller: str, number: str, dates: tuple[date, date], amount: int) -> str:
    """The invoice as the API has it."""
    content = document(seller, number, dates, amount)
    done = cast[seller].command("/api/v1/invoices", file=("invoice.xml", content, "application/xml"))
    invoice = done["resource"]["id"]
    read = cast[seller].get(f"/api/v1/invoices/{invoice}")
    wanted = f"{number}, due {dates[1]}, {text(money(amount))}"
    cast.check("the invoice is read", wanted, f"{read['number']}, due {read['due_date']}, {text(read['amount'])}")
    cast.step(f"upload invoice {number} over {money(amount)['amount']}, anchor its hash", seller, done)
    return str(invoice)


def document(seller: str, number: str, dates: tuple[date, date], amount: int) -> bytes:
    """The seller's invoice to C."""
    issued, due = dates
    return story_invoice(
        seller=_party(seller), buyer=_party("c"), number=number, issue_date=issued, due_date=due, payable_minor=amount
    )


def upload_refusal(cast: Cast, login: str, document: bytes) -> str:
    """As "422 InvoiceNotYours", or that it was accepted."""
    try:
        cast[login].command("/api/v1/invoices", file=("invoice.xml", document, "application/xml"))
    except Refused as error:
        return f"{error.refusal.status} {error.refusal.name}"
    return "accepted"


def _party(login: str) -> StoryParty:
    persona = next(p for p in PERSONAS if p.login == login)
    return StoryParty(persona.name, persona.legal_id)


def money(minor: int) -> dict[str, str]:
    """An amount of the story's currency as the API writes it."""
    return Money(minor, CURRENCY).to_json()


def text(money: dict[str, str]) -> str:
    """The same to be read."""
    return f"{money['amount']} {money['currency']}"
