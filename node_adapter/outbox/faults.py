"""Places between two effects where a test can have the process die, each by name.

`SCF_FAULT=<point>` (or `<point>:3`, the third time it is reached) kills the process there with SIGKILL: nothing is
cleaned up, as if the power had gone. Only in test builds: `arm` refuses the setting unless SCF_TEST_BUILD=1 as well.
"""

import os
import signal
from collections.abc import Mapping

POINTS = {
    "accept.stored": "the row is in the caller's transaction, which is not committed",
    "accept.committed": "the operation is durable, and nobody was told",
    "wallet.stored": "a wallet's signed transaction is in its row, uncommitted",
    "lease.claimed": "signers are this worker's, and nothing was done with them",
    "sign.signed": "bytes exist in memory only",
    "sign.storing": "nonces and bytes are written, uncommitted",
    "sign.stored": "nonces and bytes are durable, nothing was sent",
    "send.answered": "the node has the bytes, the rows do not say so",
    "send.marked": "the rows say so, no receipt was seen",
    "collect.read": "receipts are known, not stored",
    "collect.storing": "receipts are written, uncommitted",
    "collect.stored": "receipts are stored",
    "refuse.storing": "a refusal is written, uncommitted",
    "refuse.stored": "a refusal is stored",
    "replace.storing": "a replacement or cancellation is written, uncommitted",
    "replace.stored": "a replacement or cancellation is stored, not sent",
    "recover.begun": "recovery is announced, nothing was put back",
    "recover.storing": "operations are put back to SENT, uncommitted",
    "recover.rewound": "operations are back at SENT, nothing was sent again",
    "recover.resent": "some bytes were sent again",
    "recover.ending": "all that was lost is mined, recovery is still announced",
    "stop.storing": "a nonce used elsewhere is written down, uncommitted",
    "stop.stored": "a nonce used elsewhere is written down",
}
"""Every point, and how things stand there."""

_armed: list[str] = []
_left: list[int] = []


class FaultsRefused(RuntimeError):
    """SCF_FAULT is set where it must not be, or names no point. One line for the user."""


def arm(environment: Mapping[str, str]) -> None:
    """To be called once, where a process begins. Raises FaultsRefused in a production process that has SCF_FAULT."""
    wanted = environment.get("SCF_FAULT", "")
    if not wanted:
        return
    if environment.get("SCF_TEST_BUILD") != "1":
        raise FaultsRefused("SCF_FAULT kills this process and is for tests alone; unset it")
    point, _, times = wanted.partition(":")
    if point not in POINTS:
        raise FaultsRefused(f"SCF_FAULT names no point: {point!r}; node_adapter/outbox/faults.py lists them")
    _armed[:], _left[:] = [point], [int(times or 1)]


def reach(point: str) -> None:
    """Marks that the code is at `point`; dies there if it is the one armed."""
    if _armed and _armed[0] == point:
        _left[0] -= 1
        if _left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
