"""Cancellations that one party has signed; the least of a quote that may be taken, and its fees."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cancellation_offer",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("payable_id", sa.String(length=58), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("offered_by", sa.String(length=42), nullable=False),
        sa.Column("operation_id", sa.String(length=36), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cancellation_offer_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cancellation_offer")),
        sa.UniqueConstraint("operation_id", name=op.f("uq_cancellation_offer_operation_id")),
    )
    op.create_index(op.f("ix_cancellation_offer_payable_id"), "cancellation_offer", ["payable_id"], unique=False)
    with op.batch_alter_table("financing_quote", schema=None) as batch_op:
        batch_op.add_column(sa.Column("minimum_take", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("fees", sa.JSON(), nullable=True))
    op.execute("UPDATE financing_quote SET minimum_take = value, fees = '[]'")
    with op.batch_alter_table("financing_quote", schema=None) as batch_op:
        batch_op.alter_column("minimum_take", existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column("fees", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("financing_quote", schema=None) as batch_op:
        batch_op.drop_column("fees")
        batch_op.drop_column("minimum_take")
    op.drop_table("cancellation_offer")
