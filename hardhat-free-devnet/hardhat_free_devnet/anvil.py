"""The one-machine chain: a real anvil whose state and clock survive a stop, a Ctrl-C and a kill -9 (README, decisions).

A data folder is used by one node at a time (`anvil.lock`, which the node itself inherits). The node dies with whoever
started it. A keeper thread of the starter saves the state whenever the head has moved, mines what the node overlooked,
and an empty block when nothing else was mined for HEARTBEAT_S, so that the chain's time follows the wall's.
"""

import fcntl
import subprocess
import threading
import time
from pathlib import Path
from typing import IO

from hardhat_free_devnet import tools
from hardhat_free_devnet.chain import head
from hardhat_free_devnet.durable import (
    PREVIOUS,
    STATE,
    StateError,
    clock_offset_s,
    forget_pause,
    read_state,
    resume_abandoned,
    save_state,
)
from hardhat_free_devnet.parent import dies_with_parent
from hardhat_free_devnet.rpc import RpcError, rpc

HEARTBEAT_S = 30.0
SAVE_INTERVAL_S = 1.0
"""The state is at most this old plus the cost of two dumps (0.3 s each at 10,000 blocks) when the node is killed."""
SAVE_SHARE = 10
"""After a save that took t, none for 10·t: a long chain spends a tenth of its time on saving, at most."""
TICK_S = 0.1
KEEPER = "anvil-keeper"
"""Its thread's name."""
OVERLOOKED_S = 0.5
"""anvil mines at once what can be mined. Now and then, when it is sent much while it mines, it sleeps on beside a pool
of ready transactions, whatever comes later, until it is told to mine."""
ORPHAN_WAIT_S = 5.0
"""A killed starter's node dies with it, a moment later."""
STOP_WAIT_S = 10.0
STATES_KEPT = 128
"""How many past blocks answer `eth_call`, proofs and `anvil_reorg`. All of them together cost about 20 kB of memory for
each block of the chain (200 MB at 10,000). Blocks, receipts and logs are kept whatever their age."""

BLOCK_GAS = 10**10
"""A block of anvil's is never full. One that is leaves the rest of the pool unmined until another transaction comes,
which may be never: under load several arrive before it mines, and ten contracts are more than its usual 30 million."""


class AnvilError(Exception):
    """The node did not start; one line for the user."""


class Anvil:
    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        chain_id: int = 31337,
        heartbeat_s: float = HEARTBEAT_S,
        durable: bool = True,
    ) -> None:
        """`port` 0: the kernel picks one. `durable=False`: nothing saved, no heartbeat (fixtures of tests)."""
        self._data_dir = data_dir
        self._port = port
        self._chain_id = chain_id
        self._heartbeat_s = heartbeat_s
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._url = ""
        self._lock: IO[bytes] | None = None
        self._keeper: threading.Thread | None = None
        self._stopping = threading.Event()
        self.recovered: str | None = None
        """After start: why an older copy of the state was taken, if it was."""
        self.failure: str | None = None
        """Why the state cannot be saved at present (a full disk); None when all is well. Saving is tried again."""

    @property
    def url(self) -> str:
        return self._url

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise AnvilError("anvil was not started")
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def log_path(self) -> Path:
        return self._data_dir / "anvil.log"

    def start(self, timeout_s: float = 20.0) -> "Anvil":
        """Returns when the node answers, with the saved state and the clock's offset. Raises AnvilError, ToolMissing.

        Call it from a thread that lives as long as the node shall: Linux ends the node with the thread that started it.
        """
        binary = tools.require("anvil")
        self._data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = _hold(self._data_dir / "anvil.lock")
        try:
            self._start_from_newest(binary, time.monotonic() + timeout_s)
            rpc(self._url, "anvil_setLoggingEnabled", False)  # it writes every call it answers, for ever
            saved = ""
            if self._durable:
                forget_pause(self._data_dir)
                rpc(self._url, "evm_mine")  # the head's time is now, not when the node last ran
                saved = save_state(self._url, self._data_dir)
            self._stopping.clear()
            self._keeper = threading.Thread(target=self._keep, args=(saved,), name=KEEPER, daemon=True)
            self._keeper.start()
        except BaseException:
            self.kill()
            raise
        return self

    def stop(self) -> None:
        """Saves the state and ends the node: 0.1 s, and 0.3 s more for each 10,000 blocks. Nothing mined is lost."""
        self._end_keeper()
        try:
            if self._durable and self._process is not None and self._process.poll() is None:
                save_state(self._url, self._data_dir, for_good=True)
        finally:
            if self._process is not None:
                self._process.terminate()
                try:
                    self._process.wait(STOP_WAIT_S)
                except subprocess.TimeoutExpired:
                    self._process.kill()
            self._release()

    def kill(self) -> None:
        """As `kill -9`: what was mined since the last save is lost."""
        if self._process is not None:
            self._process.kill()
        self._end_keeper()
        self._release()

    def _start_from_newest(self, binary: Path, deadline: float) -> None:
        offset_s = clock_offset_s(self._data_dir)
        copies = [path for name in (STATE, PREVIOUS) if (path := self._data_dir / name).exists()]
        if not copies:
            now_s = int(time.time()) + offset_s
            self._spawn(binary, None, now_s, now_s, deadline)
            return
        problems: list[str] = []
        for copy in copies:
            try:
                state = read_state(copy)
            except StateError as error:
                problems.append(str(error))
                continue
            # anvil loads only plain JSON, and reads it before it listens.
            loading = self._data_dir / "state.loading.json"
            loading.write_bytes(state.content)
            # The chain's time never runs backwards, whatever the wall's clock did while the node was down.
            now_s = max(int(time.time()) + offset_s, state.head_s)
            try:
                self._spawn(binary, loading, state.genesis_s, now_s, deadline)
            except StateError as error:
                problems.append(f"{copy}: {error}")
                continue
            finally:
                loading.unlink()
            if problems:
                self._keep_evidence()
                self.recovered = f"{'; '.join(problems)}; went on from {copy.name}"
            return
        raise AnvilError(f"no saved state can be read ({'; '.join(problems)}); `scf reset` starts a new chain")

    def _keep_evidence(self) -> None:
        (self._data_dir / STATE).replace(self._data_dir / f"{STATE}.damaged-{int(time.time())}")

    def _spawn(self, binary: Path, state: Path | None, genesis_s: int, now_s: int, deadline: float) -> None:
        """It mines only once its clock is right: who reconnects first would be mined at the old time."""
        command: list[str | Path] = [binary, "--host", "127.0.0.1", "--port", str(self._port), "--no-cors"]
        command += ["--chain-id", str(self._chain_id), "--hardfork", "london", "--no-mining"]
        command += ["--gas-limit", str(BLOCK_GAS)]
        # The same genesis block at each start. With another one a dump would hold both, and the next start would take
        # either for block 0.
        command += ["--timestamp", str(genesis_s)]
        command += ["--prune-history", str(STATES_KEPT), "--cache-path", self._data_dir / "cache"]
        command += ["--load-state", state] if state is not None else []
        assert self._lock is not None
        with self.log_path.open("wb") as log:
            # A process group of its own: a Ctrl-C is for the starter alone, which then stops the node in order.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._lock.fileno(),),
                process_group=0,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509 -- calls only prctl, loaded before the fork
            )
        self._wait_until_answering(deadline)
        rpc(self._url, "evm_setTime", now_s)
        rpc(self._url, "evm_setAutomine", True)

    def _wait_until_answering(self, deadline: float) -> None:
        """Raises StateError if the node refuses the saved state, AnvilError for any other reason."""
        while time.monotonic() < deadline:
            output = self.log_path.read_text(errors="replace")
            if self.process.poll() is not None:
                if "--load-state" in output:
                    raise StateError(output.strip().splitlines()[0])
                if "Address already in use" in output:
                    raise AnvilError(f"port {self._port} is used by another program; choose another one")
                raise AnvilError(f"anvil ended at once with status {self.process.returncode}: {output.strip()[-300:]}")
            for line in output.splitlines():
                if line.startswith("Listening on "):
                    self._url = f"http://{line.removeprefix('Listening on ').strip()}"
                    if _answers(self._url, self._chain_id):
                        return
            time.sleep(0.02)
        raise AnvilError(f"anvil does not answer in time; its log is {self.log_path}")

    def _keep(self, saved: str) -> None:
        next_save = 0.0
        seen, seen_at = saved, time.monotonic()
        while not self._stopping.wait(TICK_S) and self.process.poll() is None:
            try:
                resume_abandoned(self._url, self._data_dir)
                if (now_hash := head(self._url).hash) != seen:
                    seen, seen_at = now_hash, time.monotonic()
                elif self._is_due(time.monotonic() - seen_at) and rpc(self._url, "anvil_getAutomine"):
                    rpc(self._url, "evm_mine")
                if self._durable and seen != saved and time.monotonic() >= next_save:
                    started = time.monotonic()
                    saved = save_state(self._url, self._data_dir)
                    took_s = time.monotonic() - started
                    next_save = time.monotonic() + max(SAVE_INTERVAL_S, SAVE_SHARE * took_s)
                self.failure = None
            except (OSError, RpcError, StateError) as error:
                self.failure = str(error)

    def _is_due(self, still_s: float) -> bool:
        """Whether a block is, when there was none for so long."""
        if self._durable and still_s >= self._heartbeat_s:
            return True
        return still_s >= OVERLOOKED_S and int(rpc(self._url, "txpool_status")["pending"], 16) > 0

    def _end_keeper(self) -> None:
        self._stopping.set()
        if self._keeper is not None and self._keeper is not threading.current_thread():
            self._keeper.join()
        self._keeper = None

    def _release(self) -> None:
        if self._process is not None:
            self._process.wait()
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _answers(url: str, chain_id: int) -> bool:
    try:
        return int(rpc(url, "eth_chainId", timeout_s=5.0), 16) == chain_id
    except ConnectionError:
        return False


def _hold(path: Path) -> IO[bytes]:
    lock = path.open("ab")
    deadline = time.monotonic() + ORPHAN_WAIT_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            lock.close()
            raise AnvilError(f"another node already runs on {path.parent}; stop it first") from None
        return lock
