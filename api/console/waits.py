"""What of casework waits for the reader: for its first screen. Each kind with the pages where it is answered."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from api.console.case_payables import ROOT, of_row
from api.console.figures import SHOWN_MAX
from api.console.navigation import marks
from api.console.page import Page
from api.console.payable_cases import CASES as AGREEING
from api.defaults import recourse
from api.defaults.dishonours import WRITE_OFF_DAYS
from api.domain.dates import to_day
from api.identity.actor import Role
from api.pagination import every
from api.payables import reading
from api.payables.models import CancellationOffer
from api.reading import newest_block
from indexer import queries
from indexer.models import (
    Dishonour,
    Hold,
    HoldKind,
    Payable,
    PayableState,
    Programme,
    Receivable,
    ReceivableState,
)
from node_adapter.outbox.models import Operation, OperationState

KINDS: dict[str, tuple[tuple[str, str], str]] = {
    "repurchase": (marks("receivable is claimed back from you", "receivables are claimed back from you"), "bad"),
    "late": (marks("receivable is late", "receivables are late"), "bad"),
    "object": (
        marks(
            "payable of yours is on the register of dishonours", "payables of yours are on the register of dishonours"
        ),
        "bad",
    ),
    "claim": (
        marks("late receivable that somebody answers to you for", "late receivables that somebody answers to you for"),
        "bad",
    ),
    "disputed": (
        marks(
            "proposal is disputed: answer with a credit note, or take it back",
            "proposals are disputed: answer with a credit note, or take them back",
        ),
        "warn",
    ),
    "held": (marks("receivable of yours is disputed", "receivables of yours are disputed"), "warn"),
    "issued": (
        marks(
            "payable was issued to you that you may still refuse",
            "payables were issued to you that you may still refuse",
        ),
        "warn",
    ),
    "cancel": (
        marks("payable that the other party offers to cancel", "payables that the other party offers to cancel"),
        "warn",
    ),
    "disputing": (
        marks(
            "dispute of yours stands: release it once it is settled",
            "disputes of yours stand: release them once they are settled",
        ),
        "warn",
    ),
    "take": (marks("pledge that you may take now", "pledges that you may take now"), "warn"),
    "set_aside": (
        marks("amount set aside that can be paid out now", "amounts set aside that can be paid out now"),
        "good",
    ),
    "clear": (
        marks(
            "receivable of which nothing more comes: clear it away",
            "receivables of which nothing more comes: clear them away",
        ),
        "warn",
    ),
    "objection": (marks("objection to a dishonour to decide on", "objections to dishonours to decide on"), "warn"),
    "record": (marks("dishonour that can be recorded", "dishonours that can be recorded"), "warn"),
    "write_off": (marks("payable that can be written off", "payables that can be written off"), "warn"),
}
"""In the order in which they are shown: what they are called, one and several, and the tone."""
_Found = dict[str, list[str]]
"""Kind → paths of the console, of each case one."""
_WINDOW_MAX_S = 720 * 3_600
"""No programme lets refuse for longer: see ProgrammePublish.refusal_hours."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Cases of one kind: where each is answered, and what they are in the reader's language. `tone` as in `KINDS`."""

    kind: str
    paths: list[str]
    text: str
    tone: str


def waits(page: Page) -> list[Wait]:
    """What goes wrong first; nothing in the past, and nothing for who takes no part."""
    found = _found(page)
    return [
        Wait(kind, paths, page.words.several(texts, len(paths)), tone)
        for kind, (texts, tone) in KINDS.items()
        if (paths := found.get(kind))
    ]


def _found(page: Page) -> _Found:
    if page.as_of is not None:
        return {}
    if page.reader.role == Role.OPERATOR:
        return _of_operator(page)
    if page.reader.address is None:
        return {}
    return {**_of_payables(page, page.reader.address), **_of_pieces(page, page.reader.address), **_of_recourse(page)}


def _of_operator(page: Page) -> _Found:
    today = to_day(page.today)
    late = Payable.state == PayableState.CONFIRMED
    grace_over = and_(late, Payable.due_date + Programme.dishonour_days < today)
    listed = select(Dishonour.payable_id)
    record = select(Payable.payable_id).join(Programme, Programme.programme_id == Payable.programme_id)
    objected = and_(Dishonour.objection_hash.is_not(None), Dishonour.lifted.is_(False))
    return {
        "record": _paths(page, record.where(grace_over, Payable.payable_id.not_in(listed)), "/late"),
        "objection": _paths(page, select(Dishonour.payable_id).where(objected), "/late"),
        "write_off": _paths(
            page, select(Payable.payable_id).where(late, Payable.due_date + WRITE_OFF_DAYS <= today), "/late"
        ),
    }


def _of_payables(page: Page, own: str) -> _Found:
    disputed = and_(Payable.supplier == own, Payable.state == PayableState.DISPUTED)
    entry = and_(Dishonour.debtor == own, Dishonour.objection_hash.is_(None), Dishonour.lifted.is_(False))
    return {
        "disputed": _paths(page, select(Payable.payable_id).where(disputed), "/payables/{}"),
        "issued": _issued(page, own),
        "cancel": _offered(page, own),
        "object": _paths(page, select(Dishonour.payable_id).where(entry), "/payables/{}/object-to-dishonour"),
    }


def _issued(page: Page, own: str) -> list[str]:
    """What came unasked and may still be refused."""
    where = and_(Payable.supplier == own, Payable.issued, Payable.state == PayableState.CONFIRMED, Payable.paid == 0)
    recent = Payable.confirmed_at > newest_block(page.session).timestamp - _WINDOW_MAX_S
    first = Receivable.receivable_id == Payable.payable_id.concat(ROOT)
    query = select(Payable, Receivable).join(Receivable, first).where(where, recent).limit(SHOWN_MAX)
    found = page.session.execute(query).all()  # with the pieces that `refuse` looks at, and the session then has
    read = reading.read_all(page.session, page.services, [row for row, _ in found])
    subjects = [of_row(page, row, told) for (row, _), told in zip(found, read, strict=True)]
    return [subject.path for subject in subjects if AGREEING["refuse"].now(subject)]


def _offered(page: Page, own: str) -> list[str]:
    """What the other party signed that the reader may cancel, and the reader has not yet."""
    query = (
        select(CancellationOffer.payable_id)
        .join(Payable, Payable.payable_id == CancellationOffer.payable_id)
        .join(Operation, Operation.id == CancellationOffer.operation_id)
        .where(
            or_(Payable.supplier == own, Payable.debtor == own),
            Payable.state == PayableState.CONFIRMED,
            CancellationOffer.offered_by != own,
            CancellationOffer.deadline >= newest_block(page.session).timestamp,
            Operation.state == OperationState.DONE,
        )
    )
    return _paths(page, query.distinct(), "/payables/{}/cancel")


def _of_pieces(page: Page, own: str) -> _Found:
    now = newest_block(page.session).timestamp
    live = queries.live_hold(now)
    mine = and_(Receivable.holder == own, Receivable.state == ReceivableState.LIVE, Receivable.parking.is_(None))
    on_mine = select(Hold.receivable_id).join(Receivable, Receivable.receivable_id == Hold.receivable_id)
    kind = Hold.kind
    gone = and_(Payable.state == PayableState.WRITTEN_OFF, Payable.recovery_closed)
    late = and_(Payable.state == PayableState.CONFIRMED, Payable.due_date < to_day(page.today))
    own_pieces = select(Receivable.receivable_id).join(Payable, Payable.payable_id == Receivable.payable_id)
    waiting = queries.set_aside(page.session, own)
    pieces = [found.receivable_id for found in waiting]
    held = set(page.session.scalars(select(Hold.receivable_id).where(live, Hold.receivable_id.in_(pieces))))
    return {
        "disputing": _paths(page, _holds(live, kind == HoldKind.DISPUTE, Hold.beneficiary == own), "/holds"),
        "held": _paths(page, on_mine.where(live, mine, kind == HoldKind.DISPUTE).distinct(), "/receivables/{}"),
        "take": _paths(
            page,
            _holds(live, kind == HoldKind.PLEDGE, Hold.beneficiary == own, Hold.enforceable_from <= now),
            "/holds/{}/enforce",
        ),
        "late": _paths(page, own_pieces.where(mine, late), "/late") if page.reader.role == Role.SUPPLIER else [],
        "clear": _paths(page, own_pieces.where(mine, gone), "/receivables/{}/clear"),
        "set_aside": [
            f"/receivables/{found.receivable_id}/release-set-aside"
            for found in waiting
            if found.receivable_id not in held
        ],
    }


def _holds(*where: ColumnElement[bool]) -> Select[Any]:
    return select(Hold.hold_id).where(*where)


def _of_recourse(page: Page) -> _Found:
    own = page.reader.address
    rows = every(lambda part: recourse.list_recourse(page.session, page.services, page.reader, part))
    late = [row for row in rows if row.overdue]
    return {
        "claim": [
            f"/receivables/{row.receivable_id}/claim-recourse"
            for row in late
            if row.claimed_at is None and row.holder is not None and row.holder.address == own
        ],
        "repurchase": [
            f"/receivables/{row.receivable_id}/repurchase"
            for row in late
            if row.claimed_at is not None and row.endorser.address == own
        ],
    }


def _paths(page: Page, query: Select[Any], template: str) -> list[str]:
    """All of them, in a fixed order."""
    return [template.format(found) for found in sorted(page.session.scalars(query))]
