"""Evidence that somebody changed, by a byte, a value or whole events: refused, and the place named (R-42)."""

import copy
import json
import random
import re
from dataclasses import replace

import pytest

from indexer.proof import errors
from indexer.proof.check import check, verify_evidence
from indexer.proof.evidence import Core, Placed, read
from indexer.proof.form import canonical
from indexer.proof.gather import Made
from tests.indexer.devnet import OTHER_TOKEN, word
from tests.indexer.proving import Prover, each_change, is_refused, other_value

pytestmark = pytest.mark.devnet


def test_verify__any_value_changed_or_field_taken_or_added__refused_and_named(small: Made) -> None:
    document = json.loads(small.content)
    tried = 0
    for changed, where in each_change(document):
        assert is_refused(changed, small), where
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
        target[path[-1]] = other_value(target[path[-1]])
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
