"""Which currency a deposit token is in."""

from api.domain.money import Money
from api.errors import RequestInvalid
from node_adapter.deployments import Deployments

_PREFIX = "DepositToken"


class CurrencyNotServed(RequestInvalid):
    """No bank of this network issues deposits in this currency."""


def deposit_token_instance(deployments: Deployments, currency: str) -> str:
    """The name of a currency's deposit token among the network's contracts; CurrencyNotServed if there is none."""
    instance = _PREFIX + currency
    if instance not in deployments.contracts:
        served = sorted(name.removeprefix(_PREFIX) for name in deployments.contracts if name.startswith(_PREFIX))
        raise CurrencyNotServed(
            f"this network settles in {', '.join(served)}, not in {currency}", currency=currency, served=served
        )
    return instance


def deposit_token(deployments: Deployments, currency: str) -> str:
    """The address of the network's deposit token in `currency`; CurrencyNotServed if there is none."""
    return deployments.address(deposit_token_instance(deployments, currency))


def currency_of(deployments: Deployments, token: str) -> str:
    """The ISO 4217 code of a deposit token's currency."""
    instance = instance_at(deployments, token)
    if instance is None:
        raise LookupError(f"{token} is not a deposit token of this network")
    return instance.removeprefix(_PREFIX)


def tokens(deployments: Deployments) -> list[str]:
    """The addresses of the network's deposit tokens, in the order of their currencies' codes."""
    names = sorted(name for name in deployments.contracts if name.startswith(_PREFIX))
    return [deployments.address(name) for name in names]


def served(deployments: Deployments) -> list[str]:
    """The ISO 4217 codes of the currencies that the network settles in, in order."""
    return [currency_of(deployments, token) for token in tokens(deployments)]


def instance_at(deployments: Deployments, token: str) -> str | None:
    """The name among the network's contracts of the deposit token at an address; None if there is none."""
    names = (name for name in deployments.contracts if name.startswith(_PREFIX))
    return next((name for name in names if deployments.address(name) == token), None)


def bank_of(deployments: Deployments, _token: str) -> str | None:
    """The account of a deposit token's bank: one bank serves a network so far. None where it is not on record."""
    return None if deployments.settings is None else deployments.settings.bank


def is_served(deployments: Deployments, token: str) -> bool:
    """Whether it is a deposit token of this network."""
    return instance_at(deployments, token) is not None


def minor_units(currency: str, amount: Money) -> int:
    """The minor units of an amount that must be in this currency; RequestInvalid otherwise."""
    if amount.currency != currency:
        raise RequestInvalid(
            f"the amount is in {amount.currency}, this is in {currency}", currency=amount.currency, wanted=currency
        )
    return amount.minor
