"""Outbox processes that die for real: forked in milliseconds from a server that has imported all they need."""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psycopg  # noqa: F401 -- for the server, like the next two
import rlp  # noqa: F401
import web3  # noqa: F401
from sqlalchemy.orm import Session

from node_adapter.client import NodeClient
from node_adapter.db import make_engine
from node_adapter.deployments import Deployments
from node_adapter.outbox import Command, Outbox, Worker, faults
from node_adapter.outbox.attempts import Rules
from node_adapter.signers import Keyring

WAIT_S = 60.0


@dataclass(frozen=True)
class Spec:
    """What a process is given: no object of another one."""

    node_url: str
    database: str
    keys: Path
    passphrase: str
    deployments: Deployments

    def outbox(self) -> Outbox:
        client = NodeClient(self.node_url, chain_id=self.deployments.chain_id)
        engine = make_engine(self.database)
        return Outbox(engine, client, self.deployments, Keyring(self.keys, self.passphrase))


def start(target: Callable[..., None], *arguments: Any, fault: str = "") -> BaseProcess:
    """A process of its own that runs `target`; with `fault` it dies there."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    process = context.Process(target=_run, args=(target, arguments, fault), daemon=True)
    process.start()
    return process


def kill(process: BaseProcess) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid or 0, signal.SIGKILL)
    process.join()


def _run(target: Callable[..., None], arguments: tuple[Any, ...], fault: str) -> None:
    faults.arm({"SCF_FAULT": fault, "SCF_TEST_BUILD": "1"})
    target(*arguments)


def serve(spec: Spec, lease_s: float) -> None:
    """A worker until it is killed."""
    Worker(spec.outbox(), poll_s=0.05, lease_s=lease_s).run(threading.Event())


def act(spec: Spec, commands: list[Command], acts: list[tuple[str, str]], until: list[str], rules: Rules) -> None:
    """Accepts, does what an operator or a wallet would (`acts`: name and operation, or wallet's answer), and works
    until the operations of `until`, and all accepted here, are at an end."""
    from node_adapter.outbox import desk

    outbox = spec.outbox()
    worker = Worker(outbox, lease_s=1.0, rules=rules)
    with Session(outbox.engine, expire_on_commit=False) as session, session.begin():
        ids = outbox.accept_all(session, commands) if commands else []
    outbox.wake()
    for name, value in acts:
        if name == "sign":
            operation_id, _, raw = value.partition(":")
            outbox.signature(operation_id, [raw])
        else:
            getattr(desk, name)(outbox.engine, value)
    deadline = time.monotonic() + WAIT_S
    while any(outbox.operation(i).state in ("pending", "signed", "sent") for i in [*ids, *until]):
        assert time.monotonic() < deadline
        worker.step()
    worker.step()
    worker.step()
    worker.close()
