"""Who is signed in to the console, and what of its notices they have read."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base


class ConsoleSession(Base):
    """One browser's sign-in. The cookie's value is not kept: who reads this table cannot sign in with it.

    Instants are the wall's clock, unix seconds.
    """

    __tablename__ = "console_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    login: Mapped[str] = mapped_column(ForeignKey("user_account.login"), index=True)
    opened_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)


class NoticeRead(Base):
    """A login has read that something needs it. `notice`: the need's key (`console.needs`); the row goes with it."""

    __tablename__ = "notice_read"

    login: Mapped[str] = mapped_column(ForeignKey("user_account.login"), primary_key=True)
    notice: Mapped[str] = mapped_column(String(160), primary_key=True)
