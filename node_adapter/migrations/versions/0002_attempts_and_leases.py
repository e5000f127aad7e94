"""Every hash that an operation was sent under; signers with leases and nonces; what is known of the chain."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IN_FLIGHT = "state IN ('signed', 'sent')"
LIVE = "state IN ('pending', 'signed', 'sent')"


def upgrade() -> None:
    _new_tables()
    op.execute(
        "INSERT INTO attempt (operation_id, number, kind, tx_hash, raw, max_fee, max_priority_fee, created_at,"
        " block_seen) SELECT id, 0, 'original', tx_hash, raw, 0, 0, COALESCE(signed_at, created_at), 0"
        " FROM operation WHERE raw IS NOT NULL"
    )
    op.execute(
        "INSERT INTO signer (address, next_nonce, until_ms) SELECT signer, MAX(nonce) + 1, 0"
        " FROM operation WHERE signer IS NOT NULL GROUP BY signer"
    )
    op.execute(
        "INSERT INTO chain_view (id, tip_number, tip_hash, recoverer_until_ms) SELECT 1,"
        " (SELECT block_number FROM operation WHERE block_hash IS NOT NULL ORDER BY block_number DESC LIMIT 1),"
        " (SELECT block_hash FROM operation WHERE block_hash IS NOT NULL ORDER BY block_number DESC LIMIT 1), 0"
    )
    for name in ("state_sequence", "subject_state", "block_number", "tx_hash"):
        op.drop_index(f"ix_operation_{name}", "operation")
    with op.batch_alter_table("operation") as table:
        table.drop_constraint("ck_operation_nonce_with_bytes", type_="check")
        table.drop_constraint("ck_operation_sent_has_bytes", type_="check")
        table.drop_column("raw")
        table.add_column(sa.Column("wanted", sa.String(8)))
        table.add_column(sa.Column("gas_used", sa.BigInteger()))
        table.add_column(sa.Column("failed_at", sa.BigInteger()))
        for name, condition in (
            ("nonce_with_hash", "(nonce IS NULL) = (tx_hash IS NULL)"),
            ("sent_has_hash", "state NOT IN ('signed', 'sent', 'mined') OR tx_hash IS NOT NULL"),
            ("wanted_known", "wanted IN ('replace', 'cancel')"),
        ):
            table.create_check_constraint(op.f(f"ck_operation_{name}"), condition)
    _partial("ix_operation_pending", ["sequence"], "state = 'pending'")
    _partial("ix_operation_in_flight", ["signer", "nonce", "state"], IN_FLIGHT)
    _partial("ix_operation_live_subject", ["subject", "sequence"], LIVE)
    _partial("ix_operation_wanted", ["signer"], "wanted IS NOT NULL")
    _partial("ix_operation_block", ["block_number", "block_hash"], "block_hash IS NOT NULL")


def _new_tables() -> None:
    op.create_table(
        "attempt",
        sa.Column("operation_id", sa.String(32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("tx_hash", sa.String(66), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("max_fee", sa.BigInteger(), nullable=False),
        sa.Column("max_priority_fee", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("block_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("operation_id", "number", name="pk_attempt"),
        sa.UniqueConstraint("tx_hash", name="uq_attempt_tx_hash"),
        sa.ForeignKeyConstraint(["operation_id"], ["operation.id"], name="fk_attempt_operation_id"),
        sa.CheckConstraint("kind IN ('original', 'replacement', 'cancellation')", name=op.f("ck_attempt_kind_known")),
    )
    op.create_table(
        "signer",
        sa.Column("address", sa.String(42), nullable=False),
        sa.Column("next_nonce", sa.BigInteger()),
        sa.Column("holder", sa.String(64)),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("stopped_by", sa.String(64)),
        sa.Column("stopped_params", sa.JSON()),
        sa.Column("stopped_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("address", name="pk_signer"),
    )
    op.create_table(
        "worker",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_worker"),
    )
    op.create_table(
        "chain_view",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tip_number", sa.BigInteger()),
        sa.Column("tip_hash", sa.String(66)),
        sa.Column("recoverer", sa.String(64)),
        sa.Column("recoverer_until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chain_view"),
        sa.CheckConstraint("id = 1", name=op.f("ck_chain_view_one_row")),
    )


def _partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "operation", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    raise NotImplementedError("what was sent under other hashes would be forgotten")
