"""That whom an event concerns, and how it is called, is said of every event there is, and as the index says it."""

import re
from enum import IntEnum
from pathlib import Path

import pytest

from indexer.events import Decoder
from indexer.models import HoldKind, ParkingKind, PayableState, SkipReason
from indexer.proof.chain import JOURNAL_SLOTS
from indexer.proof.statement import KINDS as KIND_WORDS
from indexer.proof.subjects import KINDS, Said, Subject, read_event
from indexer.proof.text import money, sentence, tokens_of
from indexer.proof.words import CHOICES, EVENTS, VALUES
from node_adapter.artifacts import event_specs
from tests.indexer.fake_chain import DEPLOYMENTS, left_to_chance

BUSINESS = [spec for spec in event_specs().values() if spec.business]
STORAGE = Path(__file__).resolve().parents[2] / "contracts" / "storage.md"
LIFE = {"Dishonours", "Origination", *KINDS["piece"].contracts}


def test_words__of_every_event_and_value__are_there_in_both_languages() -> None:
    assert EVENTS.keys() == {spec.name for spec in BUSINESS}
    assert VALUES.keys() == {field.name for spec in BUSINESS for field in spec.fields}
    assert KIND_WORDS.keys() == KINDS.keys()
    for table in (EVENTS, VALUES, KIND_WORDS):
        for zh, en in table.values():
            assert re.search(r"[\u4e00-\u9fff]", zh)
            assert en.isascii()


@pytest.mark.parametrize(
    ("key", "enum"),
    [
        (("HoldPlaced", "kind"), HoldKind),
        (("ReceivableParked", "kind"), ParkingKind),
        (("PayablePaid", "state"), PayableState),
        (("RedemptionSkipped", "reason"), SkipReason),
    ],
)
def test_choices__of_each_enum__are_all_its_words(key: tuple[str, str], enum: type[IntEnum]) -> None:
    assert {number: en for number, (_, en) in CHOICES[key].items()} == {
        item.value: item.name.lower().replace("_", " ") for item in enum
    }


def test_business_events__of_all_contracts__begin_with_topics_of_their_own() -> None:
    assert len({spec.topic0 for spec in BUSINESS}) == len(BUSINESS)


def test_journal_slots__of_all_contracts__are_the_compilers() -> None:
    text = STORAGE.read_text()
    found = {
        section.split("\n", 1)[0]: int(slot)
        for section in text.split("\n## ")[1:]
        for slot in re.findall(r"^\| (\d+) \| 0–31 \| `journal` ", section, re.MULTILINE)
    }
    assert found == JOURNAL_SLOTS


def test_concerns__every_event_that_the_index_files_under_a_payable__and_no_other() -> None:
    """I8: what the index calls a payable's history is what a verifier finds without an index."""
    decoder = Decoder(DEPLOYMENTS)
    logs = [log for block in left_to_chance(300).blocks for log in block.logs]
    decoded = [(decoder.decode(log, 0), log) for log in logs]
    said = [(event, _said(log)) for event, log in decoded if event.business]
    payables = sorted({event.subject for event, _ in said if re.fullmatch(r"0x[0-9a-f]{56}", event.subject)})
    assert len(payables) > 10
    for payable in payables:
        subject = Subject("payable", payable)
        filed = [event for event, _ in said if event.subject == payable]
        told = [event for event, one in said if subject.names(one)]
        assert set(map(id, filed)) <= set(map(id, told))
        assert {event.name for event in told if event.subject != payable} <= {"FreezeOrdered"}
        assert {event.contract for event in told} <= LIFE


def test_of__a_deals_fee_and_an_orders_release__follow_the_payable() -> None:
    payable, quote = "0x" + 56 * "1", "0x" + 64 * "2"
    piece = payable + "00000001"
    accepted = _made("Discounting", "QuoteAccepted", quote_hash=quote, receivable_id=piece, delivered_id=piece)
    fee = _made("Discounting", "FeePaid", quote_hash=quote)
    other_fee = _made("Discounting", "FeePaid", quote_hash="0x" + 64 * "3")
    held = _made("Holds", "HoldPlaced", receivable_id=piece, order_id=5)
    released, other = (_made("Holds", "FreezeReleased", order_id=number) for number in (5, 6))
    events = [accepted, fee, other_fee, held, released, other]
    assert Subject("payable", payable).of(events) == [accepted, fee, held, released]
    assert Subject("piece", piece).of(events) == [accepted, fee, held, released]
    assert Subject("order", "5").of(events) == [held, released]
    assert Subject("deal", quote).of(events) == [accepted, fee]


def test_money__in_minor_units__is_exact_in_its_currencys_decimals() -> None:
    assert money(2**53 - 1, "CNY")[0] == "90,071,992,547,409.91 CNY"
    assert money(5, "CNY")[1] == "0.05 CNY"
    assert money(1_234, "JPY")[1] == "1,234 JPY"
    assert money(7, "ABC")[1] == "7 minor units ABC"
    assert money(7, None) == ("7 最小货币单位", "7 minor units")


def test_sentence__without_a_programme__shows_minor_units_and_days_beyond_calendars_as_numbers() -> None:
    said = _made("Dishonours", "DishonourRecorded", amount=12, due_date=2**32 - 1)
    assert tokens_of([said]) == [None]
    zh, en = sentence(said, 2**62, None)
    assert en == f"{2**62} Dishonour recorded: amount 12 minor units; due date 4294967295"
    assert zh == f"{2**62} 拒付已记录：金额 12 最小货币单位；到期日 4294967295"


def _said(log: object) -> Said:
    return read_event(log.address, log.topics, log.data)  # type: ignore[attr-defined]


def _made(contract: str, name: str, **args: object) -> Said:
    return Said("0x", contract, name, dict(args), b"", b"")
