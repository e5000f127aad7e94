"""The chain log and the projections folded from it."""

import sqlalchemy as sa
from alembic import op

revision = "indexer_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _chain_block()
    _index_identity()
    _orphaned_block()
    _participant()
    _payable()
    _receivable()
    _chain_event()
    _anchor()
    _cash_posting()
    _deal()
    _deposit_credit()
    _payment()
    _receivable_move()
    _redemption()


def downgrade() -> None:
    op.drop_table("redemption")
    op.drop_table("receivable_move")
    op.drop_table("payment")
    op.drop_table("deposit_credit")
    op.drop_table("deal")
    op.drop_table("cash_posting")
    op.drop_table("anchor")
    op.drop_table("chain_event")
    op.drop_table("receivable")
    op.drop_table("payable")
    op.drop_table("participant")
    op.drop_table("orphaned_block")
    op.drop_table("index_identity")
    op.drop_table("chain_block")


def _chain_block() -> None:
    op.create_table(
        "chain_block",
        sa.Column("hash", sa.String(length=66), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("parent_hash", sa.String(length=66), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_chain_block")),
        sa.UniqueConstraint("number", name=op.f("uq_chain_block_number")),
    )


def _index_identity() -> None:
    op.create_table(
        "index_identity",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("genesis_hash", sa.String(length=66), nullable=False),
        sa.Column("deployments_hash", sa.String(length=66), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_index_identity_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_identity")),
    )


def _orphaned_block() -> None:
    op.create_table(
        "orphaned_block",
        sa.Column("hash", sa.String(length=66), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("parent_hash", sa.String(length=66), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_orphaned_block")),
    )
    op.create_index(op.f("ix_orphaned_block_number"), "orphaned_block", ["number"], unique=False)


def _participant() -> None:
    op.create_table(
        "participant",
        sa.Column("account", sa.String(length=42), nullable=False),
        sa.Column("roles", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("legal_entity_hash", sa.String(length=66), nullable=False),
        sa.Column("reason_hash", sa.String(length=66), nullable=True),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_participant")),
    )
    op.create_index(op.f("ix_participant_subject"), "participant", ["subject"], unique=False)


def _payable() -> None:
    op.create_table(
        "payable",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("supplier", sa.String(length=42), nullable=False),
        sa.Column("debtor", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("face_value", sa.BigInteger(), nullable=False),
        sa.Column("minimum_piece", sa.BigInteger(), nullable=False),
        sa.Column("issue_date", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.BigInteger(), nullable=False),
        sa.Column("maximum_depth", sa.Integer(), nullable=False),
        sa.Column("invoice_fingerprint", sa.String(length=66), nullable=False),
        sa.Column("evidence_hash", sa.String(length=66), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("proposed_tx", sa.String(length=66), nullable=False),
        sa.Column("proposed_block", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_tx", sa.String(length=66), nullable=True),
        sa.Column("confirmed_block", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.CheckConstraint("issue_date <= due_date", name=op.f("ck_payable_issued_before_due")),
        sa.CheckConstraint("paid >= 0 AND paid <= face_value", name=op.f("ck_payable_paid_within_face_value")),
        sa.PrimaryKeyConstraint("payable_id", name=op.f("pk_payable")),
    )
    op.create_index(op.f("ix_payable_debtor"), "payable", ["debtor"], unique=False)
    op.create_index(op.f("ix_payable_due_date"), "payable", ["due_date"], unique=False)
    op.create_index(op.f("ix_payable_invoice_fingerprint"), "payable", ["invoice_fingerprint"], unique=False)
    op.create_index(op.f("ix_payable_subject"), "payable", ["subject"], unique=False)
    op.create_index(op.f("ix_payable_supplier"), "payable", ["supplier"], unique=False)


def _receivable() -> None:
    op.create_table(
        "receivable",
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("parent_id", sa.String(length=66), nullable=True),
        sa.Column("holder", sa.String(length=42), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("recourse", sa.Boolean(), nullable=False),
        sa.Column("drawn", sa.BigInteger(), nullable=False),
        sa.Column("redeemed", sa.Boolean(), nullable=False),
        sa.Column("created_tx", sa.String(length=66), nullable=False),
        sa.Column("created_block", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.CheckConstraint('drawn >= 0 AND drawn <= "end" - start', name=op.f("ck_receivable_drawn_within_value")),
        sa.CheckConstraint('start >= 0 AND "end" > start', name=op.f("ck_receivable_interval_not_empty")),
        sa.PrimaryKeyConstraint("receivable_id", name=op.f("pk_receivable")),
    )
    op.create_index(op.f("ix_receivable_holder"), "receivable", ["holder"], unique=False)
    op.create_index(op.f("ix_receivable_parent_id"), "receivable", ["parent_id"], unique=False)
    op.create_index(op.f("ix_receivable_payable_id_start"), "receivable", ["payable_id", "start"], unique=False)
    op.create_index(op.f("ix_receivable_subject"), "receivable", ["subject"], unique=False)


def _chain_event() -> None:
    op.create_table(
        "chain_event",
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("tx_index", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("business", sa.Boolean(), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("topics", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash"], ["chain_block.hash"], name=op.f("fk_chain_event_block_hash"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_chain_event")),
    )
    op.create_index(
        op.f("ix_chain_event_block_number_log_index"), "chain_event", ["block_number", "log_index"], unique=False
    )
    op.create_index(
        op.f("ix_chain_event_subject_block_number_log_index"),
        "chain_event",
        ["subject", "block_number", "log_index"],
        unique=False,
    )


def _anchor() -> None:
    op.create_table(
        "anchor",
        sa.Column("anchor_hash", sa.String(length=66), nullable=False),
        sa.Column("author", sa.String(length=42), nullable=False),
        sa.Column("kind", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_anchor_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_anchor")),
        sa.UniqueConstraint("anchor_hash", "author", name=op.f("uq_anchor_anchor_hash_author")),
    )
    op.create_index(op.f("ix_anchor_author"), "anchor", ["author"], unique=False)


def _cash_posting() -> None:
    op.create_table(
        "cash_posting",
        sa.Column("leg", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=42), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_cash_posting_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("leg", "block_hash", "log_index", name=op.f("pk_cash_posting")),
    )
    op.create_index(op.f("ix_cash_posting_account_token"), "cash_posting", ["account", "token"], unique=False)


def _deal() -> None:
    op.create_table(
        "deal",
        sa.Column("quote_hash", sa.String(length=66), nullable=False),
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("delivered_id", sa.String(length=66), nullable=False),
        sa.Column("supplier", sa.String(length=42), nullable=False),
        sa.Column("financier", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("proceeds", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("value_date", sa.BigInteger(), nullable=False),
        sa.Column("recourse", sa.Boolean(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("proceeds + discount = value", name=op.f("ck_deal_price_adds_up")),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_deal_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_deal")),
        sa.UniqueConstraint("quote_hash", name=op.f("uq_deal_quote_hash")),
    )
    op.create_index(op.f("ix_deal_delivered_id"), "deal", ["delivered_id"], unique=False)
    op.create_index(op.f("ix_deal_financier"), "deal", ["financier"], unique=False)
    op.create_index(op.f("ix_deal_payable_id"), "deal", ["payable_id"], unique=False)
    op.create_index(op.f("ix_deal_supplier"), "deal", ["supplier"], unique=False)


def _deposit_credit() -> None:
    op.create_table(
        "deposit_credit",
        sa.Column("bank_reference", sa.String(length=66), nullable=False),
        sa.Column("account", sa.String(length=42), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_deposit_credit_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_deposit_credit")),
        sa.UniqueConstraint("bank_reference", "token", name=op.f("uq_deposit_credit_bank_reference_token")),
    )
    op.create_index(op.f("ix_deposit_credit_account"), "deposit_credit", ["account"], unique=False)


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("payer", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payment_reference", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_payment_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_payable_id"), "payment", ["payable_id"], unique=False)
    op.create_index(op.f("ix_payment_payer"), "payment", ["payer"], unique=False)


def _receivable_move() -> None:
    op.create_table(
        "receivable_move",
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("parent_id", sa.String(length=66), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("from_account", sa.String(length=42), nullable=True),
        sa.Column("to_account", sa.String(length=42), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("recourse", sa.Boolean(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_receivable_move_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_receivable_move")),
    )
    op.create_index(op.f("ix_receivable_move_from_account"), "receivable_move", ["from_account"], unique=False)
    op.create_index(op.f("ix_receivable_move_parent_id"), "receivable_move", ["parent_id"], unique=False)
    op.create_index(op.f("ix_receivable_move_receivable_id"), "receivable_move", ["receivable_id"], unique=False)
    op.create_index(op.f("ix_receivable_move_subject"), "receivable_move", ["subject"], unique=False)
    op.create_index(op.f("ix_receivable_move_to_account"), "receivable_move", ["to_account"], unique=False)


def _redemption() -> None:
    op.create_table(
        "redemption",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("holder", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_redemption_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_redemption")),
    )
    op.create_index(op.f("ix_redemption_holder"), "redemption", ["holder"], unique=False)
    op.create_index(op.f("ix_redemption_payable_id"), "redemption", ["payable_id"], unique=False)
    op.create_index(op.f("ix_redemption_receivable_id"), "redemption", ["receivable_id"], unique=False)
