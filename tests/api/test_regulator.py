"""What the regulator's process says: everything, as of any block, with proof."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api.audit.app import create_app, make_services
from api.domain.settlement import entitled
from indexer.proof.check import verify_evidence
from tests.api.member import money, refusal
from tests.api.regulating import every, minor, read, settings
from tests.api.scenes import AUDIT_LISTS
from tests.api.stage import FACE, Stage, TestClient

pytestmark = pytest.mark.devnet

ROOT = Path(__file__).resolve().parents[2]
BUCKETS = ("not_due", "1_30", "31_60", "61_90", "over_90")


# What it says


def test_ready__behind_the_chain__says_how_far(network: Stage, regulator: TestClient) -> None:
    network.index()
    assert regulator.get("/ready").json()["ready"] is True
    network.rpc("anvil_mine", "0x9")
    response = regulator.get("/ready")
    assert (response.status_code, response.json()["waiting_for"]) == (503, "the index: 9 blocks behind")
    assert response.json()["head"] - response.json()["indexed"] == 9
    network.index()
    assert regulator.get("/ready").status_code == 200


@pytest.mark.parametrize("path", AUDIT_LISTS)
def test_list__here_and_in_the_api__is_the_same_but_for_names(network: Stage, regulator: TestClient, path: str) -> None:
    network.index()
    block = network["r"].read("/api/v1/chain")["block"]
    ours, theirs = (
        [nameless(item) for item in answer["items"]]
        for answer in (
            read(regulator, path, as_of=block, limit=20),
            network["r"].read(f"/audit/v1/{path}", as_of=block, limit=20),
        )
    )
    assert ours == theirs


def nameless(node: Any) -> Any:
    told = {"name", "legal_id", "name_by", "reason", "authority", "undertaking", "tenor_reason"}
    if isinstance(node, dict):
        beside = {key for key in node if key.startswith("invoice_") and key != "invoice_fingerprint"}
        return {key: nameless(node[key]) for key in node.keys() - beside if key not in told or "contract" in node}
    return [nameless(value) for value in node] if isinstance(node, list) else node


def test_as_of__of_each_list__is_said_with_hash_time_and_finality(network: Stage, regulator: TestClient) -> None:
    network.confirmed()
    network.rpc("anvil_mine", hex(20))
    network.index()
    newest = network["r"].read("/api/v1/chain")
    for path in AUDIT_LISTS:
        now = read(regulator, path)
        assert (now["as_of_block"], now["as_of_hash"]) == (newest["block"], newest["block_hash"])
        assert now["final"] is False  # twelve blocks must follow
        old = read(regulator, path, as_of=newest["block"] - 15)
        assert (old["as_of_block"], old["final"]) == (newest["block"] - 15, True)
    assert refusal(regulator.get("/audit/v1/payables", params={"as_of": "yesterday"})) == "422 RequestInvalid"
    first = read(regulator, "payables", as_of=1)
    assert first["items"] == []


def test_exposures__of_a_payable_paid_in_part__are_exact_by_debtor_tier_and_holder(
    network: Stage, regulator: TestClient
) -> None:
    network.go_to(12)
    programme = network.programme("rival", minimum_piece=money(1), refusal_hours=5, maximum_depth=5)
    payable = network.proposed(amount=100_001, terms={"programme_id": programme}, buyer="rival")
    network["rival"].command(f"/api/v1/payables/{payable}/confirm")
    root = f"{payable}00000001"
    child = network.split("s1", root, "s2", 33_334)
    grandchild = network.split("s2", child, "s3", 11_111)
    network.pass_time(6 * 3_600)
    network.credit("rival", 10**9)
    network.pay(payable, 50_000, "rival")

    pieces = {p["receivable_id"]: p for p in every(regulator, "receivables", payable_id=payable)}
    for piece in pieces.values():
        shares = (
            entitled(100_001, 50_000, piece["interval_start"], piece["interval_end"], closed=True),
            minor(piece["value"]) - minor(piece["unpaid"]),
        )
        assert shares[0] == shares[1], piece
    assert sum(minor(piece["unpaid"]) for piece in pieces.values()) == 100_001 - 50_000
    assert [pieces[piece]["tier"] for piece in (root, child, grandchild)] == [1, 2, 3]

    exposures = every(regulator, "exposures")
    assert {e["receivable_id"] for e in exposures if e["payable_id"] == payable} == set(pieces)
    for by, of in (("debtors", "debtor"), ("tiers", "tier"), ("holders", "holder")):
        grouped: dict[str, int] = {}
        for e in exposures:
            assert e["currency"] == "CNY"
            grouped[str(e[of])] = grouped.get(str(e[of]), 0) + minor(e["unpaid"])
        total = sum(grouped.values())
        rows = every(regulator, f"exposures/{by}")
        assert {str(row[of]): minor(row["unpaid"]) for row in rows} == grouped
        for row in rows:
            assert row["share_bps"] == minor(row["unpaid"]) * 10_000 // total
            assert sum(minor(row[f"aged_{bucket}"]) for bucket in BUCKETS) == minor(row["unpaid"])
        assert [minor(row["unpaid"]) for row in rows] == sorted(grouped.values(), reverse=True)


def test_ageing__day_by_day_past_the_due_date__moves_from_bucket_to_bucket(
    network: Stage, regulator: TestClient
) -> None:
    network.go_to(12)
    payable = network.confirmed(amount=1_000, due_date=network.today() + timedelta(days=1))
    passed = -1
    for days, bucket in ((0, "not_due"), (1, "1_30"), (30, "1_30"), (31, "31_60"), (61, "61_90"), (91, "over_90")):
        network.pass_time((days - passed) * 86_400)
        passed = days
        rows = every(regulator, "payables", debtor=network["c"].address, ageing=bucket)
        (row,) = [row for row in rows if row["payable_id"] == payable]
        assert (row["days_past_due"], row["overdue"]) == (days, days > 0)
        (piece,) = [row for row in every(regulator, "exposures", ageing=bucket) if row["payable_id"] == payable]
        assert minor(piece["unpaid"]) == 1_000


def test_lineage__split_twice__is_a_tree_of_intervals_and_tiers(network: Stage, regulator: TestClient) -> None:
    payable = network.confirmed()
    root = f"{payable}00000001"
    child = network.split("s1", root, "s2", FACE // 4)
    network.split("s2", child, "s3", FACE // 8)
    found = read(regulator, f"payables/{payable}/lineage")
    assert found["as_of_hash"].startswith("0x")
    tree = found["root"]
    assert (tree["tier"], tree["start"], tree["end"]) == (1, 0, FACE - FACE // 4)
    (second,) = tree["children"]
    (third,) = second["children"]
    assert (second["tier"], third["tier"]) == (2, 3)
    assert (third["start"], third["end"]) == (FACE - FACE // 8, FACE)
    assert third["holder"] == {"address": network["s3"].address, "name": None}
    assert refusal(regulator.get(f"/audit/v1/payables/0x{56 * '0'}/lineage")) == "404 NotFound"


def test_filters__of_lists__leave_out_the_rest(network: Stage, regulator: TestClient) -> None:
    payable = network.confirmed()
    network.proposed("s2")
    network.pay(network.confirmed("s3"), 1_000)
    network.frozen("s1", payable, 1_000)
    network.frozen("s2", payable, 1_000)
    for path, query in (
        ("receivables", {"payable_id": payable}),
        ("events", {"subject": payable}),
        ("payables", {"debtor": network["c"].address, "state": "confirmed"}),
        ("freeze-orders", {"holder": network["s1"].address, "live": True}),
        ("events", {"name": "FreezeOrdered"}),
        ("cash-flows", {"kind": "issue"}),
    ):
        found, whole = every(regulator, path, **query), every(regulator, path)
        assert 0 < len(found) < len(whole), path
    assert refusal(regulator.get("/audit/v1/payables", params={"debtor": "x' OR 1=1"})) == "422 RequestInvalid"


# What it proves


def make_final(network: Stage) -> None:
    """All that happened so far."""
    network.rpc("anvil_mine", hex(13))
    network.index()


def test_evidence__of_a_payable__holds_offline_against_its_block(network: Stage, regulator: TestClient) -> None:
    payable = network.confirmed()
    make_final(network)
    response = regulator.get(f"/audit/v1/evidence/payable/{payable}", params={"complete": "true"})
    assert response.status_code == 200, response.text
    block = int(response.headers["x-scf-block"])
    named = network.services.client.block_hash(block)
    assert response.headers["x-scf-block-hash"] == named
    assert named is not None
    verdict = verify_evidence(response.content, named)
    assert verdict.document["subject"] == {"kind": "payable", "id": payable}
    assert verdict.document["journals"] != []
    event = read(regulator, "events", subject=payable)["items"][-1]
    proven = regulator.get(f"/audit/v1/evidence/event/{event['block']}/{event['log_index']}")
    assert verify_evidence(proven.content, proven.headers["x-scf-block-hash"]).document["subject"]["kind"] == "event"


def test_evidence__that_cannot_be_made__says_why(network: Stage, regulator: TestClient, served: FastAPI) -> None:
    make_final(network)
    path = "/audit/v1/evidence/payable/"
    assert refusal(regulator.get(path + "0x12")) == "422 EvidenceNotPossible"
    assert refusal(regulator.get(f"{path}0x{56 * '1'}")) == "404 EvidenceSubjectUnknown"
    assert refusal(regulator.get("/audit/v1/evidence/nothing/1")) == "422 EvidenceNotPossible"
    whole = regulator.get(f"/audit/v1/evidence/participant/{network['c'].address}", params={"at": 10**9})
    assert refusal(whole) == "422 EvidenceNotPossible"
    assert whole.json()["params"]["reason"] == "BlockNotIndexed"
    with served.state.audit.proving:
        busy = regulator.get(f"/audit/v1/evidence/participant/{network['c'].address}")
    assert refusal(busy) == "503 EvidenceBusy"
    assert int(busy.headers["retry-after"]) > 0
    assert regulator.get(f"/audit/v1/evidence/participant/{network['c'].address}").status_code == 200


def test_evidence__while_the_node_is_away__is_a_503(network: Stage) -> None:
    make_final(network)
    away = TestClient(
        create_app(make_services(settings(network, node_url="http://127.0.0.1:9"))), base_url="http://localhost"
    )
    assert away.get("/audit/v1/participants").status_code == 200
    assert refusal(away.get(f"/audit/v1/evidence/participant/{network['c'].address}")).startswith("503 Node")
    assert away.get("/ready").status_code == 503
