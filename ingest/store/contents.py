"""What is known of bills, written in the transactions that change where they stand."""

import functools
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ingest.store.rows import CONTENTS
from ingest.store.schema import contents

_INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def write_contents(connection: sa.Connection, changes: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Of each bill (its id) what changes of its contents; other names are left alone.

    The row of the bill must be held: nobody else writes its contents then.
    """
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for bill_id, values in changes:
        known = {name: values[name] for name in CONTENTS if name in values}
        if known:
            alike.setdefault(tuple(known), []).append({"bill_id": bill_id, **known})
    for names, rows in alike.items():
        connection.execute(_statement(connection.dialect.name, names), rows)


@functools.cache
def _statement(dialect: str, names: tuple[str, ...]) -> sa.Insert:
    insert: Any = _INSERTS[dialect](contents)
    updated = {name: insert.excluded[name] for name in names}
    statement: sa.Insert = insert.on_conflict_do_update(index_elements=["bill_id"], set_=updated)
    return statement
