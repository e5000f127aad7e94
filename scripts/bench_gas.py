"""`scf bench gas`: what our acts take on chain, beside the token standards' own code doing the same.

No node and no network: `contracts/bench` (forge) runs each act as one transaction, storage cold, compiler and settings
the same for all: ERC-3525 is Solv's reference from npm, ERC-1155 and ERC-20 are OpenZeppelin's. Gas is the whole
transaction's, refunds taken off. The peers check nobody and keep no journal.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from hardhat_free_devnet.tools import ToolMissing, require
from scripts.errors import CliError

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"
TIMEOUT_S = 1_200.0
"""Compiling everything takes one to two minutes the first time; afterwards seconds."""

# What the machine itself charges (EIP-2028, 2929, 3529): no code does the same for less.
TRANSACTION = 21_000
ZERO_BYTE, OTHER_BYTE = 4, 16
NEW_SLOT, CHANGED_SLOT = 22_100, 5_000
CLEARED_SLOT = 5_000 - 4_800
BORROWED_SLOT = 22_100 + 100 - 19_900
"""Empty before and after, written in between."""
READ_SLOT, COLD_ACCOUNT = 2_100, 2_600
SIGNATURE = 3_000
LOG, LOG_TOPIC, LOG_BYTE = 375, 375, 8

BURN_AND_PAY = ["erc3525 burn", "erc20 transfer to an old holder"]
PEERS = (
    ("mint (confirm)", "confirm and mint", "ERC-3525 with the same record", ["erc3525 mint with the same record"]),
    ("mint (confirm)", "confirm and mint", "ERC-3525", ["erc3525 mint"]),
    ("mint (confirm)", "confirm and mint", "ERC-1155", ["erc1155 mint"]),
    ("split to a new holder", "split to a new holder", "ERC-3525", ["erc3525 split to a new holder"]),
    ("split to a new holder", "split to a new holder", "ERC-1155", ["erc1155 split to a new holder"]),
    ("split to a new holder", "split to a new holder", "ERC-20", ["erc20 transfer to a new holder"]),
    (
        "split to a new holder by split()",
        "split to a new holder by split()",
        "ERC-3525",
        ["erc3525 split to a new holder"],
    ),
    ("split to an old holder", "split to an old holder", "ERC-3525", ["erc3525 split to an old holder"]),
    ("split to an old holder", "split to an old holder", "ERC-1155", ["erc1155 split to an old holder"]),
    ("split to an old holder", "split to an old holder", "ERC-20", ["erc20 transfer to an old holder"]),
    ("whole transfer", "whole transfer", "ERC-3525", ["erc3525 whole transfer"]),
    ("whole transfer", "whole transfer", "ERC-1155", ["erc1155 whole transfer"]),
    ("redeem, one of a hundred", "redeem a hundred", "ERC-20", ["erc20 transfer to an old holder"]),
    ("redeem, one of a hundred", "redeem a hundred", "ERC-3525 burn and ERC-20", BURN_AND_PAY),
    ("redeem, alone", "redeem all at once", "ERC-3525 burn and ERC-20", BURN_AND_PAY),
    ("move cash", "transfer cash to an old holder", "ERC-20", ["erc20 transfer to an old holder"]),
)
"""Case, our act, peer, its acts: each a transaction."""

AIMS = (
    ("split_vs_erc3525", 0.5, ("split to a new holder", "split to an old holder"), "ERC-3525"),
    ("redeem_vs_erc20", 1.3, ("redeem, one of a hundred",), "ERC-20"),
    ("mint_vs_erc3525", 1.2, ("mint (confirm)",), "ERC-3525 with the same record"),
)
"""Name, at most, the worst of these cases, beside this peer."""


@dataclass(frozen=True, slots=True)
class Act:
    """One transaction as `GasMeter` found it: its gas, how often it did the act, and what it touched."""

    act: str
    gas: int
    count: int
    zero_bytes: int
    other_bytes: int
    new_slots: int
    changed_slots: int
    cleared_slots: int
    borrowed_slots: int
    read_slots: int
    accounts: int
    signatures: int
    logs: int
    log_topics: int
    log_bytes: int

    @property
    def each(self) -> float:
        return self.gas / self.count

    def parts(self) -> dict[str, int]:
        """Gas of the whole transaction by what it was charged for, all but the code's own."""
        return {
            "transaction": TRANSACTION + self.zero_bytes * ZERO_BYTE + self.other_bytes * OTHER_BYTE,
            "storage": self.new_slots * NEW_SLOT
            + self.changed_slots * CHANGED_SLOT
            + self.cleared_slots * CLEARED_SLOT
            + self.borrowed_slots * BORROWED_SLOT,
            "reading": self.read_slots * READ_SLOT + self.accounts * COLD_ACCOUNT,
            "signatures": self.signatures * SIGNATURE,
            "logs": (self.logs * LOG) + self.log_topics * LOG_TOPIC + self.log_bytes * LOG_BYTE,
        }


def run() -> dict[str, Any]:
    """The figures, as `scf bench NAME --json` prints them."""
    return report(parse(_forge()))


def report(acts: Mapping[str, Act]) -> dict[str, Any]:
    """Ours beside theirs, and each of ours beside its floor; all per act where a transaction does several."""
    rows = [
        _row(case, acts[ours].each, peer, sum(acts[act].each for act in theirs)) for case, ours, peer, theirs in PEERS
    ]
    ratios = {
        name: max(row["ratio"] for row in rows if row["case"] in cases and row["peer_is"] == peer)
        for name, _, cases, peer in AIMS
    }
    aims = [
        {"aim": name, "value": ratios[name], "wanted": wanted, "met": ratios[name] <= wanted}
        for name, wanted, _, _ in AIMS
    ]
    ours = [act for act in acts.values() if not act.act.startswith("erc")]
    return {"name": "gas", "rows": rows, "acts": [_floor(act) for act in ours], "ratios": ratios, "aims": aims}


def parse(results: str) -> dict[str, Act]:
    """From what `forge test --json` prints. Raises CliError where a test failed, or an act is missing."""
    try:
        tests = [(name, test) for suite in json.loads(results).values() for name, test in suite["test_results"].items()]
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise CliError("forge's answer is not what was expected", name="BenchmarkFailed") from error
    failed = [f"{name}: {test['reason']}" for name, test in tests if test["status"] != "Success"]
    if failed:
        raise CliError(f"an act was refused: {failed[0]}", name="BenchmarkFailed")
    names = {field.name for field in fields(Act)}
    lines = [json.loads(line) for _, test in tests for line in test["decoded_logs"] if line.startswith('{"act"')]
    acts = {line["act"]: Act(**line) for line in lines if set(line) == names}
    missing = {act for _, ours, _, theirs in PEERS for act in (ours, *theirs)} - set(acts)
    if missing:
        raise CliError(f"not measured: {', '.join(sorted(missing))}", name="BenchmarkFailed")
    return acts


def _forge() -> str:
    try:
        forge = require("forge")
        require("solc")
    except ToolMissing as error:
        raise CliError(str(error), name="ToolMissing") from error
    # The compiler is JavaScript: Node may be the one beside this Python.
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        ended = subprocess.run(
            [str(forge), "test", "--json", "-vv"],
            cwd=CONTRACTS,
            env={**os.environ, "PATH": path, "FOUNDRY_PROFILE": "bench"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CliError(f"forge was not done within {TIMEOUT_S:.0f} s", name="BenchmarkFailed") from error
    if not ended.stdout.lstrip().startswith("{"):
        lines = [line for line in (ended.stderr + ended.stdout).splitlines() if line.strip()]
        raise CliError(f"contracts/bench: {lines[0] if lines else 'forge said nothing'}", name="BenchmarkFailed")
    return ended.stdout


def _row(case: str, ours: float, peer: str, theirs: float) -> dict[str, Any]:
    return {
        "case": case,
        "ours": round(ours),
        "peer": round(theirs),
        "peer_is": peer,
        "unit": "gas",
        "ratio": round(ours / theirs, 4),
    }


def _floor(act: Act) -> dict[str, Any]:
    """What is above the floor is code: arithmetic, memory, calls between contracts, slots touched again."""
    parts = act.parts()
    floor = sum(parts.values())
    return {
        "act": act.act,
        "gas": round(act.each),
        "floor": round(floor / act.count),
        "above": round((act.gas - floor) / act.count),
        "above_percent": round(100 * (act.gas - floor) / floor, 1),
        **{name: round(part / act.count) for name, part in parts.items()},
        "slots": {
            "new": act.new_slots / act.count,
            "changed": act.changed_slots / act.count,
            "cleared": act.cleared_slots / act.count,
            "borrowed": act.borrowed_slots / act.count,
            "read": act.read_slots / act.count,
        },
    }


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
