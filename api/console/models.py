"""Who is signed in to the console."""

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
