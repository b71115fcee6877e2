"""The index that totals are read from."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from records.schema import VERSION_2

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the SQL of version 2 for this database."""
    for statement in VERSION_2[op.get_context().dialect.name]:
        op.execute(text(statement.replace(":", "\\:")))
