"""A token of SoftHSM2 for each test that asks for one."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from node_adapter.signers import hsm
from tests.conftest import skip_unless_required

MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
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
    module = next((Path(path) for path in MODULES if Path(path).is_file()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        skip_unless_required("SoftHSM2 is not installed: apt-get install softhsm2")
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
