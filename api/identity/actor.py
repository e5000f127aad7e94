"""Who is asking."""

from dataclasses import dataclass
from enum import StrEnum

from api.errors import RoleMissing


class Role(StrEnum):
    """What an organisation is on the network (`design.md`, who acts)."""

    CORE_ENTERPRISE = "core_enterprise"
    SUPPLIER = "supplier"
    FINANCIER = "financier"
    BANK = "bank"
    OPERATOR = "operator"
    REGULATOR = "regulator"
    COMPLIANCE = "compliance"


SUPERVISION = frozenset({Role.COMPLIANCE, Role.REGULATOR})
"""Who reads everything, as a party to nothing."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A logged-in user, with its organisation."""

    login: str
    organisation_id: str
    organisation_name: str
    role: Role
    address: str | None

    def account(self) -> str:
        """The organisation's account; RoleMissing for one that has none and so cannot act on the chain."""
        if self.address is None:
            raise RoleMissing(f"a {self.role} has no account on the network and reads only", role=self.role)
        return self.address

    def must_be(self, *roles: Role) -> None:
        """RoleMissing unless the organisation is of one of these kinds."""
        if self.role not in roles:
            wanted = " or ".join(roles)
            raise RoleMissing(f"this belongs to a {wanted}; you are a {self.role}", role=self.role, wanted=list(roles))
