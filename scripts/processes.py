"""Child processes that end with their parent, and a record of who they are."""

import contextlib
import errno
import os
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from hardhat_free_devnet import dies_with_parent
from scripts.errors import CliError

STOP_WAIT_S = 10.0
LOG_MAX_BYTES = 20 * 1024 * 1024
TAIL_BYTES = 64 * 1024
_MODULE = re.compile(r"^(?:[a-z_0-9]+\.)+(?=[A-Z][A-Za-z]*: )")
"""What a traceback's last line puts before the name of an error."""


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
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 -- calls only prctl, loaded before the fork
        )


def require_free_port(host: str, port: int) -> None:
    """CliError unless the API could listen there now."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CliError(f"--host {host} is no address of this machine: {error}", name="HostUnknown") from error
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CliError(
                    f"port {port} is used by another program; stop that, or choose another with --port",
                    name="PortInUse",
                ) from error
            raise CliError(f"cannot listen on {host}:{port}: {error.strerror}", name="PortUnusable") from error


def free_port() -> int:
    """A port of the loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
    """The last line that says something, for a message; without the module before the name of an error."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            lines = file.read().decode(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return _MODULE.sub("", lines[-1])[:300] if lines else ""


@contextlib.contextmanager
def end_signals(stop: Callable[[], None]) -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP ask for an orderly end; asking again changes nothing."""

    def handle(_signal: int, _frame: object) -> None:
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
