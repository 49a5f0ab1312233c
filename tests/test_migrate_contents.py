"""A ledger of an earlier version, whose bills hold what is known of them, is brought forward with all of it."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from ingest.store import migrate
from ingest.store.engine import make_engine
from ingest.store.ledger import Ledger
from ingest.store.place import make_folder_of
from ingest.store.rows import CONTENTS

BEFORE = "0006"
KNOWN: dict[str, dict[str, Any]] = {
    "read": {"local": {"document": "bill", "parser": "ä"}},
    "answered": {"local": {"n": [1, 2.5]}, "api": {"id": 7}, "record": {"amount_due": None}},
    "new": {},
}
AT = "2026-01-02 03:04:05.678901"


def _older(connection: sa.Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, BEFORE)
    at = f"TIMESTAMPTZ '{AT}+00'" if connection.dialect.name == "postgresql" else f"'{AT}'"
    for name, known in KNOWN.items():
        texts = (
            f"'{json.dumps(known[column])}'" if column in known else "NULL" for column in ("local", "api", "record")
        )
        connection.exec_driver_sql(
            "INSERT INTO bills (id, account, sha256, name, source, priority, received_at, step, step_at, version, "
            f"attempts, updated_at, {', '.join(CONTENTS)}) "
            f"VALUES ('{name}', 'acme', '{name}', 'b.pdf', 'smtp', 0, {at}, 'polling', {at}, 3, "
            f"0, {at}, {', '.join(texts)})"
        )


async def test_what_was_known_of_bills_is_known_afterwards(url: str) -> None:
    make_folder_of(url)
    older = make_engine(url)
    async with older.begin() as connection:
        await connection.run_sync(_older)
    await older.dispose()
    async with await Ledger.open(url) as ledger:
        for name, known in KNOWN.items():
            bill = await ledger.bill(name)
            assert bill
            there = {"local": bill.local, "api": bill.api, "record": bill.record}
            assert {column: value for column, value in there.items() if value is not None} == known
            assert bill.received_at.isoformat() == "2026-01-02T03:04:05.678901+00:00"
        [bill] = [await ledger.whole(each) for each in await ledger.bills() if each.id == "read"]
        after = await ledger.change(bill, "answered", values={"api": {"id": 8}})
        now = await ledger.bill("read")
        assert now
        assert (after, now.local, now.api) == (now, KNOWN["read"]["local"], {"id": 8})
