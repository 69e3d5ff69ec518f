"""Run by Alembic: migrates on the connection that it is given."""

from __future__ import annotations

from alembic import context

from db_writer.service.migrating import VERSION_TABLE
from db_writer.service.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
