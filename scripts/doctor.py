"""`scf doctor`: what is installed, what is missing, and how to mend it."""

import os
import shutil
import socket
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from hardhat_free_devnet.tools import tools, tools_required
from scripts import debian_tools
from scripts.data_folder import FREE_MIN_BYTES, DataFolder
from scripts.errors import CliError
from scripts.output import emit
from scripts.supervisor import is_ready, running

URL_DEFAULT = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `mend` is what to do about it where it is not well."""

    name: str
    ok: bool
    found: str
    mend: str = ""


def findings(folder: DataFolder, url: str | None) -> list[Finding]:
    """Everything `scf` needs, in the order in which one would mend it."""
    version = ".".join(map(str, sys.version_info[:3]))
    found = [Finding("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")]
    for tool in tools():
        problem = tool.problem or ""
        found.append(Finding(tool.name, not problem, tool.installed or "missing", problem))
    found.append(_node())
    found.extend(_debian(tool) for tool in debian_tools.TOOLS)
    found.append(_space(folder))
    found.append(_writable(folder))
    found.append(_network(folder, url))
    return found


def show(folder: DataFolder, url: str | None, *, as_json: bool) -> bool:
    """Print the findings; whether all is well."""
    found = findings(folder, url)
    well = all(finding.ok for finding in found)
    if as_json:
        emit({"ok": well, "findings": [{"name": f.name, "ok": f.ok, "found": f.found, "mend": f.mend} for f in found]})
        return well
    table = Table("", "what", "found", "how to mend it", box=None, pad_edge=False, header_style="bold")
    for finding in found:
        mark = "[green]ok[/]" if finding.ok else "[red]no[/]"
        table.add_row(mark, finding.name, finding.found, "" if finding.ok else finding.mend)
    Console(highlight=False, soft_wrap=True).print(table)
    return well


def _node() -> Finding:
    path = shutil.which("node")
    return Finding("node.js", path is not None, path or "missing", "run ./scripts/scf, which installs what is missing")


def _debian(tool: debian_tools.DebianTool) -> Finding:
    """Only tests need it: without it they are skipped, except where that is a failure."""
    if tool.found():
        return Finding(tool.name, True, str(tool.file() or shutil.which(tool.programs[0])))
    required = tools_required(os.environ)
    return Finding(tool.name, not required, f"not installed: {tool.wanted_for} are skipped", tool.mend)


def _space(folder: DataFolder) -> Finding:
    there = next(parent for parent in (folder.root, *folder.root.parents) if parent.exists())
    free = shutil.disk_usage(there).free
    return Finding(
        "disk", free >= FREE_MIN_BYTES, f"{free // 2**20} MB free", f"free some space where {folder.root} is"
    )


def _writable(folder: DataFolder) -> Finding:
    there = next(parent for parent in (folder.root, *folder.root.parents) if parent.exists())
    well = there.is_dir() and os.access(there, os.W_OK)
    return Finding("data folder", well, str(folder.root), "choose a folder you can write to with --data")


def _network(folder: DataFolder, url: str | None) -> Finding:
    try:
        record = running(folder)
    except CliError:
        split = urlsplit(url or URL_DEFAULT)
        with socket.socket() as probe:
            used = probe.connect_ex((split.hostname or "127.0.0.1", split.port or 80)) == 0
        if used:
            mend = f"stop what listens on port {split.port}, or choose another with --port"
            return Finding("network", False, "not running, and its port is used by another program", mend)
        return Finding("network", True, "not running")
    ready, waiting = is_ready(record["api_url"])
    mend = "`scf logs` shows what the processes say"
    return Finding("network", ready, f"ready at {record['api_url']}" if ready else f"waiting for {waiting}", mend)
