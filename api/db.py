"""The declarative base of the API's own tables."""

from typing import Annotated

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

from node_adapter.db import NAMING_CONVENTION

UnixSeconds = Annotated[int, mapped_column(BigInteger)]
"""An instant of the chain's time."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
