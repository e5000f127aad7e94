"""The outbox: one row per operation."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("organisation", sa.String(64), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=False),
        sa.Column("request_hash", sa.String(66), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("resource", sa.JSON()),
        sa.Column("subject", sa.String(128)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("instance", sa.String(64)),
        sa.Column("contract", sa.String(64)),
        sa.Column("function", sa.String(64)),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("signer", sa.String(42)),
        sa.Column("wallet", sa.String(42)),
        sa.Column("to_sign", sa.JSON()),
        sa.Column("signatures", sa.JSON()),
        sa.Column("nonce", sa.BigInteger()),
        sa.Column("raw", sa.Text()),
        sa.Column("tx_hash", sa.String(66)),
        sa.Column("gas", sa.BigInteger()),
        sa.Column("signed_sequence", sa.BigInteger()),
        sa.Column("block_number", sa.BigInteger()),
        sa.Column("block_hash", sa.String(66)),
        sa.Column("tx_index", sa.BigInteger()),
        sa.Column("error_name", sa.String(64)),
        sa.Column("error_params", sa.JSON()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("mined_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_operation"),
        sa.UniqueConstraint("organisation", "idempotency_key", name="uq_operation_organisation_idempotency_key"),
        sa.UniqueConstraint("signer", "nonce", name="uq_operation_signer_nonce"),
        sa.UniqueConstraint("sequence", name="uq_operation_sequence"),
        sa.UniqueConstraint("signed_sequence", name="uq_operation_signed_sequence"),
        sa.CheckConstraint("(nonce IS NULL) = (raw IS NULL)", name=op.f("ck_operation_nonce_with_bytes")),
        sa.CheckConstraint(
            "state NOT IN ('signed', 'sent', 'mined') OR raw IS NOT NULL", name=op.f("ck_operation_sent_has_bytes")
        ),
        sa.CheckConstraint("state <> 'mined' OR block_hash IS NOT NULL", name=op.f("ck_operation_mined_has_block")),
        sa.CheckConstraint("state <> 'failed' OR error_name IS NOT NULL", name=op.f("ck_operation_failed_has_reason")),
    )
    op.create_index("ix_operation_state_sequence", "operation", ["state", "sequence"])
    op.create_index("ix_operation_subject_state", "operation", ["subject", "state"])
    op.create_index("ix_operation_block_number", "operation", ["block_number"])
    op.create_index("ix_operation_tx_hash", "operation", ["tx_hash"])


def downgrade() -> None:
    op.drop_table("operation")
