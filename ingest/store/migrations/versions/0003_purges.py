"""What is purged: an audit row for each bill, and the files that are still to be removed."""

import sqlalchemy as sa
from alembic import op

from ingest.store.schema import UtcDateTime
from ingest.store.undecoded import Json

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds two tables, and the indexes by which a purge finds whether anybody else needs a file."""
    op.create_table(
        "purges",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="bill, document of several bills, or refused documents"),
        sa.Column("bill_id", sa.Text(), nullable=True, comment="no key: the bill is gone"),
        sa.Column("sha256", sa.Text(), nullable=True, comment="of its PDF"),
        sa.Column("received_at", UtcDateTime(), nullable=False, comment="of refused documents: the oldest"),
        sa.Column("purged_at", UtcDateTime(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False, comment="the setting or the options that chose it"),
        sa.Column("step", sa.Text(), nullable=True, comment="where the bill stood"),
        sa.Column("counts", Json, nullable=False, comment="how many rows of each table went with it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purges")),
    )
    op.create_index(op.f("ix_purges_account_purged_at"), "purges", ["account", "purged_at"], unique=False)
    op.create_index(op.f("ix_purges_bill_id"), "purges", ["bill_id"], unique=False)
    op.create_table(
        "removals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="document, original, message, record, sidecar or sandbox"),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="what to remove: a hash, a bill's id, a path"),
        sa.Column("data", Json, nullable=False, comment="what shows that it is still the same thing"),
        sa.Column("state", sa.Text(), nullable=False, comment="waiting, removing or removed"),
        sa.Column(
            "due_at", UtcDateTime(), nullable=False, comment="when it is looked at next; of what is removed: forgotten"
        ),
        sa.Column("problem", sa.Text(), nullable=True, comment="why it could not be removed so far"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
    )
    op.create_index(op.f("ix_removals_name"), "removals", ["name"], unique=False)
    op.create_index(op.f("ix_removals_due_at"), "removals", ["due_at"], unique=False)
    for table in ("bills", "arrivals", "messages"):
        op.create_index(op.f(f"ix_{table}_sha256"), table, ["sha256"], unique=False)
    split_off = sa.text("parent_id IS NOT NULL")
    op.create_index(
        op.f("ix_bills_parent_id"), "bills", ["parent_id"], sqlite_where=split_off, postgresql_where=split_off
    )
