"""What each key has signed for, a row for each act that costs something."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signer_spend",
        sa.Column("act", sa.String(66), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("signer", sa.String(42), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("act", "currency", name="pk_signer_spend"),
    )
    op.create_index("ix_signer_spend_signer_day", "signer_spend", ["signer", "day"])


def downgrade() -> None:
    op.drop_table("signer_spend")
