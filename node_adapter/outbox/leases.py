"""Who may sign with which account, now: a lease for each signer, by the database's clock.

SQLite has one writer, and one worker: a lock on `<database>.worker` that ends with the process that holds it; it has
all signers. On PostgreSQL any number of workers share the signers evenly. A lease ends LEASE_S after its holder last
said that it lives, and is then anybody's. A worker that was paused meanwhile cannot sign any more: the transaction
that stores a signature locks the lease's row and looks whose it is (`fence`).
"""

import fcntl
import os
import secrets
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Engine, Row, cast, delete, func, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from node_adapter.db import read_only
from node_adapter.outbox import faults
from node_adapter.outbox.chain import Place
from node_adapter.outbox.commands import LeaseLost, WorkerBusy
from node_adapter.outbox.models import ChainView, Signer, WorkerPresence

LEASE_S = 4.0
_POSTGRES_MS = "(extract(epoch from clock_timestamp()) * 1000)::bigint"
_SQLITE_MS = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"


@dataclass(frozen=True, slots=True)
class Account:
    """A signer that is this worker's now."""

    next_nonce: int | None
    stopped_by: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is this worker's, and what all workers know of the chain."""

    mine: dict[str, Account]
    claimed: frozenset[str]
    """Those of `mine` that were another's or nobody's before: it may have died anywhere."""
    tip: Place | None
    recoverer: str | None
    """Who puts right what the chain took back; nobody signs meanwhile."""
    recoverer_lives: bool


class Leases:
    def __init__(self, engine: Engine, lease_s: float = LEASE_S) -> None:
        self._engine = engine
        self._renew_s = lease_s / 8
        self.lease_ms = int(lease_s * 1000)
        self.shared = engine.dialect.name == "postgresql"
        self.worker = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._file: IO[str] | None = None
        self._path: Path | None = None
        self._renew_at = 0.0
        self._known: frozenset[str] = frozenset()
        if not self.shared and engine.url.database not in (None, "", ":memory:"):
            self._path = Path(f"{engine.url.database}.worker")

    def refresh(self) -> Standing:
        """Says that this worker lives, and takes its share of the signers. Raises WorkerBusy on SQLite."""
        if self._path is not None and self._file is None:
            self._hold_file(self._path)
        rows, view = self._read()
        free = [row.address for row in rows if self._is_free(row)]
        due = self.shared and time.monotonic() >= self._renew_at
        if free or due:
            with self._engine.begin() as connection:
                if self.shared:
                    # A lease need not outlive a power cut: others wait it out either way.
                    connection.execute(text("SET LOCAL synchronous_commit = off"))
                if due:
                    self._renew(connection)
                if free:
                    self._claim(connection, free)
            rows, view = self._read()
        mine = {
            row.address: Account(row.next_nonce, row.stopped_by)
            for row in rows
            if row.holder == self.worker and not (self.shared and row.expired)
        }
        claimed, self._known = frozenset(mine) - self._known, frozenset(mine)
        if claimed:
            faults.reach("lease.claimed")
        tip = None if view.tip_number is None else (view.tip_number, view.tip_hash)
        return Standing(mine, claimed, tip, view.recoverer, bool(view.lives) and self.shared)

    def fence(self, connection: Connection, wanted: dict[str, int | None], *, stopped: bool = False) -> None:
        """Locks the signers' rows to the end of the transaction. Raises LeaseLost unless all are still this worker's,
        with the next nonces that it counted from, and none is stopped (unless `stopped`: no nonce is taken)."""
        query = (
            select(Signer.address, Signer.next_nonce)
            .where(Signer.address.in_(wanted), Signer.holder == self.worker)
            .order_by(Signer.address)
            .with_for_update()
        )
        if self.shared:
            query = query.where(Signer.until_ms > self.now())
        if not stopped:
            query = query.where(Signer.stopped_by.is_(None))
        found = {row.address: row.next_nonce for row in connection.execute(query)}
        lost = sorted(address for address in wanted if found.get(address, -1) != wanted[address])
        if lost:
            raise LeaseLost(f"worker {self.worker} may no longer sign with {', '.join(lost)}")

    def now(self) -> ColumnElement[int]:
        """The database's clock, unix milliseconds."""
        return milliseconds(self._engine)

    def release(self) -> None:
        """Lets others take over at once. What cannot be released ends by itself."""
        if self.shared:
            with self._engine.begin() as connection:
                connection.execute(update(Signer).where(Signer.holder == self.worker).values(holder=None))
                connection.execute(delete(WorkerPresence).where(WorkerPresence.id == self.worker))
        self._known = frozenset()
        self._renew_at = 0.0
        if self._file is not None:
            self._file.close()
            self._file = None

    def _read(self) -> tuple[Sequence[Row[Any]], Row[Any]]:
        expired = or_(Signer.holder.is_(None), Signer.until_ms <= self.now()).label("expired")
        lives = (ChainView.recoverer_until_ms > self.now()).label("lives")
        with read_only(self._engine).connect() as connection:
            rows: Any = connection.execute(
                select(Signer.address, Signer.next_nonce, Signer.stopped_by, Signer.holder, expired)
            ).all()
            view: Any = connection.execute(
                select(ChainView.tip_number, ChainView.tip_hash, ChainView.recoverer, lives)
            ).one()
        return rows, view

    def _is_free(self, row: Row[Any]) -> bool:
        return bool(row.expired) if self.shared else row.holder != self.worker

    def _renew(self, connection: Connection) -> None:
        until = self.now() + self.lease_ms
        here = postgresql.insert(WorkerPresence).values(id=self.worker, until_ms=until)
        connection.execute(here.on_conflict_do_update(index_elements=["id"], set_={"until_ms": until}))
        connection.execute(delete(WorkerPresence).where(WorkerPresence.until_ms < self.now()))
        held = select(Signer.address).where(Signer.holder == self.worker, Signer.until_ms > self.now())
        mine = connection.scalars(held.order_by(Signer.address).with_for_update()).all()
        keep = mine[: self._share(connection)]
        own = Signer.holder == self.worker
        connection.execute(update(Signer).where(own, Signer.address.in_(keep)).values(until_ms=until))
        connection.execute(update(Signer).where(own, Signer.address.not_in(keep)).values(holder=None))
        self._renew_at = time.monotonic() + self._renew_s

    def _claim(self, connection: Connection, free: Sequence[str]) -> None:
        """As many of `free` as this worker's share lacks; rows that another worker is just taking are left to it."""
        query = select(Signer.address).where(Signer.address.in_(free))
        if self.shared:
            query = query.where(or_(Signer.holder.is_(None), Signer.until_ms <= self.now()))
            held = select(func.count()).select_from(Signer).where(Signer.holder == self.worker)
            missing = self._share(connection) - (connection.scalar(held) or 0)
            query = query.order_by(Signer.address).limit(max(0, missing)).with_for_update(skip_locked=True)
        claimed = connection.scalars(query).all()
        lease = {"holder": self.worker, "until_ms": self.now() + self.lease_ms}
        connection.execute(update(Signer).where(Signer.address.in_(claimed)).values(lease))

    def _share(self, connection: Connection) -> int:
        workers = connection.scalar(select(func.count()).select_from(WorkerPresence)) or 1
        signers = connection.scalar(select(func.count()).select_from(Signer)) or 0
        return -(-signers // workers)

    def _hold_file(self, path: Path) -> None:
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read(20).strip() or "unknown"
            file.close()
            raise WorkerBusy(f"another worker, process {holder}, works on {self._engine.url.database}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file


def milliseconds(engine: Engine) -> ColumnElement[int]:
    """The database's own clock, as unix milliseconds."""
    return cast(text(_POSTGRES_MS if engine.dialect.name == "postgresql" else _SQLITE_MS), BigInteger)


def know_signers(connection: Connection, addresses: Sequence[str]) -> None:
    """A row for each, if it has none."""
    if not addresses:
        return
    insert: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = [{"address": address, "until_ms": 0} for address in addresses]
    connection.execute(insert(Signer).on_conflict_do_nothing(), rows)
