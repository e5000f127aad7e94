"""One or several nodes of one chain behind the interface of one: whom to ask, and whom to leave out.

All threads ask the same node for as long as it is good. One that does not answer, contradicts itself, is of another
chain, or lags behind the best is left out, which is logged once, and looked at again later. One node alone is asked
whatever it does. A question that needs several answers is asked within `pinned`: then one node gives all of them, or
the question fails and is asked anew.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from node_adapter.errors import NodeError, NodeUnavailable, NodeUntrustworthy, WrongChain
from node_adapter.parse import quantity
from node_adapter.rpc import Counters, Method, Rpc, RpcError

LAG_MAX_BLOCKS = 5
"""A node whose head lies farther below the best one's is left out."""
LOOK_EVERY_S = 2.0
"""How often all nodes are asked for their heads, where there are several."""
LOOK_AGAIN_MAX_S = 60.0
"""The longest that a node which failed is not asked again; the first time it is LOOK_EVERY_S, then twice as long."""
LOOK_TIMEOUT_S = 2.0

TRUST_TRIES = 3
"""How often a node is asked whose answer contradicts the question or itself."""

C = TypeVar("C", bound="Distrusting")
P = ParamSpec("P")
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """Of the chain that is meant; None is not compared."""

    chain_id: int | None = None
    genesis_hash: str | None = None

    def check(self, rpc: Rpc) -> int:
        """The node's head, asked together with who it is. Raises WrongChain, NodeError."""
        asked: list[Method] = [("eth_chainId", ()), ("eth_getBlockByNumber", ("0x0", False)), ("eth_blockNumber", ())]
        answers = rpc.read_many(asked, again=False)
        for answer in answers:
            if isinstance(answer, RpcError):
                raise NodeUnavailable(f"the node at {rpc.shown} does not say who it is: {answer.message}")
        chain_id, genesis = quantity(answers[0]), answers[1]
        if self.chain_id is not None and chain_id != self.chain_id:
            raise WrongChain(f"the node at {rpc.shown} is of chain {chain_id}, not {self.chain_id}")
        if self.genesis_hash is not None:
            first = str(genesis.get("hash")).lower() if isinstance(genesis, dict) else "nothing"
            if first != self.genesis_hash.lower():
                raise WrongChain(
                    f"chain {chain_id} of the node at {rpc.shown} begins with {first}, not {self.genesis_hash}: "
                    "the devnet was reset, or it is the wrong node"
                )
        return quantity(answers[2])


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """What is known of a node at present. `url` is masked. `why` says what is wrong with one that is left out."""

    url: str
    used: bool
    good: bool
    head: int | None
    why: str

    def to_dict(self) -> dict[str, Any]:
        return {"url": self.url, "used": self.used, "good": self.good, "head": self.head, "why": self.why}


class _Node:
    def __init__(self, rpc: Rpc, probe: Rpc) -> None:
        self.rpc = rpc
        self.probe = probe
        self.why: str | None = None
        """None: it may be asked."""
        self.wrong_chain = False
        self.head: int | None = None
        self.failures = 0
        self.look_at = 0.0


class Nodes:
    """`lag_max_blocks`: see LAG_MAX_BLOCKS. Raises ValueError for what is no http URL, or no URL at all."""

    def __init__(
        self,
        urls: Sequence[str],
        timeout_s: float,
        identity: Identity,
        counters: Counters,
        lag_max_blocks: int = LAG_MAX_BLOCKS,
    ) -> None:
        if not urls or len(set(urls)) != len(urls):
            raise ValueError("at least one node is given, and each once")
        self._identity = identity
        self._lag_max_blocks = lag_max_blocks
        self._counters = counters
        known = identity != Identity()
        self._nodes = [
            _Node(
                Rpc(url, timeout_s, identity.check if known else None, counters),
                Rpc(url, min(timeout_s, LOOK_TIMEOUT_S), None, counters),
            )
            for url in urls
        ]
        self._used = self._nodes[0]
        self._lock = threading.RLock()
        self._look_at = 0.0
        self._thread = threading.local()

    @property
    def shown(self) -> str:
        """The URL of the node that is asked at present, masked."""
        return self._used.rpc.shown

    def status(self) -> list[NodeStatus]:
        return [
            NodeStatus(node.rpc.shown, node is self._used, node.why is None, node.head, node.why or "")
            for node in self._nodes
        ]

    @contextmanager
    def pinned(self) -> Iterator[None]:
        """What this thread asks within goes to one node. Where that fails, the error ends the whole question."""
        if getattr(self._thread, "pinned", None) is not None:
            yield
            return
        self._thread.pinned = self._current()
        try:
            yield
        finally:
            self._thread.pinned = None

    def read(self, method: str, *params: Any) -> Any:
        return self._ask(lambda rpc: rpc.read(method, *params))

    def read_many(self, methods: Sequence[Method]) -> list[Any | RpcError]:
        """All from one node."""
        return self._ask(lambda rpc: rpc.read_many(methods))

    def send_many(self, methods: Sequence[Method]) -> list[Any | RpcError | NodeError]:
        """To one node, each once. After an answer that was lost another node is asked what became of them."""
        answers = self._ask(lambda rpc: rpc.send_many(methods))
        lost = next((answer for answer in answers if isinstance(answer, NodeError)), None)
        if lost is not None:
            self.distrust(lost)
        return answers

    def distrust(self, error: NodeError) -> None:
        """Leaves out the node that this thread asked last: what it said cannot be used. One alone is kept."""
        if len(self._nodes) > 1:
            self._leave_out(getattr(self._thread, "asked", self._used), error)

    def close(self) -> None:
        """Closes this thread's connections."""
        for node in self._nodes:
            node.rpc.close()
            node.probe.close()

    def _ask(self, question: Callable[[Rpc], T]) -> T:
        """Of the node in use or, where it fails, of the others in turn; of the pinned one alone."""
        if len(self._nodes) == 1:
            return question(self._used.rpc)
        for attempt in range(len(self._nodes)):
            node = self._thread.asked = self._pinned() or self._current()
            try:
                return question(node.rpc)
            except (NodeUnavailable, NodeUntrustworthy, WrongChain) as error:
                self._leave_out(node, error)
                if self._pinned() is not None or attempt == len(self._nodes) - 1:
                    raise
        raise AssertionError("the last attempt answers or raises")

    def _pinned(self) -> _Node | None:
        return getattr(self._thread, "pinned", None)

    def _current(self) -> _Node:
        """The node to ask. Raises NodeUnavailable, or WrongChain where all are of others, saying what each lacks."""
        if len(self._nodes) == 1:
            return self._used
        if time.monotonic() >= self._look_at and self._lock.acquire(blocking=self._look_at == 0.0):
            try:
                self._look()
            finally:
                self._lock.release()
        if self._used.why is None:
            return self._used
        with self._lock:
            self._look(all_of_them=True)
            if any(node.why is None for node in self._nodes):
                return self._used
        reasons = "; ".join(f"{node.why}" for node in self._nodes)
        message = f"none of the {len(self._nodes)} nodes can be used: {reasons}"
        raise WrongChain(message) if all(node.wrong_chain for node in self._nodes) else NodeUnavailable(message)

    def _look(self, *, all_of_them: bool = False) -> None:
        """Asks those that are due who they are and how far, and says what changed. Holds the lock."""
        found: dict[int, str | None] = {}
        for place, node in enumerate(self._nodes):
            if not all_of_them and node.why is not None and time.monotonic() < node.look_at:
                continue
            try:
                node.head = self._identity.check(node.probe)
                found[place], node.wrong_chain = None, False
            except NodeError as error:
                found[place], node.wrong_chain = str(error), isinstance(error, WrongChain)
        best = max((self._nodes[place].head or 0 for place, why in found.items() if why is None), default=0)
        for place, why in found.items():
            node = self._nodes[place]
            lag = best - (node.head or 0)
            behind = f"the node at {node.rpc.shown} is {lag} blocks behind" if lag > self._lag_max_blocks else None
            self._judge(node, why or behind)
        self._choose()
        self._look_at = time.monotonic() + LOOK_EVERY_S

    def _judge(self, node: _Node, why: str | None) -> None:
        if why is None:
            if node.why is not None:
                logger.info("the node at %s is asked again: all is well with it", node.rpc.shown)
            node.failures = 0
        else:
            if node.why is None or _kind(node.why) != _kind(why):
                logger.warning("a node is left out: %s", why)
            node.failures += 1
            node.look_at = time.monotonic() + min(LOOK_EVERY_S * 2 ** (node.failures - 1), LOOK_AGAIN_MAX_S)
        node.why = why

    def _choose(self) -> None:
        """Stays with the one in use while it is good; else takes the most advanced, the first of several."""
        good = [node for node in self._nodes if node.why is None]
        if self._used.why is not None and good:
            self._used = max(good, key=lambda node: node.head or 0)
            self._counters.add("failovers")

    def _leave_out(self, node: _Node, error: NodeError) -> None:
        with self._lock:
            node.wrong_chain = isinstance(error, WrongChain)
            self._judge(node, str(error))
            if node is self._used:
                self._choose()


class Distrusting(Protocol):
    def distrust(self, error: NodeError) -> None: ...
    def count(self, what: str) -> None: ...


def asked_again(read: Callable[Concatenate[C, P], T]) -> Callable[Concatenate[C, P], T]:
    """A read whose answer cannot be is asked again, of another node where there is one."""

    @wraps(read)
    def asked(client: C, /, *args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(TRUST_TRIES - 1):
            try:
                return read(client, *args, **kwargs)
            except NodeUntrustworthy as error:
                client.distrust(error)
                client.count("retries")
        return read(client, *args, **kwargs)

    return asked


def _kind(why: str) -> str:
    """A reason without its numbers: one that lags by more than before is no news."""
    return "".join(sign for sign in why if not sign.isdigit())
