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
    for name, deployed in deployments.contracts.items():
        if name.startswith(_PREFIX) and deployed.address == token:
            return name.removeprefix(_PREFIX)
    raise LookupError(f"{token} is not a deposit token of this network")


def is_served(deployments: Deployments, token: str) -> bool:
    """Whether it is a deposit token of this network."""
    return any(
        name.startswith(_PREFIX) and deployed.address == token for name, deployed in deployments.contracts.items()
    )


def minor_units(currency: str, amount: Money) -> int:
    """The minor units of an amount that must be in this currency; RequestInvalid otherwise."""
    if amount.currency != currency:
        raise RequestInvalid(
            f"the amount is in {amount.currency}, this is in {currency}", currency=amount.currency, wanted=currency
        )
    return amount.minor
