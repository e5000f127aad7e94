"""Evidence of a real chain: what it proves, and that nothing in it can be changed (R-42)."""

import copy
import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from indexer.follow import Follower
from indexer.proof import errors, gather
from indexer.proof.check import check, verify_evidence
from indexer.proof.evidence import Core, Journalled, Placed, read
from indexer.proof.form import canonical
from indexer.proof.gather import Made, make_evidence
from indexer.proof.subjects import KINDS
from node_adapter.client import NodeClient
from node_adapter.networks import DEVNET, Headers
from tests.indexer.devnet import OTHER_TOKEN, Network, word
from tests.indexer.story import play_story

pytestmark = pytest.mark.devnet

SILENT = replace(DEVNET, headers_commit_to_receipts=False)
"""As an engine whose headers commit to nothing of Ethereum's."""


@pytest.fixture
def prover(network: Network, sqlite_follower: Follower, client: NodeClient, sqlite_engine: Engine) -> "Prover":
    return Prover(network, sqlite_follower, client, sqlite_engine)


class Prover:
    def __init__(self, network: Network, follower: Follower, client: NodeClient, engine: Engine) -> None:
        self.network, self.follower, self.client, self.engine = network, follower, client, engine

    def make(self, kind: str, text: str, *, descriptor: Any = DEVNET, **options: Any) -> Made:
        self.follower.catch_up()
        options.setdefault("block", self.network.head())
        return make_evidence(self.engine, self.client, self.network.deployments, descriptor, kind, text, **options)


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


@pytest.fixture
def small(prover: Prover) -> Made:
    """A payable's, complete, and not long."""
    payable = prover.network.confirmed("INV-small", 1_234_567)
    prover.network.anchor("s1", "evidence INV-small")
    return prover.make("payable", payable, complete=True)


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
def test_verify__any_value_changed_or_field_taken_or_added__refused_and_named(small: Made) -> None:
    document = json.loads(small.content)
    tried = 0
    for changed, where in _each_change(document):
        assert _refused(changed, small), where
        tried += 1
    assert tried > 400


def test_verify__the_place_of_the_damage__is_named(small: Made) -> None:
    document = json.loads(small.content)
    n = next(i for i, journal in enumerate(document["journals"]) if journal["contract"] == "Receivables")
    cases = {
        ("headers", 1): (errors.HeaderBroken, r"headers\[1\]"),
        ("receipts", 0, "proof", 0): (errors.ProofBroken, r"receipts\[0\]\.proof\[0\]"),
        ("journals", n, "storage_proof", 0): (errors.ProofBroken, rf"journals\[{n}\]\.storage_proof\[0\]"),
        ("journals", n, "account_proof", 1): (errors.ProofBroken, rf"journals\[{n}\]\.account_proof\[1\]"),
        ("tokens", 0, "code"): (errors.CodeDiffers, r"tokens\[0\]\.code"),
        ("events", 1, "text", "zh"): (errors.StatementDiffers, r"events\[1\]\.text\.zh"),
        ("events", 1, "data"): (errors.StatementDiffers, r"events\[1\]\.data"),
        ("at", "hash"): (errors.BlockHashDiffers, "at.hash"),
    }
    for path, (kind, where) in cases.items():
        changed = copy.deepcopy(document)
        target = changed
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = _other(target[path[-1]])
        with pytest.raises(kind, match=where):
            verify_evidence(canonical(changed), small.block_hash)


def test_verify__a_byte_changed_anywhere__refused(small: Made) -> None:
    chance = random.Random(7)
    for _ in range(250):
        place = chance.randrange(len(small.content))
        changed = bytearray(small.content)
        changed[place] ^= 1 << chance.randrange(8)
        with pytest.raises(errors.EvidenceRefused):
            verify_evidence(bytes(changed), small.block_hash)


@pytest.mark.parametrize(
    ("pattern", "by", "why"),
    [
        (rb'^ "format"', b' "format": "scf-evidence/1",\n "format"', "stands twice"),
        (rb'"tx_index": 0', b'"tx_index": 0.0', "whole number"),
        (rb'"tx_index": 0', b'"tx_index": -0', "one form"),
        (rb'"tx_index": 0', b'"tx_index": 0e0', "whole number"),
        (rb'"tx_index": 0', b'"tx_index": NaN', "whole number"),
        (rb'"tx_index": 0', b'"tx_index":  0', "one form"),
        (rb'"scf-evidence/1"', b'"\\u0073cf-evidence/1"', "one form"),
        (rb"\n\Z", b"", "one form"),
        (rb"\n\Z", b"\n{}", "no JSON"),
        (rb"\A", b"\xef\xbb\xbf", "."),
        (rb'"scf-evidence/1"', b'"\xff"', "UTF-8"),
        (rb'"headers_commit": true', b'"headers_commit": ' + 3_000 * b"[", "no JSON"),
    ],
)
def test_verify__the_same_written_otherwise__refused(small: Made, pattern: bytes, by: bytes, why: str) -> None:
    changed = re.sub(pattern, by.replace(b"\\", b"\\\\"), small.content, count=1, flags=re.MULTILINE)
    assert changed != small.content
    with pytest.raises(errors.NotCanonical, match=why):
        verify_evidence(changed, small.block_hash)


def test_check__who_makes_the_whole_file_anew_with_less_or_other_events__is_refused(
    prover: Prover, small: Made
) -> None:
    """Not a damaged file, but one by somebody who knows how they are made."""
    document = json.loads(small.content)
    core = read(document)
    said = [event["name"] for event in document["events"]]
    confirmed = core.places[said.index("PayableConfirmed")]
    without = [place for place in core.places if place != confirmed]
    last = core.places[-1]
    assert isinstance(last, Placed)
    beyond = replace(last, log=99)

    def refused(kind: type[errors.EvidenceRefused], changed: Core) -> None:
        with pytest.raises(kind):
            check(changed, small.block_hash, {})

    receipts = [
        r
        for r in core.receipts
        if any((p.block, p.tx_index) == (r.block, r.tx_index) for p in without if isinstance(p, Placed))
    ]
    refused(errors.EventLeftOut, replace(core, places=without, receipts=receipts))
    longest = max(core.journals, key=lambda journal: len(journal.events))
    for events in (
        longest.events[:-1],
        longest.events[1:],
        [*longest.events, longest.events[-1]],
        longest.events[::-1],
    ):
        shorter = [replace(j, events=events) if j is longest else j for j in core.journals]
        refused(errors.JournalDiffers, replace(core, journals=shorter))
    refused(errors.FieldWrong, replace(core, journals=core.journals[1:]))
    swapped = [replace(core.receipts[0], proof=core.receipts[1].proof), *core.receipts[1:]]
    refused(errors.ProofBroken, replace(core, receipts=swapped))
    refused(errors.HeaderBroken, replace(core, headers=core.headers[1:]))
    refused(errors.HeaderBroken, replace(core, headers=[core.headers[0], *core.headers[2:]]))
    refused(errors.BlockHashDiffers, replace(core, headers=core.headers[:-1]))
    refused(errors.LogMissing, replace(core, places=[*core.places[:-1], beyond]))
    refused(errors.EventForeign, replace(core, subject=replace(core.subject, id="0x" + 56 * "7")))
    refused(errors.FieldWrong, replace(core, headers_commit=False))
    dollars = replace(core.tokens[0], code=core.tokens[0].code.replace(b"CNY", b"USD"))
    assert dollars != core.tokens[0]
    refused(errors.CodeDiffers, replace(core, tokens=[dollars, *core.tokens[1:]]))
    refused(errors.FieldWrong, replace(core, tokens=[]))


def test_check__an_event_of_another_payable_slipped_in__is_foreign(prover: Prover) -> None:
    network = prover.network
    mine, other = network.confirmed("INV-mine", 5_000), network.confirmed("INV-other", 5_000)
    one, two = (read(json.loads(prover.make("payable", text).content)) for text in (mine, other))
    both = replace(
        one,
        places=sorted({*one.places, *two.places}, key=lambda place: place.order),
        receipts=sorted(
            {(r.block, r.tx_index): r for r in (*one.receipts, *two.receipts)}.values(),
            key=lambda r: (r.block, r.tx_index),
        ),
        headers=max(one.headers, two.headers, key=len),
    )
    with pytest.raises(errors.EventForeign, match="neither concerns the payable nor explains it"):
        check(both, f"0x{one.block_hash.hex()}", {})


def test_check__the_journal_of_another_token__does_not_make_a_pay_out_complete(prover: Prover) -> None:
    network = prover.network
    network.credit("s1", 5_000)
    network.credit("s1", 5_000, OTHER_TOKEN)
    ids = []
    for token in ("DepositTokenCNY", OTHER_TOKEN):
        network.send("s1", token, "requestPayOut", 7, word(token))
        ids.append(f"{network.deployments.address(token)}/1")
    one, two = (prover.make("pay_out", text, complete=True) for text in ids)
    core = replace(read(json.loads(one.content)), journals=read(json.loads(two.content)).journals)
    with pytest.raises(errors.EventLeftOut, match="is not in the file"):
        check(core, one.block_hash, {})


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
    for changed, where in _each_change(json.loads(made.content)):
        assert _refused(changed, made), where


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


def _refused(document: Any, made: Made) -> bool:
    try:
        verify_evidence(canonical(document), made.block_hash, made.words)
    except errors.EvidenceRefused as error:
        return bool(error.where) and type(error) is not errors.EvidenceRefused
    return False


def _each_change(document: Any) -> Iterator[tuple[Any, str]]:
    """The document with one value changed, one field or entry taken away, or one added."""
    for path in _paths(document):
        for how in ("change", "take", "add"):
            changed = copy.deepcopy(document)
            target = changed
            for step in path[:-1]:
                target = target[step]
            if not path:
                if how == "add":
                    yield {**changed, "more": 1}, "more"
                continue
            value = target[path[-1]]
            if how == "take":
                del target[path[-1]]
            elif how == "change" and not isinstance(value, dict | list):
                target[path[-1]] = _other(value)
            elif how == "add" and isinstance(value, dict):
                value["more"] = 1
            elif how == "add" and isinstance(value, list) and value:
                value.append(copy.deepcopy(value[-1]))
            elif how == "add" and isinstance(value, list):
                value.append("0x00")
            else:
                continue
            yield changed, f"{how} {path}"


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from _paths(inner, (*path, step))


def _other(value: Any) -> Any:
    if value is None:
        return 0
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    middle = len(value) // 2
    digit = value[middle : middle + 1]
    return value[:middle] + ("1" if digit != "1" else "2") + value[middle + 1 :]
