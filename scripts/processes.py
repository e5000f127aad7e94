"""Child processes that end with their parent, and a record of who they are."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

STOP_WAIT_S = 10.0
LOG_MAX_BYTES = 20 * 1024 * 1024


def spawn(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Start a process in a group of its own (a Ctrl-C is for the parent alone), its output appended to `log`."""
    if log.exists() and log.stat().st_size > LOG_MAX_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **environment},
            process_group=0,
            preexec_fn=_dies_with_parent(),  # noqa: PLW1509 -- calls only prctl, loaded before the fork
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM, and SIGKILL for one that does not listen."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def how_it_ended(process: "subprocess.Popen[bytes]") -> str:
    """ "signal 9 (SIGKILL)" or "status 2"."""
    code = process.returncode
    if code < 0:
        return f"signal {-code} ({signal.Signals(-code).name})"
    return f"status {code}"


def last_line(log: Path) -> str:
    """The last line that says something, for a message."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1][:300] if lines else ""


def _dies_with_parent() -> Callable[[], None] | None:
    """Between fork and exec: Linux ends the child with its parent, however that ends."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it died before this was armed
            os._exit(1)

    return arm
