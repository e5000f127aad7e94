"""Texts whose hashes are on chain, and the registration that a quote names."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "kept_text",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("text_hash", sa.String(length=66), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(length=128), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("master_key_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_kept_text_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_text")),
        sa.UniqueConstraint("text_hash", name=op.f("uq_kept_text_text_hash")),
    )
    with op.batch_alter_table("kept_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_text_organisation_id"), ["organisation_id"], unique=False)

    with op.batch_alter_table("financing_quote", schema=None) as batch_op:
        batch_op.add_column(sa.Column("registration_hash", sa.String(length=66), nullable=True))


def downgrade() -> None:

    with op.batch_alter_table("financing_quote", schema=None) as batch_op:
        batch_op.drop_column("registration_hash")

    with op.batch_alter_table("kept_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_text_organisation_id"))

    op.drop_table("kept_text")
