"""How commands speak: progress on stderr, results on stdout, one line for what went wrong."""

import contextlib
import errno
import functools
import json
import sys
from collections.abc import Callable
from typing import Any, ParamSpec

import typer

from scripts.errors import CliError

P = ParamSpec("P")

KNOWN = {
    "alembic.util.exc.CommandError": "the database was made by another version of scf",
    "api.audit.app.IndexUnreadable": "",
    "api.audit.private_file.PrivateFileUnusable": "",
    "api.disclosure.box.DisclosureRefused": "",
    "api.errors.ApiError": "",
    "api.invoices.errors.InvoiceRefused": "",
    "api.invoices.errors.VaultError": "",
    "hardhat_free_devnet.anvil.AnvilError": "",
    "hardhat_free_devnet.durable.StateError": "",
    "hardhat_free_devnet.rpc.RpcError": "the node refuses",
    "hardhat_free_devnet.tools.ToolMissing": "",
    "indexer.errors.IndexStopped": "the index cannot go on",
    "indexer.proof.errors.EvidenceImpossible": "",
    "indexer.proof.errors.EvidenceRefused": "refused",
    "indexer.verify.report.VerifyImpossible": "cannot compare",
    "node_adapter.build.BuildError": "",
    "node_adapter.db.DatabaseUnsupported": "",
    "node_adapter.deploy.DeployError": "the contracts are not deployed",
    "node_adapter.deployments.DeploymentsUnreadable": "",
    "node_adapter.errors.ContractReverted": "a contract refuses",
    "node_adapter.errors.NodeError": "the node",
    "node_adapter.signers.errors.SignerError": "",
    "node_adapter.migrate.MigrationError": "",
    "node_adapter.outbox.commands.OutboxError": "",
    "node_adapter.outbox.commands.WorkerBusy": "",
    "sqlalchemy.exc.DBAPIError": "the database",
}
"""What the rooms raise when something outside is wrong, by full name, with the words to put in front. By name, because
importing the classes costs seconds that most commands need not spend; a class here stands for its subclasses."""

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_SQLITE_FULL = "database or disk is full"


def say(line: str) -> None:
    """Progress, for people. Nobody reading any more (`| tee` ended first) is no reason to stop."""
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def emit(value: Any) -> None:
    """The result, for programs: one JSON document on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str), flush=True)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """A command's errors become one clear line and status 1; with `--json` also a document on stdout.

    What nobody foresaw keeps its traceback: it is a fault of ours, and the traceback is what to report.
    """

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = bool(kwargs.get("json_"))
        try:
            function(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            found = explain(error)
            if as_json:
                name, message = found or (type(error).__name__, str(error))
                emit({"ok": False, "error": {"name": name, "message": message}})
            if found is None:
                raise
            say(f"scf: {found[1]}")
            raise typer.Exit(1) from None

    return wrapped


def explain(error: Exception) -> tuple[str, str] | None:
    """The name of an error and one line on it for the user; None for what nobody foresaw."""
    if isinstance(error, CliError):
        return error.name, str(error)
    if isinstance(error, OSError):
        return _explain_os(error)
    for kind in type(error).__mro__:
        before = KNOWN.get(f"{kind.__module__}.{kind.__qualname__}")
        if before is not None:
            # SQLAlchemy puts the statement and a web address after the driver's own words, which `orig` has alone.
            said = " ".join(str(getattr(error, "orig", None) or error).split())
            name = "DiskFull" if _SQLITE_FULL in said else type(error).__name__
            return name, f"{before}: {said}" if before else said
    return None


def _explain_os(error: OSError) -> tuple[str, str]:
    if error.errno in DISK_FULL:
        return "DiskFull", f"cannot write {error.filename or 'a file'}: {error.strerror}; free some space"
    if error.filename is not None:
        return type(error).__name__, f"cannot use {error.filename}: {error.strerror}"
    return type(error).__name__, str(error)
