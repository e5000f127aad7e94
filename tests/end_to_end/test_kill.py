"""Whatever is killed, whenever: each command that was answered 202 ends mined, exactly once."""

import os
import random
import time
from datetime import timedelta
from functools import partial

import pytest

from scripts.demo import story
from scripts.demo.papers import propose
from tests.conftest import DEEP
from tests.end_to_end.conftest import cast_of
from tests.end_to_end.load import (
    Load,
    chain_events,
    check_all_done,
    check_deposits_once,
    check_nonces,
    check_splits_once,
    check_verified,
)
from tests.end_to_end.network import Network

pytestmark = [pytest.mark.devnet, pytest.mark.slow, pytest.mark.timeout(3000 if DEEP else 400)]

SEED = int(os.environ.get("SCF_SEED", "20261122"))
ROUNDS = int(os.environ.get("SCF_ROUNDS", "30" if DEEP else "1"))
"""Of each kill."""


def _confirmed_payable(net: Network) -> str:
    """S1 holds the receivable for ten millions: enough for a thousand pieces of the least that may be split off."""
    cast = cast_of(net)
    today = story._today(cast)
    programme = story.programme_of_c(cast)
    assert programme is not None
    dates = today, today + timedelta(days=story.TENOR_DAYS)
    payable, _ = propose(cast, f"KILL-{today:%Y%m%d}", dates, 10 * story.FACE, programme)
    cast["c"].command(f"/api/v1/payables/{payable}/confirm")
    return payable


def test_kill_9__of_each_process_and_of_all__every_202_is_mined_exactly_once(net: Network) -> None:
    chance = random.Random(SEED)
    net.up()
    payable = _confirmed_payable(net)
    kills = ["node", "node after a 202", "indexer", "api", "supervisor", "all"] * ROUNDS
    chance.shuffle(kills)
    load, splits = Load(net), Load(net)
    with (
        load.running(*[partial(load.deposits, net.address("f1"), insist=insist) for insist in (True, True, False)]),
        splits.running(partial(splits.splits, f"{payable}00000001", net.address("s2"))),
    ):
        for kill in kills:
            load.wait_for_202()
            _kill(net, kill, chance)
            print(f"killed {kill}; {len(load.posted)} credits and {len(splits.posted)} splits posted")
            if not net.runs:
                net.up()
                print(f"up again after {net.ready_after_s:.1f} s")
            time.sleep(chance.uniform(0, 4))
        load.wait_for_202()
    assert net.runs, net.said
    check_all_done(net, "b", load.posted)
    check_all_done(net, "s1", splits.posted)
    check_deposits_once(net, load.posted)
    check_splits_once(net, payable, splits.posted)
    check_nonces(net)
    check_verified(net)
    answered = sum(p.operation is not None for p in load.posted)
    print(f"{answered} of {len(load.posted)} credits and {len(splits.posted)} splits answered; {set(load.problems)}")
    assert answered > 20
    assert not load.problems


def _kill(net: Network, kill: str, chance: random.Random) -> None:
    if kill == "all":
        net.kill_all()
    elif kill == "node after a 202":
        time.sleep(chance.uniform(0, 0.1))
        net.kill("node")
    else:
        time.sleep(chance.uniform(0, 1))
        net.kill(kill)


def test_kill_9__of_one_process_after_another__each_is_started_again(net: Network) -> None:
    net.up()
    before = net.record()
    for name in ("node", "indexer", "api"):
        killed = net.kill(name)
        net.wait_until_said(f"the {name} ended by signal 9 (SIGKILL); starting it again")
        deadline = time.monotonic() + 60
        while net.record()["processes"][name] == killed or net.ready() != 200:
            assert time.monotonic() < deadline, net.said
            time.sleep(0.1)
    after = net.record()
    assert (after["api_url"], after["node_url"]) == (before["api_url"], before["node_url"])
    check_verified(net)
    net.interrupt()


def test_kill_9__of_the_supervisor__leaves_no_process_behind(net: Network) -> None:
    net.up()
    pids = list(net.record()["processes"].values())
    net.kill("supervisor")
    deadline = time.monotonic() + 5
    while any(_lives(pid) for pid in pids):
        assert time.monotonic() < deadline, "a child outlived its supervisor"
        time.sleep(0.02)
    assert net.scf("status", "--json").document["error"]["name"] == "NotRunning"


def _lives(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_clock_shift__then_kill_9_of_everything__nothing_from_before_happens_after_it(net: Network) -> None:
    net.up()
    bank, account = net.client("b"), net.address("f1")
    for n in range(5):
        amount = {"amount": "1.00", "currency": "CNY"}
        bank.command("/api/v1/deposits", {"account": account, "amount": amount, "bank_reference": f"before {n}"})
    before = chain_events(net, "DepositCredited")
    moved = net.scf("clock", "+90d", "--json")
    net.kill_all()
    assert moved.status == 0, moved.stderr
    net.up()
    chain = net.client("r").get("/api/v1/chain")
    assert chain["business_date"] == moved.document["business_date"]
    check_verified(net)
    events = [e for e in net.client("r").all("/audit/v1/events") if e["name"] == "DepositCredited"]
    assert len(events) == len(before) == 5
    assert all(event["at"][:10] < moved.document["now"][:10] for event in events)
