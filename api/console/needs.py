"""What needs the reader: all that waits for a word of its organisation's, goes wrong, or runs out soon.

Made of what the first screens are made of (`figures`, the rooms' `reading`), so the bell and the screens agree. A need
has a key that says what it is about and how it stands: the mark that it was read is kept under it, and what becomes
worse is a new need.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import ColumnElement, or_, select

from api.console import figures
from api.console.naming import kind_name
from api.console.navigation import mark
from api.console.page import Page
from api.console.stuck import on_its_way_too_long
from api.console.waits import waits
from api.currencies import currency_of
from api.domain.dates import to_day
from api.domain.money import Money
from api.financing import reading as financing
from api.financing.models import FinancingQuote, FinancingRequest
from api.identity import standing
from api.identity.actor import Role
from api.key_rotations.models import KeyRotation
from api.key_rotations.service import APPROVAL_LIFE_S
from api.pagination import every
from api.parties import Party, parties
from api.programmes import service as programmes
from api.reading import newest_block
from indexer.models import MoveKind, Payable, PayableState, PayOut, PayOutState, Receivable, ReceivableMove
from node_adapter.outbox.models import Operation, OperationState

DUE_WITHIN_DAYS = 7
EXPIRES_WITHIN_S = 15 * 60
RECENT_S = 14 * 86_400
"""A refusal older than this is history."""
OF_A_KIND_MAX = 50


@dataclass(frozen=True, slots=True)
class Need:
    """One thing, in the reader's words, and where one sees to it. `tone`: bad, warn or good."""

    key: str
    text: str
    path: str
    tone: str


def needs(page: Page) -> list[Need]:
    """What goes wrong first; of each kind at most OF_A_KIND_MAX."""
    kinds: list[Callable[[Page], Iterator[Need]]] = [_operations, _casework]
    if page.reader.address is not None:
        kinds += [_owed, _proposals, _holdings, _refused, _offers, _own_quotes]
    kinds += _OF_ROLE.get(page.reader.role, [])
    found = list(chain.from_iterable(kind(page) for kind in kinds))
    return sorted(found, key=lambda need: ("bad", "warn", "good").index(need.tone))


def _operations(page: Page) -> Iterator[Need]:
    mine = Operation.organisation == page.reader.organisation_id
    since = int(time.time()) - RECENT_S
    kinds = {
        OperationState.AWAITING_SIGNATURE: ("sign", mark("To be signed by your wallet: %(what)s"), "warn"),
        OperationState.FAILED: ("failed", mark("Refused by the chain: %(what)s"), "bad"),
    }
    rows = page.session.scalars(
        select(Operation)
        .where(mine, Operation.state.in_(list(kinds)), Operation.created_at >= since)
        .order_by(Operation.sequence.desc())
        .limit(OF_A_KIND_MAX)
    )
    for row in rows:
        key, text, tone = kinds[OperationState(row.state)]
        what = page.words.say(kind_name(row.kind))
        yield Need(f"{key}:{row.id}", page.words.say(text, what=what), f"/operations/{row.id}", tone)
    everybodys = page.reader.role == Role.OPERATOR
    for row in on_its_way_too_long(page, None if everybodys else page.reader.organisation_id):
        what = page.words.say(kind_name(row.kind))
        text = page.words.say(mark("On its way for over two minutes: %(what)s"), what=what)
        own = row.organisation == page.reader.organisation_id
        yield Need(f"stuck:{row.id}", text, f"/operations/{row.id}" if own else "/", "bad")


def _owed(page: Page) -> Iterator[Need]:
    last = to_day(page.today) + DUE_WITHIN_DAYS
    for row in figures.owed_by(page, (Payable.debtor == page.reader.address) & (Payable.due_date <= last)):
        values = {
            "amount": page.words.money(row.outstanding),
            "name": _name(row.supplier),
            "day": page.words.day(row.due_date),
        }
        if row.overdue:
            key, tone = "overdue", "bad"
            text = mark("%(amount)s to %(name)s was due on %(day)s, and late interest runs")
        else:
            key, tone = "due", "warn"
            text = mark("%(amount)s to %(name)s falls due on %(day)s")
        yield Need(f"{key}:{row.payable_id}", page.words.say(text, **values), f"/payables/{row.payable_id}", tone)


def _proposals(page: Page) -> Iterator[Need]:
    recent = newest_block(page.session).timestamp - RECENT_S
    waiting = or_(
        Payable.state.in_([int(PayableState.PROPOSED), int(PayableState.DISPUTED)]), Payable.closed_at >= recent
    )
    mine = or_(Payable.debtor == page.reader.address, Payable.supplier == page.reader.address)
    states = (PayableState.PROPOSED, PayableState.DISPUTED, PayableState.DECLINED)
    texts = {
        ("proposed", True): (mark("Confirm, dispute or decline %(amount)s, proposed by %(name)s"), "warn"),
        ("disputed", True): (mark("You dispute %(amount)s, proposed by %(name)s: withdraw that, or decline"), "warn"),
        ("disputed", False): (mark("%(name)s disputes your proposal of %(amount)s"), "bad"),
        ("declined", False): (mark("%(name)s declined your proposal of %(amount)s"), "bad"),
    }
    for row in figures.waiting(page, mine & waiting, *states)[:OF_A_KIND_MAX]:
        as_debtor = row.debtor.address == page.reader.address
        if (row.state, as_debtor) not in texts:
            continue
        text, tone = texts[row.state, as_debtor]
        told = page.words.say(
            text, amount=page.words.money(row.face_value), name=_name(row.supplier if as_debtor else row.debtor)
        )
        yield Need(f"{row.state}:{row.payable_id}", told, f"/payables/{row.payable_id}", tone)


def _holdings(page: Page) -> Iterator[Need]:
    may_need = or_(Receivable.refusable, Payable.paid > 0, Payable.due_date < to_day(page.today))
    for held in figures.holdings(page, may_need):
        piece, path = held.piece, f"/receivables/{held.piece.receivable_id}"
        values = {"amount": page.words.money(piece.value), "name": _name(piece.debtor)}
        if held.drawable.minor:
            values["amount"] = page.words.money(held.drawable)
            text = page.words.say(mark("%(name)s has paid: redeem %(amount)s"), **values)
            yield Need(f"redeem:{piece.receivable_id}:{held.drawable.minor}", text, path, "good")
        elif held.overdue:
            text = page.words.say(
                mark("%(amount)s of %(name)s was due on %(day)s and is not paid"),
                day=page.words.day(piece.due_date),
                **values,
            )
            yield Need(f"late:{piece.receivable_id}", text, path, "bad")
        if piece.refusable_until is not None:
            text = page.words.say(
                mark("%(amount)s of %(name)s came in; you may refuse it until %(moment)s"),
                moment=page.words.instant(piece.refusable_until),
                **values,
            )
            yield Need(f"refusable:{piece.receivable_id}", text, path, "warn")


def _refused(page: Page) -> Iterator[Need]:
    """What was handed on and came back."""
    rows = page.session.execute(
        select(ReceivableMove, Payable.programme_id)
        .join(Receivable, Receivable.receivable_id == ReceivableMove.receivable_id)
        .join(Payable, Payable.payable_id == Receivable.payable_id)
        .where(
            ReceivableMove.kind == MoveKind.REFUSE,
            ReceivableMove.to_account == page.reader.address,
            Receivable.holder == page.reader.address,
            Receivable.received_at >= newest_block(page.session).timestamp - RECENT_S,
        )
        .limit(OF_A_KIND_MAX)
    ).all()
    people = parties(page.session, {row.from_account for row, _ in rows if row.from_account})
    for row, programme_id in rows:
        name = _name(people[row.from_account]) if row.from_account else ""
        amount = page.words.money(
            Money(row.value, programmes.currency(page.session, page.services.deployments, programme_id))
        )
        text = page.words.say(mark("%(name)s refused %(amount)s, which is yours again"), name=name, amount=amount)
        key = f"refused:{row.receivable_id}:{row.block_number}"
        yield Need(key, text, f"/receivables/{row.receivable_id}", "bad")


def _casework(page: Page) -> Iterator[Need]:
    """All of a kind is one need; one more case of it is a new one."""
    for wait in waits(page):
        if wait.kind not in ("disputed", "late"):  # each is told by name
            digest = hashlib.sha256("\n".join(wait.paths).encode()).hexdigest()[:16]
            yield Need(f"{wait.kind}:{digest}", f"{len(wait.paths)} {wait.text}", wait.paths[0], wait.tone)


def _offers(page: Page) -> Iterator[Need]:
    """Open quotes for what the reader wants to sell."""
    yield from _quotes(page, FinancingRequest.organisation_id == page.reader.organisation_id, None)


def _own_quotes(page: Page) -> Iterator[Need]:
    """The reader's own quotes that nobody has accepted and that run out soon."""
    mine = FinancingQuote.organisation_id == page.reader.organisation_id
    yield from _quotes(page, mine, mark("Your quote of %(amount)s, which nobody accepted yet, expires at %(moment)s"))


def _quotes(page: Page, whose: ColumnElement[bool], own: str | None) -> Iterator[Need]:
    now = newest_block(page.session).timestamp
    within = [] if own is None else [FinancingQuote.expiry <= now + EXPIRES_WITHIN_S]
    rows = page.session.execute(
        select(FinancingRequest, FinancingQuote)
        .join(FinancingQuote, FinancingQuote.request_id == FinancingRequest.id)
        .where(whose, FinancingQuote.expiry >= now, *within)
        .order_by(FinancingQuote.expiry)
        .limit(OF_A_KIND_MAX)
    ).all()
    read = financing.read_quotes(page.session, page.services, rows)
    for (_, row), quote in zip(rows, read, strict=True):
        if quote.state != "open":
            continue
        soon = row.expiry <= now + EXPIRES_WITHIN_S
        text = own or (
            mark("The quote of %(name)s, %(amount)s at once, expires at %(moment)s")
            if soon
            else mark("%(name)s pays %(amount)s at once; the quote is good until %(moment)s")
        )
        told = page.words.say(
            text,
            name=_name(quote.financier),
            amount=page.words.money(quote.proceeds),
            moment=page.words.instant(quote.expires_at),
        )
        key = f"quote:{quote.id}" + (":soon" if soon else "")
        yield Need(key, told, f"/financing/{quote.request_id}", "warn" if soon else "good")


def _invoices(page: Page) -> Iterator[Need]:
    for row in figures.unproposed(page, OF_A_KIND_MAX):
        text = page.words.say(mark("Invoice %(number)s waits to be proposed to its buyer"), number=row.number)
        yield Need(f"propose:{row.id}", text, f"/invoices/{row.id}", "warn")


def _admissions(page: Page) -> Iterator[Need]:
    for one in every(lambda part: standing.list_participants(page.session, page.services, page.reader, part)):
        if one.status == "registered" and one.role in figures.TAKES_PART:
            text = page.words.say(mark("%(name)s waits for admission"), name=one.name)
            yield Need(f"admit:{one.organisation_id}", text, "/participants", "warn")


def _rotations(page: Page) -> Iterator[Need]:
    """Prepared, and not approved: by another of the operator's logins, for who prepares never approves."""
    waiting = (
        KeyRotation.approved_at.is_(None),
        KeyRotation.dropped_by.is_(None),
        KeyRotation.prepared_by != page.reader.login,
        KeyRotation.prepared_at >= newest_block(page.session).timestamp - APPROVAL_LIFE_S,
    )
    rows = page.session.scalars(select(KeyRotation).where(*waiting).limit(OF_A_KIND_MAX)).all()
    people = parties(page.session, {row.account for row in rows})
    for row in rows:
        text = page.words.say(
            mark("A change of the key of %(name)s waits for your approval"), name=_name(people[row.account])
        )
        yield Need(f"rotation:{row.id}", text, "/key-changes", "warn")


def _pay_outs(page: Page) -> Iterator[Need]:
    rows = page.session.scalars(
        select(PayOut)
        .where(PayOut.state == PayOutState.REQUESTED)
        .order_by(PayOut.requested_at, PayOut.pay_out_key)
        .limit(OF_A_KIND_MAX)
    ).all()
    people = parties(page.session, {row.account for row in rows})
    for row in rows:
        amount = Money(row.amount, currency_of(page.services.deployments, row.token))
        text = page.words.say(
            mark("%(name)s asks for %(amount)s to be paid out"),
            name=_name(people[row.account]),
            amount=page.words.money(amount),
        )
        yield Need(f"pay_out:{row.pay_out_key}", text, "/cash", "warn")


_OF_ROLE: dict[Role, list[Callable[[Page], Iterator[Need]]]] = {
    Role.SUPPLIER: [_invoices],
    Role.OPERATOR: [_admissions, _rotations],
    Role.BANK: [_pay_outs],
}


def _name(party: Party) -> str:
    return party.name or party.address
