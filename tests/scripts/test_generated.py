"""Documents made from the sources: the tables of errors and of storage, and how both are written and compared."""

from pathlib import Path

import pytest

from scripts import error_table, generated, storage_table
from scripts.errors import CliError

SOURCE = """interface I {
    /// @notice Too {Word.much}: more | than
    /// `most`.
    /// @dev Remedy: Take less.
    error TooMuch(uint256 asked,
        uint56 most);

    /// @notice None.
    /// @dev Remedy: Give one.
    /// @param nothing Not shown.
    error None();

    function error_(uint8 a) external;
}
"""
LAYOUT = {
    "storage": [
        {"label": "first", "offset": 0, "slot": "0", "type": "t_small"},
        {"label": "second", "offset": 4, "slot": "0", "type": "t_small"},
        {"label": "flag", "offset": 8, "slot": "0", "type": "t_bool"},
        {"label": "both", "offset": 0, "slot": "1", "type": "t_struct9"},
        {"label": "after", "offset": 0, "slot": "3", "type": "t_mapping"},
    ],
    "types": {
        "t_small": {"label": "uint32", "numberOfBytes": "4"},
        "t_bool": {"label": "bool", "numberOfBytes": "1"},
        "t_word": {"label": "bytes32", "numberOfBytes": "32"},
        "t_mapping": {"label": "mapping(uint32 => struct C.Both)", "numberOfBytes": "32"},
        "t_struct9": {
            "label": "struct C.Both",
            "numberOfBytes": "64",
            "members": [
                {"label": "word", "offset": 0, "slot": "0", "type": "t_word"},
                {"label": "rest", "offset": 0, "slot": "1", "type": "t_small"},
            ],
        },
    },
}


def test_declared__of_a_source__are_its_errors_in_order() -> None:
    much, none = error_table.declared(SOURCE)
    assert (much.name, much.parameters) == ("TooMuch", ("asked", "most"))
    assert (much.when, much.remedy) == ("Too {Word.much}: more | than `most`.", "Take less.")
    assert (none.name, none.parameters, none.when, none.remedy) == ("None", (), "None.", "Give one.")


@pytest.mark.parametrize("missing", ["@notice", "@dev Remedy:"])
def test_declared__without_its_meaning_or_remedy__is_refused(missing: str) -> None:
    with pytest.raises(CliError, match="TooMuch needs an @notice and a @dev Remedy:"):
        error_table.declared(SOURCE.replace(missing, "", 1))


def test_table__of_errors__has_a_row_each() -> None:
    errors = error_table.declared(SOURCE)
    raisers = error_table.raised_by(errors, {"A": {"TooMuch"}, "B": {"None", "TooMuch"}})
    assert error_table.table(errors, raisers).splitlines()[2:] == [
        "| `TooMuch(asked, most)` | `A`, `B` | Too `Word.much`: more \\| than `most`. | Take less. |",
        "| `None()` | `B` | None. | Give one. |",
    ]


def test_raised_by__nobody__is_refused() -> None:
    with pytest.raises(CliError, match="no contract raises None"):
        error_table.raised_by(error_table.declared(SOURCE), {"A": {"TooMuch"}})


def test_render__the_committed_readme__has_every_error_of_the_interfaces() -> None:
    text = error_table.render()
    for path in (error_table.SOURCES / "interfaces").glob("*.sol"):
        for error in error_table.declared(path.read_text()):
            assert f"| `{error.name}(" in text


def test_between__markers__replaces_what_stands_there_and_nothing_else() -> None:
    document = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n"
    assert generated.between(document, "x", "new\n") == "a\n<!-- begin x -->\nnew\n<!-- end x -->\nb\n"


@pytest.mark.parametrize("document", ["", "<!-- begin x -->\n", "<!-- end x -->\n<!-- begin x -->\n"])
def test_between__markers_missing__is_refused(document: str) -> None:
    with pytest.raises(CliError, match="needs one line <!-- begin x --> and one <!-- end x -->"):
        generated.between(document, "x", "")


def test_main__writes_once_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "made.md"

    def make(*arguments: str, text: str = "text\n") -> int:
        return generated.main("scripts.made", path, lambda: text, list(arguments))

    assert make("--check") == 1
    assert not path.exists()
    assert make() == 0
    assert path.read_text() == "text\n"
    assert make("--check") == 0
    assert make("--check", text="else\n") == 1
    assert path.read_text() == "text\n"
    shown = f"{tmp_path.name}/made.md"
    stale = f"{shown} is not what the sources give; run python -m scripts.made\n"
    assert capsys.readouterr().out == f"{stale}wrote {shown}\n{stale}"


def test_main__cannot_be_made__is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> str:
        raise CliError("no compiler", name="ToolMissing")

    assert generated.main("scripts.made", tmp_path / "made.md", fails, []) == 1
    assert capsys.readouterr().err == f"{tmp_path.name}/made.md: no compiler\n"


def test_storage__of_packed_words_and_structs__has_every_byte_in_its_place() -> None:
    text = storage_table.document({"C": LAYOUT})
    assert text.startswith(storage_table.HEAD)
    head = "| slot | bytes | name | type |\n|---|---|---|---|\n"
    packed = ["| 0 | 0–3 | `first` | `uint32` |", "| 0 | 4–7 | `second` | `uint32` |", "| 0 | 8 | `flag` | `bool` |"]
    others = ["| 1–2 | all | `both` | `C.Both` |", "| 3 | 0–31 | `after` | `mapping(uint32 => C.Both)` |"]
    members = ["| 0 | 0–31 | `word` | `bytes32` |", "| 1 | 0–3 | `rest` | `uint32` |\n"]
    assert text.removeprefix(storage_table.HEAD).split("\n\n") == [
        "\n## C",
        head + "\n".join(packed + others),
        "`C.Both`, 2 slots:",
        head + "\n".join(members),
    ]


def test_storage__the_committed_document__names_every_contract_of_ours() -> None:
    text = storage_table.DOCUMENT.read_text()
    assert text.startswith(storage_table.HEAD)
    assert text.count("\n## ") == 9
