"""PostgreSQL no longer checks, row by row, that what was read out of a block belongs to one."""

from alembic import op

revision = "indexer_0011"
down_revision = "indexer_0010"
branch_labels = None
depends_on = None

_EVENT = ["block_hash", "log_index"]
_FROM_EVENTS = (
    "anchor",
    "cash_posting",
    "credit_note",
    "deal",
    "deal_fee",
    "debtor_bar",
    "deposit_credit",
    "draw",
    "hold_enforcement",
    "payment",
    "programme_token",
    "quote_cancellation",
    "receivable_move",
    "recourse_claim",
    "recovery",
    "redemption",
    "redemption_skip",
    "reference_rate",
    "repurchase",
    "set_aside_posting",
    "succession",
    "token_pause",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _FROM_EVENTS:
            op.drop_constraint(f"fk_{table}_event", table, type_="foreignkey")
        op.drop_constraint("fk_chain_event_block_hash", "chain_event", type_="foreignkey")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_chain_event_block_hash", "chain_event", "chain_block", ["block_hash"], ["hash"], ondelete="CASCADE"
        )
        for table in _FROM_EVENTS:
            op.create_foreign_key(f"fk_{table}_event", table, "chain_event", _EVENT, _EVENT, ondelete="CASCADE")
