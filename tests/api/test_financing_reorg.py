"""A request whose payable a reorg took back is not there, and is there again when the payable is mined again."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, delete, select
from sqlalchemy.orm import Session

from api.financing.models import FinancingRequest
from api.financing.service import visible_to
from api.identity.actor import Actor, Role
from api.migrations import metadata
from indexer.models import Base as IndexBase
from indexer.models import Payable, PayableState

PAYABLE = "0x" + "ab" * 28
SUPPLIER = Actor("s1", "org-s1", "S1", Role.SUPPLIER, "0x" + "11" * 20)
OTHER = Actor("s2", "org-s2", "S2", Role.SUPPLIER, "0x" + "22" * 20)
FINANCIER = Actor("f1", "org-f1", "F1", Role.FINANCIER, "0x" + "33" * 20)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    metadata().create_all(engine)
    IndexBase.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(
            FinancingRequest(
                id="request",
                organisation_id=SUPPLIER.organisation_id,
                supplier=SUPPLIER.address,
                receivable_id=PAYABLE + "00000001",
                payable_id=PAYABLE,
                deposit_token="0x" + "44" * 20,
                value=100,
                recourse=False,
                created_at=1,
            )
        )
        session.add(payable())
        session.commit()
        yield session
    engine.dispose()


def payable() -> Payable:
    return Payable(
        payable_id=PAYABLE,
        subject=PAYABLE,
        supplier=SUPPLIER.address,
        debtor="0x" + "55" * 20,
        programme_id=1,
        face_value=100,
        issue_date=1,
        due_date=2,
        invoice_fingerprint="0x" + "66" * 32,
        evidence_hash="0x" + "77" * 32,
        state=PayableState.CONFIRMED,
        issued=False,
        claims_invoice=True,
        paid=0,
        interest_paid=0,
        recovered=0,
        recovery_closed=False,
        proposed_tx="0x" + "88" * 32,
        proposed_block=1,
        proposed_at=1,
        last_block_hash="0x" + "99" * 32,
        last_block_number=1,
        last_log_index=0,
    )


def seen(session: Session, actor: Actor) -> list[str]:
    return list(session.scalars(select(FinancingRequest.id).where(visible_to(actor))))


def test_visible_to__payable_taken_back_and_mined_again__request_goes_and_comes(session: Session) -> None:
    assert (seen(session, SUPPLIER), seen(session, FINANCIER), seen(session, OTHER)) == (["request"], ["request"], [])
    session.execute(delete(Payable))
    assert (seen(session, SUPPLIER), seen(session, FINANCIER), seen(session, OTHER)) == ([], [], [])
    session.add(payable())
    session.flush()
    assert (seen(session, SUPPLIER), seen(session, FINANCIER), seen(session, OTHER)) == (["request"], ["request"], [])
