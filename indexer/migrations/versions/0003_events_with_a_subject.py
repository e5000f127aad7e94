"""What single events say that step states: draws, repurchases, recoveries, credit notes, enforcements."""

import sqlalchemy as sa
from alembic import op

revision = "indexer_0003"
down_revision = "indexer_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _receivable_move()
    _deal()
    _credit_note()
    _payment()
    _draw()
    _recovery()
    _repurchase()
    _hold_enforcement()


def downgrade() -> None:
    op.drop_table("hold_enforcement")
    op.drop_table("repurchase")
    op.drop_table("recovery")
    op.drop_table("draw")
    op.drop_table("payment")
    op.drop_table("credit_note")
    op.drop_table("deal")
    op.drop_table("receivable_move")


def _receivable_move() -> None:
    op.create_table(
        "receivable_move",
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("parent_id", sa.String(length=66), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("from_account", sa.String(length=42), nullable=True),
        sa.Column("to_account", sa.String(length=42), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("endorser", sa.String(length=42), nullable=True),
        sa.Column("subject", sa.String(length=66), nullable=False),
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
    op.create_index(op.f("ix_receivable_move_payable_id"), "receivable_move", ["payable_id"], unique=False)
    op.create_index(op.f("ix_receivable_move_receivable_id"), "receivable_move", ["receivable_id"], unique=False)
    op.create_index(op.f("ix_receivable_move_subject"), "receivable_move", ["subject"], unique=False)
    op.create_index(op.f("ix_receivable_move_to_account"), "receivable_move", ["to_account"], unique=False)


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
        sa.Column("registration_hash", sa.String(length=66), nullable=True),
        sa.Column("subject", sa.String(length=66), nullable=False),
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
    op.create_index(op.f("ix_deal_subject"), "deal", ["subject"], unique=False)
    op.create_index(op.f("ix_deal_supplier"), "deal", ["supplier"], unique=False)


def _credit_note() -> None:
    op.create_table(
        "credit_note",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("credit_note_hash", sa.String(length=66), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_credit_note_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_credit_note")),
    )
    op.create_index(op.f("ix_credit_note_payable_id"), "credit_note", ["payable_id"], unique=False)
    op.create_index(op.f("ix_credit_note_receivable_id"), "credit_note", ["receivable_id"], unique=False)
    op.create_index(op.f("ix_credit_note_subject"), "credit_note", ["subject"], unique=False)


def _payment() -> None:
    op.create_table(
        "payment",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("payer", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("netted", sa.BigInteger(), nullable=False),
        sa.Column("payment_reference", sa.String(length=66), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "netted >= 0 AND netted <= principal + interest", name=op.f("ck_payment_netted_within_booked")
        ),
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
    op.create_index(op.f("ix_payment_subject"), "payment", ["subject"], unique=False)


def _draw() -> None:
    op.create_table(
        "draw",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("holder", sa.String(length=42), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.Column("recovered", sa.BigInteger(), nullable=False),
        sa.Column("redeemed", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_draw_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_draw")),
    )
    op.create_index(op.f("ix_draw_holder"), "draw", ["holder"], unique=False)
    op.create_index(op.f("ix_draw_payable_id"), "draw", ["payable_id"], unique=False)
    op.create_index(op.f("ix_draw_receivable_id"), "draw", ["receivable_id"], unique=False)
    op.create_index(op.f("ix_draw_subject"), "draw", ["subject"], unique=False)


def _recovery() -> None:
    op.create_table(
        "recovery",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("payer", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("recovery_reference", sa.String(length=66), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_recovery_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_recovery")),
    )
    op.create_index(op.f("ix_recovery_payable_id"), "recovery", ["payable_id"], unique=False)
    op.create_index(op.f("ix_recovery_payer"), "recovery", ["payer"], unique=False)
    op.create_index(op.f("ix_recovery_subject"), "recovery", ["subject"], unique=False)


def _repurchase() -> None:
    op.create_table(
        "repurchase",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("endorser", sa.String(length=42), nullable=False),
        sa.Column("holder", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_repurchase_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_repurchase")),
    )
    op.create_index(op.f("ix_repurchase_endorser"), "repurchase", ["endorser"], unique=False)
    op.create_index(op.f("ix_repurchase_holder"), "repurchase", ["holder"], unique=False)
    op.create_index(op.f("ix_repurchase_payable_id"), "repurchase", ["payable_id"], unique=False)
    op.create_index(op.f("ix_repurchase_receivable_id"), "repurchase", ["receivable_id"], unique=False)
    op.create_index(op.f("ix_repurchase_subject"), "repurchase", ["subject"], unique=False)


def _hold_enforcement() -> None:
    op.create_table(
        "hold_enforcement",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("to_account", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("moved_id", sa.String(length=66), nullable=True),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_hold_enforcement_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_hold_enforcement")),
    )
    op.create_index(op.f("ix_hold_enforcement_hold_id"), "hold_enforcement", ["hold_id"], unique=False)
    op.create_index(op.f("ix_hold_enforcement_payable_id"), "hold_enforcement", ["payable_id"], unique=False)
    op.create_index(op.f("ix_hold_enforcement_subject"), "hold_enforcement", ["subject"], unique=False)
    op.create_index(op.f("ix_hold_enforcement_to_account"), "hold_enforcement", ["to_account"], unique=False)
