"""What each key has signed for today, counted once, whoever signs: several workers and an API share the sum.

A row is written in a transaction of its own, after the signature was made and before anybody gets it. So a signature
that was given out is counted, whatever dies; one that was made and lost is counted too, until the day is over.
"""

from collections.abc import Callable

from sqlalchemy import BigInteger, Engine, Index, MetaData, String, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from node_adapter.db import NAMING_CONVENTION, Address, Hex32, MinorUnits, read_only
from node_adapter.signers.acts import Act

BUSINESS_UTC_OFFSET_S = 8 * 3600
"""Asia/Shanghai (R-44)."""
DAY_S = 86_400
SPEND_LOCK = 0x5CF_0004
"""PostgreSQL's advisory locks of those who count, one for each key; SQLite has one writer anyway."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class SignerSpend(Base):
    """Table `signer_spend`: what one act of a key costs, in the currency it costs it in."""

    __tablename__ = "signer_spend"
    __table_args__ = (Index("ix_signer_spend_signer_day", "signer", "day"),)

    act: Mapped[Hex32] = mapped_column(primary_key=True)
    """`Act.key`."""
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    signer: Mapped[Address]
    day: Mapped[int] = mapped_column(BigInteger)
    """Business date, in days since 1970-01-01."""
    amount: Mapped[MinorUnits]


class Spending:
    def __init__(self, engine: Engine, now: Callable[[], int], utc_offset_s: int = BUSINESS_UTC_OFFSET_S) -> None:
        """`now`: the chain's time in unix seconds, from which the business date follows."""
        self._engine = engine
        self._now = now
        self._utc_offset_s = utc_offset_s

    def today(self) -> int:
        return (self._now() + self._utc_offset_s) // DAY_S

    def excess(self, signer: str, act: Act, limit: int) -> int | None:
        """The day's sum with this act, where it is over `limit`; else None. Counts nothing."""
        day = self.today()
        with Session(read_only(self._engine)) as session:
            return None if _is_counted(session, act) else _over(_sum(session, signer, act, day), limit)

    def count(self, signer: str, act: Act, limit: int) -> int | None:
        """Counts the act, unless that takes the day's sum over `limit`: then that sum, and nothing is counted.

        What can take effect only once counts once, with the most it was ever signed for.
        """
        assert act.amount is not None
        assert act.currency is not None
        day = self.today()
        with Session(read_only(self._engine)) as session:
            if _is_counted(session, act):  # as most of what is signed again is; nobody is waited for then
                return None
        with Session(self._engine) as session, session.begin():
            if session.get_bind().dialect.name == "postgresql":
                lock = text("SELECT pg_advisory_xact_lock(:space, hashtext(:signer))")
                session.execute(lock, {"space": SPEND_LOCK, "signer": signer})
            if _is_counted(session, act):
                return None
            over = _over(_sum(session, signer, act, day), limit)
            if over is None:
                session.merge(
                    SignerSpend(act=act.key, currency=act.currency, signer=signer, day=day, amount=act.amount)
                )
            return over

    def spent(self, signer: str) -> dict[str, int]:
        """Today's sums by currency."""
        query = (
            select(SignerSpend.currency, func.sum(SignerSpend.amount))
            .where(SignerSpend.signer == signer, SignerSpend.day == self.today())
            .group_by(SignerSpend.currency)
        )
        with Session(read_only(self._engine)) as session:
            return {currency: int(amount) for currency, amount in session.execute(query)}


def _is_counted(session: Session, act: Act) -> bool:
    row = session.get(SignerSpend, (act.key, act.currency))
    return row is not None and act.amount is not None and row.amount >= act.amount


def _sum(session: Session, signer: str, act: Act, day: int) -> int:
    """The day's sum with this act in it. Whatever it was counted as before does not count beside that."""
    others = select(func.sum(SignerSpend.amount)).where(
        SignerSpend.signer == signer,
        SignerSpend.day == day,
        SignerSpend.currency == act.currency,
        SignerSpend.act != act.key,
    )
    return int(session.scalar(others) or 0) + (act.amount or 0)


def _over(total: int, limit: int) -> int | None:
    return total if total > limit else None
