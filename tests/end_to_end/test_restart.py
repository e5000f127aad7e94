"""What was stopped, or cut short, goes on from there."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from node_adapter.wiring import ORDER
from tests.conftest import DEEP, tool
from tests.end_to_end.conftest import cast_of
from tests.end_to_end.load import chain_events, check_nonces, check_verified, rows
from tests.end_to_end.network import COMMAND, ROOT, Network, network

pytestmark = [pytest.mark.devnet, pytest.mark.slow, pytest.mark.timeout(240)]


def test_up__interrupted_and_started_again__goes_on_with_everything(net: Network) -> None:
    first = net.up()
    cast = cast_of(net)
    cash = {login: cast.cash(login) for login in ("c", "s1", "f1")}
    account = cast.addresses["f1"]
    amount = {"amount": "12.34", "currency": "CNY"}
    cast["b"].command("/api/v1/deposits", {"account": account, "amount": amount, "bank_reference": "once"})
    events = len(chain_events(net, "DepositCredited"))
    operations = rows(net, "SELECT count(*) FROM operation")
    net.interrupt()
    assert not net.folder.run.exists()

    again = net.up()
    print(f"started again: ready after {net.ready_after_s:.1f} s")
    assert "deploying" not in net.said
    assert "key 1 of" not in net.said
    for same in ("chain_id", "contracts", "actors", "database", "api_url"):
        assert again[same] == first[same]
    assert again["head"] >= first["head"]
    cast = cast_of(net)
    assert {login: cast.cash(login) for login in cash} == {**cash, "f1": cash["f1"] + 1234}
    assert len(chain_events(net, "DepositCredited")) == events
    assert rows(net, "SELECT count(*) FROM operation") == operations
    check_verified(net)


def test_up__terminated_with_its_output_closed__still_saves_the_chain(net: Network) -> None:
    """`scf up 2>&1 | tee log` and Ctrl-C: tee ends first."""
    command = [*COMMAND, "up", "--data", str(net.root), "--port", str(net.port)]
    reader, writer = os.pipe()
    up = subprocess.Popen(command, cwd=ROOT, stdout=writer, stderr=writer, start_new_session=True)
    os.close(writer)
    try:
        output = b""
        while b"Ctrl-C stops it" not in output:
            output += os.read(reader, 4096)
        os.close(reader)
        up.send_signal(signal.SIGINT)
        assert up.wait(30) == 0
        assert not net.folder.run.exists()
    finally:
        up.kill()
        up.wait()


@pytest.mark.parametrize(
    ("said", "later_s"),
    [
        ("key 3 of", 0.1),
        ("starting the node", 1.5),
        ("deploying the contracts", 0.3),
        ("starting the api", 0.3),
        *([("starting the node", 0.15), *(("deploying the contracts", n / 10) for n in range(15))] if DEEP else []),
    ],
)
def test_first_start__killed__the_next_one_finishes_it(
    first_start: Path, fresh: Network, said: str, later_s: float
) -> None:
    if "key" not in said:
        _with_keys_of(first_start, fresh)
    fresh.begin()
    fresh.wait_until_said(said)
    time.sleep(later_s)
    fresh.end()
    document = fresh.up()
    assert set(document["contracts"]) == set(ORDER)
    assert len(document["actors"]) == 13
    assert len(rows(fresh, "SELECT id FROM organisation")) == 12
    check_nonces(fresh)
    check_verified(fresh)


def test_first_start__node_killed_while_contracts_are_deployed__the_next_one_finishes_it(
    first_start: Path, fresh: Network
) -> None:
    _with_keys_of(first_start, fresh)
    fresh.begin()
    fresh.wait_until_said("deploying the contracts")
    time.sleep(0.2)
    found = subprocess.run(
        ["pgrep", "-P", str(fresh.supervisor), "-f", "anvil"], capture_output=True, text=True, check=False
    )
    os.kill(int(found.stdout), signal.SIGKILL)
    status = fresh.wait_for_end()
    assert status == 1
    assert "Traceback" not in fresh.said
    assert sum(line.startswith("scf: ") for line in fresh.said.splitlines()) == 1
    assert set(fresh.up()["contracts"]) == set(ORDER)
    check_nonces(fresh)
    check_verified(fresh)


def _with_keys_of(first_start: Path, fresh: Network) -> None:
    """Keys take seconds to make; everything after them is as at a first start."""
    for name in ("keys", "wallets", "secrets"):
        shutil.copytree(first_start / name, fresh.root / name)
    for name in ("master.key", "token.key"):
        (fresh.root / "secrets" / name).unlink()


def test_ready__index_stopped_and_behind__is_503_until_it_has_caught_up(running: Network) -> None:
    net = running
    indexer = int(net.record()["processes"]["indexer"])
    assert net.ready() == 200
    os.kill(indexer, signal.SIGSTOP)
    try:
        from hardhat_free_devnet import rpc

        rpc(net.record()["node_url"], "anvil_mine", "0x14")
        assert net.ready() == 503
        status = net.scf("status", "--json")
        assert (status.status, status.document["ok"]) == (1, False)
        assert "behind" in status.document["waiting_for"]
    finally:
        os.kill(indexer, signal.SIGCONT)
    deadline = time.monotonic() + 20
    while net.ready() != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_verify__one_amount_changed_by_one__is_named_and_exits_1(running: Network) -> None:
    net = running
    bank, account = net.client("b"), net.address("f1")
    amount = {"amount": "1.00", "currency": "CNY"}
    bank.command("/api/v1/deposits", {"account": account, "amount": amount, "bank_reference": "to be tampered with"})
    check_verified(net)
    _change(net, 1)
    found = net.scf("verify", "--json")
    assert found.status == 1
    assert found.document["ok"] is False
    assert {"subject", "id", "field", "sql", "chain"} == set(found.document["differences"][0])
    named = {(d["subject"], d["field"], d["sql"], d["chain"]) for d in found.document["differences"]}
    assert ("deposit_credit", "amount", "101", "100") in {(s, f, str(q), str(c)) for s, f, q, c in named}
    _change(net, -1)
    check_verified(net)


def _change(net: Network, by: int) -> None:
    connection = sqlite3.connect(net.root / "scf.sqlite3", timeout=10)
    with connection:
        assert connection.execute("UPDATE deposit_credit SET amount = amount + ?", (by,)).rowcount == 1
    connection.close()


def test_up__on_every_address__makes_no_demo_logins_and_refuses_old_ones(net: Network) -> None:
    import httpx

    before = json.loads(net.folder.actors.read_text())
    document = net.up("--host", "0.0.0.0")
    assert document["actors"] == []
    assert net.scf("status", "--json").document["actors"] == []
    assert "no demo logins" in net.said
    form = {"grant_type": "password", "username": before[0]["login"], "password": before[0]["password"]}
    assert httpx.post(f"{net.url}/api/v1/auth/token", data=form, trust_env=False).status_code == 401
    assert "no demo logins" in net.scf("demo", "--json").error


@pytest.mark.skipif(not DEEP, reason="longer campaigns: SCF_DEEP=1")
def test_first_start__on_every_address__makes_no_demo_logins(first_start: Path, tmp_path: Path) -> None:
    tool("anvil")
    with network(tmp_path / "open") as found:
        _with_keys_of(first_start, found)
        assert found.up("--host", "0.0.0.0")["actors"] == []
        assert rows(found, "SELECT login FROM user_account") == []
        found.interrupt()
        assert len(found.up()["actors"]) == 13, "on the loopback they are made"
