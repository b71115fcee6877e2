"""How Alembic runs here: on the connection and in the transaction that `records.migrations.upgrade` was given."""

from __future__ import annotations

from alembic import context

from records.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
