"""Which bills are due is seen from an index, however many are due and however many wait."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
oldest = "0003"

HERE = sa.text("wake_at IS NOT NULL AND step IN ('received', 'scanned', 'resolved')")
AT_THE_API = sa.text("wake_at IS NOT NULL AND step IN ('parsed', 'uploading', 'polling', 'reconciled', 'delivered')")


def upgrade() -> None:
    """Adds two indexes on SQLite; on PostgreSQL it is the engine that knows what is due."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_index("ix_bills_due_here", "bills", ["step", "priority", "wake_at"], sqlite_where=HERE)
    op.create_index("ix_bills_due_at_the_api", "bills", ["account", "priority", "wake_at"], sqlite_where=AT_THE_API)
