"""An invoice's fingerprint: what is claimed on chain when its debtor confirms, so that it is confirmed once (R-34).

HMAC-SHA256 under the debtor's own key over (seller id, buyer id, number, type). The amount is not in it: changing an
invoice by one fen does not make it another. Without the debtor's key a competitor cannot guess it.

Two ways of writing one number must meet, and two numbers must not, for the contract knows no exceptions:

- Unicode NFKC, then case folded: `ＩＮＶ１２` and `inv12` are `INV12`. A decimal digit of any script is that digit.
- White space, control and invisible characters are nothing: `INV 12` is `INV12`.
- Other punctuation and signs are nothing, except between two digits, where all of them are one mark: `INV-2026/7`,
  `INV2026_7` and `inv.2026-7` are one number, but `2026-1-12` (January's twelfth) is not `2026-11-2`.
- Zeros in front of a run of digits are nothing, since systems pad numbers differently: `INV-007` is `INV-7`.
- An identifier keeps its zeros, which are part of it, and loses everything but letters and digits.

What this does not meet (look-alike letters, an added suffix, another typing error) is found as a near-duplicate, by
people with an override, not here.
"""

import hashlib
import hmac
import re
import unicodedata

KEY_MIN_BYTES = 32

_DOMAIN = b"scf-network/invoice-fingerprint/v1"
_INVISIBLE = {"Zs", "Zl", "Zp", "Cc", "Cf"}
_LETTERS_AND_MARKS = ("L", "M", "N")
_PADDING = re.compile(r"(?<![0-9])0+(?=[0-9])")
_MARK_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])-+(?=[0-9])")


def fingerprint(debtor_key: bytes, *, seller_id: str, buyer_id: str, number: str, type_code: str) -> bytes:
    """32 bytes that are equal exactly when debtor, seller, buyer, normalised number and type are.

    ValueError for a key under 32 bytes, or a part in which nothing is left once normalised.
    """
    if len(debtor_key) < KEY_MIN_BYTES:
        raise ValueError(
            f"the debtor's key has {len(debtor_key)} bytes; at least {KEY_MIN_BYTES} random ones are needed"
        )
    parts = {
        "seller id": normalise_identifier(seller_id),
        "buyer id": normalise_identifier(buyer_id),
        "number": normalise_number(number),
        "type": normalise_identifier(type_code),
    }
    message = _DOMAIN
    for name, part in parts.items():
        if not part:
            raise ValueError(f"the {name} has no letter or digit in it")
        encoded = part.encode()
        message += len(encoded).to_bytes(4, "big") + encoded  # lengths in front: no part can run into the next
    return hmac.digest(debtor_key, message, hashlib.sha256)


def normalise_number(number: str) -> str:
    """The one spelling of an invoice number: letters and digits, and `-` where signs stood between two digits."""
    marked = "".join(character if _counts(character) else "-" for character in _visible(number))
    marks_kept = _MARK_BETWEEN_DIGITS.sub("\x00", marked).replace("-", "").replace("\x00", "-")
    unpadded = _PADDING.sub("", marks_kept)
    return unicodedata.normalize("NFKC", unpadded)  # what was left out may have stood before an accent


def normalise_identifier(identifier: str) -> str:
    """The one spelling of an identifier: its letters and digits, case folded."""
    return unicodedata.normalize("NFKC", "".join(filter(_counts, _visible(identifier))))


def _visible(text: str) -> str:
    """NFKC, case folded (NFKC again: folding may decompose), digits of all scripts as 0 to 9, the unseen left out."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(
        str(unicodedata.decimal(character, character))
        for character in folded
        if unicodedata.category(character) not in _INVISIBLE
    )


def _counts(character: str) -> bool:
    return unicodedata.category(character).startswith(_LETTERS_AND_MARKS)
