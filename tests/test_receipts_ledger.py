"""The ledger's mails: written with the documents that they brought, and what a filled older ledger becomes."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reasons import Reason
from ingest.store import migrate
from ingest.store.ledger import Ledger
from ingest.store.mail_rows import MOST_REFERENCES, NewMessage, ReceiptState, to_message
from ingest.store.rows import NewArrival, Priority
from ingest.store.schema import messages


def mail(**values: Any) -> NewMessage:
    plain = {"account": "acme", "sha256": "0" * 64, "envelope_from": "a@acme.example", "receipt_wanted": True}
    return NewMessage(**{**plain, **values})


def document(number: int, **values: Any) -> NewArrival:
    plain = {"account": "acme", "source": "smtp", "name": f"{number}.pdf", "priority": Priority.SMTP}
    return NewArrival(**{**plain, "sha256": f"{number:064x}", **values})


REFUSED = document(9, sha256=None, reason=Reason.NOT_A_PDF)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path}/ledger.sqlite3") as opened:
        yield opened


async def rows(ledger: Ledger) -> list[Any]:
    async with ledger.engine.connect() as connection:
        return [to_message(row) for row in await connection.execute(sa.select(messages))]


async def test_a_mail_is_written_with_its_documents_the_refused_ones_too(ledger: Ledger) -> None:
    came = await ledger.receive([document(1), REFUSED], mail(references=("<a@x>", "<b@x>"), message_id="<c@x>"))
    [written] = await rows(ledger)
    assert {arrival.message_id for arrival in came} == {written.id}
    assert (written.receipt, written.references, written.message_id) == (
        ReceiptState.DUE,
        ("<a@x>", "<b@x>"),
        "<c@x>",
    )
    assert {found.message_id for found in await ledger.arrivals()} == {written.id}


async def test_a_mail_of_which_nothing_is_taken_is_not_written(ledger: Ledger) -> None:
    [came] = await ledger.receive([REFUSED], mail())
    assert came.message_id is None
    assert await rows(ledger) == []


async def test_a_mail_of_duplicates_alone_is_written(ledger: Ledger) -> None:
    await ledger.receive([document(1)])
    [came] = await ledger.receive([document(1)], mail(receipt_wanted=False))
    [written] = await rows(ledger)
    assert (came.message_id, written.receipt, written.due_at) == (written.id, ReceiptState.NONE, None)


async def test_a_failed_write_leaves_neither_mail_nor_documents(ledger: Ledger) -> None:
    broken = document(2, sha256=None)  # neither stored nor refused
    with pytest.raises(AssertionError):
        await ledger.receive([document(1), broken], mail())
    assert await rows(ledger) == []
    assert await ledger.arrivals() == []


def test_whatever_a_header_holds_is_written(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        ledger = runner.run(_opened(tmp_path))

        @settings(max_examples=60, deadline=None)
        @given(
            text=st.text(st.characters(), max_size=1200),  # surrogates and NUL included
            ids=st.lists(st.text(st.characters(), max_size=1100), max_size=MOST_REFERENCES + 5),
        )
        def check(text: str, ids: list[str]) -> None:
            hostile = mail(subject=text, header_from=text, envelope_from=text, message_id=text, references=tuple(ids))
            runner.run(ledger.receive([document(1)], hostile))
            message = runner.run(rows(ledger))[-1]
            assert len(message.references) <= MOST_REFERENCES
            if text.isascii() and "\0" not in text and 0 < len(text) <= 500:
                assert (message.subject, message.message_id, message.envelope_from) == (text, text, text)

        check()
        runner.run(ledger.__aexit__())


async def _opened(folder: Path) -> Ledger:
    ledger = await Ledger.open(f"sqlite+aiosqlite:///{folder}/ledger.sqlite3")
    return await ledger.__aenter__()


async def test_a_filled_ledger_of_the_first_form_is_brought_forward(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    await asyncio.to_thread(_first_form, path)
    async with await Ledger.open(f"sqlite+aiosqlite:///{path}") as ledger:
        [old] = await ledger.arrivals()
        assert (old.id, old.bill_id, old.message_id) == ("arrival_1", "bill_1", None)
        [new] = await ledger.receive([document(1)], mail())
        assert new.message_id == (await rows(ledger))[0].id
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE arrivals SET message_id = 'mail_that_is_not_there'")
    connection.close()


def _first_form(path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        at = "2026-03-01 00:00:00.000000"
        connection.exec_driver_sql(
            "INSERT INTO bills (id, account, sha256, name, source, priority, received_at, step, step_at, version,"
            " attempts, updated_at) VALUES ('bill_1', 'acme', 'ff', 'a.pdf', 'smtp', 0, ?, 'parsed', ?, 1, 0, ?)",
            (at, at, at),
        )
        connection.exec_driver_sql(
            "INSERT INTO arrivals (id, received_at, account, source, name, outcome, bill_id)"
            " VALUES ('arrival_1', ?, 'acme', 'smtp', 'a.pdf', 'accepted', 'bill_1')",
            (at,),
        )
    engine.dispose()
