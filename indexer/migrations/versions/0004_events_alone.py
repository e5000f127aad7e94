"""What single events say: tokens, rates, fees, cancelled quotes, cash set aside, claims."""

import sqlalchemy as sa
from alembic import op

revision = "indexer_0004"
down_revision = "indexer_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _token_pause()
    _programme_token()
    _reference_rate()
    _deal_fee()
    _quote_cancellation()
    _set_aside_posting()
    _redemption_skip()
    _recourse_claim()


def downgrade() -> None:
    op.drop_table("recourse_claim")
    op.drop_table("redemption_skip")
    op.drop_table("set_aside_posting")
    op.drop_table("quote_cancellation")
    op.drop_table("deal_fee")
    op.drop_table("reference_rate")
    op.drop_table("programme_token")
    op.drop_table("token_pause")


def _token_pause() -> None:
    op.create_table(
        "token_pause",
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("reason_hash", sa.String(length=66), nullable=True),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_token_pause_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_token_pause")),
    )
    op.create_index(op.f("ix_token_pause_token"), "token_pause", ["token"], unique=False)


def _programme_token() -> None:
    op.create_table(
        "programme_token",
        sa.Column("programme_id", sa.BigInteger(), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_programme_token_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_programme_token")),
        sa.UniqueConstraint(
            "programme_id", "deposit_token", name=op.f("uq_programme_token_programme_id_deposit_token")
        ),
    )
    op.create_index(op.f("ix_programme_token_deposit_token"), "programme_token", ["deposit_token"], unique=False)


def _reference_rate() -> None:
    op.create_table(
        "reference_rate",
        sa.Column("effective_date", sa.BigInteger(), nullable=False),
        sa.Column("rate_ppm", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_reference_rate_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_reference_rate")),
    )


def _deal_fee() -> None:
    op.create_table(
        "deal_fee",
        sa.Column("quote_hash", sa.String(length=66), nullable=False),
        sa.Column("to_account", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_deal_fee_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_deal_fee")),
    )
    op.create_index(op.f("ix_deal_fee_quote_hash"), "deal_fee", ["quote_hash"], unique=False)
    op.create_index(op.f("ix_deal_fee_to_account"), "deal_fee", ["to_account"], unique=False)


def _quote_cancellation() -> None:
    op.create_table(
        "quote_cancellation",
        sa.Column("financier", sa.String(length=42), nullable=False),
        sa.Column("nonce", sa.String(length=66), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_quote_cancellation_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_quote_cancellation")),
        sa.UniqueConstraint("financier", "nonce", name=op.f("uq_quote_cancellation_financier_nonce")),
    )


def _set_aside_posting() -> None:
    op.create_table(
        "set_aside_posting",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("holder", sa.String(length=42), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("to_account", sa.String(length=42), nullable=True),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_set_aside_posting_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_set_aside_posting")),
    )
    op.create_index(op.f("ix_set_aside_posting_holder"), "set_aside_posting", ["holder"], unique=False)
    op.create_index(op.f("ix_set_aside_posting_payable_id"), "set_aside_posting", ["payable_id"], unique=False)
    op.create_index(op.f("ix_set_aside_posting_receivable_id"), "set_aside_posting", ["receivable_id"], unique=False)


def _redemption_skip() -> None:
    op.create_table(
        "redemption_skip",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_redemption_skip_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_redemption_skip")),
    )
    op.create_index(op.f("ix_redemption_skip_payable_id"), "redemption_skip", ["payable_id"], unique=False)
    op.create_index(op.f("ix_redemption_skip_receivable_id"), "redemption_skip", ["receivable_id"], unique=False)


def _recourse_claim() -> None:
    op.create_table(
        "recourse_claim",
        sa.Column("payable_id", sa.String(length=66), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("holder", sa.String(length=42), nullable=False),
        sa.Column("endorser", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_hash", "log_index"],
            ["chain_event.block_hash", "chain_event.log_index"],
            name="fk_recourse_claim_event",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_recourse_claim")),
    )
    op.create_index(op.f("ix_recourse_claim_endorser"), "recourse_claim", ["endorser"], unique=False)
    op.create_index(op.f("ix_recourse_claim_holder"), "recourse_claim", ["holder"], unique=False)
    op.create_index(op.f("ix_recourse_claim_payable_id"), "recourse_claim", ["payable_id"], unique=False)
    op.create_index(op.f("ix_recourse_claim_receivable_id"), "recourse_claim", ["receivable_id"], unique=False)
