"""Texts whose salted hash alone goes on chain (R-45): reasons and undertakings, kept encrypted like invoices."""

import uuid

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from api.db import Base, UnixSeconds
from api.identity.models import Id
from api.invoices import vault
from api.invoices.vault import MasterKey


class KeptText(Base):
    """One text that somebody gave with a command. Destroying the row erases it: the hash then says nothing."""

    __tablename__ = "kept_text"

    id: Mapped[Id] = mapped_column(primary_key=True)
    organisation_id: Mapped[Id] = mapped_column(ForeignKey("organisation.id"), index=True)
    """Who gave it."""
    text_hash: Mapped[str] = mapped_column(String(66), unique=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary(128))
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    master_key_id: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[UnixSeconds]


def sealed(master_key: MasterKey, organisation_id: str, text: str, now: int) -> KeptText:
    """A row to store with the command that puts its `text_hash` on chain."""
    text_id = str(uuid.uuid4())
    found = vault.seal(master_key, text_id, text.encode())
    return KeptText(
        id=text_id,
        organisation_id=organisation_id,
        text_hash="0x" + found.document_hash.hex(),
        salt=found.salt,
        wrapped_key=found.wrapped_key,
        ciphertext=found.ciphertext,
        master_key_id=found.master_key_id,
        created_at=now,
    )


def read(session: Session, master_key: MasterKey, hashes: set[str | None]) -> dict[str | None, str]:
    """The texts behind these hashes, of those that were given here. Who may read them is the caller's rule."""
    wanted = [found for found in hashes if found is not None]
    rows = session.scalars(select(KeptText).where(KeptText.text_hash.in_(wanted)))
    return {row.text_hash: _opened(master_key, row) for row in rows}


def _opened(master_key: MasterKey, row: KeptText) -> str:
    kept = vault.SealedDocument(
        document_id=row.id,
        master_key_id=row.master_key_id,
        wrapped_key=row.wrapped_key,
        ciphertext=row.ciphertext,
        salt=row.salt,
        document_hash=bytes.fromhex(row.text_hash[2:]),
    )
    return vault.open_sealed(master_key, kept).decode()
