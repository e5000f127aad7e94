"""What the values of a message to be signed mean: whose account, how much money, which day."""

from collections.abc import Callable, Sequence

from api.console.messages import Field, Shown
from api.console.page import Page
from api.currencies import currency_of, is_served
from api.domain.dates import from_day
from api.domain.money import Money
from api.parties import parties

_AMOUNTS = {"faceValue", "minimumPiece", "minimumTake", "value", "proceeds", "amount"}
_DAYS = {"issueDate", "dueDate", "valueDate"}
_INSTANTS = {"deadline", "expiry", "validBefore"}
_RATES = {"lateRatePpm"}
_IDS = {"payableId": 56, "receivableId": 64}
"""Hexadecimal digits that they are written with everywhere else."""
_CURRENCY = "CNY"


def meaning_in(page: Page, documents: Sequence[Shown]) -> Callable[[Field], str]:
    """What to write beside a value; "" where it speaks for itself."""
    accounts = {field.value for document in documents for field in document.fields if _is_address(field.value)}
    names = {address: party.name for address, party in parties(page.session, accounts).items() if party.name}
    deployments = page.services.deployments
    names |= {contract.address: name for name, contract in deployments.contracts.items()}
    tokens = [account for account in accounts if is_served(deployments, account)]
    currency = currency_of(deployments, tokens[0]) if tokens else _CURRENCY

    words = page.words
    kinds: list[tuple[set[str], Callable[[int, str], str]]] = [
        (_AMOUNTS, lambda number, _: words.money(Money(number, currency))),
        (_DAYS, lambda number, _: words.day(from_day(number))),
        (_INSTANTS, lambda number, _: words.instant(number)),
        (_RATES, lambda number, _: words.rate(number)),
        (set(_IDS), lambda number, name: f"0x{number:0{_IDS[name]}x}"),
    ]

    def meaning(field: Field) -> str:
        name = field.path.rsplit(".", 1)[-1].split("[")[0]
        if not field.value.isdecimal():
            return names.get(field.value, "")
        return next((told(int(field.value), name) for among, told in kinds if name in among), "")

    return meaning


def _is_address(value: str) -> bool:
    return value.startswith("0x") and len(value) == 42
