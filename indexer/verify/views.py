"""The projections against the contracts' own views at one block: independent of our handlers and of the log."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Table, case, func, select

from indexer.events import Decoder
from indexer.models import (
    Anchor,
    CashPosting,
    ChainBlock,
    DepositCredit,
    Participant,
    Payable,
    PayableState,
    Payment,
    Receivable,
    Redemption,
    table_of,
)
from indexer.verify.report import Comparison
from node_adapter.client import Call
from node_adapter.codec import WrongArguments

QUESTIONS_PER_BATCH = 500
ZERO_ADDRESS = "0x" + 40 * "0"
NO_PIECE = {"holder": ZERO_ADDRESS, "parent": 0, "depth": 0, "recourse": False, "start": 0, "end": 0, "drawn": 0}

_ANCHOR, _BLOCK, _CASH, _CREDIT = table_of(Anchor), table_of(ChainBlock), table_of(CashPosting), table_of(DepositCredit)
_PARTICIPANT, _PAYABLE, _RECEIVABLE = table_of(Participant), table_of(Payable), table_of(Receivable)
_PAYMENT, _REDEMPTION = table_of(Payment), table_of(Redemption)


class ViewSource(Protocol):
    """What is asked of a node beside its log."""

    def call_many(self, calls: Sequence[Call], block: int | str) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """`sql` is what we say: a value under `field`, or the fields of a struct."""

    subject: str
    id: str
    call: Call
    sql: Any
    field: str = ""


def compare_views(
    comparison: Comparison, connection: Connection, source: ViewSource, decoder: Decoder, block: int
) -> None:
    """Asks in batches at block number `block`; the caller made sure that it is the index's head."""
    asking = _Questions(connection, decoder)
    questions = asking.all()
    while some := list(islice(questions, QUESTIONS_PER_BATCH)):
        answers = _ask(source, [question.call for question in some], block)
        for question, answer in zip(some, answers, strict=True):
            comparison.compared[question.subject] += 1
            if isinstance(question.sql, Mapping) and isinstance(answer, Mapping):
                comparison.fields(question.subject, question.id, question.sql, answer)
            else:
                shown = str(answer) if isinstance(answer, Exception) else answer
                comparison.same(question.subject, question.id, question.field, question.sql, shown)
        comparison.step(len(some))


def journal_words(source: ViewSource, decoder: Decoder, block: int) -> dict[str, bytes]:
    """Every journal of the network by instance, as its contract has it."""
    deployed = {name: d for name, d in decoder.deployments.contracts.items() if d.contract != "AccessManager"}
    answers = source.call_many([Call(d.contract, d.address, "journal", ()) for d in deployed.values()], block)
    return {name: bytes.fromhex(word.removeprefix("0x")) for name, word in zip(deployed, answers, strict=True)}


def _ask(source: ViewSource, calls: Sequence[Call], block: int) -> Sequence[Any]:
    """Answers in the order asked. What cannot even be asked (a row's address is none) has the reason as its answer."""
    try:
        return source.call_many(calls, block)
    except WrongArguments as error:
        if len(calls) == 1:
            return [error]
    return [answer for call in calls for answer in _ask(source, [call], block)]


class _Questions:
    def __init__(self, connection: Connection, decoder: Decoder) -> None:
        self._connection = connection
        self._deployed = decoder.deployments.contracts
        self._tokens = sorted(d.address for d in self._deployed.values() if d.contract == "DepositToken")
        self._held = self._held_by_payable()

    def all(self) -> Iterator[Question]:
        yield from self._participants()
        yield from self._payables()
        yield from self._receivables()
        yield from self._holders()
        yield from self._cash()
        yield from self._cash_of_contracts()
        yield from self._references()
        yield from self._anchors()

    def _call(self, instance: str, function: str, *args: Any) -> Call:
        deployed = self._deployed[instance]
        return Call(deployed.contract, deployed.address, function, args)

    def _token(self, address: str, function: str, *args: Any) -> Call:
        return Call("DepositToken", address, function, args)

    def _rows(self, table: Table) -> Sequence[Row[Any]]:
        return self._connection.execute(select(table)).all()

    def _participants(self) -> Iterator[Question]:
        for row in self._rows(_PARTICIPANT):
            sql = {"roles": row.roles, "status": row.status, "legal_entity_hash": row.legal_entity_hash}
            yield Question("participant", row.account, self._call("Participants", "participant", row.account), sql)

    def _payables(self) -> Iterator[Question]:
        count = select(_RECEIVABLE.c.payable_id, func.count()).group_by(_RECEIVABLE.c.payable_id)
        serials = {row[0]: row[1] for row in self._connection.execute(count)}
        rows = self._rows(_PAYABLE)
        claims = {row.invoice_fingerprint: row.payable_id for row in rows if row.state != PayableState.PROPOSED}
        for row in rows:
            sql = {name: getattr(row, name) for name in _TERMS}
            sql |= {"state": row.state, "paid": row.paid, "serials": serials.get(row.payable_id, 0)}
            yield Question("payable", row.payable_id, self._call("Receivables", "payableOf", row.payable_id), sql)
            held = self._call("Settlement", "held", row.payable_id)
            yield Question("settlement_held", row.payable_id, held, self._held.get(row.payable_id, 0), "held")
            claim = self._call("Receivables", "claimedBy", row.invoice_fingerprint)
            claimant = claims.get(row.invoice_fingerprint, _NO_PAYABLE)
            yield Question("invoice_claim", row.invoice_fingerprint, claim, claimant, "claimed_by")

    def _receivables(self) -> Iterator[Question]:
        for row in self._rows(_RECEIVABLE):
            sql = {name: getattr(row, name) for name in ("holder", "depth", "recourse", "start", "end", "drawn")}
            sql["parent"] = int(row.parent_id[-8:], 16) if row.parent_id else 0
            call = self._call("Receivables", "pieceOf", row.receivable_id)
            yield Question("receivable", row.receivable_id, call, NO_PIECE if row.redeemed else sql)

    def _holders(self) -> Iterator[Question]:
        live_pieces = func.sum(case((_RECEIVABLE.c.redeemed, 0), else_=1))
        count = select(_RECEIVABLE.c.holder, live_pieces).group_by(_RECEIVABLE.c.holder)
        for holder, live in self._connection.execute(count):
            call = self._call("Receivables", "balanceOf(address)", holder)
            yield Question("receivable_count", holder, call, int(live), "balance_of")

    def _cash(self) -> Iterator[Question]:
        balances: dict[tuple[str, str], int] = defaultdict(int)
        total = select(_CASH.c.token, _CASH.c.account, func.sum(_CASH.c.amount)).group_by(
            _CASH.c.token, _CASH.c.account
        )
        for token, account, amount in self._connection.execute(total):
            balances[token, account] = int(amount)
        accounts = {account for _, account in balances} | {row.account for row in self._rows(_PARTICIPANT)}
        for token in self._tokens:
            issued = -balances[token, ZERO_ADDRESS]
            yield Question("cash_supply", token, self._token(token, "totalSupply"), issued, "total_supply")
            for account in sorted(accounts - {ZERO_ADDRESS}):
                call = self._token(token, "balanceOf", account)
                yield Question("cash_balance", f"{token}/{account}", call, balances[token, account], "balance")

    def _cash_of_contracts(self) -> Iterator[Question]:
        """R-04: Settlement holds what it owes, to the unit, and Discounting nothing."""
        owed: dict[str, int] = defaultdict(int)
        tokens = {row.payable_id: row.deposit_token for row in self._rows(_PAYABLE)}
        for payable_id, amount in self._held.items():
            owed[tokens.get(payable_id, "")] += amount
        for token in self._tokens:
            for instance, amount in (("Settlement", owed[token]), ("Discounting", 0)):
                call = self._token(token, "balanceOf", self._deployed[instance].address)
                yield Question("contract_cash", f"{token}/{instance}", call, amount, "balance")

    def _references(self) -> Iterator[Question]:
        for row in self._rows(_CREDIT):
            if row.token not in self._tokens:
                continue  # Found where rows are compared with the log; there is nobody to ask.
            call = self._token(row.token, "bankReferenceUsed", row.bank_reference)
            yield Question("bank_reference", f"{row.token}/{row.bank_reference}", call, True, "used")

    def _anchors(self) -> Iterator[Question]:
        rows = select(_ANCHOR, _BLOCK.c.timestamp).join(_BLOCK, _BLOCK.c.hash == _ANCHOR.c.block_hash)
        for row in self._connection.execute(rows):
            call = self._call("Anchors", "anchoredAt", row.author, row.anchor_hash)
            yield Question("anchor_time", f"{row.author}/{row.anchor_hash}", call, row.timestamp, "anchored_at")

    def _held_by_payable(self) -> dict[str, int]:
        held: dict[str, int] = defaultdict(int)
        for table, sign in ((_PAYMENT, 1), (_REDEMPTION, -1)):
            total = select(table.c.payable_id, func.sum(table.c.amount)).group_by(table.c.payable_id)
            for payable_id, amount in self._connection.execute(total):
                held[payable_id] += sign * int(amount)
        return held


_NO_PAYABLE = "0x" + 56 * "0"
_TERMS = (
    "supplier",
    "debtor",
    "deposit_token",
    "face_value",
    "minimum_piece",
    "issue_date",
    "due_date",
    "maximum_depth",
    "invoice_fingerprint",
    "evidence_hash",
)
