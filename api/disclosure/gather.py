"""Makes a disclosure pack: what the API's tables know of what stands on chain as hashes."""

import base64
import secrets
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import texts
from api.disclosure.named import named_by_events
from api.disclosure.pack import InvoiceEntry, Pack, ParticipantEntry, TextEntry
from api.identity.models import Organisation
from api.invoices import vault
from api.invoices.models import Invoice
from api.invoices.vault import MasterKey
from api.reading import newest_block
from indexer.models import IndexIdentity, Participant, Payable


def gather(session: Session, master_key: MasterKey, *, since: int = 0) -> Pack:
    """All participants and texts, and the invoices of payables that were proposed or changed from block `since` on.

    Only what the index has on chain: an invoice that was never proposed is nobody's but its parties', and so is the
    reason of an act that failed.
    """
    identity = session.scalars(select(IndexIdentity)).one()
    return Pack(
        chain_id=identity.chain_id,
        genesis_hash=identity.genesis_hash,
        block=newest_block(session).number,
        register_salt=secrets.token_hex(32),
        participants=list(_participants(session)),
        invoices=list(_invoices(session, master_key, since)),
        texts=list(_texts(session, master_key)),
    )


def _participants(session: Session) -> Iterator[ParticipantEntry]:
    admitted = select(Organisation).join(Participant, Participant.account == Organisation.address)
    for row in session.scalars(admitted.order_by(Organisation.address)):
        assert row.address is not None, "it was joined by it"
        yield ParticipantEntry(row.address, row.legal_id, row.salt.hex(), row.name)


def _invoices(session: Session, master_key: MasterKey, since: int) -> Iterator[InvoiceEntry]:
    proposed = select(Invoice).join(Payable, Payable.payable_id == Invoice.payable_id)
    for row in session.scalars(proposed.where(Payable.last_block_number >= since).order_by(Invoice.payable_id)):
        sealed = vault.SealedDocument(
            document_id=row.id,
            master_key_id=row.document_master_key_id,
            wrapped_key=row.document_wrapped_key,
            ciphertext=row.document_ciphertext,
            salt=row.document_salt,
            document_hash=bytes.fromhex(row.document_hash[2:]),
        )
        document = vault.open_sealed(master_key, sealed)
        yield InvoiceEntry(row.payable_id, row.document_salt.hex(), base64.b64encode(document).decode())


def _texts(session: Session, master_key: MasterKey) -> Iterator[TextEntry]:
    rows = session.scalars(select(texts.KeptText).order_by(texts.KeptText.text_hash)).all()
    named = named_by_events(session, {row.text_hash for row in rows})
    for row in rows:
        if row.text_hash not in named:
            continue
        found = texts.read(session, master_key, {row.text_hash})
        yield TextEntry(row.text_hash, row.salt.hex(), found[row.text_hash])
