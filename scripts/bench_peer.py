"""What `scf bench write` compares with: the node alone, fed ready-made transactions that nobody keeps a record of."""

import secrets
import time
from collections.abc import Sequence

from node_adapter.client import NodeClient
from node_adapter.codec import encode_call
from node_adapter.signers import Keyring
from node_adapter.transactions import Transaction

DEVNET = 31_337
KIND = "0x" + b"benchmark".ljust(32, b"\0").hex()
TIMEOUT_S = 300.0


class Peer:
    def __init__(self, client: NodeClient, keyring: Keyring, anchors: str) -> None:
        self._client = client
        self._keyring = keyring
        self._anchors = anchors

    def feed(self, accounts: Sequence[str], *, backwards: bool = False) -> float:
        """Seconds from the first byte sent to the last receipt seen, for one transaction of each account named, signed
        before."""
        nonces = self._client.nonces(sorted(set(accounts)))
        raws, hashes = [], []
        for account in accounts:
            signed = self._keyring.sign_transaction(account, anchoring(self._anchors, nonces[account]))
            nonces[account] += 1
            raws.append(signed.raw)
            hashes.append(signed.tx_hash)
        started = time.perf_counter()
        self._client.send_raw_many(raws[::-1] if backwards else raws)
        while self._client.nonces(sorted(nonces)) != nonces:
            pause(started)
        if None in self._client.receipts(hashes):
            raise RuntimeError("the node counts a transaction as mined and has no receipt of it")
        return time.perf_counter() - started


def anchoring(anchors: str, nonce: int) -> Transaction:
    """A transaction that anchors a hash."""
    return Transaction(
        chain_id=DEVNET,
        nonce=nonce,
        max_priority_fee_per_gas=0,
        max_fee_per_gas=10**10,
        gas=150_000,
        to=anchors,
        data=encode_call("Anchors", "anchor", ["0x" + secrets.token_hex(32), KIND]),
    )


def pause(started: float) -> None:
    """A moment. Raises TimeoutError where the moments since `started` have been enough."""
    if time.perf_counter() - started > TIMEOUT_S:
        raise TimeoutError(f"not mined within {TIMEOUT_S:.0f} s")
    time.sleep(0.01)
