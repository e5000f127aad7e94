"""Sets up a checkout: `.venv` from the locks; from npm the pinned chain tools and the console's scripts.

Run by `scripts/scf` with Python >= 3.11. Only the standard library, and nothing of ours: this runs before anything is
installed. One bootstrap works at a time (an flock, which the kernel drops with the process). Each part ends by writing
its stamp, so that an interrupted one has none: it is thrown away and made again, because a half-written package cannot
be told from a whole one.
"""

import fcntl
import functools
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

NODE_MIN_MAJOR = 20
NEEDED_BYTES = 1_200_000_000
"""What a set-up from nothing wants at its worst: .venv 500 MB (with Node), node_modules 150 MB, and the caches."""
NPM_FOLDERS = ("hardhat-free-devnet", "api/console")
QUIET_S = 2.0
"""A step that takes longer than this says so."""


class BootstrapError(Exception):
    """One line for the user: what is wrong and how to mend it."""


class Step:
    """Runs the programs of one titled step, their output in the log; speaks only if it takes longer than QUIET_S."""

    def __init__(self, title: str, log: Path) -> None:
        self._title = title
        self._log = log
        self._started = time.monotonic()
        self._spoke = False
        self._timer = threading.Timer(QUIET_S, self._speak)

    def _speak(self) -> None:
        self._spoke = True
        say(f"{self._title} …")

    def __enter__(self) -> "Step":
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        if self._spoke and exc_type is None:
            say(f"{self._title}: done in {time.monotonic() - self._started:.0f} s")

    def run(self, *command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
        """Raises BootstrapError with the program's last line."""
        with self._log.open("ab") as log:
            start = log.tell()
            log.write(f"$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            try:
                code = subprocess.run(
                    command,
                    cwd=cwd,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    check=False,
                    close_fds=False,
                ).returncode
            except OSError as error:
                raise BootstrapError(f"{self._title}: {command[0]} does not start: {error.strerror}") from error
        if code == 0:
            return
        with self._log.open("rb") as log:
            log.seek(start)
            output = log.read().decode(errors="replace")
        if "No space left" in output or "ENOSPC" in output:
            raise BootstrapError(f"{self._title}: the disk is full; free about 1 GB and try again")
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        raise BootstrapError(f"{self._title} failed: {lines[-1][:300]} (all of it: {self._log})")


def say(line: str) -> None:
    print(f"scf: {line}", file=sys.stderr, flush=True)


def bootstrap(root: Path, python_stamp: str, npm_stamp: str) -> None:
    """Brings `.venv` and `node_modules` to what the stamps name; a no-op if another bootstrap just did."""
    venv = root / ".venv"
    parts: list[tuple[Path, str, Callable[[], None]]] = [
        (venv / "scf-stamp", python_stamp, lambda: make_venv(root, venv))
    ]
    for folder in NPM_FOLDERS:
        modules = functools.partial(make_node_modules, root, venv, root / folder)
        parts.append((root / folder / "node_modules" / ".scf-stamp", npm_stamp, modules))
    for stamp, wanted, make in parts:
        if is_current(stamp, wanted):
            continue
        was_whole = stamp.exists()
        stamp.unlink(missing_ok=True)
        if not was_whole:
            shutil.rmtree(stamp.parent, ignore_errors=True)
        make()
        write_whole(stamp, wanted)


def is_current(stamp: Path, wanted: str) -> bool:
    try:
        return stamp.read_text().rstrip("\n") == wanted
    except OSError:
        return False


def write_whole(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text + "\n")
    partial.replace(path)


def make_venv(root: Path, venv: Path) -> None:
    python, uv = venv / "bin" / "python", venv / "bin" / "uv"
    log = root / ".scf-bootstrap.log"
    # uv reads no pip settings and brings its own certificates; behind a private authority the system's are right.
    # A pip told to install for the user or elsewhere would miss the venv.
    env = {**os.environ, "UV_SYSTEM_CERTS": "true", "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    env.pop("PIP_TARGET", None)
    pip = (python, "-m", "pip", "install", "--quiet", "--require-hashes")
    with Step("making the Python environment .venv", log) as step:
        if not works(python, "-m", "pip", "--version"):
            step.run(sys.executable, "-I", "-m", "venv", "--clear", venv)
        try:
            step.run(*pip, "-r", root / "scripts" / "bootstrap.lock", env=env)
        except BootstrapError as error:
            say(f"{error}; going on with pip alone, which takes longer")
    with Step("installing the Python packages of requirements.lock", log) as step:
        lock = root / "requirements.lock"
        try:
            # Compiled once here, for those whose Python may not write bytecode: imports take a third of the time.
            sync = (uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", "--python", python)
            step.run(*sync, lock, env=env)
            step.run(
                uv,
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--no-build-isolation",
                "--python",
                python,
                "-e",
                root,
                env=env,
            )
        except BootstrapError as error:
            if "disk is full" in str(error):
                raise
            say(f"{error}; going on with pip, which takes a minute")
            step.run(*pip, "-r", lock, env=env)
            step.run(
                python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", root, env=env
            )
    if not has_node(os.environ.get("PATH", "")):
        with Step("installing Node (this machine has none that is new enough)", log) as step:
            step.run(*pip, "-r", root / "scripts" / "node.lock", env=env)
            if not has_node(str(venv / "bin")):
                raise BootstrapError(
                    f"Node was installed and does not run; install Node >= {NODE_MIN_MAJOR} and try again"
                )


def make_node_modules(root: Path, venv: Path, folder: Path) -> None:
    path = os.environ.get("PATH", "")
    if not has_node(path):
        path = f"{venv / 'bin'}{os.pathsep}{path}"
        if not has_node(path):  # Node was on PATH when .venv was made, and is gone
            (venv / "scf-stamp").unlink(missing_ok=True)
            raise BootstrapError("Node is not there any more; run the same command again to have it installed")
    # `npm ci` needs a lock, and npm's locks name the registry; exact pins and no install scripts stand in for it.
    title = f"installing what {folder.relative_to(root)}/package.json names"
    with Step(title, root / ".scf-bootstrap.log") as step:
        flags = ("--no-save", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
        step.run(
            shutil.which("npm", path=path) or "npm", "install", *flags, cwd=folder, env={**os.environ, "PATH": path}
        )


def has_node(path: str) -> bool:
    """True where both npm and a Node that is new enough are on this PATH and run."""
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        return False
    script = f"process.exit(parseInt(process.versions.node) >= {NODE_MIN_MAJOR} ? 0 : 1)"
    return works(node, "-e", script)


def works(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def hold_lock(path: Path) -> int:
    """Returns the descriptor that holds the lock; closing it (or dying) lets the next one in.

    The programs started from here inherit it: if this process alone is killed, the next set-up waits until the
    package manager it left behind has stopped writing.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    os.set_inheritable(descriptor, True)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another scf is setting up this checkout; waiting for it …")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def main(arguments: Sequence[str]) -> int:
    root = Path(arguments[0])
    try:
        lock = hold_lock(root / ".venv.lock")
        try:
            if not (root / ".venv").exists() and (free := shutil.disk_usage(root).free) < NEEDED_BYTES:
                raise BootstrapError(
                    f"the set-up wants {NEEDED_BYTES // 10**6} MB and the disk of {root} has {free // 10**6} MB"
                )
            bootstrap(root, arguments[1], arguments[2])
        finally:
            os.close(lock)
    except BootstrapError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(f"cannot set up {root}: {error.strerror} ({error.filename})")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next run starts this over")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
