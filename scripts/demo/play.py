"""`scf demo`: plays the story and shows it as a table."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from node_adapter.signers import Wallet
from scripts import actors, verify
from scripts.actors import PERSONAS
from scripts.data_folder import DataFolder
from scripts.demo.cast import Cast, assemble
from scripts.demo.client import Refused
from scripts.demo.story import play_story
from scripts.errors import CliError
from scripts.output import emit, say
from scripts.supervisor import running


def play(folder: DataFolder, url: str | None, *, as_json: bool) -> bool:
    """Play and print; whether every check held. Without `url` it is the folder's own API."""
    record = running(folder)
    url = url or str(record["api_url"])
    people = actors.load(folder) if record["loopback"] else []
    if not people:
        raise CliError("this network has no demo logins: it does not listen on the loopback alone", name="NoDemoLogins")
    say(f"playing the story on {url}")
    cast = assemble(url, people, _wallets(folder), lambda step: say(f"  {step.actor.upper():5} {step.name}"))
    try:
        play_story(cast, folder)
    except Refused as error:
        cast.check(f"after “{cast.steps[-1].name if cast.steps else 'the start'}”", "accepted", error)
    comparison = verify.report(folder)
    cast.check("SQL equals the chain", 0, len(comparison["differences"]))
    well = all(check.ok for check in cast.checks)
    if as_json:
        emit(_document(cast, well))
    else:
        _show(cast, comparison)
    return well


def _wallets(folder: DataFolder) -> dict[str, Any]:
    """The signing functions of those who keep their own key: the client's side, the server has no part in it."""
    passphrase = (folder.wallets / "passphrase").read_text().strip()
    own = [persona.login for persona in PERSONAS if persona.custody == "own"]
    return {login: Wallet.load(folder.wallets / f"{login}.json", passphrase).sign for login in own}


def _document(cast: Cast, well: bool) -> dict[str, Any]:
    return {
        "ok": well,
        "steps": [asdict(step) for step in cast.steps],
        "checks": [{**asdict(check), "ok": check.ok} for check in cast.checks],
    }


def _show(cast: Cast, comparison: dict[str, Any]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table("block", "who", "does what", "and so", title="One invoice's whole life (CNY)", header_style="bold")
    before: dict[str, dict[str, str]] = {}
    for step in cast.steps:
        block = "" if step.block is None else str(step.block)
        table.add_row(block, step.actor.upper(), step.name, "\n".join(_changes(before, step.balances)))
        before = step.balances
    console.print(table)
    for check in cast.checks:
        mark, actual = ("[green]ok[/]", "") if check.ok else ("[red]NO[/]", f", and is {check.actual}")
        console.print(f"{mark}  {check.name}: {check.expected}{actual}")
    compared = sum(comparison["compared"].values())
    failed = sum(not check.ok for check in cast.checks)
    verdict = f"[green]all {len(cast.checks)} checks held[/]" if not failed else f"[red]{failed} checks failed[/]"
    console.print(f"{verdict}; {compared} rows and words of SQL compared with the chain at block {comparison['block']}")


def _changes(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> list[str]:
    """What a step did to everybody's balances, as "S3 cash +296,400.00"."""
    found = []
    for login, held in after.items():
        for what, amount in held.items():
            changed = Decimal(amount) - Decimal(before[login][what]) if before else Decimal(0)
            if changed:
                found.append(f"{login.upper()} {what} {changed:+,}")
    return found
