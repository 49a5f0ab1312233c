"""Changes of bills: those that are written in one transaction take few statements, however many they are.

A statement costs more than what it does: to build it and to go through the driver takes longer than to run it.
"""

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ingest.engine.jobs import Job
from ingest.errors import StaleVersion
from ingest.store import ending, transactions
from ingest.store.contents import write_contents
from ingest.store.rows import CONTENTS, Bill, NewDelivery, WholeBill
from ingest.store.schema import bills

_OF, _AT_VERSION = "of_bill", "at_version"
_FENCED = bills.update().where(bills.c.id == sa.bindparam(_OF), bills.c.version == sa.bindparam(_AT_VERSION))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One bill, from one version to the next."""

    before: Bill
    after: Bill
    values: dict[str, Any]
    """What differs, by the names of columns of ``bills`` and of ``contents``."""
    kind: str
    data: dict[str, Any]
    """What the event keeps."""
    at: dt.datetime
    send: Sequence[NewDelivery] = ()
    split: Sequence[WholeBill] = ()
    job: Job | None = None


def write_changes(connection: sa.Connection, changes: Sequence[Change]) -> list[None]:
    """Rows, events, deliveries, children and jobs of these changes.

    Raises StaleVersion when one of the bills is no longer at the version that its change was decided on.
    """
    for names, alike in _by_columns(changes).items():
        if _write_rows(connection, names, alike) != len(alike):
            stale = alike[0].before
            raise StaleVersion(f"bill {stale.id} is no longer at version {stale.version}")
    write_contents(connection, ((change.before.id, change.values) for change in changes))
    for change in changes:
        transactions.add_event(connection, change.after, change.kind, change.at, change.data)
        transactions.add_children(connection, change.after, change.split, change.at)
        ending.add_job(connection, change.job, change.at)
    transactions.send(connection, [(new, change.after) for change in changes for new in change.send], changes[0].at)
    return [None] * len(changes)


def _by_columns(changes: Sequence[Change]) -> dict[tuple[str, ...], list[Change]]:
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in sorted(changes, key=lambda change: change.before.id):  # two workers' rows are locked in one order
        found.setdefault(tuple(sorted(change.values.keys() - CONTENTS)), []).append(change)
    return found


def _write_rows(connection: sa.Connection, names: tuple[str, ...], changes: Sequence[Change]) -> int:
    """The number of rows that were at their versions. ``names`` are the columns of each of these changes."""
    if connection.dialect.name == "postgresql":
        return connection.execute(_fenced_list(names), _lists(names, changes)).rowcount
    fences = ({_OF: each.before.id, _AT_VERSION: each.before.version} for each in changes)
    rows = [{name: each.values[name] for name in names} | fence for each, fence in zip(changes, fences, strict=True)]
    return connection.execute(_FENCED, rows).rowcount


@functools.cache
def _fenced_list(names: tuple[str, ...]) -> sa.Update:
    """With a list for each column: the driver would send rows one by one, and count none of them."""
    kinds: dict[str, Any] = {_OF: sa.Text(), _AT_VERSION: sa.Integer()}
    kinds |= {name: bills.c[name].type for name in names}
    lists = [sa.bindparam(name, type_=ARRAY(kind)) for name, kind in kinds.items()]
    columns = [sa.column(name, kind) for name, kind in kinds.items()]
    new = sa.func.unnest(*lists).table_valued(*columns).render_derived(name="new")
    fenced = bills.update().where(bills.c.id == new.c[_OF], bills.c.version == new.c[_AT_VERSION])
    return fenced.values({name: new.c[name] for name in names})


def _lists(names: tuple[str, ...], changes: Sequence[Change]) -> dict[str, list[Any]]:
    known: dict[str, list[Any]] = {
        _OF: [each.before.id for each in changes],
        _AT_VERSION: [each.before.version for each in changes],
    }
    return known | {name: [each.values[name] for each in changes] for name in names}
