"""How states were before they changed, so that every question can be asked as of a block that is past.

What an index holds already does not tell it, so its log and rows go, and it follows the chain anew from its start.
"""

import sqlalchemy as sa
from alembic import op

revision = "indexer_0007"
down_revision = "indexer_0006"
branch_labels = None
depends_on = None

FORGOTTEN = (
    "debtor_bar",
    "succession",
    "participant",
    "programme",
    "payable",
    "receivable",
    "hold",
    "freeze_order",
    "dishonour",
    "pay_out",
    "receivable_move",
    "deal",
    "credit_note",
    "payment",
    "draw",
    "recovery",
    "repurchase",
    "hold_enforcement",
    "cash_posting",
    "deposit_credit",
    "token_pause",
    "programme_token",
    "reference_rate",
    "deal_fee",
    "quote_cancellation",
    "redemption",
    "set_aside_posting",
    "redemption_skip",
    "recourse_claim",
    "anchor",
    "journal_checkpoint",
    "chain_event",
    "chain_block",
)
"""In this order: what refers to others before them."""


def upgrade() -> None:
    _participant_past()
    _programme_past()
    _payable_past()
    _receivable_past()
    _hold_past()
    _freeze_order_past()
    _dishonour_past()
    _pay_out_past()
    for table in FORGOTTEN:
        op.execute(sa.table(table).delete())


def downgrade() -> None:
    op.drop_table("pay_out_past")
    op.drop_table("dishonour_past")
    op.drop_table("freeze_order_past")
    op.drop_table("hold_past")
    op.drop_table("receivable_past")
    op.drop_table("payable_past")
    op.drop_table("programme_past")
    op.drop_table("participant_past")


def _participant_past() -> None:
    op.create_table(
        "participant_past",
        sa.Column("account", sa.String(length=42), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("roles", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("legal_entity_hash", sa.String(length=66), nullable=False),
        sa.Column("reason_hash", sa.String(length=66), nullable=True),
        sa.Column("key", sa.String(length=42), nullable=False),
        sa.Column("announced_key", sa.String(length=42), nullable=True),
        sa.Column("key_effective_at", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.Column("until_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "last_block_number", name=op.f("pk_participant_past")),
    )
    op.create_index("ix_participant_past_subject", "participant_past", ["subject"], unique=False)
    op.create_index("ix_participant_past_until_block", "participant_past", ["until_block"], unique=False)


def _programme_past() -> None:
    op.create_table(
        "programme_past",
        sa.Column("programme_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("debtor", sa.String(length=42), nullable=False),
        sa.Column("minimum_piece", sa.BigInteger(), nullable=False),
        sa.Column("maximum_depth", sa.Integer(), nullable=False),
        sa.Column("soft_tenor_months", sa.Integer(), nullable=False),
        sa.Column("hard_tenor_months", sa.Integer(), nullable=False),
        sa.Column("refusal_hours", sa.Integer(), nullable=False),
        sa.Column("blackout_days_before", sa.Integer(), nullable=False),
        sa.Column("blackout_days_after", sa.Integer(), nullable=False),
        sa.Column("dishonour_days", sa.Integer(), nullable=False),
        sa.Column("registration_required", sa.Boolean(), nullable=False),
        sa.Column("late_rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("published_tx", sa.String(length=66), nullable=False),
        sa.Column("published_block", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.Column("until_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "last_block_number", name=op.f("pk_programme_past")),
    )
    op.create_index("ix_programme_past_subject", "programme_past", ["subject"], unique=False)
    op.create_index("ix_programme_past_until_block", "programme_past", ["until_block"], unique=False)


def _payable_past() -> None:
    op.create_table(
        "payable_past",
        sa.Column("payable_id", sa.String(length=66), autoincrement=False, nullable=False),
        sa.Column("supplier", sa.String(length=42), nullable=False),
        sa.Column("debtor", sa.String(length=42), nullable=False),
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("face_value", sa.BigInteger(), nullable=False),
        sa.Column("issue_date", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.BigInteger(), nullable=False),
        sa.Column("invoice_fingerprint", sa.String(length=66), nullable=False),
        sa.Column("evidence_hash", sa.String(length=66), nullable=False),
        sa.Column("tenor_reason_hash", sa.String(length=66), nullable=True),
        sa.Column("undertaking_hash", sa.String(length=66), nullable=True),
        sa.Column("issued", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("reason_hash", sa.String(length=66), nullable=True),
        sa.Column("claims_invoice", sa.Boolean(), nullable=False),
        sa.Column("late_rate_ppm", sa.BigInteger(), nullable=True),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("interest_paid", sa.BigInteger(), nullable=False),
        sa.Column("recovered", sa.BigInteger(), nullable=False),
        sa.Column("recovery_closed", sa.Boolean(), nullable=False),
        sa.Column("proposed_tx", sa.String(length=66), nullable=False),
        sa.Column("proposed_block", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_tx", sa.String(length=66), nullable=True),
        sa.Column("confirmed_block", sa.BigInteger(), nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.Column("until_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("payable_id", "last_block_number", name=op.f("pk_payable_past")),
    )
    op.create_index("ix_payable_past_subject", "payable_past", ["subject"], unique=False)
    op.create_index("ix_payable_past_until_block", "payable_past", ["until_block"], unique=False)


def _receivable_past() -> None:
    op.create_table(
        "receivable_past",
        sa.Column("receivable_id", sa.String(length=66), autoincrement=False, nullable=False),
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("parent_id", sa.String(length=66), nullable=True),
        sa.Column("holder", sa.String(length=42), nullable=False),
        sa.Column("sender", sa.String(length=42), nullable=False),
        sa.Column("endorser", sa.String(length=42), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("refusable", sa.Boolean(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("merged_into", sa.String(length=66), nullable=True),
        sa.Column("parking", sa.Integer(), nullable=True),
        sa.Column("credit_note_hash", sa.String(length=66), nullable=True),
        sa.Column("drawn_principal", sa.BigInteger(), nullable=False),
        sa.Column("drawn_interest", sa.BigInteger(), nullable=False),
        sa.Column("drawn_recovered", sa.BigInteger(), nullable=False),
        sa.Column("created_tx", sa.String(length=66), nullable=False),
        sa.Column("created_block", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.Column("until_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("receivable_id", "last_block_number", name=op.f("pk_receivable_past")),
    )
    op.create_index("ix_receivable_past_subject", "receivable_past", ["subject"], unique=False)
    op.create_index("ix_receivable_past_until_block", "receivable_past", ["until_block"], unique=False)


def _hold_past() -> None:
    op.create_table(
        "hold_past",
        sa.Column("hold_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("enforced", sa.BigInteger(), nullable=False),
        sa.Column("beneficiary", sa.String(length=42), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("enforceable_from", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("document_hash", sa.String(length=66), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("placed_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.Column("until_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", "last_block_number", name=op.f("pk_hold_past")),
    )
    op.create_index("ix_hold_past_subject", "hold_past", ["subject"], unique=False)
    op.create_index("ix_hold_past_until_block", "hold_past", ["until_block"], unique=False)


def _freeze_order_past() -> None:
    op.create_table(
        "freeze_order_past",
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=42), nullable=False),
        sa.Column("payable_id", sa.String(length=66), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("reason_hash", sa.String(length=66), nullable=False),
        sa.Column("authority_hash", sa.String(length=66), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("release_reason_hash", sa.String(length=66), nullable=True),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.Column("until_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "last_block_number", name=op.f("pk_freeze_order_past")),
    )
    op.create_index("ix_freeze_order_past_subject", "freeze_order_past", ["subject"], unique=False)
    op.create_index("ix_freeze_order_past_until_block", "freeze_order_past", ["until_block"], unique=False)


def _dishonour_past() -> None:
    op.create_table(
        "dishonour_past",
        sa.Column("payable_id", sa.String(length=66), autoincrement=False, nullable=False),
        sa.Column("debtor", sa.String(length=42), nullable=False),
        sa.Column("due_date", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("objection_hash", sa.String(length=66), nullable=True),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.Column("lift_reason_hash", sa.String(length=66), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.Column("until_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("payable_id", "last_block_number", name=op.f("pk_dishonour_past")),
    )
    op.create_index("ix_dishonour_past_subject", "dishonour_past", ["subject"], unique=False)
    op.create_index("ix_dishonour_past_until_block", "dishonour_past", ["until_block"], unique=False)


def _pay_out_past() -> None:
    op.create_table(
        "pay_out_past",
        sa.Column("pay_out_key", sa.String(length=66), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("instruction_hash", sa.String(length=66), nullable=False),
        sa.Column("bank_reference", sa.String(length=66), nullable=True),
        sa.Column("reason_hash", sa.String(length=66), nullable=True),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(length=66), nullable=False),
        sa.Column("last_block_hash", sa.String(length=66), nullable=False),
        sa.Column("last_block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_log_index", sa.Integer(), nullable=False),
        sa.Column("until_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pay_out_key", "last_block_number", name=op.f("pk_pay_out_past")),
    )
    op.create_index("ix_pay_out_past_subject", "pay_out_past", ["subject"], unique=False)
    op.create_index("ix_pay_out_past_until_block", "pay_out_past", ["until_block"], unique=False)
