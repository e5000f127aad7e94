"""Changes of organisations' keys, before the chain hears of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_rotation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=42), nullable=False),
        sa.Column("key", sa.String(length=42), nullable=False),
        sa.Column("prepared_by", sa.String(length=80), nullable=False),
        sa.Column("prepared_at", sa.BigInteger(), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("operation_id", sa.String(length=32), nullable=True),
        sa.Column("dropped_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (operation_id IS NULL)", name=op.f("ck_key_rotation_approved_has_operation")
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> prepared_by", name=op.f("ck_key_rotation_second_person")
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR dropped_by IS NULL", name=op.f("ck_key_rotation_dropped_before_approval")
        ),
        *(
            sa.ForeignKeyConstraint([name], ["user_account.login"], name=op.f(f"fk_key_rotation_{name}"))
            for name in ("prepared_by", "approved_by", "dropped_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_rotation")),
    )
    op.create_index(op.f("ix_key_rotation_account"), "key_rotation", ["account"], unique=False)


def downgrade() -> None:
    op.drop_table("key_rotation")
