"""The project as a wheel: all that the code reads beside its modules is in it, and it is read from there."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from api.console import assets
from tests.conftest import skip_unless_required

ROOT = Path(__file__).resolve().parents[2]
READ = """
from pathlib import Path
import api.console
from api.console import assets, page, words
from node_adapter.artifacts import CONTRACTS, artifact
from node_adapter.db import make_engine, migrate

assert Path(api.console.__file__).is_relative_to({folder!r}), api.console.__file__
assets.require()
assert words.words("zh").say("Receivables") == "应收账款"
assert len(page._environment("en").list_templates()) == {templates}
assert all(artifact(name)["abi"] for name in CONTRACTS)
for room in ("node_adapter", "indexer", "api"):
    migrate(make_engine("sqlite:///made.sqlite3"), room)
"""

pytestmark = pytest.mark.slow


def loaded() -> list[str]:
    """Of npm's packages what pages load."""
    return [str(path.relative_to(ROOT)) for path in assets._FILES.values() if "node_modules" in path.parts]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what git knows, for setuptools leaves its own folders where it builds."""
    try:
        assets.require()
    except assets.AssetMissing as missing:
        skip_unless_required(str(missing))
    copy = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in {*filter(None, listed.split("\0")), *loaded()}:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-W", "ignore", "-c", build, str(copy)], cwd=copy, capture_output=True, check=True)
    (built,) = copy.glob("*.whl")
    return built


def test_wheel__of_what_git_knows__has_all_that_is_read_beside_modules(wheel: Path) -> None:
    there = set(zipfile.ZipFile(wheel).namelist())
    wanted = ["api/console/locale", "api/console/static", "api/console/templates", "contracts/abi"]
    wanted += [f"{room}/migrations" for room in ("api", "indexer", "node_adapter")]
    for folder in wanted:
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
        assert files, folder
        assert {str(path.relative_to(ROOT)) for path in files} - there == set()
    assert not [name for name in there if name.startswith(("tests/", "contracts/src"))]
    assert {name for name in there if "node_modules" in name} == set(loaded())


def test_wheel__unpacked_elsewhere__is_read_from_there(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    templates = len(list((ROOT / "api" / "console" / "templates").iterdir()))
    code = READ.format(folder=str(tmp_path), templates=templates)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
