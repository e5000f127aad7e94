"""The actors on stage: their clients, what they hold, and what must have come of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from api.domain.money import Money
from scripts.actors import DemoActor
from scripts.demo.client import Client, Refused

CURRENCY = "CNY"
WATCHED = ("c", "s1", "s2", "s3", "f1", "f2")
"""Whose balances stand in the table."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story, as `scf demo --json` has it."""

    name: str
    actor: str
    operation: str | None
    tx: str | None
    block: int | None
    balances: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so."""

    name: str
    expected: str
    actual: str

    @property
    def ok(self) -> bool:
        return self.expected == self.actual


@dataclass
class Cast:
    """Everybody logged in, and the story so far. `on_step` hears of each step when it is done."""

    url: str
    clients: dict[str, Client]
    addresses: dict[str, str]
    on_step: Callable[[Step], None]
    steps: list[Step] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def __getitem__(self, login: str) -> Client:
        return self.clients[login]

    def step(self, name: str, actor: str, operation: dict[str, Any] | None = None) -> None:
        """Note what happened, and what everybody has now."""
        done = operation or {}
        self.steps.append(Step(name, actor, done.get("id"), done.get("tx"), done.get("block"), self.balances()))
        self.on_step(self.steps[-1])

    def check(self, name: str, expected: object, actual: object) -> None:
        """Note what must be so, and whether it is."""
        self.checks.append(Check(name, str(expected), str(actual)))

    def refused(self, name: str, expected: str, login: str, path: str, body: dict[str, Any] | None = None) -> None:
        """A command that must be refused, as "409 QuoteExpired", and change nothing."""
        before = self.balances()
        try:
            self[login].command(path, body)
        except Refused as error:
            changed = "" if self.balances() == before else ", and balances changed"
            self.check(name, expected, f"{error.refusal.status} {error.refusal.name}{changed}")
        else:
            self.check(name, expected, "accepted")

    def balances(self) -> dict[str, dict[str, str]]:
        """Cash and receivables of everybody watched, to the cent."""
        found = {}
        for login in WATCHED:
            account = self[login].get("/api/v1/accounts/me")
            found[login] = {
                "cash": account["balances"][0]["balance"]["amount"],
                "receivables": account["receivables"]["amount"],
            }
        return found

    def cash(self, login: str) -> int:
        """Minor units of cash."""
        account = self[login].get("/api/v1/accounts/me")
        return Money.from_json(account["balances"][0]["balance"]).minor


def assemble(url: str, actors: list[DemoActor], wallets: dict[str, Any], on_step: Callable[[Step], None]) -> Cast:
    """Log everybody in. `wallets` holds the signing function of each actor that keeps its own key."""
    clients = {actor.login: Client(url, actor.login, actor.password, wallets.get(actor.login)) for actor in actors}
    addresses = {actor.login: actor.address for actor in actors if actor.address is not None}
    return Cast(url, clients, addresses, on_step)
