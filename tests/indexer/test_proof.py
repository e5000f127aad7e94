"""Evidence of a real chain: what it proves, says and refuses to be made of (R-42)."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from indexer.proof import errors, gather
from indexer.proof.check import verify_evidence
from indexer.proof.evidence import Journalled, Placed, read
from indexer.proof.gather import Made
from indexer.proof.subjects import KINDS
from node_adapter.networks import DEVNET, Headers
from tests.indexer.devnet import word
from tests.indexer.proving import Prover, each_change, is_refused
from tests.indexer.story import play_story

pytestmark = pytest.mark.devnet

SILENT = replace(DEVNET, headers_commit_to_receipts=False)
"""As an engine whose headers commit to nothing of Ethereum's."""


def test_evidence__on_everything_in_the_story__holds_and_tells_its_events(prover: Prover) -> None:
    network = prover.network
    payable = play_story(network)
    address = network.addresses
    token = network.deployments.address("DepositTokenCNY")
    anchored = word("document")
    prover.follower.catch_up()
    ids = {
        "payable": payable,
        "piece": f"{payable}00000002",
        "hold": "3",
        "order": "1",
        "programme": "1",
        "participant": address["s3"],
        "pay_out": f"{token}/2",
        "anchor": anchored,
    }
    told: dict[str, set[str]] = {}
    for kind, text in ids.items():
        for complete in (False, True):
            made = prover.make(kind, text, complete=complete)
            document = verify_evidence(made.content, made.block_hash).document
            names = {event["name"] for event in document["events"] if event["about"] == "subject"}
            assert told.setdefault(kind, names) == names
            assert {j["contract"] for j in document["journals"]} == (set(KINDS[kind].contracts) if complete else set())
    assert told["pay_out"] == {"PayOutRequested", "PayOutRefused"}
    assert told["hold"] == {"HoldPlaced", "HoldEnforced"}
    assert (
        told["order"]
        == {"FreezeOrdered", "HoldPlaced", "HoldEnforced", "HoldReleased", "FreezeReleased"} & told["order"]
    )
    assert {"FreezeOrdered", "FreezeReleased"} < told["order"]
    assert {"PayableProposed", "PayableConfirmed", "QuoteAccepted", "FeePaid", "FreezeReleased"} < told["payable"]
    assert {"ParticipantAdmitted", "ParticipantSuspended", "ParticipantReinstated"} == told["participant"]

    deal = next(
        e for e in verify_evidence(*_pair(prover.make("payable", payable))).document["events"] if e["name"] == "FeePaid"
    )
    made = prover.make("deal", deal["args"]["quote_hash"], complete=True)
    document = verify_evidence(*_pair(made)).document
    assert [e["name"] for e in document["events"] if e["about"] == "subject"] == ["QuoteAccepted", "FeePaid"]
    assert "592.80 CNY" in json.dumps(document["events"], ensure_ascii=False)

    one = prover.make("event", f"{deal['block']}/{_log_index(prover, deal)}")
    assert [e["name"] for e in verify_evidence(*_pair(one)).document["events"] if e["about"] == "subject"] == [
        "FeePaid"
    ]


def _pair(made: Made) -> tuple[bytes, str]:
    return made.content, made.block_hash


def _log_index(prover: Prover, event: dict[str, Any]) -> int:
    logs = prover.client.logs(event["block"], event["block"], [event["address"]])
    return next(log.log_index for log in logs if f"0x{log.topics[0].hex()}" == event["topics"][0])


def test_evidence__of_a_payable__says_what_it_proves_in_both_languages(small: Made) -> None:
    document = verify_evidence(*_pair(small)).document
    texts = {event["name"]: event["text"] for event in document["events"]}
    assert "面值 12,345.67 CNY" in texts["PayableConfirmed"]["zh"]
    assert "face value 12,345.67 CNY" in texts["PayableConfirmed"]["en"]
    assert re.search(r"due date \d{4}-\d\d-\d\d", texts["PayableConfirmed"]["en"])
    (anchored,) = [entry for entry in document["documents"] if entry["hash"] == word("evidence INV-small")]
    assert anchored["named_as"] == ["evidence_hash"]
    assert len(anchored["anchored"]) == 1
    assert f"{len(document['headers'])} headers" in " ".join(document["statement"]["en"])
    assert "No other event among them concerns this payable" in " ".join(document["statement"]["en"])


@pytest.mark.slow
def test_evidence__where_headers_commit_to_nothing__leans_on_named_journals_and_says_so(prover: Prover) -> None:
    payable = prover.network.confirmed("INV-silent", 5_000)
    made = prover.make("payable", payable, descriptor=SILENT)
    document = verify_evidence(made.content, made.block_hash, made.words).document
    assert "headers commit to no receipts" in " ".join(document["statement"]["en"])
    assert document["headers"] == []
    seals = replace(DEVNET, headers=Headers.OTHER)
    assert prover.make("payable", payable, descriptor=seals).content == made.content
    assert all(event["journal_index"] for event in document["events"])
    with pytest.raises(errors.JournalNotNamed, match=r"--journal 0x"):
        verify_evidence(made.content, made.block_hash)
    for address in made.words:
        with pytest.raises(errors.JournalDiffers):
            verify_evidence(made.content, made.block_hash, {**made.words, address: bytes(32)[:-1] + b"\x63"})
    with pytest.raises(errors.EvidenceImpossible, match="no single event"):
        prover.make("event", "1/0", descriptor=SILENT)
    for changed, where in each_change(json.loads(made.content)):
        assert is_refused(changed, made), where


def test_evidence__of_events_beyond_the_headers_bound__is_proven_by_the_journal_or_refused(
    prover: Prover, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = prover.network
    payable = network.propose("INV-far", 5_000)
    network.mine(20)
    network.confirm(payable)
    monkeypatch.setattr(gather, "HEADERS_MAX", 10)
    with pytest.raises(errors.EvidenceTooLong, match=r"more than 10 headers.*--at.*--complete"):
        prover.make("payable", payable)
    made = prover.make("payable", payable, complete=True)
    core = read(json.loads(made.content))
    assert {type(place) for place in core.places} == {Placed, Journalled}
    assert len(core.headers) <= 10
    document = verify_evidence(*_pair(made)).document
    times = {event["name"]: event["time"] for event in document["events"]}
    assert times["PayableProposed"] is None
    assert times["PayableConfirmed"] is not None
    assert "but not when" in " ".join(document["statement"]["en"])
    near = prover.make("payable", payable, block=network.head() - 20)
    assert [e["name"] for e in verify_evidence(*_pair(near)).document["events"] if e["about"] == "subject"] == [
        "PayableProposed"
    ]


def test_evidence__too_many_journal_events__refused_before_they_are_read(
    prover: Prover, monkeypatch: pytest.MonkeyPatch
) -> None:
    payable = prover.network.confirmed("INV-many", 5_000)
    monkeypatch.setattr(gather, "JOURNAL_EVENTS_MAX", 3)
    with pytest.raises(errors.EvidenceTooLong, match="a file takes 3; leave out --complete"):
        prover.make("payable", payable, complete=True)
    prover.make("payable", payable)


def test_evidence__without_a_block_named__leads_to_the_newest_final_one(prover: Prover) -> None:
    payable = prover.network.confirmed("INV-final", 5_000)
    with pytest.raises(errors.NoSuchSubject):
        prover.make("payable", payable, block=None)
    prover.network.mine(DEVNET.confirmations)
    assert prover.make("payable", payable, block=None).block == prover.network.head() - DEVNET.confirmations


@pytest.mark.parametrize(
    ("kind", "text", "error"),
    [
        ("bill", "0x00", errors.SubjectUnreadable),
        ("payable", "0x1234", errors.SubjectUnreadable),
        ("hold", "three", errors.SubjectUnreadable),
        ("pay_out", "3", errors.SubjectUnreadable),
        ("event", "1", errors.SubjectUnreadable),
        ("event", "1/99", errors.NoSuchSubject),
        ("payable", "0x" + 56 * "0", errors.NoSuchSubject),
        ("hold", "99", errors.NoSuchSubject),
    ],
)
def test_evidence__on_what_is_not_there__refused(prover: Prover, kind: str, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        prover.make(kind, text)
    with pytest.raises(errors.BlockNotIndexed, match="--at"):
        prover.make("payable", "0x" + 56 * "0", block=10**9)
