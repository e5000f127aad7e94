"""The gas benchmark: its shape, and that what it reckons follows from what was counted. No figure is asserted."""

import json
import os
import subprocess
from typing import Any

import pytest
from typer.testing import CliRunner

from scripts import bench, bench_gas
from scripts.bench_gas import PEERS, Act, parse, report
from scripts.cli import app
from scripts.errors import CliError
from tests.conftest import tool

ROW = {"case", "ours", "peer", "peer_is", "unit", "ratio"}
RATIOS = {"split_vs_erc3525", "redeem_vs_erc20", "mint_vs_erc3525"}
PARTS = ("transaction", "storage", "reading", "signatures", "logs")
COUNTS = {
    "zero_bytes": 10,
    "other_bytes": 2,
    "new_slots": 1,
    "changed_slots": 1,
    "cleared_slots": 1,
    "borrowed_slots": 1,
    "read_slots": 1,
    "accounts": 1,
    "signatures": 1,
    "logs": 1,
    "log_topics": 4,
    "log_bytes": 32,
}
FLOOR = 21_000 + 72 + 22_100 + 5_000 + 200 + 2_300 + 2_100 + 2_600 + 3_000 + 375 * 5 + 256


def results(**changed: Any) -> str:
    """What forge would print, every act the same."""
    names = {name for _, ours, _, theirs in PEERS for name in (ours, *theirs)}
    tests = {
        f"test_{number}()": {
            "status": "Success",
            "reason": None,
            "decoded_logs": ["something else", json.dumps({"act": name, "gas": FLOOR + 500, "count": 1, **COUNTS})],
        }
        for number, name in enumerate(sorted(names))
    }
    tests["test_0()"].update(changed)
    return json.dumps({"bench/Some.t.sol:Some_Bench": {"test_results": tests}})


def check_shape(found: dict[str, Any]) -> None:
    assert found["name"] == "gas"
    assert all(set(row) == ROW for row in found["rows"])
    assert len(found["rows"]) == len(PEERS)
    assert set(found["ratios"]) == RATIOS == {aim["aim"] for aim in found["aims"]}
    for aim in found["aims"]:
        assert aim["value"] == found["ratios"][aim["aim"]]
        assert aim["met"] == (aim["value"] <= aim["wanted"])
    for act in found["acts"]:
        assert not act["act"].startswith("erc")
        assert abs(act["floor"] - sum(act[part] for part in PARTS)) <= len(PARTS)
        assert abs(act["gas"] - act["floor"] - act["above"]) <= 2
        assert set(act["slots"]) == {"new", "changed", "cleared", "borrowed", "read"}


def test_report__all_acts_alike__adds_up() -> None:
    found = report(parse(results()))
    check_shape(found)
    assert set(found["ratios"].values()) == {1.0}
    assert {row["ratio"] for row in found["rows"]} == {1.0, 0.5}  # half where the peer takes two transactions
    assert {(act["floor"], act["above"]) for act in found["acts"]} == {(FLOOR, 500)}


def test_report__a_transaction_of_many__is_told_each() -> None:
    acts = parse(results())
    many = Act("redeem a hundred", gas=100 * FLOOR, count=100, **COUNTS)
    found = report(acts | {many.act: many})
    assert found["ratios"]["redeem_vs_erc20"] == round(FLOOR / (FLOOR + 500), 4)
    assert next(act for act in found["acts"] if act["act"] == many.act)["gas"] == FLOOR


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        (results(status="Failure", reason="QuoteExpired"), "an act was refused: test_0.*QuoteExpired"),
        (results(decoded_logs=[]), "not measured: "),
        (results(decoded_logs=['{"act":"confirm and mint"}']), "not measured: "),
        ("{}", "not measured: "),
        ("[]", "not what was expected"),
        ("{", "not what was expected"),
    ],
)
def test_parse__anything_missing__is_one_line(printed: str, said: str) -> None:
    with pytest.raises(CliError, match=said) as refused:
        parse(printed)
    assert refused.value.name == "BenchmarkFailed"


@pytest.mark.parametrize("as_json", [True, False])
def test_bench__an_aim_missed__ends_with_one(
    as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_gas, "_forge", results)
    assert bench.run("gas", as_json=as_json) is False  # a ratio of 1 misses two of the three
    printed = capsys.readouterr().out
    if as_json:
        check_shape(json.loads(printed))
    else:
        assert "split_vs_erc3525: 1, wanted 0.5: missed" in printed
        assert "ERC-3525 with the same record" in printed
        assert "confirm and mint" in printed


def test_forge__says_nothing_readable__is_its_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    tool("forge")
    tool("solc")
    ended = subprocess.CompletedProcess([], 1, stdout="", stderr="\nError: Compilation failed\nmore\n")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    with pytest.raises(CliError, match=r"^contracts/bench: Error: Compilation failed$"):
        bench_gas.run()


@pytest.mark.slow
@pytest.mark.timeout(1_300)
def test_command__on_the_contracts__has_the_shape() -> None:
    tool("forge")
    tool("solc")
    ended = CliRunner().invoke(app, ["bench", "gas", "--json"], env=dict(os.environ))
    found = json.loads(ended.stdout)
    check_shape(found)
    assert ended.exit_code == (0 if all(aim["met"] for aim in found["aims"]) else 1)
