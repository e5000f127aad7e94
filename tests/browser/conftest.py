"""One running network and one Chromium for all browser tests; pictures of every page for people to look at."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts import debian_tools
from tests.browser.driver import AXE, chromium
from tests.conftest import skip_unless_required, tool
from tests.end_to_end.network import Network, network


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    for wanted in (debian_tools.CHROMIUM, debian_tools.CJK_FONT):
        if not wanted.found():
            skip_unless_required(f"{wanted.name} is not installed: {wanted.mend}")
    if not AXE.is_file():
        skip_unless_required("axe-core is not installed: run ./scripts/scf doctor")
    with chromium() as found:
        yield found


@pytest.fixture(scope="session")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Started for the first time: nobody is admitted yet."""
    tool("anvil")
    with network(tmp_path_factory.mktemp("browser") / "net") as found:
        found.up()
        yield found


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SCF_SHOTS names the folder, where somebody wants to look at them."""
    named = os.environ.get("SCF_SHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
