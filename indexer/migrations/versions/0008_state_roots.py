"""State roots of final blocks, and the rows that they stand on."""

import sqlalchemy as sa
from alembic import op

revision = "indexer_0008"
down_revision = "indexer_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "state_leaf",
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_state_leaf")),
    )
    op.create_index(op.f("ix_state_leaf_bucket"), "state_leaf", ["bucket"], unique=False)
    op.create_table(
        "state_root",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("root", sa.String(length=66), nullable=False),
        sa.Column("standing", sa.String(length=66), nullable=False),
        sa.Column("arrived", sa.String(length=66), nullable=False),
        sa.Column("form", sa.String(length=66), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash"], ["chain_block.hash"], name=op.f("fk_state_root_block_hash"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("block_number", name=op.f("pk_state_root")),
        sa.UniqueConstraint("block_hash", name=op.f("uq_state_root_block_hash")),
    )


def downgrade() -> None:
    op.drop_table("state_root")
    op.drop_table("state_leaf")
