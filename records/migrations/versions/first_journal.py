"""The journal, its guards and the index of reversals."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from records.schema import VERSION_1

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL of version 1 for this database."""
    for statement in VERSION_1[op.get_context().dialect.name]:
        op.execute(text(statement.replace(":", "\\:")))
