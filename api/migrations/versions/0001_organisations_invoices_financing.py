"""Organisations, invoices, financing requests and quotes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "organisation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=True),
        sa.Column("custody", sa.String(length=10), nullable=False),
        sa.Column("legal_id", sa.String(length=20), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fingerprint_key", sa.LargeBinary(length=128), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("address", name=op.f("uq_organisation_address")),
        sa.UniqueConstraint("legal_id", name=op.f("uq_organisation_legal_id")),
    )
    op.create_table(
        "financing_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("supplier", sa.String(length=42), nullable=False),
        sa.Column("receivable_id", sa.String(length=66), nullable=False),
        sa.Column("payable_id", sa.String(length=58), nullable=False),
        sa.Column("deposit_token", sa.String(length=42), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("recourse", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_financing_request_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_financing_request")),
    )
    with op.batch_alter_table("financing_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_financing_request_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_financing_request_receivable_id"), ["receivable_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_financing_request_supplier"), ["supplier"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("type_code", sa.String(length=10), nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint", sa.String(length=66), nullable=False),
        sa.Column("payable_id", sa.String(length=58), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("document_hash", sa.String(length=66), nullable=False),
        sa.Column("document_salt", sa.LargeBinary(length=32), nullable=False),
        sa.Column("document_wrapped_key", sa.LargeBinary(length=128), nullable=False),
        sa.Column("document_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("document_master_key_id", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["organisation.id"], name=op.f("fk_invoice_debtor_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_invoice_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("payable_id", name=op.f("uq_invoice_payable_id")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_debtor_id"), ["debtor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_fingerprint"), ["fingerprint"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_user_account_organisation_id")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_user_account")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "financing_quote",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("operation_id", sa.String(length=36), nullable=False),
        sa.Column("quote_hash", sa.String(length=66), nullable=False),
        sa.Column("financier", sa.String(length=42), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("proceeds", sa.BigInteger(), nullable=False),
        sa.Column("annual_rate_ppm", sa.Integer(), nullable=False),
        sa.Column("day_count", sa.String(length=10), nullable=False),
        sa.Column("tenor_days", sa.Integer(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("recourse", sa.Boolean(), nullable=False),
        sa.Column("nonce", sa.String(length=66), nullable=False),
        sa.Column("expiry", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_financing_quote_organisation_id")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["financing_request.id"], name=op.f("fk_financing_quote_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_financing_quote")),
        sa.UniqueConstraint("operation_id", name=op.f("uq_financing_quote_operation_id")),
        sa.UniqueConstraint("quote_hash", name=op.f("uq_financing_quote_quote_hash")),
    )
    with op.batch_alter_table("financing_quote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_financing_quote_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_financing_quote_request_id"), ["request_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("financing_quote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_financing_quote_request_id"))
        batch_op.drop_index(batch_op.f("ix_financing_quote_organisation_id"))

    op.drop_table("financing_quote")
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_account_organisation_id"))

    op.drop_table("user_account")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoice_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_invoice_fingerprint"))
        batch_op.drop_index(batch_op.f("ix_invoice_debtor_id"))

    op.drop_table("invoice")
    with op.batch_alter_table("financing_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_financing_request_supplier"))
        batch_op.drop_index(batch_op.f("ix_financing_request_receivable_id"))
        batch_op.drop_index(batch_op.f("ix_financing_request_organisation_id"))

    op.drop_table("financing_request")
    op.drop_table("organisation")
