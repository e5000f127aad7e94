"""`scf outbox` on a database of its own: what it shows, what it does, and how it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from node_adapter.db import make_engine, migrate
from node_adapter.outbox.models import Attempt, Operation, Signer
from scripts.cli import app
from scripts.data_folder import DATABASE, FORMAT

SIGNER = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
PENDING, SENT, MINED = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A network's data folder with three operations of one signer, which is stopped."""
    (tmp_path / "config.json").write_text(json.dumps({"format": FORMAT, "database_url": None}))
    engine = make_engine(f"sqlite:///{tmp_path / DATABASE}")
    migrate(engine, "node_adapter")
    with engine.begin() as connection:
        for place, (operation_id, state) in enumerate(((PENDING, "pending"), (SENT, "sent"), (MINED, "mined")), 1):
            row: dict[str, Any] = {
                "id": operation_id,
                "sequence": place,
                "organisation": "o",
                "idempotency_key": operation_id,
                "request_hash": "h",
                "kind": "anchor",
                "state": state,
                "args": [],
                "signer": SIGNER,
                "created_at": 1,
            }
            if state != "pending":
                row |= {"nonce": place, "tx_hash": f"0x{place}"}
            if state == "mined":
                row |= {"block_number": 7, "block_hash": "0x7"}
            connection.execute(insert(Operation), row)
            if state != "pending":
                attempt = {"operation_id": operation_id, "number": 0, "kind": "original", "tx_hash": f"0x{place}"}
                fees = {"raw": "0x", "max_fee": 10, "max_priority_fee": 0, "created_at": 1, "block_seen": 1}
                connection.execute(insert(Attempt), attempt | fees)
        stopped = {"stopped_by": "NonceUsedElsewhere", "stopped_params": {"nonce": 1}, "stopped_at": 1}
        connection.execute(insert(Signer), {"address": SIGNER, "next_nonce": 3, "until_ms": 0} | stopped)
    engine.dispose()
    return tmp_path


def outbox(folder: Path, *arguments: str) -> Any:
    ended = CliRunner().invoke(app, ["outbox", *arguments, "--data", str(folder), "--json"], env={"COLUMNS": "160"})
    return json.loads(ended.stdout)


def test_list__of_a_network__has_the_newest_first_and_the_signers(folder: Path) -> None:
    shown = outbox(folder, "list")
    assert [operation["id"] for operation in shown["operations"]] == [MINED, SENT, PENDING]
    (signer,) = shown["signers"]
    assert (signer["address"], signer["pending"], signer["in_flight"]) == (SIGNER, 1, 1)
    assert signer["stopped_by"] == "NonceUsedElsewhere"
    assert [o["id"] for o in outbox(folder, "list", "--state", "sent")["operations"]] == [SENT]
    text = CliRunner().invoke(app, ["outbox", "list", "--data", str(folder)], env={"COLUMNS": "160"}).stdout
    assert PENDING in text
    assert "NonceUsedElsewhere" in text


def test_show__one__has_every_attempt(folder: Path) -> None:
    shown = outbox(folder, "show", SENT)["operation"]
    assert (shown["state"], shown["nonce"]) == ("sent", 2)
    assert [(a["number"], a["kind"], a["tx"], a["max_fee_wei"]) for a in shown["attempts"]] == [
        (0, "original", "0x2", 10)
    ]


def test_acts__where_possible__are_done_or_asked_of_the_worker(folder: Path) -> None:
    assert outbox(folder, "cancel", PENDING)["operation"]["error"] == "Cancelled"
    assert outbox(folder, "replace", SENT)["operation"]["wanted"] == "replace"
    assert outbox(folder, "cancel", SENT)["operation"]["wanted"] == "cancel"
    assert outbox(folder, "retry", SENT)["operation"]["state"] == "signed"
    assert outbox(folder, "resume", SIGNER.lower())["signer"]["stopped_by"] is None
    assert outbox(folder, "list")["signers"][0]["next_nonce"] is None


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("cancel", MINED), "ActImpossible"),
        (("retry", MINED), "ActImpossible"),
        (("replace", PENDING), "ActImpossible"),
        (("show", "0" * 32), "NoSuchOperation"),
        (("resume", "0x" + "11" * 20), "NoSuchSigner"),
        (("resume", "nobody"), "NoSuchSigner"),
        (("cancel",), "NameWanted"),
        (("list", PENDING), "NameWanted"),
        (("undo", PENDING), "NoSuchAct"),
    ],
)
def test_acts__that_are_impossible__say_why_and_change_nothing(folder: Path, arguments: Any, name: str) -> None:
    before = outbox(folder, "list")
    answer = outbox(folder, *arguments)
    assert (answer["ok"], answer["error"]["name"]) == (False, name)
    assert outbox(folder, "list") == before
