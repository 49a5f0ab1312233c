"""What the sandbox remembers: customers, bills and what was read from them, in one small SQLite database.

``State`` is synchronous and belongs to one thread; ``ingest.sandbox.engine`` calls it from there. A method is one
transaction, and what it reports as done is on disk.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    external_id TEXT,
    utility TEXT,
    account_number TEXT,
    UNIQUE (workspace, external_id),
    UNIQUE (workspace, utility, account_number)
);
CREATE TABLE IF NOT EXISTS bills (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace TEXT NOT NULL,
    external_id TEXT,
    customer_id INTEGER REFERENCES customers (id),
    sha256 TEXT NOT NULL,
    size INTEGER NOT NULL,
    filename TEXT NOT NULL,
    origin TEXT NOT NULL,
    uploaded_at REAL NOT NULL,
    ready_at REAL NOT NULL,
    outcome TEXT,
    announced INTEGER NOT NULL DEFAULT 0,
    UNIQUE (workspace, external_id)
);
"""
_SELECT = (
    "SELECT bills.*, customers.external_id AS customer_external_id "
    "FROM bills LEFT JOIN customers ON customers.id = bills.customer_id "
)


class NotUnique(Exception):
    """The external id belongs to another bill of the same workspace."""

    def __init__(self, owner: int) -> None:
        super().__init__(owner)
        self.owner = owner


@dataclass(frozen=True, slots=True)
class NewBill:
    """An upload as it came in. ``workspace`` stands for its API key, ``origin`` is the URL it was sent to."""

    workspace: str
    external_id: str | None
    customer_id: int | None
    sha256: str
    size: int
    filename: str
    origin: str
    uploaded_at: float
    ready_at: float


@dataclass(frozen=True, slots=True)
class StoredBill(NewBill):
    """An upload that was taken. ``outcome`` is what was read from it, None until it was."""

    id: int
    customer_external_id: str | None
    outcome: dict[str, Any] | None
    announced: bool


class State:
    """The database in ``path``, or one in memory."""

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;" + _TABLES)
        self._db.execute("INSERT OR IGNORE INTO meta VALUES ('signing_key', ?)", [secrets.token_hex(32)])

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def signing_key(self) -> bytes:
        """Signs file URLs; kept, so that they outlive a restart."""
        row = self._db.execute("SELECT value FROM meta WHERE name = 'signing_key'").fetchone()
        return bytes.fromhex(row["value"])

    def add(self, bill: NewBill) -> StoredBill:
        """Store an upload. Raises NotUnique, and then nothing was stored."""
        names = NewBill.__slots__
        values = [getattr(bill, name) for name in names]
        sql = f"INSERT INTO bills ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our names
        try:
            cursor = self._db.execute(sql, values)
        except sqlite3.IntegrityError:
            raise self._not_unique(bill.workspace, bill.external_id) from None
        return self._required(cursor.lastrowid)

    def set_external_id(self, bill: StoredBill, external_id: str | None) -> StoredBill:
        """Give a bill another external id. Raises NotUnique."""
        try:
            self._db.execute("UPDATE bills SET external_id = ? WHERE id = ?", [external_id, bill.id])
        except sqlite3.IntegrityError:
            raise self._not_unique(bill.workspace, external_id) from None
        return self._required(bill.id)

    def set_outcome(self, bill_id: int, outcome: dict[str, Any]) -> StoredBill:
        """Store what was read. A customer is a utility and an account number: a bill without one is given to theirs."""
        with self._transaction():
            bill = self._required(bill_id)
            if bill.customer_id is not None:
                self._learn(bill.customer_id, outcome)
            customer = bill.customer_id or self._customer_of(bill.workspace, outcome)
            values = [json.dumps(outcome), customer, bill_id]
            self._db.execute("UPDATE bills SET outcome = ?, customer_id = ? WHERE id = ?", values)
        return self._required(bill_id)

    def set_announced(self, bill_id: int) -> None:
        """Remember that ``new_bill`` was sent."""
        self._db.execute("UPDATE bills SET announced = 1 WHERE id = ?", [bill_id])

    def bill(self, workspace: str, bill_id: int) -> StoredBill | None:
        """By numeric id."""
        return self._bill("WHERE bills.id = ? AND bills.workspace = ?", bill_id, workspace)

    def bill_of_anyone(self, bill_id: int) -> StoredBill:
        """By numeric id, for links, whose signature is their right. Raises LookupError."""
        bill = self._bill("WHERE bills.id = ?", bill_id)
        if bill is None:
            raise LookupError(bill_id)
        return bill

    def bill_by_external_id(self, workspace: str, external_id: str) -> StoredBill | None:
        """By external id."""
        return self._bill("WHERE bills.external_id = ? AND bills.workspace = ?", external_id, workspace)

    def bills(self) -> list[StoredBill]:
        """All of them, as they came in."""
        return [_stored(row) for row in self._db.execute(_SELECT + "ORDER BY bills.id")]

    def unfinished(self) -> list[StoredBill]:
        """Those that are not read or not announced yet."""
        rows = self._db.execute(_SELECT + "WHERE outcome IS NULL OR NOT announced ORDER BY bills.id")
        return [_stored(row) for row in rows]

    def forget(self, workspace: str, external_id: str) -> str | None:
        """Delete a bill, with its customer when that has no other. The hash of its PDF when nobody else has that."""
        self._db.execute("PRAGMA secure_delete = ON")
        with self._transaction():
            bill = self.bill_by_external_id(workspace, external_id)
            if bill is None:
                return None
            self._db.execute("DELETE FROM bills WHERE id = ?", [bill.id])
            unneeded = "DELETE FROM customers WHERE id = ? AND NOT EXISTS (SELECT 1 FROM bills WHERE customer_id = ?)"
            self._db.execute(unneeded, [bill.customer_id, bill.customer_id])
            same = self._db.execute("SELECT 1 FROM bills WHERE sha256 = ?", [bill.sha256]).fetchone()
        return None if same else bill.sha256

    def has_customer(self, workspace: str, customer_id: int) -> bool:
        """Whether the numeric id is that of a customer."""
        sql = "SELECT 1 FROM customers WHERE workspace = ? AND id = ?"
        return self._db.execute(sql, [workspace, customer_id]).fetchone() is not None

    def customer(self, workspace: str, external_id: str, *, create: bool) -> int | None:
        """Numeric id of the customer with this external id."""
        sql = "SELECT id FROM customers WHERE workspace = ? AND external_id = ?"
        row = self._db.execute(sql, [workspace, external_id]).fetchone()
        if row is not None:
            return int(row["id"])
        if not create:
            return None
        insert = "INSERT INTO customers (workspace, external_id) VALUES (?, ?)"
        return self._db.execute(insert, [workspace, external_id]).lastrowid

    def _learn(self, customer_id: int, outcome: dict[str, Any]) -> None:
        """The first bill of a customer that was made by name tells which utility and account number it is."""
        sql = "UPDATE OR IGNORE customers SET utility = ?, account_number = ? WHERE id = ? AND utility IS NULL"
        self._db.execute(sql, [outcome.get("utility"), outcome.get("account_number"), customer_id])

    def _customer_of(self, workspace: str, outcome: dict[str, Any]) -> int | None:
        key = [workspace, outcome.get("utility"), outcome.get("account_number")]
        if None in key:
            return None
        self._db.execute("INSERT OR IGNORE INTO customers (workspace, utility, account_number) VALUES (?, ?, ?)", key)
        sql = "SELECT id FROM customers WHERE workspace = ? AND utility = ? AND account_number = ?"
        return int(self._db.execute(sql, key).fetchone()["id"])

    def _bill(self, where: str, *values: object) -> StoredBill | None:
        row = self._db.execute(_SELECT + where, values).fetchone()
        return _stored(row) if row is not None else None

    def _required(self, bill_id: int | None) -> StoredBill:
        return self.bill_of_anyone(bill_id or 0)

    def _not_unique(self, workspace: str, external_id: str | None) -> NotUnique:
        owner = self.bill_by_external_id(workspace, external_id or "")
        assert owner is not None  # noqa: S101 - the only other constraint is the one just violated
        return NotUnique(owner.id)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _stored(row: sqlite3.Row) -> StoredBill:
    fields = dict(row)
    fields["outcome"] = json.loads(fields["outcome"]) if fields["outcome"] else None
    fields["announced"] = bool(fields["announced"])
    return StoredBill(**fields)
