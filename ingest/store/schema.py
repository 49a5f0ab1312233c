"""The ledger's tables. ``bills`` is the truth; every change of a bill writes a row of ``events`` with it.

What is known of a bill has some 25 kB, and stands in a table of its own: ten changes of where the bill stands would
each write it anew, and each of those who ask where it stands would be told it.

Fit for SQLite and PostgreSQL alike: text keys, UTC times, Json columns. The migrations beside this module make it.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator

from ingest.store.undecoded import Json, LateJson


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware UTC time. SQLite stores it as text without its zone, as SQLAlchemy does, but that is slow at it."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Any) -> Callable[[dt.datetime | None], Any]:
        """Raises ValueError for a time without a zone."""
        return _as_text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], dt.datetime | None]:  # noqa: ARG002
        """With its zone."""
        return _from_text if dialect.name == "sqlite" else _in_utc


def _in_utc(value: dt.datetime | None) -> dt.datetime | None:
    if value is None or value.tzinfo is dt.UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("a time in the ledger needs a time zone")
    return value.astimezone(dt.UTC)


def _as_text(value: dt.datetime | None) -> str | None:
    utc = _in_utc(value)
    return None if utc is None else utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_text(value: str | None) -> dt.datetime | None:
    return None if value is None else dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("account", Text, nullable=False),
    Column("source", Text, nullable=False, comment="smtp, folder or batch"),
    Column("name", Text, nullable=False, comment="file name as it came"),
    Column("customer", Text),
    Column("external_id", Text, comment="the sender's own id for the bill"),
    Column("message", Json(), comment="of a mail: envelope, header fields, verdict"),
    Column("sha256", Text),  # of the file as it came: a photo's own, not that of the PDF made of it
    Column("outcome", Text, nullable=False, comment="accepted, duplicate or refused"),
    Column("reason", Text),
    Column("detail", Text),
    Column("bill_id", Text, ForeignKey("bills.id")),
    Column("place", Text, comment="where the file lies now, for results beside it"),
    Column("message_id", Text, ForeignKey("messages.id")),  # the mail that brought it, where one was taken
    Index(None, "bill_id"),
    Index(None, "account", "received_at"),
    Index(None, "message_id"),
    Index(None, "sha256"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("sha256", Text, nullable=False, comment="name of the kept message"),
    Column("envelope_from", Text, nullable=False, comment="empty: the null sender"),
    Column("header_from", Text, comment="the mailbox of the From field"),
    Column("authenticated", Boolean, nullable=False, comment="whether header_from was shown to be true"),
    Column("subject", Text),
    Column("message_id", Text, comment="the header field, as it came"),
    Column("references", Json(), nullable=False, comment="message ids of the thread, oldest first"),
    Column("unanswerable", Text, comment="why nothing may answer it; null when it may be answered"),
    Column("receipt", Text, nullable=False, comment="none, due, sending, sent, unconfirmed, suppressed or failed"),
    Column("receipt_reason", Text, comment="why it was suppressed or failed"),
    Column("due_at", UtcDateTime, comment="when it is looked at next; null when nothing is left to do"),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("sent_at", UtcDateTime, comment="when it was handed to the smarthost"),
    Column("problems_only", Boolean, comment="of a receipt that was sent: it tells of nothing that was taken"),
    Index(None, "receipt", "due_at"),
    Index(None, "header_from", "sent_at"),
    Index(None, "account", "received_at"),
    Index(None, "sha256"),
)

DUE_HERE = sa.text("wake_at IS NOT NULL AND step IN ('received', 'scanned', 'resolved')")
"""Bills that wait for us. SQLite finds the index by these very words."""
DUE_AT_THE_API = sa.text(
    "wake_at IS NOT NULL AND step IN ('parsed', 'uploading', 'polling', 'reconciled', 'delivered')"
)
"""Bills that wait for the API."""

bills = Table(
    "bills",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("sha256", Text, nullable=False, comment="of this bill's own PDF"),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("parent_id", Text, ForeignKey("bills.id"), comment="the whole document that it was first split from"),
    Column("first_page", Integer, comment="of the whole document"),
    Column("last_page", Integer),
    Column("customer", Text),
    Column("external_id", Text),
    Column("priority", Integer, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("step", Text, nullable=False),
    Column("step_at", UtcDateTime, nullable=False, comment="since when it stands there"),
    Column("version", Integer, nullable=False),
    Column("wake_at", UtcDateTime, comment="when the next step is due; null when there is none"),
    Column("attempts", Integer, nullable=False, comment="failed tries of the present step"),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("bayou_id", Text),
    Column("api_status", Text),
    Column("uploaded_at", UtcDateTime),
    Column("reason", Text),
    Column("detail", Text),
    UniqueConstraint("account", "sha256"),
    Index(None, "wake_at", "priority"),
    Index(None, "account", "bayou_id"),
    Index(None, "account", "step"),
    Index(None, "received_at"),
    Index(None, "sha256"),
    Index("ix_bills_due_here", "step", "priority", "wake_at", sqlite_where=DUE_HERE).ddl_if(dialect="sqlite"),
    Index("ix_bills_due_at_the_api", "account", "priority", "wake_at", sqlite_where=DUE_AT_THE_API).ddl_if(
        dialect="sqlite"
    ),
    # Without it, to delete a bill reads the whole table.
    Index(
        None,
        "parent_id",
        sqlite_where=sa.text("parent_id IS NOT NULL"),
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    ),
)

contents = Table(
    "contents",
    metadata,
    Column("bill_id", Text, ForeignKey("bills.id"), primary_key=True),
    Column("local", LateJson(), comment="parsers.model.Document as read"),
    Column("api", LateJson(), comment="the API's last answer"),
    Column("record", LateJson(), comment="the reconciled record"),
)
"""A bill of which nothing is known yet has no row."""

parts = Table(
    "parts",
    metadata,
    Column("parent_id", Text, ForeignKey("bills.id"), primary_key=True),
    Column("position", Integer, primary_key=True, comment="in the order of the pages"),
    Column("bill_id", Text, ForeignKey("bills.id"), nullable=False, comment="a bill of its own, maybe known before"),
    Index(None, "bill_id"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("bill_id", Text, ForeignKey("bills.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", Json(), nullable=False, comment="what changed"),
    Index(None, "bill_id", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True, comment="the event id that a webhook carries"),
    Column("bill_id", Text, ForeignKey("bills.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("event", Text, nullable=False, comment="new_unparsed_bill, new_bill or updated_bill"),
    Column("target", Text, nullable=False, comment="'file' or the URL"),
    Column("payload", Json(), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sequence", Integer, nullable=False, comment="the bill's version: the order for one target"),
    Column("final", Boolean, nullable=False, comment="the bill is delivered when this one is"),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, comment="null once delivered"),
    Column("delivered_at", UtcDateTime),
    Column("last_error", Text),
    Column("priority", Integer, nullable=False, server_default="0", comment="of its bill"),
    Index(None, "next_at"),
    Index(None, "priority", "next_at"),
    Index(None, "bill_id"),
)

stopped_accounts = Table(
    "stopped_accounts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("stopped_at", UtcDateTime, nullable=False),
    Column("detail", Text, nullable=False),
)

digests = Table(
    "digests",
    metadata,
    Column("account", Text, primary_key=True),
    Column("day", Text, primary_key=True, comment="the UTC day that it tells of, ISO 8601"),
    Column("state", Text, nullable=False, comment="due, sending, sent, unconfirmed or failed"),
    Column("made_at", UtcDateTime, nullable=False, comment="since when it is due"),
    Column("due_at", UtcDateTime, comment="when it is tried next; null when nothing is left to do"),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    Column("sent_at", UtcDateTime),
    Index(None, "due_at"),
)

purges = Table(
    "purges",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="bill, document of several bills, or refused documents"),
    Column("bill_id", Text, comment="no key: the bill is gone"),
    Column("sha256", Text, comment="of its PDF"),
    Column("received_at", UtcDateTime, nullable=False, comment="of refused documents: the oldest"),
    Column("purged_at", UtcDateTime, nullable=False),
    Column("rule", Text, nullable=False, comment="the setting or the options that chose it"),
    Column("step", Text, comment="where the bill stood"),
    Column("counts", Json(), nullable=False, comment="how many rows of each table went with it"),
    Index(None, "account", "purged_at"),
    Index(None, "bill_id"),
)

removals = Table(
    "removals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False, comment="document, original, message, record, sidecar or sandbox"),
    Column("account", Text, nullable=False),
    Column("name", Text, nullable=False, comment="what to remove: a hash, a bill's id, a path"),
    Column("data", Json(), nullable=False, comment="what shows that it is still the same thing"),
    Column("state", Text, nullable=False, comment="waiting, removing or removed"),
    Column("due_at", UtcDateTime, nullable=False, comment="when it is looked at next; of what is removed: forgotten"),
    Column("problem", Text, comment="why it could not be removed so far"),
    Index(None, "name"),
    Index(None, "due_at"),
)

call_paces = Table(
    "call_paces",
    metadata,
    Column("account", Text, primary_key=True),
    Column("next_at", sa.BigInteger, nullable=False, comment="of its next API call; microseconds since 1970"),
)

OF_PROGRAMS = {"of_programs": True}
"""Tables that tell of those who use this database; they do not move with the ledger."""

programs = Table(
    "programs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("place", Text, nullable=False, comment="host and process id"),
    Column("version", Text, nullable=False),
    Column("revision", Text, nullable=False, comment="of the schema that it was written for"),
    Column("seen_at", UtcDateTime, nullable=False),
    info=OF_PROGRAMS,
)

schema_rules = Table(
    "schema_rules",
    metadata,
    Column("oldest", Text, primary_key=True, comment="revision of the oldest program that may go on"),
    info=OF_PROGRAMS,
)
