"""The network's deposit tokens and their currencies, which the views join."""

import sqlalchemy as sa
from alembic import op

revision = "indexer_0009"
down_revision = "indexer_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deposit_token",
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_deposit_token")),
    )


def downgrade() -> None:
    op.drop_table("deposit_token")
