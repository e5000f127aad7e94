"""`scf audit verify` in a process of its own: offline, quick to load, and still reading files of an earlier day."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts.cli import app
from tests.conftest import skip_unless_required

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "vectors" / "evidence.json"
BLOCK_HASH = json.loads(FILE.read_text())["at"]["hash"]
HEAVY = ("sqlalchemy", "web3", "requests", "httpx", "alembic", "psycopg", "indexer.models")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["audit", *arguments], prog_name="scf")


def test_verify__a_file_of_an_earlier_day__holds_where_there_is_no_network() -> None:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-n", "true"], check=False).returncode:
        skip_unless_required("a network namespace of its own needs `unshare` and the right to it")
    command = [sys.executable, "-m", "scripts.cli", "audit", "verify", str(FILE), "--block-hash", BLOCK_HASH, "--json"]
    ended = subprocess.run(["unshare", "-n", *command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["ok"]
    assert found["subject"]["kind"] == "anchor"
    assert [(journal["contract"], journal["count"]) for journal in found["journals"]] == [("Anchors", 4)]


def test_verify__loads_no_database_and_no_client() -> None:
    code = (
        "import sys; from pathlib import Path; from indexer.proof.check import verify_evidence; "
        "import scripts.cli; verify_evidence(Path(sys.argv[1]).read_bytes(), sys.argv[2]); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(FILE), BLOCK_HASH], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ended.stdout.strip() == "[]"


def test_verify__for_people__tells_in_both_languages_and_names_the_contracts() -> None:
    shown = run("verify", str(FILE), "--block-hash", BLOCK_HASH)
    assert shown.exit_code == 0
    for text in ("文件成立", "the file holds", "文件哈希已存证", "Hash of a document anchored", "Anchors          0x"):
        assert text in shown.stdout


@pytest.mark.parametrize("as_json", [True, False])
def test_verify__another_block_hash_or_a_changed_date__is_refused_by_name(tmp_path: Path, as_json: bool) -> None:
    options = ["--json"] if as_json else []
    changed = tmp_path / "changed.json"
    changed.write_text(FILE.read_text().replace("2026-11-28", "2026-11-29", 1))
    for file, block_hash, name, where in (
        (FILE, "0x" + 64 * "0", "BlockHashDiffers", "at.hash"),
        (changed, BLOCK_HASH, "StatementDiffers", "at.time"),
    ):
        ended = run("verify", str(file), "--block-hash", block_hash, *options)
        assert ended.exit_code == 1
        assert where in ended.stderr
        if as_json:
            assert json.loads(ended.stdout)["error"]["name"] == name


def test_verify__a_journal_named_in_no_form__is_refused() -> None:
    ended = run("verify", str(FILE), "--block-hash", BLOCK_HASH, "--journal", "0x12")
    assert ended.exit_code == 1
    assert "its contract's address, =, and its word" in ended.stderr
