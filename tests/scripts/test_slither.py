"""How slither's findings are compared with their answers. Slither itself runs in `scf check --deep`."""

from collections import Counter
from typing import Any

import pytest

from scripts import slither
from scripts.contracts_copy import CONTRACTS
from scripts.errors import CliError

ROWS = """
| detector | where | answer |
|---|---|---|
| `timestamp` | `Holds.order`, `Holds._sum.total` ×2 | Hours. |
| `timestamp` | `Anchors` | None: it is compared with nothing. |
"""
ANSWERED = Counter({("timestamp", "Holds.order"): 1, ("timestamp", "Holds._sum.total"): 2, ("timestamp", "Anchors"): 1})


def element(kind: str, name: str, parent: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"type": kind, "name": name, "type_specific_fields": {"parent": parent} if parent else {}}


def report(*elements: dict[str, Any]) -> dict[str, Any]:
    return {
        "success": True,
        "error": None,
        "results": {"detectors": [{"check": "timestamp", "elements": [found]} for found in elements]},
    }


def test_findings__of_each_kind_of_place__are_named_without_their_lines() -> None:
    contract = element("contract", "Holds")
    function = element("function", "order", contract)
    local = element("variable", "total", element("function", "_sum", contract))
    found = slither.findings(report(contract, function, element("node", "a == b", function), local))
    assert found == {
        ("timestamp", "Holds"): 1,
        ("timestamp", "Holds.order"): 2,
        ("timestamp", "Holds._sum.total"): 1,
    }


def test_findings__slither_failed__say_so() -> None:
    with pytest.raises(CliError, match="it does not compile"):
        slither.findings({"success": False, "error": "it does not compile", "results": {}})


def test_findings__nothing_found__are_none() -> None:
    assert slither.findings({"success": True, "error": None, "results": {}}) == Counter()


def test_answers__of_several_rows__add_up() -> None:
    assert slither.answers(ROWS) == ANSWERED


@pytest.mark.parametrize("row", ["| `timestamp` | `A.b` |  |\n", "| `timestamp` | everywhere | Hours. |\n"])
def test_answers__without_a_place_or_an_answer__are_refused(row: str) -> None:
    with pytest.raises(CliError, match="no place or no answer"):
        slither.answers(ROWS + row)


def test_compared__a_new_one_and_one_more_of_the_same__are_unanswered() -> None:
    found = ANSWERED + Counter({("timestamp", "Holds.order"): 1, ("calls-loop", "Holds.order"): 2})
    assert slither.unanswered(found, ANSWERED) == [
        "| `calls-loop` | `Holds.order` ×2 |  |",
        "| `timestamp` | `Holds.order` |  |",
    ]
    assert slither.vanished(found, ANSWERED) == []


def test_compared__one_is_gone__is_named() -> None:
    found = ANSWERED - Counter({("timestamp", "Holds._sum.total"): 1})
    assert slither.vanished(found, ANSWERED) == ["timestamp at `Holds._sum.total`"]
    assert slither.unanswered(found, ANSWERED) == []


def test_answers__the_committed_ones__name_places_of_the_contracts() -> None:
    answered = slither.answers(slither.ANSWERS.read_text())
    sources = "".join(path.read_text() for path in (CONTRACTS / "src").rglob("*.sol"))
    assert answered.total() > 100
    assert {place for _, place in answered if any(part not in sources for part in place.split("."))} == set()
