"""Versions of the contracts side by side: each has a register of dishonours, and names its successor.

A debtor's bar moves from its participant to the register that said it.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "indexer_0006"
down_revision = "indexer_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, columns in (
        ("debtor_bar", [_address("register"), _address("debtor"), sa.Column("until", sa.BigInteger(), nullable=True)]),
        ("succession", [_address("origination"), _address("successor")]),
    ):
        op.create_table(
            name,
            *columns,
            sa.Column("block_hash", sa.String(length=66), nullable=False),
            sa.Column("log_index", sa.Integer(), nullable=False),
            sa.Column("block_number", sa.BigInteger(), nullable=False),
            sa.ForeignKeyConstraint(
                ["block_hash", "log_index"],
                ["chain_event.block_hash", "chain_event.log_index"],
                name=f"fk_{name}_event",
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f(f"pk_{name}")),
        )
    op.create_index(op.f("ix_debtor_bar_debtor"), "debtor_bar", ["debtor"], unique=False)
    _fold_again()
    op.drop_column("participant", "barred_until")


def downgrade() -> None:
    raise NotImplementedError("one participant has no room for several versions' bars")


def _fold_again() -> None:
    """The rows that the handler would have made of the events that are there."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT block_hash, log_index, block_number, address, args FROM chain_event "
            "WHERE name = 'DebtorBarredUntil'"
        )
    ).mappings()
    for row in rows.all():
        args = row["args"] if isinstance(row["args"], dict) else json.loads(row["args"])
        values = {name: row[name] for name in ("block_hash", "log_index", "block_number")}
        values |= {"register": row["address"], "debtor": args["debtor"], "until": args["until"] or None}
        connection.execute(
            sa.text(
                "INSERT INTO debtor_bar (register, debtor, until, block_hash, log_index, block_number) "
                "VALUES (:register, :debtor, :until, :block_hash, :log_index, :block_number)"
            ),
            values,
        )


def _address(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=42), nullable=False)
