"""Which notices of the console a login has read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_read",
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("notice", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["user_account.login"], name=op.f("fk_notice_read_login")),
        sa.PrimaryKeyConstraint("login", "notice", name=op.f("pk_notice_read")),
    )


def downgrade() -> None:
    op.drop_table("notice_read")
