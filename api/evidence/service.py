"""Evidence for the parties: what the regulator's file proves, less what is others' business.

A proof of an event is a proof of its transaction's receipt, with all that it says. So an event is told to a party only
if all events of its transaction may be: those that the party's own command brought or that name it, those about a
payable as a whole to whoever sees it, and what happened to its pieces to its debtor. Deals are told to their two sides
alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Response
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from api.audit.evidence import evidence
from api.audit.services import AuditServices
from api.context import Services
from api.currencies import bank_of, tokens
from api.errors import NotFound
from api.holds import placed
from api.holds import service as holds
from api.identity.actor import Actor, Role
from api.payables import service as payables
from api.programmes import service as programmes
from api.receivables import service as receivables
from api.settlement import pay_outs
from indexer.models import Anchor, ChainEvent, Deal, FreezeOrder, Hold, MoveKind, Payable, PayOut, ReceivableMove
from indexer.proof import subjects
from indexer.proof.errors import NoSuchSubject, SubjectUnreadable
from indexer.proof.find import the_event
from indexer.proof.subjects import Said
from node_adapter.outbox.models import Operation
from node_adapter.words import payable_of

OF_THE_WHOLE = {
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
TO_EVERYBODY = {*subjects.PUBLISHED, "DebtorBarredUntil", "ProgrammeRetired", "ReferenceRateSet"}
_ADDRESS_LENGTH = 42
OF_PIECES = {"Origination", "Receivables", "Settlement"}
"""Contracts whose events about a payable's pieces its debtor reads."""
OF_ROLES = {Role.OPERATOR: {"Participants", "Dishonours"}, Role.FINANCIER: {"Dishonours"}}
"""Contracts all of whose events a role reads: who buys must know whom not to buy of."""
_NOBODY = "0x" + 40 * "0"


@dataclass(slots=True)
class Told:
    """Which events may be told to one party."""

    session: Session
    actor: Actor
    contracts: frozenset[str]
    """The network's own addresses: to pay in is to pay to one of them."""
    issued: frozenset[str] = frozenset()
    """Deposit tokens of the party's, if it is their bank."""
    own: set[bytes] = field(default_factory=set)
    """Events that the party's own command brought, as they are logged."""
    _seen: dict[str, Payable | None] = field(default_factory=dict)

    def __call__(self, said: Said) -> bool:
        """Whether it may."""
        named = set(_addresses(said.args))
        if said.raw in self.own or self.actor.address in named or self._reads_all(said):
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
        if said.contract == "DepositToken" and ("pay_out_id" in said.args or named == {said.address, _NOBODY}):
            return self._of_own_pay_out(said)
        return self._anchored(said) or self._through_the_network(said)

    def _anchored(self, said: Said) -> bool:
        """By a side of a payable that the party sees."""
        known = {account for row in self._seen.values() if row is not None for account in (row.debtor, row.supplier)}
        return said.name == "Anchored" and said.args["author"] in known

    def _reads_all(self, said: Said) -> bool:
        """Whether it is of what everybody reads, or the party's role reads of everybody."""
        role = OF_ROLES.get(self.actor.role, ())
        return said.name in TO_EVERYBODY or said.contract in role or said.address in self.issued

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

    def _of_own_pay_out(self, said: Said) -> bool:
        """What became of one; and that its deposits were burnt, which names nobody."""
        if "pay_out_id" not in said.args:
            return True
        key = f"{said.address}/{said.args['pay_out_id']}"
        asked = select(PayOut.pay_out_key).where(PayOut.pay_out_key == key, PayOut.account == self.actor.address)
        return self.session.scalar(asked) is not None

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


def of(session: Session, services: Services, audit: AuditServices, actor: Actor, kind: str, id_: str) -> Response:
    """The file on whatever there is evidence on, ids as `scf audit prove` has them, an event's block/log index.
    NotFound unless the actor may see it."""
    if kind == "event":
        block, _, log_index = id_.partition("/")
        if _number(block) and _number(log_index):
            return of_event(session, audit, actor, int(block), int(log_index))
        raise NotFound.of(kind, id_)
    try:
        wanted = subjects.subject(kind, id_)
        about = _about(session, services, actor, wanted)
    except (SubjectUnreadable, NotFound) as error:
        raise NotFound.of(kind, id_) from error
    return _made(session, audit, actor, wanted.kind, wanted.id, {payable_id for payable_id in about if payable_id})


def _about(session: Session, services: Services, actor: Actor, wanted: subjects.Subject) -> set[str | None]:
    """The payables that it is about. NotFound unless the actor may see it."""
    id_ = wanted.id
    found: Sequence[str | None]
    match wanted.kind:
        case "payable":
            found = [payables.get(session, actor, id_).payable_id]
        case "piece":
            found = [receivables.get(session, actor, id_).payable_id]
        case "hold":
            found = [placed.get(session, actor, int(id_)).payable_id]
        case "order":
            found = [holds.get(session, actor, int(id_)).payable_id]
        case "programme":
            programmes.get(session, int(id_))
            found = [None]
        case "pay_out":
            pay_outs.get(session, services, actor, id_)
            found = [None]
        case "participant":
            found = [None] if actor.role == Role.OPERATOR or actor.address == id_ else []
        case "deal":
            sides = or_(Deal.supplier == actor.address, Deal.financier == actor.address)
            found = session.scalars(select(Deal.payable_id).where(Deal.quote_hash == id_, sides)).all()
        case _:
            found = _anchored(session, actor, id_)
    if not found:
        raise NotFound.of(wanted.kind, id_)
    return set(found)


def _anchored(session: Session, actor: Actor, anchor_hash: str) -> Sequence[str | None]:
    """The payables that a document is behind; none, but something, for who anchored it for another purpose."""
    seen = (Payable.evidence_hash == anchor_hash, payables.visible_to(actor.address))
    found = session.scalars(select(Payable.payable_id).where(*seen)).all()
    own = exists().where(Anchor.anchor_hash == anchor_hash, Anchor.author == actor.address)
    return found or ([None] if session.scalar(select(own)) else [])


def _number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


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
    deployments = audit.deployments
    contracts = frozenset(deployed.address for deployed in deployments.contracts.values())
    issued = frozenset(token for token in tokens(deployments) if bank_of(deployments, token) == actor.address)
    told = Told(session, actor, contracts, issued if actor.role == Role.BANK else frozenset())
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
