"""The ledger's mails: written with the documents that they brought, and where their receipts stand."""

import datetime as dt

import sqlalchemy as sa

from ingest.store.ids import new_id
from ingest.store.mail_rows import LONGEST_ID, LONGEST_SUBJECT, MOST_REFERENCES, NewMessage, ReceiptState
from ingest.store.schema import messages
from ingest.store.text import storable

_INSERT = messages.insert()


def add_message(connection: sa.Connection, new: NewMessage, at: dt.datetime) -> str:
    """Writes the mail and returns its id. Its arrivals are written after it, in the same transaction."""
    message_id = new_id("mail")
    values = {
        "id": message_id,
        "account": new.account,
        "received_at": at,
        "sha256": new.sha256,
        "envelope_from": storable(new.envelope_from),
        "header_from": new.header_from and storable(new.header_from),
        "authenticated": new.authenticated,
        "subject": new.subject and storable(new.subject[:LONGEST_SUBJECT]),
        "message_id": _id(new.message_id),
        "references": [_id(known) for known in new.references if _id(known)][-MOST_REFERENCES:],
        "unanswerable": new.unanswerable,
        "receipt": ReceiptState.DUE if new.receipt_wanted else ReceiptState.NONE,
        "due_at": at if new.receipt_wanted else None,
        "attempts": 0,
    }
    connection.execute(_INSERT, values)
    return message_id


def _id(text: str | None) -> str | None:
    """An id that is too long for a line is none: cut short it would be another one."""
    return storable(text) if text and len(text) <= LONGEST_ID else None
