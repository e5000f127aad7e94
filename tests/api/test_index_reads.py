"""What commands take from the index: whose key signs, which token pays, under which terms one proposes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from api.programmes.service import PaymentTokenNotAccepted, payment_token
from api.reading import key_of
from indexer.models import Base, Participant, ParticipantStatus, ProgrammeToken, TokenPause

ACCOUNT, KEY = "0x" + "11" * 20, "0x" + "22" * 20
FIRST, SECOND, FOREIGN = ("0x" + digits * 20 for digits in ("aa", "bb", "cc"))
PROGRAMME = 7


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            ProgrammeToken(programme_id=PROGRAMME, deposit_token=token, **event(index))
            for index, token in enumerate((FIRST, SECOND))
        )
        session.flush()
        yield session
    engine.dispose()


def event(index: int) -> dict[str, object]:
    return {"block_hash": f"0x{index:064x}", "block_number": index, "log_index": index}


def paused(session: Session, token: str, index: int, *, is_paused: bool = True) -> None:
    session.add(TokenPause(token=token, paused=is_paused, reason_hash=None, **event(index)))
    session.flush()


def test_key_of__unknown_or_never_rotated__is_the_account_itself(session: Session) -> None:
    assert key_of(session, ACCOUNT) == ACCOUNT
    session.add(participant(key=ACCOUNT))
    assert key_of(session, ACCOUNT) == ACCOUNT


def test_key_of__rotated__is_the_new_key(session: Session) -> None:
    session.add(participant(key=KEY))
    assert key_of(session, ACCOUNT) == KEY


def participant(key: str) -> Participant:
    return Participant(
        account=ACCOUNT,
        subject=ACCOUNT,
        number=1,
        roles=1,
        status=ParticipantStatus.ACTIVE,
        legal_entity_hash="0x" + "33" * 32,
        key=key,
        last_block_hash="0x" + "44" * 32,
        last_block_number=1,
        last_log_index=0,
    )


def test_payment_token__none_named__is_the_first_that_moves(session: Session) -> None:
    assert payment_token(session, PROGRAMME, None) == FIRST
    paused(session, FIRST, 10)
    assert payment_token(session, PROGRAMME, None) == SECOND
    paused(session, SECOND, 11)
    assert payment_token(session, PROGRAMME, None) == FIRST  # which is then refused by its name
    paused(session, SECOND, 12, is_paused=False)
    assert payment_token(session, PROGRAMME, None) == SECOND


def test_payment_token__named__is_it_or_is_refused(session: Session) -> None:
    paused(session, SECOND, 10)
    assert payment_token(session, PROGRAMME, SECOND) == SECOND
    with pytest.raises(PaymentTokenNotAccepted) as caught:
        payment_token(session, PROGRAMME, FOREIGN)
    assert caught.value.params == {"deposit_token": FOREIGN, "accepted": [FIRST, SECOND]}
