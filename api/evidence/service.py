"""Evidence for the parties: what the regulator's file proves, less what is others' business.

A proof of an event is a proof of its transaction's receipt, with all that it says. So an event is told to a party only
if all events of its transaction may be: those that the party's own command brought or that name it, those about a
payable as a whole to whoever sees it, and what happened to its pieces to its debtor. Deals are told to their two sides
alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import Response
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from api.audit.evidence import evidence
from api.audit.services import AuditServices
from api.errors import NotFound
from api.holds import placed
from api.holds import service as holds
from api.identity.actor import Actor
from api.payables import service as payables
from api.receivables import service as receivables
from indexer.models import ChainEvent, Deal, FreezeOrder, Hold, MoveKind, Payable, ReceivableMove
from indexer.proof import subjects
from indexer.proof.errors import NoSuchSubject
from indexer.proof.find import the_event
from indexer.proof.subjects import Said
from node_adapter.outbox.models import Operation
from node_adapter.words import payable_of

OF_THE_WHOLE = {
    "DebtorBarredUntil",
    "DishonourLifted",
    "DishonourObjected",
    "DishonourRecorded",
    "InvoiceReleased",
    "LateInterestGivenUp",
    "PayableCancelled",
    "PayableConfirmed",
    "PayableIssued",
    "PayablePaid",
    "PayableProposed",
    "PayableWrittenOff",
    "PaymentReceived",
    "ProposalCredited",
    "ProposalDeclined",
    "ProposalDisputeWithdrawn",
    "ProposalDisputed",
    "ProposalWithdrawn",
    "RecoveryClosed",
    "RecoveryReceived",
}
"""About a payable, whoever holds it."""
TO_EVERYBODY = {*subjects.PUBLISHED, "ProgrammeRetired", "ReferenceRateSet"}
_ADDRESS_LENGTH = 42
OF_PIECES = {"Origination", "Receivables", "Settlement"}
"""Contracts whose events about a payable's pieces its debtor reads."""


@dataclass(slots=True)
class Told:
    """Which events may be told to one party."""

    session: Session
    actor: Actor
    contracts: frozenset[str]
    """The network's own addresses: to pay in is to pay to one of them."""
    own: set[bytes] = field(default_factory=set)
    """Events that the party's own command brought, as they are logged."""
    _seen: dict[str, Payable | None] = field(default_factory=dict)

    def __call__(self, said: Said) -> bool:
        """Whether it may."""
        named = set(_addresses(said.args))
        if said.raw in self.own or self.actor.address in named or said.name in TO_EVERYBODY:
            return True
        if said.contract in {"Discounting", "Holds"}:
            return self._of_own_deal(said) if said.contract == "Discounting" else self._of_own_hold(said)
        if said.name == "ReceivableSplit" and self._split_off(said.args["child_id"]):
            return True
        about = [self.see(payable_id) for payable_id in sorted(subjects.payables([said]))]
        if about:
            whole = said.name in OF_THE_WHOLE
            return all(
                row is not None and (whole or (said.contract in OF_PIECES and row.debtor == self.actor.address))
                for row in about
            )
        known = {account for row in self._seen.values() if row is not None for account in (row.debtor, row.supplier)}
        return (said.name == "Anchored" and said.args["author"] in known) or self._through_the_network(said)

    def _through_the_network(self, said: Said) -> bool:
        """Cash between one of the contracts and a debtor, or the other side of a deal of the party's: the other events
        of its transaction say what for."""
        if said.name != "Transfer":
            return False
        ends = {said.args["from"], said.args["to"]}
        seen = [row for row in self._seen.values() if row is not None]
        own = or_(Deal.supplier == self.actor.address, Deal.financier == self.actor.address)
        deals = self.session.execute(
            select(Deal.supplier, Deal.financier).where(Deal.payable_id.in_([row.payable_id for row in seen]), own)
        )
        known = {row.debtor for row in seen} | {account for deal in deals for account in deal}
        return bool(ends & self.contracts) and ends <= known | self.contracts

    def _of_own_deal(self, said: Said) -> bool:
        quote = said.args.get("quote_hash")
        deal = None if quote is None else self.session.scalar(select(Deal).where(Deal.quote_hash == quote))
        return deal is not None and self.actor.address in (deal.supplier, deal.financier)

    def _of_own_hold(self, said: Said) -> bool:
        """A hold or a freeze order that the party may read."""
        if "hold_id" in said.args:
            query = select(Hold.hold_id).where(Hold.hold_id == said.args["hold_id"], placed.visible_to(self.actor))
        else:
            order = FreezeOrder.order_id == said.args["order_id"]
            query = select(FreezeOrder.order_id).where(order, holds.visible_to(self.actor))
        return self.session.scalar(query) is not None

    def _split_off(self, child_id: str) -> bool:
        """By the party, from a piece of its own: the event itself names the receiver alone."""
        moved = select(ReceivableMove.receivable_id).where(
            ReceivableMove.receivable_id == child_id,
            ReceivableMove.kind == MoveKind.SPLIT,
            ReceivableMove.from_account == self.actor.address,
        )
        return self.session.scalar(moved.limit(1)) is not None

    def see(self, payable_id: str) -> Payable | None:
        """The payable, if the party may see it."""
        if payable_id not in self._seen:
            where = (Payable.payable_id == payable_id, payables.visible_to(self.actor.address))
            self._seen[payable_id] = self.session.scalar(select(Payable).where(*where))
        return self._seen[payable_id]


def of_payable(session: Session, audit: AuditServices, actor: Actor, payable_id: str) -> Response:
    """The file. NotFound unless the actor may see the payable."""
    payables.get(session, actor, payable_id)
    return _made(session, audit, actor, "payable", payable_id, {payable_id})


def of_receivable(session: Session, audit: AuditServices, actor: Actor, receivable_id: str) -> Response:
    """The file. NotFound unless the actor may see the receivable."""
    receivables.get(session, actor, receivable_id)
    return _made(session, audit, actor, "piece", receivable_id, {payable_of(receivable_id)})


def of_event(session: Session, audit: AuditServices, actor: Actor, block: int, log_index: int) -> Response:
    """The file on one event. NotFound unless it may be told to the actor."""
    name = f"{block}/{log_index}"
    try:
        said = the_event(session.connection(), block, log_index).said
    except NoSuchSubject as error:
        raise NotFound.of("event", name) from error
    about = subjects.payables([said])
    told = _told(session, audit, actor, about)
    told.own |= _of_own_command(session, actor, block, log_index)
    if not told(said):
        raise NotFound.of("event", name)
    return evidence(audit, "event", name, at=None, complete=False, only=told)


def _of_own_command(session: Session, actor: Actor, block: int, log_index: int) -> set[bytes]:
    """All that the event's transaction says, if the actor's organisation commanded it."""
    event = aliased(ChainEvent)
    rows = session.execute(
        select(ChainEvent.topics, ChainEvent.data)
        .join(event, (event.block_hash == ChainEvent.block_hash) & (event.tx_hash == ChainEvent.tx_hash))
        .join(Operation, Operation.tx_hash == event.tx_hash)
        .where(
            event.block_number == block,
            event.log_index == log_index,
            Operation.organisation == actor.organisation_id,
        )
    )
    return {row.topics + row.data for row in rows}


def _told(session: Session, audit: AuditServices, actor: Actor, about: set[str]) -> Told:
    contracts = frozenset(deployed.address for deployed in audit.deployments.contracts.values())
    told = Told(session, actor, contracts)
    for payable_id in about:
        told.see(payable_id)
    return told


def _made(session: Session, audit: AuditServices, actor: Actor, kind: str, id_: str, about: set[str]) -> Response:
    only = _told(session, audit, actor, about)
    return evidence(audit, kind, id_, at=None, complete=False, only=only)


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, str) and len(value) == _ADDRESS_LENGTH:
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _addresses(one)
