"""Where `scf mutate contracts` breaks a source. No compiler and no forge: see `scf mutate` for the whole."""

from pathlib import Path

import pytest

from scripts import mutate
from scripts.contracts_copy import CONTRACTS
from scripts.mutation_sites import Site, blanked, sites

CONTRACT = """// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {A} from "./a + b.sol";

/// @notice 1 + 1 == 2
contract C {
    event Happened(uint256 indexed a, uint8 b);
    uint256[4] internal slots;
    %s

    function f(uint256 a, uint256[2] memory b) external restricted returns (uint256 c) {
        %s
    }
}
"""


def broken(body: str, member: str = "") -> set[str]:
    """What the lines of body and member can become, without what stands beside them."""
    source = CONTRACT % (member, body)
    found = set()
    for site in sites("C.sol", source):
        if site.kind == "guard deleted":
            continue
        added = [line[1:].strip() for line in mutate.diff(site, source).splitlines() if line.startswith("+")]
        found.add(" ".join(added))
    return found


@pytest.mark.parametrize(
    ("body", "becomes"),
    [
        ("return a + c;", {"return a - c;"}),
        ("return a - c * b;", {"return a + c * b;", "return a - c / b;"}),
        (
            "return a <= c && a != b;",
            {"return a < c && a != b;", "return a <= c || a != b;", "return a <= c && a == b;"},
        ),
        ("return a >= b || !c;", {"return a > b || !c;", "return a >= b && !c;", "return a >= b || c;"}),
        ("return a & c | b;", {"return a | c | b;", "return a & c & b;"}),
        ("return true;", {"return false;"}),
        ("return 5;", {"return 4;", "return 6;"}),
        ("return 0;", {"return 1;"}),
        ("return 1_000_000;", {"return 999999;", "return 1000001;"}),
        ("return 8 hours;", {"return 7 hours;", "return 9 hours;"}),
        (
            "return Roles.DEBTOR | Roles.ORGANISATION;",
            {
                "return Roles.SUPPLIER | Roles.ORGANISATION;",
                "return Roles.DEBTOR | Roles.DEBTOR;",
                "return Roles.DEBTOR & Roles.ORGANISATION;",
            },
        ),
        ("c = a;", {"{}"}),
        ("c += a;", {"{}", "c -= a;"}),
        ("++c;", {"{}", "--c;"}),
        ("delete slots[a];", {"{}"}),
        ("slots[a].b.c(a, c);", {"{}"}),
        ("emit Happened(a, c);", {"{}"}),
        ("(c, a) = g();", set()),
        ("uint256 d = a;", set()),
        ("A memory d = A(a);", set()),
        ("return g(a);", set()),
        ("if (a == c) d = b;", {"if (a != c) d = b;", "if (a == c) {}"}),
        ("if (a == c) revert E(a);", {"if (a != c) revert E(a);", "if (a == c) {}"}),
        (
            "if (a == c) d = b; else g(a);",
            {"if (a != c) d = b; else g(a);", "if (a == c) {} else g(a);", "if (a == c) d = b; else {}"},
        ),
        (
            "for (uint256 i; i < c; ++i) g(i);",
            {
                "for (uint256 i; i <= c; ++i) g(i);",
                "for (uint256 i; i < c; --i) g(i);",
                "for (uint256 i; i < c; ++i) {}",
            },
        ),
        (
            "if (a) { c = b; } else if (c) d = b;",
            {"if (a) { {} } else if (c) d = b;", "if (a) { c = b; } else if (c) {}"},
        ),
        ("g({a: b, c: d});", {"{}"}),
    ],
)
def test_sites__of_a_body__are_these(body: str, becomes: set[str]) -> None:
    assert broken(body) == becomes


def test_sites__of_a_require__delete_and_negate_it() -> None:
    assert broken("require(a < c, E(a, b[c]));") == {
        "{}",
        "require(!(a < c), E(a, b[c]));",
        "require(a <= c, E(a, b[c]));",
    }
    assert broken("require(f(a, c), E());") == {"{}", "require(!(f(a, c)), E());"}


def test_sites__of_an_equality__negate_it_once() -> None:
    assert broken("require(a == c, E(a));") == {"{}", "require(a != c, E(a));"}


@pytest.mark.parametrize(
    "body",
    [
        "return a < c ? a : c;",
        "return a.b > c.d ? a.b : c.d;",
        "return a < c ? c : a;",
        "if (a < c) c = a;",
    ],
)
def test_sites__the_less_and_the_more__keep_their_comparison(body: str) -> None:
    assert not any("=" in line and ("<=" in line or ">=" in line) for line in broken(body))


def test_sites__of_another_choice__swap_its_comparison() -> None:
    assert broken("return a < c ? a : b;") == {"return a <= c ? a : b;"}


def test_sites__of_comments_and_strings_and_declarations__are_none() -> None:
    assert broken('return "a + b"; // 1 + 2', "/// @dev 1 == 2\n    struct S { uint8[2] a; }") == set()


def test_sites__of_a_constant__move_it_by_one_unless_it_is_a_width() -> None:
    assert broken("", "uint256 internal constant MAX = 8;") == {
        "uint256 internal constant MAX = 7;",
        "uint256 internal constant MAX = 9;",
    }
    assert broken("", "uint256 internal constant DATE_BITS = 56;") == set()
    assert broken("", 'bytes32 internal constant HASH = keccak256("1 + 1");') == set()


def test_sites__of_assembly__are_its_numbers() -> None:
    assert broken('assembly ("memory-safe") { mstore(0x40, free) let a := add(b, 1) }') == {
        f'assembly ("memory-safe") {{ mstore({word}, free) let a := add(b, {number}) }}'
        for word, number in (("0x3f", 1), ("0x41", 1), ("0x40", 0), ("0x40", 2))
    }


def test_sites__of_a_guard__take_it_away() -> None:
    source = CONTRACT % ("function g() external only(address(X)) {}", "")
    taken = [site.applied(source) for site in sites("C.sol", source) if site.kind == "guard deleted"]
    assert len(taken) == 2
    assert "function g() external  {}" in taken[0]
    assert "external  returns" in taken[1]


def test_sites__of_a_file__are_told_with_their_line_and_are_all_different() -> None:
    source = CONTRACT % ("", "c = a;\n        c += 1;")
    found = sites("C.sol", source)
    assert {source.splitlines()[site.line - 1].strip() for site in found if site.kind != "guard deleted"} == {
        "c = a;",
        "c += 1;",
    }
    assert len({site.applied(source) for site in found}) == len(found)
    assert source not in {site.applied(source) for site in found}


def test_blanked__any_source__keeps_every_place() -> None:
    source = CONTRACT % ("", "c = \"it's\" ; /* 1\n 2 */ return '//'; // x\n")
    assert len(blanked(source)) == len(source)
    assert blanked(source).count("\n") == source.count("\n")
    assert "1" not in blanked(source).split("contract C")[0].replace("0.8", "").split("import")[1]


def test_draw__the_contracts__has_every_file_that_does_something_and_depends_on_the_seed() -> None:
    folder = CONTRACTS / "src"
    drawn = mutate.draw(folder, 1)
    assert drawn == mutate.draw(folder, 1)
    assert drawn != mutate.draw(folder, 2)
    assert sorted(drawn) == sorted(mutate.draw(folder, 2))
    parts = {Path(site.path).parts[0] for site in drawn}
    assert not parts & {"interfaces", "types"}
    assert parts >= {path.name for path in folder.glob("*.sol")}


@pytest.mark.parametrize("text", ["", "contract C {}", "interface I { function f() external; }"])
def test_sites__nothing_to_break__are_none(text: str) -> None:
    assert sites("C.sol", text) == []


def test_diff__of_several_lines__names_them_all() -> None:
    source = "a\nb\nc\n"
    assert mutate.diff(Site("x", 2, 5, "{}", "", 2), source) == "-b\n-c\n+{}"


def test_found__of_nothing__scores_nothing() -> None:
    assert mutate.Found().score == 0.0
    assert mutate.Found(killed=19, survivors=[Site("x", 0, 1, "", "", 1)]).score == mutate.WANTED
