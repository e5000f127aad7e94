"""A key never leaves its process: not in what it says, logs or stores, nor in what is left when it is killed."""

import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from node_adapter.signers import create_account
from node_adapter.signers.settings import FILE
from tests.conftest import skip_unless_required
from tests.leaks import forms, found_in, found_under, key_of
from tests.node_adapter.outbox_support import PASSPHRASE, QUICK
from tests.node_adapter.signers.conftest import PIN, SoftToken, start_signer

ROOT = Path(__file__).parents[3]
CORE_PATTERN = Path("/proc/sys/kernel/core_pattern")
SETTINGS = """
[keys.operator]

[hsm.token]
module = "{module}"
token = "scf"
pin_file = "{pin_file}"

[remote.vault]
url_file = "{url_file}"

[keys.hsm]
hsm = "token"
address = "0x0000000000000000000000000000000000000001"
may = ["DepositToken.credit"]

[keys.remote]
remote = "vault"
address = "{address}"
may = ["DepositToken.credit"]
"""


def run(folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """In `folder/cwd`, where the kernel leaves core files if anything does; as large as they like."""
    (folder / "cwd").mkdir(exist_ok=True)
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    command = [sys.executable, "-m", "tests.node_adapter.signers.failing_signer", str(folder), PASSPHRASE, *more]
    return subprocess.run(
        command,
        cwd=folder / "cwd",
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "SOFTHSM2_CONF": str(folder / "hsm" / "softhsm2.conf")},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)),
    )


@pytest.fixture
def folder(tmp_path: Path, soft_token: SoftToken) -> Path:
    address = create_account(tmp_path / "keys", "operator", PASSPHRASE, work_factor=QUICK)
    for name in ("damaged", "open"):
        shutil.copytree(tmp_path / "keys", tmp_path / name)
    damaged = tmp_path / "damaged" / "operator.json"
    damaged.write_text(damaged.read_text().replace('"mac": "', '"mac": "00'))
    (tmp_path / "open" / "operator.json").chmod(0o644)
    (tmp_path / "address").write_text(address)
    (tmp_path / "passphrase").touch(mode=0o600)
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    soft_token.pin_file.write_text("161803\n")  # a PIN that is refused
    return tmp_path


@pytest.mark.slow
@pytest.mark.devnet  # talks to a remote signer on the loopback
def test_key__whatever_fails_and_however_it_ends__is_found_nowhere(folder: Path, soft_token: SoftToken) -> None:
    secret = key_of(folder / "keys" / "operator.json", PASSPHRASE)
    server = start_signer("eth", folder)
    (folder / "keys" / FILE).touch(mode=0o600)
    url_file = server.remote("other-key").url_file
    text = SETTINGS.format(
        module=soft_token.module, pin_file=soft_token.pin_file, url_file=url_file, address=server.address
    )
    (folder / "keys" / FILE).write_text(text)
    try:
        ended = run(folder)
    finally:
        server.stop()
    said = ended.stdout + ended.stderr
    assert ended.returncode == -signal.SIGABRT, said
    assert "failed in every way" in said
    for name in ("does not open", "open to others", "never replaced", "refused the PIN", "it signed as", "not among"):
        assert name in said, f"{name}: {said}"
    assert found_in(said.encode(), secret) == []
    assert found_under(folder, secret) == []
    for other in (PASSPHRASE, PIN, "161803", "hunter2", server.secret):
        assert other not in said
        assert other not in (folder / "log").read_text()
    assert list((folder / "cwd").iterdir()) == [], "no core file"

    if "/" in CORE_PATTERN.read_text() or "|" in CORE_PATTERN.read_text():
        skip_unless_required("core files go elsewhere here: that they would have the key is not shown")
    server = start_signer("eth", folder)
    try:
        url_file.write_text(server.remote("other-key").url_file.read_text())
        (folder / "keys" / FILE).write_text(text.replace(text.split('address = "')[2][:42], server.address))
        assert run(folder, "unprotected").returncode == -signal.SIGABRT
    finally:
        server.stop()
    (core,) = (folder / "cwd").iterdir()
    assert "raw" in found_in(core.read_bytes(), secret), "without protection the key is in the core file"
    core.unlink()


def test_found_in__each_form__is_found() -> None:
    secret = bytes(range(200, 232))
    for form, needle in forms(secret).items():
        assert form in found_in(b"before " + needle + b" after", secret)
    assert found_in(b"nothing" * 100, secret) == []
