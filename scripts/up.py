"""`scf up`: checks, then the supervisor, and what it prints."""

import time
from urllib.parse import urlsplit

from rich.console import Console

from api.settings import listens_on_loopback
from scripts import status
from scripts.data_folder import DataFolder
from scripts.errors import CliError
from scripts.output import emit, say
from scripts.supervisor import AlreadyRunning, Supervisor, is_ready, running

PORT_DEFAULT = 8000


def up(
    folder: DataFolder, *, url: str | None, host: str, port: int | None, database: str | None, as_json: bool
) -> None:
    """Run until stopped. Where the folder's network runs already, say so and show it."""
    started = time.monotonic()
    wanted_port = port or _port(url)
    folder.prepare(database)
    loopback = listens_on_loopback(host)

    def progress(line: str) -> None:
        say(f"[{time.monotonic() - started:5.1f} s] {line}")

    def announce() -> None:
        progress("ready")
        _show(folder, as_json=as_json)
        if not loopback:
            say(f"no demo logins: the API listens on {host}, and they are for this machine alone")
        say("Ctrl-C stops it; the next `scf up` goes on from there")

    supervisor = Supervisor(folder, host, wanted_port, loopback, progress)
    try:
        supervisor.run(announce)
    except AlreadyRunning:
        record = running(folder)
        if port is not None and record["api_url"] != supervisor.url:
            raise CliError(
                f"a network already runs on {folder.root}, at {record['api_url']}; stop it first to change the port",
                name="AlreadyRunning",
            ) from None
        ready, waiting = is_ready(record["api_url"])
        if not ready:
            raise CliError(
                f"a network already runs on {folder.root} (process {record['supervisor']}), waiting for {waiting}",
                name="AlreadyRunning",
            ) from None
        say(f"already running (process {record['supervisor']})")
        _show(folder, as_json=as_json)
        return
    progress("stopped")


def _port(url: str | None) -> int:
    try:
        return urlsplit(url or "").port or PORT_DEFAULT
    except ValueError as error:
        raise CliError(f"--url {url} is no address: {error}", name="UrlUnreadable") from error


def _show(folder: DataFolder, *, as_json: bool) -> None:
    report = status.report(folder)
    if as_json:
        emit(report)
        return
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"\n[bold]console[/]   {report['console_url']}   start here")
    console.print(f"[bold]API[/]       {report['api_url']}   docs at {report['api_url']}/docs")
    console.print(f"[bold]node[/]      {report['node_url']}   chain {report['chain_id']}, block {report['head']}")
    console.print(f"[bold]database[/]  {report['database']}")
    for name, address in report["contracts"].items():
        console.print(f"          {name:16} {address}")
    print("", *status.actor_lines(report["actors"]), sep="\n", flush=True)
