"""Questions about deposits, what Settlement holds of them, bank references, quotes and anchors."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import and_, exists, func, select, true

from indexer import queries
from indexer.models import (
    Anchor,
    CashPosting,
    ChainBlock,
    DepositCredit,
    Participant,
    Payable,
    Payment,
    PayOut,
    PayOutState,
    QuoteCancellation,
    Recovery,
    Redemption,
    Repurchase,
    SetAsidePosting,
    TokenPause,
    table_of,
)
from indexer.verify.question import ZERO_ADDRESS, Asker, Question
from node_adapter.words import payable_of

_ANCHOR, _BLOCK, _CASH = table_of(Anchor), table_of(ChainBlock), table_of(CashPosting)
_PAYMENT, _RECOVERY, _REDEMPTION = table_of(Payment), table_of(Recovery), table_of(Redemption)
_REPURCHASE, _SET_ASIDE, _PAUSE = table_of(Repurchase), table_of(SetAsidePosting), table_of(TokenPause)

Held = dict[tuple[str, str], int]
"""By payable and token."""


def questions(asker: Asker) -> Iterator[Question]:
    held, set_aside = _held(asker), _set_aside(asker)
    yield from _balances(asker)
    yield from _held_for_payables(asker, held)
    for (piece, holder, token), amount in set_aside.items():
        version = asker.version(payable_of(piece))
        call = asker.call("Settlement", "setAsideOf", piece, holder, token, version=version)
        yield Question("set_aside", f"{piece}/{holder}/{token}", call, amount, "set_aside_of")
    yield from _cash_of_contracts(asker, held, set_aside)
    yield from _pauses(asker)
    yield from _pay_outs(asker)
    yield from _references(asker)
    for row in asker.rows(QuoteCancellation):
        version = asker.version_of_event(row)
        call = asker.call("Discounting", "nonceUsed", row.financier, row.nonce, version=version)
        yield Question("quote_nonce", f"{row.financier}/{row.nonce}", call, True, "nonce_used")
    yield from _anchors(asker)


def _balances(asker: Asker) -> Iterator[Question]:
    balances: dict[tuple[str, str], int] = defaultdict(int)
    total = select(_CASH.c.token, _CASH.c.account, func.sum(_CASH.c.amount)).group_by(_CASH.c.token, _CASH.c.account)
    for token, account, amount in asker.connection.execute(total):
        balances[token, account] = int(amount)
    accounts = {account for _, account in balances} | {row.account for row in asker.rows(Participant)}
    for token in asker.tokens:
        issued = -balances[token, ZERO_ADDRESS]
        yield Question("cash_supply", token, asker.token(token, "totalSupply"), issued, "total_supply")
        for account in sorted(accounts - {ZERO_ADDRESS}):
            call = asker.token(token, "balanceOf", account)
            yield Question("cash_balance", f"{token}/{account}", call, balances[token, account], "balance")


def _held_for_payables(asker: Asker, held: Held) -> Iterator[Question]:
    payables = [row for row in asker.rows(Payable) if row.confirmed_at is not None]
    tokens = queries.programme_tokens(asker.session)
    asked = {(row.payable_id, token) for row in payables for token in tokens.get(row.programme_id, [])}
    for payable_id, token in sorted(asked | held.keys()):
        call = asker.call("Settlement", "held", payable_id, token, version=asker.version(payable_id))
        yield Question("settlement_held", f"{payable_id}/{token}", call, held.get((payable_id, token), 0), "held")


def _cash_of_contracts(asker: Asker, held: Held, set_aside: dict[tuple[str, str, str], int]) -> Iterator[Question]:
    """R-04: Settlement holds what it owes to the unit, Discounting nothing, a token at its own address what waits."""
    owed: dict[tuple[int, str], int] = defaultdict(int)
    for (payable_id, token), amount in held.items():
        owed[asker.version(payable_id), token] += amount
    for (piece, _, token), amount in set_aside.items():
        owed[asker.version(payable_of(piece)), token] += amount
    waiting: dict[str, int] = defaultdict(int)
    for row in asker.rows(PayOut):
        waiting[row.token] += row.amount if row.state == PayOutState.REQUESTED else 0
    for token in asker.tokens:
        cash = [("pay-outs", token, waiting[token])]
        for version in asker.deployments.versions:
            settlement, discounting = (asker.deployments.instance(n, version) for n in ("Settlement", "Discounting"))
            cash.append((settlement, asker.deployed[settlement].address, owed[version, token]))
            cash.append((discounting, asker.deployed[discounting].address, 0))
        for where, account, amount in cash:
            balance = asker.token(token, "balanceOf", account)
            yield Question("contract_cash", f"{token}/{where}", balance, amount, "balance")


def _pauses(asker: Asker) -> Iterator[Question]:
    paused = queries.paused_tokens(asker.session)
    resumed = (
        select(_PAUSE.c.token, func.max(_BLOCK.c.timestamp))
        .join(_BLOCK, _BLOCK.c.hash == _PAUSE.c.block_hash)
        .where(_PAUSE.c.paused.is_(False))
        .group_by(_PAUSE.c.token)
    )
    since = {row[0]: row[1] for row in asker.connection.execute(resumed)}
    for token in asker.tokens:
        yield Question("token_pause", token, asker.token(token, "paused"), token in paused, "paused")
        yield Question("token_pause", token, asker.token(token, "movesSince"), since.get(token, 0), "moves_since")


def _pay_outs(asker: Asker) -> Iterator[Question]:
    for row in asker.rows(PayOut):
        if row.token not in asker.tokens:
            continue  # Found where rows are compared with the log; there is nobody to ask. So below.
        waits = row.state == PayOutState.REQUESTED
        sql = {"account": row.account if waits else ZERO_ADDRESS, "amount": row.amount if waits else 0}
        yield Question("pay_out", row.pay_out_key, asker.token(row.token, "payOutOf", row.number), sql)


def _references(asker: Asker) -> Iterator[Question]:
    rows = [*asker.rows(DepositCredit), *(row for row in asker.rows(PayOut) if row.bank_reference is not None)]
    for row in rows:
        if row.token in asker.tokens:
            call = asker.token(row.token, "bankReferenceUsed", row.bank_reference)
            yield Question("bank_reference", f"{row.token}/{row.bank_reference}", call, True, "used")


def _anchors(asker: Asker) -> Iterator[Question]:
    rows = select(_ANCHOR, _BLOCK.c.timestamp).join(_BLOCK, _BLOCK.c.hash == _ANCHOR.c.block_hash)
    for row in asker.connection.execute(rows):
        call = asker.call("Anchors", "anchoredAt", row.author, row.anchor_hash)
        yield Question("anchor_time", f"{row.author}/{row.anchor_hash}", call, row.timestamp, "anchored_at")


def _held(asker: Asker) -> Held:
    """Cash paid in and neither drawn nor netted. What an endorser paid for a piece passes through, set aside or not."""
    booked = _PAYMENT.c.principal + _PAYMENT.c.interest - _PAYMENT.c.netted
    repurchased = exists().where(
        _REPURCHASE.c.block_hash == _SET_ASIDE.c.block_hash, _REPURCHASE.c.log_index == _SET_ASIDE.c.log_index - 1
    )
    flows = (
        (_PAYMENT, booked, true()),
        (_RECOVERY, _RECOVERY.c.amount, true()),
        (_REDEMPTION, -_REDEMPTION.c.amount, true()),
        (_SET_ASIDE, -_SET_ASIDE.c.amount, and_(_SET_ASIDE.c.amount > 0, ~repurchased)),
    )
    held: Held = defaultdict(int)
    for table, amount, counted in flows:
        key = (table.c.payable_id, table.c.deposit_token)
        for payable_id, token, total in asker.connection.execute(
            select(*key, func.sum(amount)).where(counted).group_by(*key)
        ):
            held[payable_id, token] += int(total)
    return held


def _set_aside(asker: Asker) -> dict[tuple[str, str, str], int]:
    key = (_SET_ASIDE.c.receivable_id, _SET_ASIDE.c.holder, _SET_ASIDE.c.deposit_token)
    total = select(*key, func.sum(_SET_ASIDE.c.amount)).group_by(*key)
    return {(piece, holder, token): int(amount) for piece, holder, token, amount in asker.connection.execute(total)}
