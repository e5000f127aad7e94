"""The journals' words at the end of each batch: what the next batch is compared from."""

import sqlalchemy as sa
from alembic import op

revision = "indexer_0005"
down_revision = "indexer_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal_checkpoint",
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash"],
            ["chain_block.hash"],
            name=op.f("fk_journal_checkpoint_block_hash_chain_block"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", name=op.f("pk_journal_checkpoint")),
        sa.UniqueConstraint("block_number", name=op.f("uq_journal_checkpoint_block_number")),
    )


def downgrade() -> None:
    op.drop_table("journal_checkpoint")
