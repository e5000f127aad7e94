"""The sealed box of a disclosure alone: who opens it, and that nothing in it can be changed."""

import json

import pytest

from api.disclosure.box import FORMAT, DisclosureRefused, PublicKey, SecretKey, open_box, seal
from api.disclosure.pack import decoded

KEY = SecretKey.new()


def test_box__opened_by_its_recipient__is_what_was_sealed_and_never_the_same_twice() -> None:
    plain = b"a name" * 100
    first, second = seal(KEY.public, plain), seal(KEY.public, plain)
    assert open_box(KEY, first) == open_box(KEY, second) == plain
    one, two = json.loads(first), json.loads(second)
    assert one["format"] == FORMAT
    assert all(one[name] != two[name] for name in ("ephemeral", "nonce", "ciphertext"))


def test_box__by_another_key__stays_shut() -> None:
    with pytest.raises(DisclosureRefused, match="not for scf-regulator:"):
        open_box(SecretKey.new(), seal(KEY.public, b"plain"))


@pytest.mark.parametrize("field", ["format", "recipient", "ephemeral", "nonce", "ciphertext"])
def test_box__with_any_field_changed__is_refused(field: str) -> None:
    whole = json.loads(seal(KEY.public, b"plain" * 50))
    text = whole[field]
    whole[field] = text[:-6] + ("0" if text[-6] != "0" else "1") + text[-5:]
    with pytest.raises(DisclosureRefused):
        open_box(KEY, json.dumps(whole).encode())


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"format": "scf-disclosure/2"}', b"null"])
def test_box__that_is_none__is_refused(content: bytes) -> None:
    with pytest.raises(DisclosureRefused, match=FORMAT):
        open_box(KEY, content)


@pytest.mark.parametrize(
    "plain", [b"", b"[]", b"{}", b'{"chain_id": 1}', b'{"participants": 3, "invoices": [], "texts": []}']
)
def test_pack__that_is_none__is_refused(plain: bytes) -> None:
    with pytest.raises(DisclosureRefused, match="no pack"):
        decoded(plain)


def test_key__given_as_the_other_kind_or_cut_short__is_refused_and_not_repeated() -> None:
    for text in (KEY.text, "scf-regulator:12", "", "scf-regulator:" + "zz" * 32):
        with pytest.raises(DisclosureRefused) as refused:
            PublicKey.parse(text)
        assert KEY.secret.hex() not in str(refused.value)
    with pytest.raises(DisclosureRefused):
        SecretKey.parse(KEY.public.text)
    assert KEY.secret.hex() not in repr(KEY)
