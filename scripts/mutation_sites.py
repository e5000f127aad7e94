"""Where a Solidity source can be broken, and how: the pure half of `scf mutate contracts`.

Nothing is parsed in full. Comments and strings are blanked, then bodies, statements and operators are found by their
brackets: enough for sources that `forge fmt` has laid out. Left alone: imports, declarations of events, errors and
types, comments, strings, and what is the same by construction (`a < b ? a : b`, the width of a packed word).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

SWAPS = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "%": "/",
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "&&": "||",
    "||": "&&",
    "&": "|",
    "|": "&",
    "<<": ">>",
    ">>": "<<",
    "+=": "-=",
    "-=": "+=",
    "&=": "|=",
    "|=": "&=",
    "++": "--",
    "--": "++",
    "true": "false",
    "false": "true",
}
ROLES = ("DEBTOR", "SUPPLIER", "FINANCIER", "BANK", "DEPOSIT_TOKEN", "CONTRACT", "ALL", "ORGANISATION")
"""Each becomes the next, the last the first."""
GUARDS = re.compile(r"\b(?:restricted\b|only\()")
"""Modifiers in a function's head that refuse a caller."""

_BLANK = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_HEAD = re.compile(r"\b(?:function\s+\w+|modifier\s+\w+|constructor)\s*[({]")
_CONSTANT = re.compile(r"\bconstant\s+(\w+)\s*=([^;]*);")
_OPERATOR = re.compile(r"<<=|>>=|=>|<<|>>|[-+*/%&|^<>=!]=|&&|\|\||\+\+|--|[-+*/%&|^<>!~=]|\b(?:true|false)\b")
_NUMBER = re.compile(r"(?<![\w.])(?:0x[0-9a-fA-F]+|\d[\d_]*)(?![\w.])")
_ROLE = re.compile(r"\bRoles\.(\w+)")
_CHOICE = re.compile(r"([\w.]+) [<>] ([\w.]+) \? (?:\1 : \2|\2 : \1)(?![\w.])")
_CLAMP = re.compile(r"if \(([\w.]+) [<>] ([\w.]+)\) (?:\1 = \2|\2 = \1);")
_STATEMENT = re.compile(
    r"(?:delete\s|emit\s|revert\s|\+\+|--)"  # by its first word
    r"|[\w.]+(?:\[[^;]*?\])*(?:\.\w+)*\s*(?:[-+*/%&|^]|<<|>>)?=[^=]"  # an assignment
    r"|[\w.]+(?:\[[^;]*?\])*(?:\.\w+)*\(",  # a call, `require` among them
    re.DOTALL,
)
_CONTROL = re.compile(r"\s*(?:else\b\s*)?(?:(?:if|while|for)\s*(?=\())?")


@dataclass(frozen=True, slots=True, order=True)
class Site:
    """One way to break one file: `[start, end)` of its text becomes `replacement`."""

    path: str
    start: int
    end: int
    replacement: str
    kind: str
    line: int

    def applied(self, source: str) -> str:
        return source[: self.start] + self.replacement + source[self.end :]


def sites(path: str, source: str) -> list[Site]:
    """All ways to break one source, in its order, no two the same."""
    text = blanked(source)
    found: dict[tuple[int, int, str], Site] = {}
    for start, end, replacement, kind in _all(text):
        line = text.count("\n", 0, start) + 1
        found.setdefault((start, end, replacement), Site(path, start, end, replacement, kind, line))
    return sorted(found.values())


def blanked(source: str) -> str:
    """The source with its comments and the insides of its strings as spaces, at the same places."""

    def blank(match: re.Match[str]) -> str:
        kept = match[0][0] if match[0][0] in "\"'" else ""
        inside = re.sub(r"[^\n]", " ", match[0][len(kept) : len(match[0]) - len(kept)])
        return f"{kept}{inside}{kept}"

    return _BLANK.sub(blank, source)


_Found = tuple[int, int, str, str]


def _all(text: str) -> Iterator[_Found]:
    for head, opening, closing in _functions(text):
        yield from _guards(text, head, opening)
        yield from _body(text, opening + 1, closing)
    for constant in _CONSTANT.finditer(text):
        if not constant[1].endswith("BITS"):  # how wide a word is packed changes nothing that is not full
            yield from _numbers(text, constant.start(2), constant.end(2))


def _functions(text: str) -> Iterator[tuple[int, int, int]]:
    """Where a function's head begins, and its body's two braces."""
    for match in _HEAD.finditer(text):
        opening = next(at for at, char in _outside(text, match.end() - 1, "{;") if char in "{;")
        if text[opening] == "{":
            yield match.start(), opening, _closing(text, opening)


def _guards(text: str, head: int, opening: int) -> Iterator[_Found]:
    for guard in GUARDS.finditer(text, head, opening):
        end = _closing(text, guard.end() - 1) + 1 if guard[0].endswith("(") else guard.end()
        yield guard.start(), end, "", "guard deleted"


def _body(text: str, start: int, end: int) -> Iterator[_Found]:
    assembly = [(block.start(), _closing(text, block.end() - 1)) for block in re.finditer(r"assembly[^{]*\{", text)]
    same = [choice.span() for pattern in (_CHOICE, _CLAMP) for choice in pattern.finditer(text, start, end)]
    for found in _statements(text, start, end):
        if not _within(found[0], assembly):
            yield from _broken_statement(text, *found)
    for operator in _OPERATOR.finditer(text, start, end):
        if not _within(operator.start(), assembly) and not _within(operator.start(), same):
            yield from _operator(text, operator)
    for role in _ROLE.finditer(text, start, end):
        if role[1] in ROLES:
            other = ROLES[(ROLES.index(role[1]) + 1) % len(ROLES)]
            yield role.start(1), role.end(1), other, "role swapped"
    yield from _numbers(text, start, end)


def _operator(text: str, operator: re.Match[str]) -> Iterator[_Found]:
    """Every operator has two sides here, but `!`, `++` and `--`."""
    if operator[0] == "!":
        yield operator.start(), operator.end(), "", "negation dropped"
    elif operator[0] in SWAPS:
        yield operator.start(), operator.end(), SWAPS[operator[0]], f"{operator[0]} swapped"


def _numbers(text: str, start: int, end: int) -> Iterator[_Found]:
    for number in _NUMBER.finditer(text, start, end):
        value = int(number[0], 0) if number[0].startswith("0x") else int(number[0].replace("_", ""))
        for other in (value + 1, value - 1):
            if other >= 0:
                shown = hex(other) if number[0].startswith("0x") else str(other)
                yield number.start(), number.end(), shown, "constant moved by one"


def _statements(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Each statement without its `if`, `else` or loop head, its semicolon included."""
    begin = start
    for at, char in _outside(text, start, "{};", end):
        if char == ";":
            yield _skip_control(text, begin), at + 1
        if char in "{};":
            begin = at + 1


def _skip_control(text: str, begin: int) -> int:
    while (control := _CONTROL.match(text, begin)) is not None:
        if text[control.end()] == "(" and re.search(r"\b(?:if|while|for)\s*$", control[0]):
            begin = _closing(text, control.end()) + 1
        elif control.end() == begin:
            break
        else:
            begin = control.end()
    return begin


def _broken_statement(text: str, start: int, end: int) -> Iterator[_Found]:
    if _STATEMENT.match(text, start) and not text.startswith(("return", "require"), start):
        yield start, end, "{}", "statement deleted"
    if text.startswith("require(", start):
        opening = start + len("require")
        closing = _closing(text, opening)
        comma = next((at for at, char in _outside(text, opening + 1, ",", closing) if char == ","), closing)
        condition = text[opening + 1 : comma]
        yield start, end, "{}", "require deleted"
        if not re.fullmatch(r"\s*[^=!&|<>?]+[=!]=[^=!&|<>?]+", condition):  # swapping the operator negates it
            yield opening + 1, comma, f"!({condition.strip()})", "require negated"


def _within(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _closing(text: str, opening: int) -> int:
    """Where the bracket that opens at `opening` is closed."""
    depth = 0
    for at in range(opening, len(text)):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
            if depth == 0:
                return at
    raise ValueError(f"the bracket at {opening} is never closed")


def _outside(text: str, start: int, wanted: str, end: int | None = None) -> Iterator[tuple[int, str]]:
    """The characters of `wanted` that stand in no round or square bracket opened after `start`."""
    depth = 0
    for at in range(start, len(text) if end is None else end):
        if text[at] in wanted and depth == 0:
            yield at, text[at]
        if text[at] in "([":
            depth += 1
        elif text[at] in ")]":
            depth -= 1
