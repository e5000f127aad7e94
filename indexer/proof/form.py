"""The one form an evidence file has: JSON with sorted keys, one value a line, whole numbers, UTF-8.

A file in any other form is refused, so that no two files say the same, and nothing hides in white space, in a doubled
key or in a number written otherwise.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from indexer.proof.errors import FieldWrong, NotCanonical, StatementDiffers
from node_adapter.words import from_hex, hex0x

FILE = "file"
"""What stands for the whole in an error's place."""
BYTES_MAX = 200_000_000
_KINDS = {dict: "an object", list: "a list", str: "a text", int: "a whole number", bool: "true or false"}


def canonical(document: Any) -> bytes:
    """Numbers must be whole; keys are texts."""
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def parse(content: bytes) -> Any:
    """Raises NotCanonical unless `content` is what `canonical` writes."""
    if len(content) > BYTES_MAX:
        raise NotCanonical(FILE, f"it has more than {BYTES_MAX} bytes")
    try:
        text = content.decode()
        document = json.loads(text, object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number)
        written = canonical(document)
    except UnicodeError as error:
        raise NotCanonical(FILE, f"no UTF-8: {error}") from None
    except (ValueError, RecursionError) as error:
        raise NotCanonical(FILE, f"no JSON of ours: {error}") from None
    if written != content:
        line = next(i for i, (a, b) in enumerate(zip(_lines(written), _lines(content), strict=False), 1) if a != b)
        raise NotCanonical(f"line {line}", "it is not written in the one form that evidence has")
    return document


def fields(value: Any, where: str, names: Iterable[str]) -> dict[str, Any]:
    """`value` as an object with exactly these fields. Raises FieldWrong."""
    found: dict[str, Any] = of_kind(value, dict, where)
    wanted = set(names)
    if unknown := sorted(found.keys() - wanted):
        raise FieldWrong(f"{where}.{unknown[0]}", "there is no such field")
    if missing := sorted(wanted - found.keys()):
        raise FieldWrong(f"{where}.{missing[0]}", "the field is missing")
    return found


def of_kind(value: Any, kind: type, where: str) -> Any:
    """Raises FieldWrong unless `value` is of this very kind: true is no number."""
    if type(value) is not kind:
        raise FieldWrong(where, f"it should be {_KINDS[kind]}")
    return value


def count(value: Any, where: str) -> int:
    """A whole number from 0 on."""
    if of_kind(value, int, where) < 0:
        raise FieldWrong(where, "it should not be negative")
    return int(value)


def octets(value: Any, where: str, size: int | None = None) -> bytes:
    """Bytes as 0x and lower-case hex, `size` of them if given."""
    try:
        data = from_hex(of_kind(value, str, where))
    except ValueError:
        raise FieldWrong(where, "it should be 0x and pairs of hexadecimal digits") from None
    if hex0x(data) != value:
        raise FieldWrong(where, "hexadecimal digits should be in lower case")
    if size is not None and len(data) != size:
        raise FieldWrong(where, f"it should have {size} bytes, not {len(data)}")
    return data


def octets_list(value: Any, where: str) -> list[bytes]:
    return [octets(item, f"{where}[{i}]") for i, item in enumerate(of_kind(value, list, where))]


def require_same(said: Any, proven: Any, where: str = "") -> None:
    """Raises StatementDiffers at the first place where what the file says is not what is proven."""
    if isinstance(proven, Mapping) and isinstance(said, Mapping):
        for name in sorted(proven.keys() | said.keys()):
            if name not in said or name not in proven:
                raise StatementDiffers(
                    f"{where}.{name}".lstrip("."),
                    "there should be no such field" if name in said else "the field is missing",
                )
            require_same(said[name], proven[name], f"{where}.{name}".lstrip("."))
    elif isinstance(proven, list) and isinstance(said, list) and len(said) == len(proven):
        for i, (ours, theirs) in enumerate(zip(said, proven, strict=True)):
            require_same(ours, theirs, f"{where}[{i}]")
    elif said != proven or type(said) is not type(proven):
        raise StatementDiffers(where, f"the file says {_shown(said)}, proven is {_shown(proven)}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no whole number")


def _lines(content: bytes) -> list[bytes]:
    return [*content.split(b"\n"), b"end"]


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]}…"
