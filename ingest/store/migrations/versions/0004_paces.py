"""When the next call of an account may go out, for all workers; deliveries go in the order of their bills' priority."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
oldest = "0003"


def upgrade() -> None:
    """Adds a table, a column and its index."""
    op.create_table(
        "call_paces",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False, comment="of its next API call; microseconds since 1970"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_call_paces")),
    )
    priority = sa.Column("priority", sa.Integer(), nullable=False, server_default="0", comment="of its bill")
    op.add_column("deliveries", priority)
    op.create_index(op.f("ix_deliveries_priority_next_at"), "deliveries", ["priority", "next_at"], unique=False)
