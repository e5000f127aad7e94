"""One invoice has one fingerprint, however it is typed (R-34)."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from api.domain.money import MINOR_MAX
from api.invoices.fingerprint import fingerprint, normalise_identifier, normalise_number
from api.invoices.ubl import read_invoice
from tests.api.story import story

KEY = bytes(range(32))
SELLER, BUYER = "91350100M000100Y43", "91440300708461136T"
NUMBERS = st.from_regex(r"[A-Z]{0,4}[1-9][0-9]{0,5}([-/][1-9][0-9]{0,3}){0,2}", fullmatch=True)
FULL_WIDTH = {ord(character): chr(ord(character) + 0xFEE0) for character in map(chr, range(0x21, 0x7F))}


def of(number: str, *, key: bytes = KEY, seller: str = SELLER, buyer: str = BUYER, kind: str = "380") -> bytes:
    return fingerprint(key, seller_id=seller, buyer_id=buyer, number=number, type_code=kind)


@given(st.integers(1, MINOR_MAX), st.integers(1, MINOR_MAX))
def test_fingerprint__amount_changed__is_the_same__r34(one: int, other: int) -> None:
    prints = set()
    for amount in (one, other):
        invoice = read_invoice(story(amount))
        seller, buyer = invoice.seller.uscc, invoice.buyer.uscc
        assert seller is not None
        assert buyer is not None
        prints.add(of(invoice.number, seller=seller, buyer=buyer, kind=invoice.type_code))
    assert len(prints) == 1


@given(NUMBERS, st.data())
def test_fingerprint__spacing_case_and_width__never_matter__r34(number: str, data: st.DataObject) -> None:
    spaced = "".join(c + data.draw(st.sampled_from(["", " ", "\t", "\u3000", "\u200b", "\u00ad"])) for c in number)
    for typed in (spaced, number.lower(), number.translate(FULL_WIDTH), unicodedata.normalize("NFD", number)):
        assert of(typed) == of(number)


@given(NUMBERS, NUMBERS)
def test_fingerprint__different_number__is_different__r34(one: str, other: str) -> None:
    assume(one.replace("/", "-") != other.replace("/", "-"))
    assert of(one) != of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-2026/7", "inv2026_7"),
        ("INV-007", "INV-7"),
        ("INV-2026-007", "INV 2026--7"),
        ("№ 12", "No. 12"),
        ("发票１２", "发票12"),
        ("INV١٢", "INV12"),
        ("ﬁ-1", "FI1"),
        ("STRASSE1", "straße-1"),
        ("0", "000"),
        ("(12)", "12"),
    ],
)
def test_fingerprint__other_spelling__is_the_same__r34(one: str, other: str) -> None:
    assert of(one) == of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-1-12", "2026-11-2"),
        ("1-23", "12-3"),
        ("INV-1", "INV-10"),
        ("10", "1"),
        ("100", "1"),
        ("A1", "B1"),
        ("发票1", "收据1"),
        ("INV-1", "INV-1A"),
    ],
)
def test_fingerprint__really_another_number__is_different__r34(one: str, other: str) -> None:
    assert of(one) != of(other)


def test_fingerprint__every_part_and_the_key__matter__r34() -> None:
    base = of("INV-1")
    others = [
        of("INV-1", seller=BUYER),
        of("INV-1", buyer=SELLER),
        of("INV-1", seller=BUYER, buyer=SELLER),
        of("INV-1", kind="381"),
        of("INV-1", key=KEY[::-1]),
    ]
    assert len({base, *others}) == 6


def test_fingerprint__parts_pushed_into_each_other__are_different__r34() -> None:
    assert of("1", seller="AB", buyer="C") != of("1", seller="A", buyer="BC")
    assert of("12", kind="380") != of("1", kind="2380")


def test_fingerprint__identifier_spelt_otherwise__is_the_same_but_keeps_its_zeros__r34() -> None:
    assert of("1", seller="91350100-m000100y43 ") == of("1")
    assert normalise_identifier("0000-0196") == "00000196"


def test_fingerprint__known_input__never_changes__r34() -> None:
    """Fingerprints are on chain: a change of this value lets every confirmed invoice be confirmed again."""
    assert of("INV-2026-001").hex() == "3fbe0cc1b9353c99e2c3676f0485eb2eb0b7bb86c793c68feca1f70cb6a108b4"


@pytest.mark.parametrize("number", ["", "  ", "---", "\u200b"])
def test_fingerprint__nothing_left_of_a_part__is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="number has no letter or digit"):
        of(number)


def test_fingerprint__short_key__is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        of("1", key=KEY[:31])


@given(st.text(max_size=20))
@example("R\u00b8")
def test_normalise__any_text__is_stable(text: str) -> None:
    number, identifier = normalise_number(text), normalise_identifier(text)
    assert normalise_number(number) == number
    assert normalise_identifier(identifier) == identifier
