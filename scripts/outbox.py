"""`scf outbox`: what the outbox has before it, and an operator's acts on it. The API's worker does the doing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from node_adapter.db import make_engine
from node_adapter.outbox import desk
from node_adapter.outbox.models import Attempt, Operation, OperationState
from scripts.data_folder import DataFolder
from scripts.errors import CliError
from scripts.output import emit, say

ACTS = ("list", "show", "retry", "replace", "cancel", "resume")
_SAID = {
    "retry": "its bytes go to the node again",
    "replace": "it is sent again for higher fees",
    "cancel": "its nonce goes to a transfer of nothing, unless it is mined first",
}


def run(folder: DataFolder, act: str, name: str | None, *, state: str | None, limit: int, as_json: bool) -> None:
    """One act. Raises CliError for one that cannot be meant, OutboxError for one that is not possible now."""
    if act not in ACTS:
        raise CliError(f'there is no act "{act}"; there are {", ".join(ACTS)}', name="NoSuchAct")
    if (act == "list") != (name is None):
        wanted = (
            "takes no name"
            if act == "list"
            else "needs the operation's id" + ("" if act != "resume" else ", or rather the signer's address")
        )
        raise CliError(f"scf outbox {act} {wanted}", name="NameWanted")
    if state is not None and state not in list(OperationState):
        raise CliError(f'there is no state "{state}"; there are {", ".join(OperationState)}', name="NoSuchState")
    if not folder.exists():
        raise CliError(f"there is no network in {folder.root}; start one with `scf up`", name="NotRunning")
    engine = make_engine(folder.database_url())
    try:
        _act(engine, act, name or "", state=state, limit=limit, as_json=as_json)
    finally:
        engine.dispose()


def _act(engine: Engine, act: str, name: str, *, state: str | None, limit: int, as_json: bool) -> None:
    if act == "list":
        found = desk.operations(engine, state=state, limit=limit)
        signers = desk.signers(engine)
        if as_json:
            emit({"ok": True, "operations": [_row(operation) for operation in found], "signers": signers})
        else:
            _print(found, signers)
    elif act == "resume":
        signer = desk.resume(engine, name)
        emit({"ok": True, "signer": signer}) if as_json else say(f"{signer['address']} signs again")
    else:
        acts: dict[str, Callable[[Engine, str], Operation]] = {
            "show": desk.operation,
            "retry": desk.retry,
            "replace": desk.replace,
            "cancel": desk.cancel,
        }
        operation = acts[act](engine, name)
        if act != "show" and not as_json:
            cancelled = operation.state == OperationState.FAILED
            say(f"operation {name}: {'cancelled, no nonce was spent' if cancelled else _SAID[act]}")
            return
        shown = _row(operation, whole=True) | {"attempts": [_attempt(a) for a in desk.attempts(engine, name)]}
        if as_json:
            emit({"ok": True, "operation": shown})
        else:
            _print_one(shown)


def _row(operation: Operation, *, whole: bool = False) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": operation.id,
        "kind": operation.kind,
        "state": operation.state,
        "organisation": operation.organisation,
        "subject": operation.subject,
        "signer": operation.signer,
        "nonce": operation.nonce,
        "tx": operation.tx_hash,
        "block": operation.block_number if operation.block_hash is not None else None,
        "error": operation.error_name,
        "wanted": operation.wanted,
        "accepted_at": _instant(operation.created_at),
    }
    if whole:
        row |= {
            "idempotency_key": operation.idempotency_key,
            "request_hash": operation.request_hash,
            "contract": operation.instance,
            "function": operation.function,
            "block_hash": operation.block_hash,
            "gas": operation.gas,
            "gas_used": operation.gas_used,
            "error_params": operation.error_params,
            "signed_at": _instant(operation.signed_at),
            "sent_at": _instant(operation.sent_at),
            "mined_at": _instant(operation.mined_at),
            "failed_at": _instant(operation.failed_at),
        }
    return row


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "kind": attempt.kind,
        "tx": attempt.tx_hash,
        "max_fee_wei": attempt.max_fee,
        "max_priority_fee_wei": attempt.max_priority_fee,
        "signed_at": _instant(attempt.created_at),
    }


def _instant(unix_s: int | None) -> str | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC).isoformat()


def _print(operations: Sequence[Operation], signers: Sequence[dict[str, Any]]) -> None:
    console = Console(highlight=False)
    rows = [_row(operation) for operation in operations]
    console.print(_table(("id", "kind", "state", "nonce", "block", "error", "accepted_at"), rows))
    console.print()
    console.print(_table(("address", "pending", "in_flight", "next_nonce", "stopped_by"), signers))


def _table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("-" if row[column] is None else str(row[column]) for column in columns))
    return table


def _print_one(shown: dict[str, Any]) -> None:
    attempts = shown.pop("attempts")
    for name, value in shown.items():
        print(f"{name:16} {'-' if value is None else value}")
    for attempt in attempts:
        print(f"attempt {attempt['number']}: {attempt['kind']} {attempt['tx']} at most {attempt['max_fee_wei']:,} wei")
