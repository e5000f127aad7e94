"""What of the devnet survives: the chain's state, and the clock's offset from the wall.

anvil can save itself (`--state`), and not well enough: it writes the file in place, so that a kill leaves half of one,
and it dumps while it mines, so that a block may be missing whose transactions already count (README, decision 1). So
the state is taken over JSON-RPC with mining paused, checked to be of one head, and put in place by a rename.

Files of a data folder: `state.json.gz` and `state.previous.json.gz` (gzip's checksum tells a damaged one),
`clock.json`, `mining.lock` with `mining-paused` (who holds the lock may pause; the mark outlives a killed pauser).
"""

import fcntl
import gzip
import json
import os
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hardhat_free_devnet.chain import head
from hardhat_free_devnet.rpc import rpc

STATE = "state.json.gz"
PREVIOUS = "state.previous.json.gz"
CLOCK = "clock.json"
MARK = "mining-paused"

SETTLE_S = 0.03
"""A block that was being mined when mining was paused is there after this; the loop below sees it if not."""
MAX_ATTEMPTS = 100


class SavedState(NamedTuple):
    content: bytes
    """The JSON that anvil loads."""
    head_s: int
    genesis_s: int
    """Timestamps, unix seconds."""


class StateError(Exception):
    """A file of the data folder cannot be used; says which and why."""


@contextmanager
def mining_paused(url: str, data_dir: Path, *, for_good: bool = False) -> Iterator[None]:
    """No block is mined inside, whoever sends transactions: they wait in the pool. One pauser at a time.

    A node that was not mining by itself (a test's choice) is left so. `for_good` leaves mining off: the node ends next.
    """
    mark = data_dir / MARK
    with _mining_lock(data_dir):
        resume = mark.exists() or bool(rpc(url, "anvil_getAutomine"))
        if resume:
            mark.touch()
            rpc(url, "evm_setAutomine", False)
        try:
            yield
        finally:
            if resume and not for_good:
                rpc(url, "evm_setAutomine", True)
                mark.unlink(missing_ok=True)


@contextmanager
def _mining_lock(data_dir: Path) -> Iterator[None]:
    with (data_dir / "mining.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def resume_abandoned(url: str, data_dir: Path) -> None:
    """Lets the node mine again if a pauser was killed: a mark that nobody holding the lock owns is such a one's."""
    if (data_dir / MARK).exists():
        with _mining_lock(data_dir):
            if (data_dir / MARK).exists():
                rpc(url, "evm_setAutomine", True)
                (data_dir / MARK).unlink()


def forget_pause(data_dir: Path) -> None:
    """For a node that just started, and mines: a mark was of the node before it."""
    (data_dir / MARK).unlink(missing_ok=True)


def save_state(url: str, data_dir: Path, *, for_good: bool = False) -> str:
    """Makes all that is mined now durable; returns the hash of the head saved. Mining waits meanwhile."""
    with mining_paused(url, data_dir, for_good=for_good):
        return _save(url, data_dir)


def _save(url: str, data_dir: Path) -> str:
    state, saved_hash = _consistent_dump(url)
    current, previous = data_dir / STATE, data_dir / PREVIOUS
    if current.exists():
        link = data_dir / f"{PREVIOUS}.partial"
        link.unlink(missing_ok=True)
        os.link(current, link)
        link.replace(previous)
    _write_whole(current, state)
    return saved_hash


def _consistent_dump(url: str) -> tuple[bytes, str]:
    before = head(url)
    for _ in range(MAX_ATTEMPTS):
        time.sleep(SETTLE_S)
        dump = rpc(url, "anvil_dumpState")
        after = head(url)
        if after == before:
            return bytes.fromhex(dump.removeprefix("0x")), after.hash
        before = after
    raise StateError(f"the node at {url} went on mining while it was paused: something else drives it")


def shift_clock(url: str, data_dir: Path, seconds: int) -> int:
    """Moves the chain's time forward and mines a block there; returns that block's timestamp (unix seconds).

    With mining paused, in this order, so that a kill at any point is harmless:
    1. all that was mined is saved, in both copies: nothing from before the shift can be lost and happen after it;
    2. the offset is on disk: from here the shift holds, and a node that dies is started with it;
    3. the node is told.
    """
    if seconds <= 0:
        raise ValueError(f"the chain's clock moves forward only, not by {seconds} s")
    with mining_paused(url, data_dir):
        _save(url, data_dir)
        _save(url, data_dir)
        offset_s = clock_offset_s(data_dir) + seconds
        _write_whole(data_dir / CLOCK, json.dumps({"offset_s": offset_s}).encode())
        rpc(url, "evm_setTime", max(int(time.time()) + offset_s, head(url).timestamp_s + 1))
        rpc(url, "evm_mine")
        return head(url).timestamp_s


def clock_offset_s(data_dir: Path) -> int:
    """How far the chain's clock is ahead of the wall's, in seconds. Raises StateError on a damaged file."""
    path = data_dir / CLOCK
    try:
        offset_s = json.loads(path.read_bytes())["offset_s"]
    except FileNotFoundError:
        return 0
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(f"{path} is damaged ({error})") from error
    if type(offset_s) is not int or offset_s < 0:
        raise StateError(f"{path} is damaged (offset_s is {offset_s!r})")
    return offset_s


def read_state(path: Path) -> SavedState:
    """A saved state. Raises StateError for one that is damaged, or no dump of the pinned anvil."""
    try:
        state = gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise StateError(f"{path} is damaged ({error})") from error
    # Parsing all of a dump for two numbers would take seconds. Its first object is the head's block environment.
    head_s = re.match(rb'\{"block":\{[^{}]*"timestamp":"(0x[0-9a-f]+)"', state)
    genesis_s = re.search(rb'"number":"0x0","gasLimit"[^{}]*?"timestamp":"(0x[0-9a-f]+)"', state)
    if head_s is None or genesis_s is None:
        raise StateError(f"{path} is not a dump of the pinned anvil")
    return SavedState(state, int(head_s[1], 16), int(genesis_s[1], 16))


def _write_whole(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
