"""Makes evidence: what to tell comes from the index, proofs from a node, and nothing leaves before it is checked."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, select

from indexer.apply import head
from indexer.models import ChainBlock, table_of
from indexer.proof import node as asked
from indexer.proof.check import check
from indexer.proof.errors import (
    BlockNotIndexed,
    EvidenceImpossible,
    EvidenceRefused,
    EvidenceTooLong,
    EvidenceWithheld,
    SubjectUnreadable,
)
from indexer.proof.evidence import (
    EVENTS_MAX,
    HEADERS_MAX,
    JOURNAL_EVENTS_MAX,
    Core,
    Journalled,
    JournalProof,
    Place,
    Placed,
    ReceiptProof,
    TokenProof,
    compose,
)
from indexer.proof.find import (
    Found,
    by_transaction,
    explaining,
    journal_events,
    own_events,
    still_explaining,
    the_event,
)
from indexer.proof.form import canonical
from indexer.proof.subjects import Said, Subject, subject
from indexer.proof.text import tokens_of
from indexer.proof.trie import prove
from indexer.receipts import headers_prove
from node_adapter.db import read_only
from node_adapter.deployments import Deployments
from node_adapter.errors import NodeUntrustworthy
from node_adapter.networks import Finality, Network
from node_adapter.rlp import encode, number
from node_adapter.words import from_hex

_BLOCK = table_of(ChainBlock)


class Node(asked.ProofSource, Protocol):
    """All that is asked; `node_adapter.client.NodeClient` answers it."""

    def finalized(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Made:
    content: bytes
    """Of the file."""
    block: int
    block_hash: str
    words: dict[str, bytes]
    """Journal words by address that a verifier has to name, where headers commit to nothing."""


def make_evidence(
    engine: Engine,
    client: Node,
    deployments: Deployments,
    network: Network,
    kind: str,
    text: str,
    *,
    block: int | None = None,
    complete: bool = False,
    only: Callable[[Said], bool] | None = None,
) -> Made:
    """Evidence on one subject up to `block`, or up to the newest final block in the index.

    `complete` adds every event of the contracts that could concern it, and the proof that these are all. `only`: which
    events who asks may read; a transaction with another one is left out, for its receipt would tell that too. Raises
    EvidenceImpossible, NodeError.
    """
    complete = complete or not headers_prove(network)
    if complete and only is not None:
        raise EvidenceWithheld("here only whole journals prove anything, and they tell everybody's business")
    with read_only(engine).connect() as connection:
        at = _at(connection, client, network, block)
        return _Maker(connection, client, deployments, network, at, only).make(kind, text, complete)


def _at(connection: Connection, client: Node, network: Network, block: int | None) -> tuple[int, str]:
    """The block that the evidence leads to. Raises BlockNotIndexed."""
    newest = head(connection)
    if newest is None:
        raise BlockNotIndexed("the index has no block yet")
    if block is None:
        finalized = client.finalized() if network.finality is Finality.TAG else None
        block = network.last_final(newest.number, finalized)
    found = connection.execute(select(_BLOCK.c.hash).where(_BLOCK.c.number == block)).scalar_one_or_none()
    if found is None:
        raise BlockNotIndexed(f"the index has no block {block}, its newest is {newest.number}; name one with --at")
    return block, str(found)


class _Maker:
    """One file, at one block, from one snapshot of the index."""

    def __init__(
        self,
        connection: Connection,
        client: Node,
        deployments: Deployments,
        network: Network,
        at: tuple[int, str],
        only: Callable[[Said], bool] | None,
    ) -> None:
        self._connection, self._client, self._deployments = connection, client, deployments
        self._commit = headers_prove(network)
        (self._last, self._hash), self._only = at, only
        self._receipts: dict[int, list[dict[str, Any]]] = {}

    def make(self, kind: str, text: str, complete: bool) -> Made:
        about, own = self._own(kind, text)
        if complete and not about.contracts:
            raise EvidenceImpossible("one event alone has nothing to be complete with: ask for whom it is about")
        own = self._may_be_told(own)
        if not own:
            raise EvidenceWithheld("each transaction that would prove it tells of others' business too")
        others = still_explaining(own, self._may_be_told(explaining(self._connection, own, self._last)))
        if len(own) + len(others) > EVENTS_MAX:
            raise EvidenceTooLong(f"{len(own) + len(others)} events are to be told, a file tells {EVENTS_MAX} at most")
        journals = self._journals(about) if complete else []
        places = self._places(own, others, journals)
        order = sorted(places, key=lambda place: place.order)
        placed = [place for place in order if isinstance(place, Placed)]
        core = Core(
            subject=about,
            block_hash=from_hex(self._hash),
            headers_commit=self._commit,
            headers=self._headers(placed),
            places=order,
            receipts=self._receipt_proofs(placed),
            tokens=self._tokens([places[place].said for place in order]),
            journals=journals,
        )
        words = {} if self._commit else asked.journal_words(self._client, journals, self._last)
        try:
            facts = check(core, self._hash, words)
        except EvidenceRefused as error:
            raise NodeUntrustworthy(f"what the node says does not hang together: {error}") from error
        return Made(canonical(compose(core, facts)), self._last, self._hash, words)

    def _may_be_told(self, events: list[Found]) -> list[Found]:
        """Those in whose transactions there is nothing else."""
        if self._only is None:
            return events
        good = {
            key: all(self._only(said) for said in told)
            for key, told in by_transaction(self._connection, events, self._last).items()
        }
        return [found for found in events if good[found.block, found.tx_index]]

    def _own(self, kind: str, text: str) -> tuple[Subject, list[Found]]:
        if kind != "event":
            about = subject(kind, text)
            return about, own_events(self._connection, about, self._last)
        parts = text.split("/")
        if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
            raise SubjectUnreadable(f'"{text}" is no event: it is its block and its log index there, as in 120/3')
        if not self._commit:
            raise EvidenceImpossible("headers here prove no single event: ask for whom it is about")
        found = the_event(self._connection, int(parts[0]), int(parts[1]))
        if found.block > self._last:
            raise BlockNotIndexed(f"the event is in block {found.block}, after block {self._last}; name one with --at")
        self._require_near([found])
        place = self._placed(found)
        return subject(kind, f"{place.block}/{place.tx_index}/{place.log}"), [found]

    def _places(
        self, own: Sequence[Found], others: Sequence[Found], journals: Sequence[JournalProof]
    ) -> dict[Place, Found]:
        """How each event is proven: by its receipt where headers reach so far, else by its journal.

        What explains and is out of reach is left out. Raises EvidenceTooLong where that would be an event of its own.
        """
        indices = self._indices([*own, *others], journals)
        if not journals:
            self._require_near(own)
        places: dict[Place, Found] = {}
        for found in (*own, *others):
            if self._near(found):
                places[self._placed(found)] = found
            elif found.place in indices:
                places[indices[found.place]] = found
        return places

    def _near(self, found: Found) -> bool:
        return self._commit and self._last - found.block < HEADERS_MAX

    def _require_near(self, own: Sequence[Found]) -> None:
        if far := [found for found in own if not self._near(found)]:
            raise EvidenceTooLong(
                f"from block {far[0].block} to {self._last} there are more than {HEADERS_MAX} headers; name a nearer "
                "block with --at, or prove by the journal with --complete"
            )

    def _indices(self, events: Sequence[Found], journals: Sequence[JournalProof]) -> dict[tuple[int, int], Journalled]:
        """Each event's number in its journal, by its place."""
        found: dict[tuple[int, int], Journalled] = {}
        for journal in journals:
            here = sorted((e for e in events if e.said.address == journal.address), key=lambda e: e.place)
            numbers = iter(enumerate(journal.events, 1))
            for event in here:
                # Both are in the chain's order, so that what is said twice is found twice.
                index = next((n for n, raw in numbers if raw == event.said.raw), None)
                if index is not None:
                    found[event.place] = Journalled(journal.address, index)
        return found

    def _placed(self, found: Found) -> Placed:
        for receipt in self._receipts_of(found):
            for log, entry in enumerate(receipt["logs"]):
                if int(entry["logIndex"], 16) == found.log_index:
                    return Placed(found.block, int(receipt["transactionIndex"], 16), log)
        raise NodeUntrustworthy(f"the node's receipts of block {found.block} have no log {found.log_index}")

    def _receipts_of(self, found: Found) -> list[dict[str, Any]]:
        if found.block not in self._receipts:
            self._receipts[found.block] = asked.receipts(self._client, found.block_hash)
        return self._receipts[found.block]

    def _headers(self, placed: Sequence[Placed]) -> list[bytes]:
        if not self._commit:
            return []
        first = min((place.block for place in placed), default=self._last)
        return asked.headers(self._client, first, self._last)

    def _receipt_proofs(self, placed: Sequence[Placed]) -> list[ReceiptProof]:
        wanted: dict[int, set[int]] = {}
        for place in placed:
            wanted.setdefault(place.block, set()).add(place.tx_index)
        found = []
        for block in sorted(wanted):
            entries = {
                encode(number(index)): asked.encoded_receipt(receipt)
                for index, receipt in enumerate(self._receipts[block])
            }
            keys = {encode(number(tx_index)): tx_index for tx_index in sorted(wanted[block])}
            _, proofs = prove(entries, list(keys))
            found += [ReceiptProof(block, tx_index, proofs[key]) for key, tx_index in keys.items()]
        return found

    def _tokens(self, events: Sequence[Any]) -> list[TokenProof]:
        if not self._commit:
            return []
        wanted: Collection[str] = {token for token in tokens_of(events) if token is not None}
        return [asked.token_proof(self._client, address, self._last) for address in sorted(wanted)]

    def _journals(self, about: Subject) -> list[JournalProof]:
        """Raises EvidenceTooLong before it reads what no file can hold."""
        instances = {
            name: deployed
            for name, deployed in self._deployments.contracts.items()
            if deployed.contract in about.contracts
            and (deployed.contract != "DepositToken" or about.id.startswith(deployed.address))
        }
        counts = asked.journal_counts(self._client, list(instances.values()), self._last)
        if sum(counts) > JOURNAL_EVENTS_MAX:
            raise EvidenceTooLong(
                f"the journals of {', '.join(sorted(instances))} have {sum(counts)} events at block {self._last}, "
                f"a file takes {JOURNAL_EVENTS_MAX}; leave out --complete"
            )
        events = journal_events(self._connection, list(instances), self._last)
        found = [
            asked.journal_proof(self._client, deployed, self._last, events[name], prove=self._commit)
            for name, deployed in instances.items()
        ]
        return sorted(found, key=lambda journal: journal.address)
