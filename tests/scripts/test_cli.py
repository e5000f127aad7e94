"""How every command behaves, without a network running."""

import importlib
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from typer.testing import CliRunner

from node_adapter.errors import NodeUnavailable
from scripts import audit, output
from scripts.cli import app
from scripts.errors import CliError

COMMANDS = (
    "up",
    "demo",
    "clock",
    "status",
    "verify",
    "logs",
    "reset",
    "keys",
    "doctor",
    "check",
    "test",
    "bench",
    "outbox",
    "mutate",
    "sign",
)
AUDIT = ("prove", "verify", "root", "export", "keygen", "disclose", "import")
WITHOUT_A_NETWORK = (
    ["status"],
    ["verify"],
    ["demo"],
    ["clock", "+1d"],
    ["clock", "yesterday"],
    ["logs"],
    ["logs", "nobody"],
    ["reset"],
    ["keys", "list"],
    ["keys", "nothing"],
    ["keys", "create", "treasury"],
    ["bench", "nothing"],
    ["mutate", "nothing"],
    ["sign", "nowhere.json", "--key", "nowhere"],
    ["audit", "prove", "payable", "0x00"],
    ["audit", "prove", "event", "1/0"],
    ["audit", "root"],
    ["audit", "export", "payables", "-o", "payables.csv"],
    ["audit", "export", "nothing", "-o", "nothing.csv"],
    ["audit", "disclose", "--for", "nobody", "-o", "pack.json"],
    ["audit", "import", "nowhere.json", "--key", "nowhere.key"],
    ["audit", "verify", "nowhere.json", "--block-hash", "0x00"],
    ["outbox", "list"],
    ["outbox", "nothing"],
    ["outbox", "show"],
    ["outbox", "list", "--state", "nothing"],
    ["outbox", "cancel", "0" * 32],
)


def run(*arguments: str, **options: Any) -> Any:
    return CliRunner().invoke(app, list(arguments), prog_name="scf", env={"COLUMNS": "160"}, **options)


def test_commands__all_of_them__are_these() -> None:
    assert {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands} == set(
        COMMANDS
    )


def test_audit_commands__all_of_them__are_these() -> None:
    assert {
        command.name or command.callback.__name__ for command in audit.app.registered_commands if command.callback
    } == set(AUDIT)


@pytest.mark.parametrize("name", [*COMMANDS, *(f"audit {name}" for name in AUDIT)])
def test_help__of_each_command__has_an_example_and_the_common_options(name: str) -> None:
    shown = re.sub(r"\x1b\[[0-9;]*m", "", run(*name.split(), "--help").stdout)
    assert f"Example: scf {name}" in shown
    assert f"Usage: scf {name}" in shown
    for option in ("--data", "SCF_DATA", "--url", "SCF_URL", "--json"):
        assert option in shown


@pytest.mark.parametrize("arguments", WITHOUT_A_NETWORK, ids=" ".join)
def test_error__under_json__is_one_document_and_one_line(arguments: list[str], tmp_path: Path) -> None:
    ended = run(*arguments, "--data", str(tmp_path / "none"), "--json")
    assert ended.exit_code == 1
    document = json.loads(ended.stdout)
    assert document["ok"] is False
    assert set(document["error"]) == {"name", "message"}
    assert ended.stderr == f"scf: {document['error']['message']}\n"
    assert not (tmp_path / "none").exists()


def test_data__from_the_environment__is_used_unless_given(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["status"], env={"SCF_DATA": str(tmp_path / "there")})
    assert str(tmp_path / "there") in found.stderr
    found = CliRunner().invoke(
        app, ["status", "--data", str(tmp_path / "x")], env={"SCF_DATA": str(tmp_path / "there")}
    )
    assert str(tmp_path / "x") in found.stderr


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_reset__not_confirmed__deletes_nothing(answer: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"format": 2, "database_url": null}')
    ended = run("reset", "--data", str(tmp_path), input=answer)
    assert ended.exit_code == 1
    assert "Delete the network in" in ended.stderr
    assert (tmp_path / "config.json").exists()


def test_known_errors__each__exists_under_its_full_name() -> None:
    for name in output.KNOWN:
        module, _, kind = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), kind), Exception), name


def test_explain__a_subclass_of_a_known_error__is_one_line() -> None:
    assert output.explain(NodeUnavailable("no\nanswer")) == ("NodeUnavailable", "the node: no answer")


def test_explain__what_nobody_foresaw__is_left_to_its_traceback() -> None:
    assert output.explain(KeyError("x")) is None
    assert output.explain(ValueError("x")) is None


def test_explain__a_database_error__has_the_drivers_words_and_no_statement(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"garbage" * 1000)
    engine = create_engine(f"sqlite:///{tmp_path / 'file'}")
    with pytest.raises(SQLAlchemyError) as raised, engine.connect() as connection:
        connection.execute(text("SELECT 1 FROM sqlite_master"))
    engine.dispose()
    assert output.explain(raised.value) == ("DatabaseError", "the database: file is not a database")


def test_explain__a_full_disk__says_so_whoever_noticed() -> None:
    from sqlalchemy.exc import OperationalError

    full = OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))
    for error in (full, OSError(28, "No space left on device", "/x/y"), OSError(27, "File too large")):
        found = output.explain(error)
        assert found is not None
        assert found[0] == "DiskFull"


def test_command__an_unforeseen_error_under_json__is_a_document_and_a_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @output.command
    def broken(json_: bool = False) -> None:
        raise ZeroDivisionError("ours")

    with pytest.raises(ZeroDivisionError):
        broken(json_=True)
    assert json.loads(capsys.readouterr().out)["error"] == {"name": "ZeroDivisionError", "message": "ours"}


def test_say__nobody_reads_any_more__goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, _text: str) -> int:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Closed())
    output.say("hello")


def test_cli_error__always__has_a_name() -> None:
    assert output.explain(CliError("no", name="Named")) == ("Named", "no")


def test_index__with_nothing_asked__says_what_can_be() -> None:
    ended = run("index", "--data", "nowhere")
    assert ended.exit_code == 1
    assert "--read-only-api" in ended.stderr
