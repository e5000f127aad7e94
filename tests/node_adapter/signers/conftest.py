"""A token of SoftHSM2 for each test that asks for one."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node_adapter.signers import hsm
from node_adapter.signers.remote import Remote, RemoteSigner
from scripts import debian_tools
from tests.conftest import skip_unless_required

PIN = "271828"


@dataclass(frozen=True)
class SoftToken:
    """`folder` is the token: moved away it is unplugged."""

    module: Path
    folder: Path
    pin_file: Path

    @property
    def token(self) -> hsm.Token:
        return hsm.Token(self.module, "scf", self.pin_file)

    def unplug(self) -> None:
        shutil.move(self.folder, self.folder.with_name("away"))
        self.folder.mkdir()

    def plug_in(self) -> None:
        self.folder.rmdir()
        shutil.move(self.folder.with_name("away"), self.folder)


@pytest.fixture
def soft_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    module = debian_tools.SOFTHSM2.file()
    if module is None or not debian_tools.SOFTHSM2.found():
        skip_unless_required(f"SoftHSM2 is not installed: {debian_tools.SOFTHSM2.mend}")
    folder = tmp_path / "hsm" / "tokens"
    folder.mkdir(parents=True)
    conf = tmp_path / "hsm" / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(conf))
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "scf", "--so-pin", "31415926", "--pin", PIN],
        check=True,
        capture_output=True,
    )
    pin_file = tmp_path / "hsm" / "pin"
    pin_file.touch(mode=0o600)
    pin_file.write_text(PIN + "\n")
    hsm.module_at(module).restart()
    yield SoftToken(module, folder, pin_file)
    hsm.module_at(module).restart()


@dataclass
class SignerServer:
    """A remote signer in a process of its own. `secret` is its key, in hex, for those who look for leaks."""

    dialect: str
    folder: Path
    process: "subprocess.Popen[str]"
    port: int
    address: str
    secret: str

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()

    def remote(self, fault: str = "", *, timeout_s: float = 20.0) -> Remote:
        url_file = self.folder / f"url-{fault}"
        url_file.touch(mode=0o600)
        url_file.chmod(0o600)
        url_file.write_text(f"http://scf:hunter2@127.0.0.1:{self.port}/{fault}\n")
        return Remote("vault", url_file, self.dialect, timeout_s)

    def signer(self, fault: str = "", **more: float) -> RemoteSigner:
        return RemoteSigner(self.remote(fault, **more), {"bank": self.address})


def start_signer(dialect: str, folder: Path) -> SignerServer:
    command = [sys.executable, "-m", "tests.node_adapter.signers.signer_server", dialect]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port, address, secret = process.stdout.readline().split()
    return SignerServer(dialect, folder, process, int(port), address, secret)


@pytest.fixture(scope="module", params=["eth", "web3signer", "clef"])
def signer_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignerServer]:
    server = start_signer(request.param, tmp_path_factory.mktemp("remote"))
    yield server
    server.stop()
