"""Rows whose subject is their payable are found by `payable_id`, and what was split from a piece among its payable's.
An anchor is about its author, not about its hash. That a bank's reference comes once is the token's rule.

An index over random words costs a page for nearly each word, the more the larger the index is.
"""

from alembic import op

revision = "indexer_0012"
down_revision = "indexer_0011"
branch_labels = None
depends_on = None

_INDEXES = (
    ("credit_note", "subject"),
    ("deal", "subject"),
    ("draw", "subject"),
    ("hold_enforcement", "subject"),
    ("payment", "subject"),
    ("receivable", "parent_id"),
    ("receivable", "subject"),
    ("receivable_move", "parent_id"),
    ("receivable_move", "subject"),
    ("recovery", "subject"),
    ("repurchase", "subject"),
)


def upgrade() -> None:
    for table, column in _INDEXES:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    with op.batch_alter_table("deposit_credit") as batch:
        batch.drop_constraint("uq_deposit_credit_bank_reference_token", type_="unique")
    _anchors_are_about("author")


def downgrade() -> None:
    for table, column in _INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    with op.batch_alter_table("deposit_credit") as batch:
        batch.create_unique_constraint("uq_deposit_credit_bank_reference_token", ["bank_reference", "token"])
    _anchors_are_about("anchor_hash")


def _anchors_are_about(argument: str) -> None:
    op.execute(f"UPDATE chain_event SET subject = args ->> '{argument}' WHERE name = 'Anchored'")  # noqa: S608
