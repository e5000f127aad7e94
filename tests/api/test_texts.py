"""Texts are kept encrypted, found by the hash that is on chain, and erased with their row (R-45)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, delete
from sqlalchemy.orm import Session

from api import texts
from api.invoices.errors import DocumentTampered
from api.invoices.vault import MasterKey, salted_hash
from api.migrations import metadata
from api.texts import KeptText

KEY = MasterKey(b"k" * 32)
TEXT = "因供应链中断，账期延长 the supply chain broke"


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    metadata().create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_sealed__is_read_by_its_hash_and_nothing_of_it_is_in_clear(session: Session) -> None:
    row = texts.sealed(KEY, "org", TEXT, 1)
    session.add(row)
    session.flush()
    assert texts.read(session, KEY, {row.text_hash, None, "0x" + "11" * 32}) == {row.text_hash: TEXT}
    assert TEXT.encode() not in row.ciphertext
    assert row.text_hash == "0x" + salted_hash(row.salt, TEXT.encode()).hex()


def test_sealed__twice__are_two_hashes(session: Session) -> None:
    assert texts.sealed(KEY, "org", TEXT, 1).text_hash != texts.sealed(KEY, "org", TEXT, 1).text_hash


def test_read__of_nothing__asks_for_nothing(session: Session) -> None:
    assert texts.read(session, KEY, {None}) == {}
    assert texts.read(session, KEY, set()) == {}


def test_read__a_row_in_anothers_place__is_noticed(session: Session) -> None:
    one, other = texts.sealed(KEY, "org", TEXT, 1), texts.sealed(KEY, "org", "another", 1)
    one.ciphertext, one.wrapped_key = other.ciphertext, other.wrapped_key
    session.add(one)
    session.flush()
    with pytest.raises(DocumentTampered):
        texts.read(session, KEY, {one.text_hash})


def test_erased__the_hash_says_nothing_any_more(session: Session) -> None:
    row = texts.sealed(KEY, "org", TEXT, 1)
    session.add(row)
    session.flush()
    text_hash = row.text_hash
    session.execute(delete(KeptText))
    assert texts.read(session, KEY, {text_hash}) == {}
