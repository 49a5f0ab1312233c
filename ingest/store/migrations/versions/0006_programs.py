"""Which programs use the ledger, and which of them can go on after the schema has moved on."""

import sqlalchemy as sa
from alembic import op

from ingest.store.schema import UtcDateTime

revision = "0006"
down_revision = "0005"
oldest = "0003"
"""Programs of this revision can still work on what this migration makes of the ledger (``ingest.store.programs``)."""


def upgrade() -> None:
    """Adds two tables."""
    op.create_table(
        "programs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="host and process id"),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False, comment="of the schema that it was written for"),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programs")),
    )
    op.create_table(
        "schema_rules",
        sa.Column("oldest", sa.Text(), nullable=False, comment="revision of the oldest program that may go on"),
        sa.PrimaryKeyConstraint("oldest", name=op.f("pk_schema_rules")),
    )
