"""USCC (R-30), LEI (R-32) and the salted hash of a legal entity (R-45)."""

import pytest

from api.domain.identifiers import IdentifierError, is_lei, is_uscc, legal_entity_hash, parse_lei, parse_uscc

USCCS = ["91350100M000100Y43", "91440300708461136T", "91330100799655058B", "91310000132260250X"]
LEIS = ["HWUPKR0MPOU8FGXBT394", "5493001KJTIIGC8Y1R12", "506700GE1G29325QX363"]
SALT = bytes(range(32))


@pytest.mark.parametrize("text", USCCS)
def test_uscc__examples_of_r30__are_valid(text: str) -> None:
    assert is_uscc(text)
    assert parse_uscc(f" {text[:2]} {text[2:8]}-{text[8:].lower()} ") == text


@pytest.mark.parametrize(
    "text",
    [
        "91350100M000100Y4Z",  # R-30's own: Z is not in the alphabet
        "91350100M000100Y44",  # the check character
        "91350100M000100Y34",  # two characters changed places
        "91350100M000100Y4",
        "91350100M000100Y433",
        "",
        LEIS[0],
    ],
)
def test_uscc__invalid__is_refused_by_name__r30(text: str) -> None:
    assert not is_uscc(text)
    with pytest.raises(IdentifierError, match="unified social credit code"):
        parse_uscc(text)


@pytest.mark.parametrize("text", USCCS)
def test_uscc__any_one_character_changed__is_invalid__r30(text: str) -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    changed = [text[:i] + other + text[i + 1 :] for i in range(18) for other in alphabet if other != text[i]]
    assert not [candidate for candidate in changed if is_uscc(candidate)]


@pytest.mark.parametrize("text", LEIS)
def test_lei__examples_of_r32__are_valid(text: str) -> None:
    assert is_lei(text)
    assert parse_lei(text.lower()) == text


@pytest.mark.parametrize("text", ["HWUPKR0MPOU8FGXBT395", "HWUPKR0MPOU8FGXBT3", "WHUPKR0MPOU8FGXBT394", "", USCCS[0]])
def test_lei__invalid__is_refused_by_name__r32(text: str) -> None:
    assert not is_lei(text)
    with pytest.raises(IdentifierError, match="legal entity identifier"):
        parse_lei(text)


def test_lei__check_digits_right_but_length_wrong__is_refused__r32() -> None:
    with pytest.raises(IdentifierError, match="2 characters, not 20"):
        parse_lei("01")


def test_legal_entity_hash__one_entity__is_one_hash_however_it_is_spelt__r45() -> None:
    assert legal_entity_hash(SALT, USCCS[0]) == legal_entity_hash(
        SALT, f"{USCCS[0][:8].lower()} {USCCS[0][8:].lower()}"
    )
    assert len(legal_entity_hash(SALT, USCCS[0])) == 32


def test_legal_entity_hash__other_salt_or_entity__is_another__r45() -> None:
    hashes = {legal_entity_hash(salt, entity) for salt in (SALT, SALT[::-1]) for entity in (*USCCS, *LEIS)}
    assert len(hashes) == 2 * (len(USCCS) + len(LEIS))


def test_legal_entity_hash__known_input__never_changes__r45() -> None:
    """The hash is on chain: a change of this value orphans every participant."""
    assert legal_entity_hash(SALT, USCCS[0]).hex() == "194d85a98202d9b28b8aff89869baaa8b069825270785920b72379ebec64c840"


def test_legal_entity_hash__short_salt_or_no_identifier__is_refused__r45() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        legal_entity_hash(SALT[:15], USCCS[0])
    with pytest.raises(IdentifierError, match="neither"):
        legal_entity_hash(SALT, "Suzhou Parts Ltd")
