"""When the next call of an account may go out, for all workers."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds a table."""
    op.create_table(
        "call_paces",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False, comment="of its next API call; microseconds since 1970"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_call_paces")),
    )
