"""The index benchmark's own arithmetic: what a copy of the chain is, and that web3 decodes what we decode."""

from node_adapter.artifacts import event_specs
from node_adapter.client import RawLog
from node_adapter.web3_events import web3_decoders
from node_adapter.words import keccak, payable_id, payable_of, receivable_id
from scripts.bench_growth import _other

PAYABLE = int.from_bytes(keccak(b"a payable")[:28], "big")
ADDRESS = bytes(12) + b"\x11" * 20
SPLIT = next(s for s in event_specs().values() if (s.contract, s.name) == ("Receivables", "ReceivableSplit"))


def _log(*topics: bytes, data: bytes) -> RawLog:
    return RawLog("0x" + "11" * 20, topics, data, 1, "0x" + "ab" * 32, "0x" + "cd" * 32, 0, 0)


def test_other__a_copy_of_a_log__is_about_another_payable_and_else_the_same() -> None:
    piece, whole = (PAYABLE << 32 | 2).to_bytes(32, "big"), PAYABLE.to_bytes(32, "big")
    log = _log(keccak(b"topic 0"), whole, ADDRESS, data=piece + (12_345).to_bytes(32, "big") + keccak(b"a hash"))
    copy = _other(log, 7)
    assert copy.topics[0] == log.topics[0]
    assert copy.topics[2] == ADDRESS
    assert copy.data[32:64] == log.data[32:64]
    assert copy.data[64:] != log.data[64:]
    of_piece, of_whole = int.from_bytes(copy.data[:32], "big"), int.from_bytes(copy.topics[1], "big")
    assert payable_of(receivable_id(of_piece)) == payable_id(of_whole) != payable_id(PAYABLE)
    assert of_piece & 0xFFFFFFFF == 2
    assert _other(log, 0) == log


def test_web3_decoders__one_of_our_logs__say_what_ours_say() -> None:
    values = [PAYABLE << 32 | 1, PAYABLE << 32 | 2, int.from_bytes(ADDRESS, "big"), 10, 20, 1, 0]
    words = {f.name: v.to_bytes(32, "big") for f, v in zip(SPLIT.fields, values, strict=True)}
    topics = [SPLIT.topic0, *(words[f.name] for f in SPLIT.fields if f.indexed)]
    log = _log(*topics, data=b"".join(words[f.name] for f in SPLIT.fields if not f.indexed))
    theirs, ours = web3_decoders()("Receivables", log), SPLIT.decode(log.topics, log.data)
    assert (theirs["start"], theirs["end"], theirs["to"]) == (ours["start"], ours["end"], ours["to"])
    assert receivable_id(theirs["childId"]) == ours["child_id"]
