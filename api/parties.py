"""Names for accounts: the chain has none (R-45)."""

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.identity.models import Organisation


class Party(BaseModel):
    """An account and the name of the organisation behind it, null where we know none."""

    address: str
    name: str | None


def parties(session: Session, addresses: set[str]) -> dict[str, Party]:
    """A Party for each account, in one query."""
    rows = session.execute(select(Organisation.address, Organisation.name).where(Organisation.address.in_(addresses)))
    names = {address: name for address, name in rows if address is not None}
    return {address: Party(address=address, name=names.get(address)) for address in addresses}
