"""The guided first visit of the demo: what to do as whom, and what of it is done. Only where the demo's logins are."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import exists, func, select

from api.console import forms, sessions
from api.console.navigation import mark
from api.console.page import FormDep, Page, VisitDep
from api.console.signing_in import entered
from api.errors import NotFound
from api.identity.actor import Role
from api.identity.models import Organisation, User
from indexer.models import Deal, Participant, ParticipantStatus, Payable, PayableState, Programme, ReceivableMove

router = APIRouter(prefix="/welcome")
SAMPLE_DAYS = 90


@dataclass(frozen=True, slots=True)
class Step:
    """One of five. `who`: logins of the demo who do it, and on which page."""

    title: str
    texts: tuple[str, ...]
    who: tuple[tuple[User, str], ...]
    done: bool


def _may(page: Page) -> str | None:
    """The key that this visit brings, "" where it is signed in with a demo login; NotFound for anybody else."""
    if not page.services.settings.on_loopback or not page.session.scalar(select(exists().where(User.demo))):
        raise NotFound.of("page", "welcome")
    key = page.request.query_params.get("demo")
    if key is not None and secrets.compare_digest(key.encode(), sessions.demo_key(page.services.token_key).encode()):
        return key
    return "" if page.demo else None


@router.get("")
def show(page: VisitDep) -> Response:
    """The five steps; whoever came without the link's key, and is not signed in, is told where the key is."""
    key = _may(page)
    steps = _steps(page)
    return page.render("welcome.html", steps=steps, key=key, done=sum(step.done for step in steps))


@router.post("/enter")
def enter(page: VisitDep, form: FormDep) -> Response:
    """Act as one of the demo's logins, by the key of the link that `scf up` printed."""
    key = forms.text(form, "demo").encode()
    if not page.demo and not secrets.compare_digest(key, sessions.demo_key(page.services.token_key).encode()):
        raise NotFound.of("page", "welcome")
    token = sessions.act_as(page.services, forms.text(form, "login"))
    sessions.sign_out(page.services, page.request.cookies.get(sessions.COOKIE))
    return entered(page, token, forms.text(form, "next") or "/")


def _steps(page: Page) -> list[Step]:
    people: dict[str, list[User]] = {}
    query = select(User).join(Organisation).where(User.demo).order_by(func.length(User.login), User.login)
    for user in page.session.scalars(query):
        people.setdefault(user.organisation.role, []).append(user)
    buyers = sorted(people.get(Role.CORE_ENTERPRISE, []), key=lambda user: user.organisation.custody != "own")
    needed = (Role.OPERATOR, Role.SUPPLIER, Role.FINANCIER, Role.BANK)
    if not buyers or not all(people.get(role) for role in needed):
        return []
    operator, supplier, financier, bank = (people[role][0] for role in needed)
    buyer = buyers[0]
    account = buyer.organisation.address

    def there(*conditions: object) -> bool:
        return bool(page.session.scalar(select(exists().where(*conditions))))  # type: ignore[arg-type]

    admitted = Participant.status == int(ParticipantStatus.ACTIVE)
    return [
        Step(
            mark("Admit the members"),
            (
                mark("As the operator, tick all members and admit them."),
                mark(
                    "As the settlement bank, credit the financier with the money it will lend,"
                    " and the core enterprise with what it will pay."
                ),
            ),
            ((operator, "/"), (bank, "/deposits/credit")),
            there(Participant.account == account, admitted),
        ),
        Step(
            mark("Publish the buyer's terms"),
            (
                mark("As the core enterprise, publish the terms of your payables."),
                mark("Its key is its own: the page shows what is to be signed, and the server never sees the key."),
            ),
            ((buyer, "/programmes/new"),),
            there(Programme.debtor == account),
        ),
        Step(
            mark("Propose an invoice"),
            (mark("As the supplier, download the sample invoice, upload it, and propose it to its buyer."),),
            ((supplier, "/invoices"),),
            there(Payable.debtor == account),
        ),
        Step(
            mark("Confirm the debt"),
            (mark("As the core enterprise, read the terms in full and confirm: irrevocably, with your own key."),),
            ((buyer, "/"),),
            there(Payable.debtor == account, Payable.state != int(PayableState.PROPOSED)),
        ),
        Step(
            mark("Hand on, and turn it into cash"),
            (
                mark("As the supplier, hand a part on to another supplier, and ask for quotes for the rest."),
                mark("As the financier, make a quote."),
                mark("As the supplier, compare and sell: receivable and cash change hands at once."),
            ),
            ((supplier, "/receivables"), (financier, "/")),
            there(Deal.quote_hash.is_not(None)) and there(ReceivableMove.kind == "split"),
        ),
    ]


@router.get("/sample-invoice.xml")
def sample(page: VisitDep) -> Response:
    """An invoice of the signed-in supplier to the demo's buyer, new at every download."""
    _may(page)
    seller = page.session.get(Organisation, page.must_be(Role.SUPPLIER).organisation_id)
    query = (
        select(Organisation)
        .join(User, User.organisation_id == Organisation.id)
        .where(User.demo, Organisation.role == Role.CORE_ENTERPRISE, Organisation.custody == "own")
        .limit(1)
    )
    today = page.today
    response = page.render(
        "sample_invoice.xml",
        seller=seller,
        buyer=page.session.scalar(query),
        number=f"JN-{today:%Y%m%d}-{secrets.token_hex(2).upper()}",
        issued=today,
        due=today + timedelta(days=SAMPLE_DAYS),
    )
    response.headers["Content-Type"] = "application/xml"
    response.headers["Content-Disposition"] = 'attachment; filename="sample-invoice.xml"'
    return response
