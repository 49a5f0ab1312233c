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

MOVING = (
    "step", "step_at", "version", "wake_at", "attempts", "updated_at", "bayou_id", "api_status", "uploaded_at",
    "reason", "detail",
)  # fmt: skip
"""What changes of a bill. All of it is written each time: then one statement does for all changes."""
_OF, _AT_VERSION = "of_bill", "at_version"
_FENCED = bills.update().where(bills.c.id == sa.bindparam(_OF), bills.c.version == sa.bindparam(_AT_VERSION))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One bill, from one version to the next."""

    before: Bill
    after: Bill
    values: dict[str, Any]
    """What differs: of ``MOVING`` and of ``CONTENTS``."""
    kind: str
    data: dict[str, Any]
    """What the event keeps."""
    at: dt.datetime
    send: Sequence[NewDelivery] = ()
    split: Sequence[WholeBill] = ()
    job: Job | None = None

    def __post_init__(self) -> None:
        if fixed := self.values.keys() - {*MOVING, *CONTENTS}:
            raise TypeError(f"of a bill {', '.join(sorted(fixed))} cannot change")


def write_changes(connection: sa.Connection, changes: Sequence[Change]) -> list[None]:
    """Rows, events, deliveries, children and jobs of these changes.

    Raises StaleVersion when one of the bills is no longer at the version that its change was decided on.
    """
    in_order = sorted(changes, key=lambda change: change.before.id)  # two workers' rows are locked in one order
    if _write_rows(connection, in_order) != len(changes):
        stale = changes[0].before
        raise StaleVersion(f"bill {stale.id} is no longer at version {stale.version}")
    write_contents(connection, ((change.before.id, change.values) for change in changes))
    for change in changes:
        transactions.add_event(connection, change.after, change.kind, change.at, change.data)
        transactions.add_children(connection, change.after, change.split, change.at)
        ending.add_job(connection, change.job, change.at)
    transactions.send(connection, [(new, change.after) for change in changes for new in change.send], changes[0].at)
    return [None] * len(changes)


def _write_rows(connection: sa.Connection, changes: Sequence[Change]) -> int:
    """The number of rows that were at their versions."""
    rows = [
        {_OF: each.before.id, _AT_VERSION: each.before.version} | {name: getattr(each.after, name) for name in MOVING}
        for each in changes
    ]
    if connection.dialect.name == "postgresql":
        lists = {name: [row[name] for row in rows] for name in rows[0]}
        return connection.execute(_fenced_list(), lists).rowcount
    return connection.execute(_FENCED, rows).rowcount


@functools.cache
def _fenced_list() -> sa.Update:
    """With a list for each column: the driver would send rows one by one, and count none of them."""
    kinds: dict[str, Any] = {_OF: sa.Text(), _AT_VERSION: sa.Integer()} | {name: bills.c[name].type for name in MOVING}
    lists = [sa.bindparam(name, type_=ARRAY(kind)) for name, kind in kinds.items()]
    columns = [sa.column(name, kind) for name, kind in kinds.items()]
    new = sa.func.unnest(*lists).table_valued(*columns).render_derived(name="new")
    fenced = bills.update().where(bills.c.id == new.c[_OF], bills.c.version == new.c[_AT_VERSION])
    return fenced.values({name: new.c[name] for name in MOVING})
