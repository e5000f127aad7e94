"""Tools of Debian's: installed where that may be done, named where not, a failure where they must be there."""

import os
from pathlib import Path

import pytest

from scripts import debian_tools
from scripts.debian_tools import DebianTool
from scripts.doctor import _debian
from scripts.errors import CliError

NOWHERE = DebianTool("toolx", "toolx-package", "the x tests", ["toolx"], ["/nowhere/toolx.so"])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """PATH with an apt-get of ours alone, that records what it is asked and installs toolx at the second try."""
    apt = tmp_path / "apt-get"
    apt.write_text(
        "#!/bin/sh\n"
        f'echo "$@" >> {tmp_path}/asked\n'
        f'case "$*" in *install*) [ -e {tmp_path}/updated ] || exit 100; : > {tmp_path}/toolx;'
        f" /bin/chmod 755 {tmp_path}/toolx;; *update*) : > {tmp_path}/updated;; esac\n"
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("SCF_REQUIRE_TOOLS", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path


def test_provide__root_with_apt_get__installs_and_fetches_the_index_only_if_needed(here: Path) -> None:
    tool = DebianTool("toolx", "toolx-package", "the x tests", ["toolx"])
    assert debian_tools.provide([tool]) == []
    install = "-q install -y --no-install-recommends toolx-package"
    assert (here / "asked").read_text().splitlines() == [install, "-q update", install]
    assert debian_tools.provide([tool]) == []
    assert len((here / "asked").read_text().splitlines()) == 3, "what is there is not installed again"


def test_provide__not_root__names_what_is_not_run(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert debian_tools.provide([NOWHERE]) == [NOWHERE]
    said = capsys.readouterr().err
    assert said == "scf: the x tests are not run: toolx is not installed; apt-get install toolx-package\n"
    assert not (here / "asked").exists()


@pytest.mark.parametrize("variable", ["CI=true", "SCF_REQUIRE_TOOLS=1"])
def test_provide__missing_where_it_must_be_there__fails(
    here: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(*variable.split("="))
    with pytest.raises(CliError, match="the x tests are not run") as caught:
        debian_tools.provide([NOWHERE])
    assert caught.value.name == "ToolMissing"
    assert (here / "asked").exists()
    assert not _debian(NOWHERE).ok


def test_doctor__without_it__says_what_is_skipped_and_how_to_mend_it(here: Path) -> None:
    finding = _debian(NOWHERE)
    assert (finding.ok, finding.found) == (True, "not installed: the x tests are skipped")
    assert finding.mend == "apt-get install toolx-package"
