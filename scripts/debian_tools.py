"""What the tests need from Debian: found where it is, installed where that may be done, and named where it may not."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hardhat_free_devnet.tools import tools_required
from scripts.errors import CliError
from scripts.output import say

INSTALL_TIMEOUT_S = 300.0


@dataclass(frozen=True, slots=True)
class DebianTool:
    name: str
    package: str
    wanted_for: str
    programs: Sequence[str]
    """All of them on PATH."""
    files: Sequence[str] = ()
    """One of them."""

    def file(self) -> Path | None:
        """The first of its files that is there."""
        return next((Path(file) for file in self.files if Path(file).is_file()), None)

    def found(self) -> bool:
        programs = all(shutil.which(program) is not None for program in self.programs)
        return programs and (not self.files or self.file() is not None)

    @property
    def mend(self) -> str:
        return f"apt-get install {self.package}"


SOFTHSM2 = DebianTool(
    name="softhsm2",
    package="softhsm2",
    wanted_for="the HSM tests",
    programs=["softhsm2-util"],
    files=[
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
        "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    ],
)
CHROMIUM = DebianTool(
    name="chromium",
    package="chromium",
    wanted_for="the browser tests",
    programs=["chromium"],
)
CJK_FONT = DebianTool(
    name="fonts-noto-cjk",
    package="fonts-noto-cjk",
    wanted_for="the browser tests in Chinese",
    programs=[],
    files=["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"],
)
TOOLS = (SOFTHSM2, CHROMIUM, CJK_FONT)


def provide(tools: Sequence[DebianTool] = TOOLS) -> list[DebianTool]:
    """Installs what is missing where that may be done; what is missing still, said to be not run.

    CliError where the tools must be there (CI, SCF_REQUIRE_TOOLS=1).
    """
    missing = [tool for tool in tools if not tool.found()]
    if missing and may_install():
        packages = [tool.package for tool in missing]
        say(f"── installing {', '.join(packages)} from Debian")
        # An index that is there may be enough; one that is not, or is old, is fetched.
        if not _apt_get("install", *packages):
            _apt_get("update")
            _apt_get("install", *packages)
        missing = [tool for tool in missing if not tool.found()]
    for tool in missing:
        said = f"{tool.wanted_for} are not run: {tool.name} is not installed; {tool.mend}"
        if tools_required(os.environ):
            raise CliError(said, name="ToolMissing")
        say(f"scf: {said}")
    return missing


def may_install() -> bool:
    """As root, on a system of Debian's."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_get(command: str, *packages: str) -> bool:
    options = ["-y", "--no-install-recommends"] if packages else []
    try:
        ended = subprocess.run(
            ["apt-get", "-q", command, *options, *packages],
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=INSTALL_TIMEOUT_S,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
