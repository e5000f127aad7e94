"""What each key may sign: a list of acts, and how much a day. What is not allowed is refused, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from node_adapter.deployments import Deployments
from node_adapter.signers import acts
from node_adapter.signers.acts import Act, NoAct
from node_adapter.signers.errors import PolicyRefused
from node_adapter.signers.spending import Spending
from node_adapter.transactions import Transaction
from node_adapter.typed_data import TypedData


@dataclass(frozen=True, slots=True)
class Rule:
    """Of one key. `daily`: minor units a business day by currency; empty: no limit, else a currency not named has 0."""

    may: frozenset[str] = frozenset()
    daily: Mapping[str, int] = field(default_factory=dict)


class Policy:
    """Stands in front of every signer, hosted or a client's own wallet, and sees what would be signed."""

    def __init__(
        self, rules: Mapping[str, Rule], deployments: Callable[[], Deployments], spending: Spending | None = None
    ) -> None:
        """`rules`: by address; who has none may sign nothing. `spending` is needed where a rule has limits."""
        if spending is None and any(rule.daily for rule in rules.values()):
            raise ValueError("limits a day need a database to count in")
        self._rules = dict(rules)
        self._deployments = deployments
        self.spending = spending

    def names(self, address: str) -> bool:
        """Whether it has a rule. A client's own wallet without one is its owner's affair alone."""
        return address in self._rules

    def rule(self, address: str) -> Rule:
        return self._rules.get(address, Rule())

    def check_transaction(self, address: str, tx: Transaction) -> Act:
        """What it does. Raises PolicyRefused; counts nothing yet."""
        try:
            act = acts.of_transaction(address, tx, self._deployments())
        except NoAct as refusal:
            raise PolicyRefused(address, refusal.what, str(refusal)) from None
        self._allow(address, act)
        return act

    def check_typed_data(self, address: str, data: TypedData) -> Act:
        """As `check_transaction`."""
        try:
            act = acts.of_typed_data(data, self._deployments())
        except NoAct as refusal:
            raise PolicyRefused(address, refusal.what, str(refusal)) from None
        self._allow(address, act)
        return act

    def count(self, address: str, act: Act) -> None:
        """Takes what a checked act costs off the day's rest, once. Raises PolicyRefused if others were faster."""
        limit = self._limit(address, act)
        if limit is not None and self.spending is not None:
            self._require(address, act, limit, self.spending.count(address, act, limit))

    def _allow(self, address: str, act: Act) -> None:
        may = self.rule(address).may
        if act.name == acts.GIVEN_UP:
            return
        if act.name not in may and act.form not in may:
            raise PolicyRefused(address, act.name, "it is not among what this key may sign")
        limit = self._limit(address, act)
        if limit is not None and self.spending is not None:
            self._require(address, act, limit, self.spending.excess(address, act, limit))

    def _limit(self, address: str, act: Act) -> int | None:
        """None where nothing is counted."""
        daily = self.rule(address).daily
        if act.amount is None or not daily:
            return None
        if act.currency is None:
            raise PolicyRefused(address, act.name, "it moves a deposit token that is not the network's")
        return daily.get(act.currency, 0)

    @staticmethod
    def _require(address: str, act: Act, limit: int, over: int | None) -> None:
        if over is not None:
            reason = f"with this {act.amount} the business day would have {over} {act.currency}, at most {limit}"
            raise PolicyRefused(address, act.name, f"{reason} (minor units)")
