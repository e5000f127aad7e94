"""An outbox whose nodes are behind faulty proxies."""

import secrets
import time
from collections import Counter
from dataclasses import dataclass

from node_adapter.client import NodeClient
from node_adapter.errors import NodeError
from node_adapter.networks import DEVNET
from node_adapter.outbox import Outbox, Worker
from node_adapter.signers import Keyring
from tests.faulty_node import (
    FaultyNode,
)
from tests.node_adapter.outbox_support import CHAIN_ID, PASSPHRASE, TestNetwork

WAIT_S = 60
ON_ITS_WAY = {"pending", "signed", "sent"}


@dataclass
class Site:
    """The network's outbox speaks through the proxies; what the test asks, it asks the node itself."""

    network: TestNetwork
    proxies: list[FaultyNode]
    direct: NodeClient

    @property
    def proxy(self) -> FaultyNode:
        return self.proxies[0]

    def accept(self, *senders: str) -> tuple[list[str], list[str]]:
        """Operations, and the hashes that they anchor."""
        hashes = [secrets.token_bytes(32) for _ in senders]
        commands = [self.network.anchor(sender, text) for sender, text in zip(senders, hashes, strict=True)]
        return self.network.accept(*commands), [text.hex() for text in hashes]

    def step(self) -> None:
        try:
            self.network.worker.step()
        except NodeError:
            """The node was at fault: the next round goes on from the rows."""

    def settle(self) -> None:
        deadline = time.monotonic() + WAIT_S
        while ON_ITS_WAY & self.network.states().keys():
            assert time.monotonic() < deadline, f"the outbox does not come to rest: {self.network.states()}"
            self.step()

    def assert_each_once(self, ids: list[str], hashes: list[str]) -> None:
        head = self.direct.head().number
        logs = self.direct.logs(0, head, [self.network.outbox.deployments.address("Anchors")])
        anchored = Counter(log.topics[1].hex() for log in logs)
        operations = [self.network.operation(i) for i in ids]
        assert [(o.state, o.error_name) for o in operations] == [("mined", None)] * len(ids)
        assert {h: anchored[h] for h in hashes} == dict.fromkeys(hashes, 1)
        for operation in operations:
            (receipt,) = self.direct.receipts([operation.tx_hash or ""])
            assert receipt is not None
            assert (receipt.block_number, receipt.block_hash) == (operation.block_number, operation.block_hash)
            assert self.direct.block_hash(receipt.block_number) == operation.block_hash
        for signer in {o.signer for o in operations if o.signer}:
            nonces = sorted(o.nonce for o in operations if o.signer == signer and o.nonce is not None)
            assert nonces == list(range(nonces[0], nonces[0] + len(nonces))), "no nonce is left out"
            assert self.direct.nonce(signer) == nonces[-1] + 1


def through(network: TestNetwork, proxies: list[FaultyNode]) -> Site:
    """The network's outbox and worker anew, behind the proxies."""
    network.worker.close()
    old = network.outbox
    client = NodeClient(
        [proxy.url for proxy in proxies],
        chain_id=CHAIN_ID,
        genesis_hash=old.deployments.genesis_hash,
        network=DEVNET,
        timeout_s=1.0,
    )
    network.outbox = Outbox(old.engine, client, old.deployments, Keyring(network.folder / "keys", PASSPHRASE))
    network.worker = Worker(network.outbox)
    return Site(network, proxies, NodeClient(network.url, chain_id=CHAIN_ID))
