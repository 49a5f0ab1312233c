"""Mails that were taken, with the state of their receipts, and the daily digests."""

import sqlalchemy as sa
from alembic import op

from ingest.store.schema import UtcDateTime
from ingest.store.undecoded import Json

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds two tables, and to each arrival the mail that brought it. Mails taken before have no row: no receipt."""
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False, comment="name of the kept message"),
        sa.Column("envelope_from", sa.Text(), nullable=False, comment="empty: the null sender"),
        sa.Column("header_from", sa.Text(), nullable=True, comment="the mailbox of the From field"),
        sa.Column("authenticated", sa.Boolean(), nullable=False, comment="whether header_from was shown to be true"),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True, comment="the header field, as it came"),
        sa.Column("references", Json, nullable=False, comment="message ids of the thread, oldest first"),
        sa.Column(
            "unanswerable", sa.Text(), nullable=True, comment="why nothing may answer it; null when it may be answered"
        ),
        sa.Column(
            "receipt",
            sa.Text(),
            nullable=False,
            comment="none, due, sending, sent, unconfirmed, suppressed or failed",
        ),
        sa.Column("receipt_reason", sa.Text(), nullable=True, comment="why it was suppressed or failed"),
        sa.Column(
            "due_at", UtcDateTime(), nullable=True, comment="when it is looked at next; null when nothing is left to do"
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True, comment="when it was handed to the smarthost"),
        sa.Column(
            "problems_only",
            sa.Boolean(),
            nullable=True,
            comment="of a receipt that was sent: it tells of nothing that was taken",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_receipt_due_at"), "messages", ["receipt", "due_at"], unique=False)
    op.create_index(op.f("ix_messages_header_from_sent_at"), "messages", ["header_from", "sent_at"], unique=False)
    op.create_index(op.f("ix_messages_account_received_at"), "messages", ["account", "received_at"], unique=False)
    # In so many words, since Alembic would copy the whole table on SQLite to add a column with a foreign key.
    op.execute(
        "ALTER TABLE arrivals ADD COLUMN message_id TEXT CONSTRAINT fk_arrivals_message_id REFERENCES messages (id)"
    )
    op.create_index(op.f("ix_arrivals_message_id"), "arrivals", ["message_id"], unique=False)
    op.create_table(
        "digests",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False, comment="the UTC day that it tells of, ISO 8601"),
        sa.Column("state", sa.Text(), nullable=False, comment="due, sending, sent, unconfirmed or failed"),
        sa.Column("made_at", UtcDateTime(), nullable=False, comment="since when it is due"),
        sa.Column(
            "due_at", UtcDateTime(), nullable=True, comment="when it is tried next; null when nothing is left to do"
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("account", "day", name=op.f("pk_digests")),
    )
    op.create_index(op.f("ix_digests_due_at"), "digests", ["due_at"], unique=False)
