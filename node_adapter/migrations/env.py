"""Alembic's environment for every room. `node_adapter.migrate` hands over the connection and begins the transaction."""

from alembic import context

attributes = context.config.attributes

context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    version_table=attributes["version_table"],
    # SQLite knows next to no ALTER TABLE: alembic then copies the table.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
