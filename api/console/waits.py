"""What of casework waits for the reader: for its first screen. Each kind with the pages where it is answered."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from api.console.case_payables import of_row
from api.console.figures import SHOWN_MAX
from api.console.page import Page
from api.console.payable_cases import CASES as AGREEING
from api.defaults import recourse
from api.defaults.dishonours import WRITE_OFF_DAYS
from api.domain.dates import to_day
from api.identity.actor import Role
from api.pagination import PageRequest
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

Waits = dict[str, list[str]]
"""Kind → paths of the console, of each case one. `waits.html` has their words."""
_FIRST = PageRequest(None, 200)
_WINDOW_MAX_S = 720 * 3_600
"""No programme lets refuse for longer: see ProgrammePublish.refusal_hours."""


def waits(page: Page) -> Waits:
    """Nothing in the past, and nothing for who takes no part."""
    if page.as_of is not None:
        return {}
    if page.reader.role == Role.OPERATOR:
        return _of_operator(page)
    if page.reader.address is None:
        return {}
    return {**_of_payables(page, page.reader.address), **_of_pieces(page, page.reader.address), **_of_recourse(page)}


def _of_operator(page: Page) -> Waits:
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


def _of_payables(page: Page, own: str) -> Waits:
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
    rows = page.session.scalars(select(Payable).where(where, recent).limit(SHOWN_MAX)).all()
    read = reading.read_all(page.session, page.services, rows)
    subjects = [of_row(page, row, told) for row, told in zip(rows, read, strict=True)]
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


def _of_pieces(page: Page, own: str) -> Waits:
    now = newest_block(page.session).timestamp
    live = queries.live_hold(now)
    mine = and_(Receivable.holder == own, Receivable.state == ReceivableState.LIVE, Receivable.parking.is_(None))
    on_mine = select(Hold.receivable_id).join(Receivable, Receivable.receivable_id == Hold.receivable_id)
    kind = Hold.kind
    gone = and_(Payable.state == PayableState.WRITTEN_OFF, Payable.recovery_closed)
    dead = select(Receivable.receivable_id).join(Payable, Payable.payable_id == Receivable.payable_id)
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
        "clear": _paths(page, dead.where(mine, gone), "/receivables/{}/clear"),
        "set_aside": [
            f"/receivables/{found.receivable_id}/release-set-aside"
            for found in waiting
            if found.receivable_id not in held
        ],
    }


def _holds(*where: ColumnElement[bool]) -> Select[Any]:
    return select(Hold.hold_id).where(*where)


def _of_recourse(page: Page) -> Waits:
    own = page.reader.address
    rows = recourse.list_recourse(page.session, page.services, page.reader, _FIRST).items
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
    """At most SHOWN_MAX, in a fixed order."""
    return [template.format(found) for found in sorted(page.session.scalars(query.limit(SHOWN_MAX)))]
