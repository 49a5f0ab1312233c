"""The first form of the ledger."""

import sqlalchemy as sa
from alembic import op

from ingest.store.schema import UtcDateTime
from ingest.store.undecoded import Json

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes every table."""
    op.create_table(
        "bills",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of this bill's own PDF"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True, comment="the whole document that it was first split from"),
        sa.Column("first_page", sa.Integer(), nullable=True, comment="of the whole document"),
        sa.Column("last_page", sa.Integer(), nullable=True),
        sa.Column("customer", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("step_at", UtcDateTime(), nullable=False, comment="since when it stands there"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "wake_at", UtcDateTime(), nullable=True, comment="when the next step is due; null when there is none"
        ),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="failed tries of the present step"),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("bayou_id", sa.Text(), nullable=True),
        sa.Column("api_status", sa.Text(), nullable=True),
        sa.Column("uploaded_at", UtcDateTime(), nullable=True),
        sa.Column("local", Json, nullable=True, comment="parsers.model.Document as read"),
        sa.Column("api", Json, nullable=True, comment="the API's last answer"),
        sa.Column("record", Json, nullable=True, comment="the reconciled record"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["bills.id"], name=op.f("fk_bills_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bills")),
        sa.UniqueConstraint("account", "sha256", name=op.f("uq_bills_account_sha256")),
    )
    op.create_index(op.f("ix_bills_account_bayou_id"), "bills", ["account", "bayou_id"], unique=False)
    op.create_index(op.f("ix_bills_account_step"), "bills", ["account", "step"], unique=False)
    op.create_index(op.f("ix_bills_received_at"), "bills", ["received_at"], unique=False)
    op.create_index(op.f("ix_bills_wake_at_priority"), "bills", ["wake_at", "priority"], unique=False)
    op.create_table(
        "stopped_accounts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_stopped_accounts")),
    )
    op.create_table(
        "arrivals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False, comment="smtp, folder or batch"),
        sa.Column("name", sa.Text(), nullable=False, comment="file name as it came"),
        sa.Column("customer", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True, comment="the sender's own id for the bill"),
        sa.Column("message", Json, nullable=True, comment="of a mail: envelope, header fields, verdict"),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False, comment="accepted, duplicate or refused"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("bill_id", sa.Text(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True, comment="where the file lies now, for results beside it"),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_arrivals_bill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
    )
    op.create_index(op.f("ix_arrivals_account_received_at"), "arrivals", ["account", "received_at"], unique=False)
    op.create_index(op.f("ix_arrivals_bill_id"), "arrivals", ["bill_id"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False, comment="the event id that a webhook carries"),
        sa.Column("bill_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False, comment="new_unparsed_bill, new_bill or updated_bill"),
        sa.Column("target", sa.Text(), nullable=False, comment="'file' or the URL"),
        sa.Column("payload", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False, comment="the bill's version: the order for one target"),
        sa.Column("final", sa.Boolean(), nullable=False, comment="the bill is delivered when this one is"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True, comment="null once delivered"),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_deliveries_bill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_bill_id"), "deliveries", ["bill_id"], unique=False)
    op.create_index(op.f("ix_deliveries_next_at"), "deliveries", ["next_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("bill_id", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", Json, nullable=False, comment="what changed"),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_events_bill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_bill_id_id"), "events", ["bill_id", "id"], unique=False)
    op.create_table(
        "parts",
        sa.Column("parent_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="in the order of the pages"),
        sa.Column("bill_id", sa.Text(), nullable=False, comment="a bill of its own, maybe known before"),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name=op.f("fk_parts_bill_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["bills.id"], name=op.f("fk_parts_parent_id")),
        sa.PrimaryKeyConstraint("parent_id", "position", name=op.f("pk_parts")),
    )
    op.create_index(op.f("ix_parts_bill_id"), "parts", ["bill_id"], unique=False)
