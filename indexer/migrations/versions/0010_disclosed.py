"""What is disclosed to a regulator: names, invoices and texts behind the hashes on chain."""

import sqlalchemy as sa
from alembic import op

revision = "indexer_0010"
down_revision = "indexer_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disclosed_participant",
        sa.Column("account", sa.String(length=42), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("legal_id", sa.String(length=20), nullable=False),
        sa.Column("legal_entity_hash", sa.String(length=66), nullable=False),
        sa.Column("name_by", sa.String(length=9), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_disclosed_participant")),
    )
    op.create_table(
        "disclosed_invoice",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("evidence_hash", sa.String(length=66), nullable=False),
        sa.Column("number", sa.String(length=1000), nullable=False),
        sa.Column("type_code", sa.String(length=1000), nullable=False),
        sa.Column("issue_date", sa.String(length=10), nullable=False),
        sa.Column("due_date", sa.String(length=10), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("seller_name", sa.String(length=1000), nullable=False),
        sa.Column("seller_legal_id", sa.String(length=20), nullable=True),
        sa.Column("buyer_name", sa.String(length=1000), nullable=False),
        sa.Column("buyer_legal_id", sa.String(length=20), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("payable_id", name=op.f("pk_disclosed_invoice")),
    )
    op.create_table(
        "disclosed_text",
        sa.Column("text_hash", sa.String(length=66), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("text_hash", name=op.f("pk_disclosed_text")),
    )


def downgrade() -> None:
    for table in ("disclosed_text", "disclosed_invoice", "disclosed_participant"):
        op.drop_table(table)
