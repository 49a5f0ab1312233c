"""What the commands say and with which exit code they end when not all is well."""

import asyncio
import csv
import datetime as dt
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from program import PPL, SAMPLES, command, eventually, run
from rich.progress import Progress
from source_world import pdf

from ingest.commands import waiting
from ingest.commands.outcomes import with_outcomes
from ingest.commands.waiting import Waiting
from ingest.intake import Receipt
from ingest.reasons import Reason
from ingest.sources.batch import BatchItem, BatchOutcome, BatchRow
from ingest.sources.items import receipt_row
from ingest.store.ledger import Ledger
from ingest.store.rows import NewArrival, NewDelivery, Outcome, Priority, Step

NO_BILL = pdf("Monthly Electric History Bill Account Billed Kwh")
"""Read, and then known to be no bill."""


# -- import: the documents' outcomes


def test_a_document_that_reading_refuses_is_refused_everywhere(tmp_path: Path) -> None:
    (tmp_path / "history.pdf").write_bytes(NO_BILL)
    done = run("import", "history.pdf", PPL, "--report", "report.csv", "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    shown, bill = map(json.loads, done.stdout.splitlines())
    refused, accepted = csv.DictReader((tmp_path / "report.csv").read_text().splitlines())
    assert (shown["outcome"], shown["reason"], shown["step"]) == ("refused", "not_a_bill", "refused")
    assert (refused["outcome"], refused["reason"], refused["detail"]) == ("refused", "not_a_bill", shown["detail"])
    assert (refused["sentence"], refused["next_step"]) == (Reason.NOT_A_BILL.sentence, Reason.NOT_A_BILL.next_step)
    assert (accepted["outcome"], accepted["utility"], accepted["status"]) == (
        "accepted", "ppl_electric", bill["status"],
    )  # fmt: skip
    assert accepted["amount_due"] == str(bill["amount_due"])
    assert accepted["reasons"] == " ".join(bill["reasons"])
    again = run("import", "history.pdf", cwd=tmp_path)
    assert again.returncode == 1, again.stderr
    assert "1 refused" in again.stdout
    assert Reason.NOT_A_BILL.sentence in again.stdout


@asynccontextmanager
async def a_ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    async with await Ledger.open(f"sqlite+aiosqlite:///{tmp_path / 'ledger.sqlite3'}") as ledger:
        yield ledger


async def a_row(ledger: Ledger, name: str = "a.pdf") -> BatchRow:
    """A document that was taken."""
    new = NewArrival(account="acme", source="batch", name=name, priority=Priority.BATCH, sha256=name * 12)
    [arrival] = await ledger.receive([new])
    receipt = Receipt(
        arrival_id=arrival.id, name=name, outcome=Outcome.ACCEPTED, bill_id=arrival.bill_id, reason=None, detail=""
    )
    return receipt_row(BatchItem(path=name, name=name), receipt)


async def move(ledger: Ledger, bill_id: str | None, step: Step, **values: object) -> None:
    bill = await ledger.bill(bill_id or "")
    assert bill
    await ledger.change(bill, "moved", values={"step": step, **values})


async def test_a_split_document_tells_of_refused_bills_in_it(tmp_path: Path) -> None:
    async with a_ledger(tmp_path) as ledger:
        row = await a_row(ledger)
        whole = await ledger.bill(row.bill_id or "")
        assert whole
        parts = [
            replace(whole, id=f"bill_{n}", sha256=f"part{n}" * 12, name=f"part {n}.pdf", parent_id=whole.id)
            for n in (1, 2)
        ]
        await ledger.change(whole, "split", values={"step": Step.SPLIT}, split=parts)
        await move(ledger, "bill_1", Step.PARSED, record={"reasons": ["conflict"]})
        [known] = await with_outcomes(ledger, [row])
        assert (known.outcome, known.bills, known.reasons) == (
            BatchOutcome.ACCEPTED,
            ("bill_1", "bill_2"),
            ("conflict",),
        )
        await move(ledger, "bill_2", Step.REFUSED, reason=Reason.NO_ENERGY, detail="Only water.")
        [known] = await with_outcomes(ledger, [row])
        assert (known.outcome, known.reason) == (BatchOutcome.REFUSED, "no_energy")
        assert known.detail == "1 of its 2 bills: part 2.pdf: no_energy Only water."


# -- import: the wait


@asynccontextmanager
async def an_api_that_refuses_every_key() -> AsyncIterator[str]:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"message": "No such key."}, status=401)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(app) as server:
        yield str(server.make_url("/api/v2"))


async def test_the_wait_ends_when_the_api_refuses_the_key(tmp_path: Path) -> None:
    async with an_api_that_refuses_every_key() as url:
        (tmp_path / "bill-ingest.toml").write_text(
            f'[accounts.acme]\ndomains = ["a.example"]\napi_key = "k"\nbase_url = "{url}"\n'
        )
        done = await asyncio.to_thread(run, "import", PPL, "--wait", "final", "--report", "report.csv", cwd=tmp_path)
    assert done.returncode == 3, done.stderr
    assert Reason.ACCOUNT_STOPPED.sentence in done.stderr
    assert "Traceback" not in done.stderr
    [row] = csv.DictReader((tmp_path / "report.csv").read_text().splitlines())
    assert (row["outcome"], row["step"], row["utility"]) == ("accepted", "uploading", "ppl_electric")


async def wait(ledger: Ledger, row: BatchRow, until: waiting.Until, runs: Callable[[], bool] | None) -> str | None:
    with Progress(disable=True) as progress:
        async with asyncio.timeout(10):
            return await Waiting(ledger, "acme", until, runs, progress).wait([row.bill_id or ""])


async def test_the_wait_ends_when_the_worker_of_others_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "GONE_SECONDS", 0.1)
    async with a_ledger(tmp_path) as ledger:
        row = await a_row(ledger)
        assert "the worker on this data folder has stopped" in (await wait(ledger, row, "local", lambda: False) or "")


async def test_a_worker_that_comes_back_in_time_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.001)
    monkeypatch.setattr(waiting, "LOOKS_BETWEEN_WORKERS", 1)
    async with a_ledger(tmp_path) as ledger:
        row = await a_row(ledger)
        left, back = [False, False, True], asyncio.Event()

        def runs() -> bool:
            if left:
                return left.pop(0)
            back.set()
            return True

        waited = asyncio.create_task(wait(ledger, row, "local", runs))
        await asyncio.wait([waited, asyncio.create_task(back.wait())], return_when=asyncio.FIRST_COMPLETED)
        assert back.is_set()
        await move(ledger, row.bill_id, Step.PARSED)
        assert await waited is None


async def test_a_receiver_that_is_down_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its webhooks are tried again for days; the operator is told what is there and what is not."""
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "SILENT_SECONDS", 0.1)
    async with a_ledger(tmp_path) as ledger:
        row = await a_row(ledger)
        bill = await ledger.bill(row.bill_id or "")
        assert bill
        targets = ("file", "https://a.example/hook")
        send = [NewDelivery(event="new_bill", target=target, payload={}, final=True) for target in targets]
        await ledger.change(bill, "done", values={"step": Step.RECONCILED, "wake_at": None}, send=send)
        waited = asyncio.create_task(wait(ledger, row, "final", None))
        file, hook = sorted((await ledger.due_deliveries((), 2))[0], key=lambda delivery: delivery.target)
        await ledger.not_delivered(hook, "no answer in time", ledger.clock() + dt.timedelta(minutes=5))
        await asyncio.sleep(0.3)
        assert not waited.done(), "the file is still to be written"
        await ledger.delivered(file)
        said = await waited
        assert said
        assert "no answer in time" in said


async def test_a_bill_that_only_waits_for_its_delivery_is_waited_for(tmp_path: Path) -> None:
    async with a_ledger(tmp_path) as ledger:
        row = await a_row(ledger)
        await move(ledger, row.bill_id, Step.RECONCILED)
        await ledger.stop_account("acme", "401")
        waited = asyncio.create_task(wait(ledger, row, "final", None))
        done, _ = await asyncio.wait([waited], timeout=0.5)
        assert not done
        await move(ledger, row.bill_id, Step.DELIVERED)
        assert await waited is None


def test_an_import_ends_when_the_worker_it_relies_on_is_killed(tmp_path: Path) -> None:
    """The worker is stopped first, so that nothing is read before it is killed."""
    environment = {**os.environ, "BILL_INGEST_WEB__PORT": "0", "BILL_INGEST_SANDBOX__PORT": "0"}
    with (
        subprocess.Popen(
            command("serve", "--role", "worker", "--json"),
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as worker,
    ):
        try:
            assert worker.stdout
            worker.stdout.readline()
            worker.send_signal(signal.SIGSTOP)
            with subprocess.Popen(
                command("import", PPL),
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as importing:
                eventually(lambda: list((tmp_path / "bill-ingest-data" / "documents").glob("*/*.pdf")))
                worker.kill()
                _, said = importing.communicate(timeout=60)
            assert importing.returncode == 3
            assert "the worker on this data folder has stopped" in said
        finally:
            worker.kill()


# -- parse

UNREADABLE = Path("/proc/self/mem")
LETTER = SAMPLES / "_unknown" / "letter.pdf"


def test_parse_goes_on_after_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    done = run("parse", "--json", UNREADABLE, "x" * 300, PPL, cwd=tmp_path)
    assert done.returncode == 1
    assert [json.loads(line)["file"] for line in done.stdout.splitlines()] == [str(PPL)]
    assert f"bill-ingest: {UNREADABLE}: The file could not be read" in done.stderr
    assert "File name too long" in done.stderr
    assert "Traceback" not in done.stderr


def test_parse_explains_line_by_line_and_tells_of_what_is_no_bill(tmp_path: Path) -> None:
    done = run("parse", "--explain", "--json", LETTER, UNREADABLE, PPL, cwd=tmp_path)
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["file"], set(line)) for line in lines] == [
        (str(LETTER), {"file", "explanation"}),
        (str(PPL), {"file", "explanation"}),
    ]
    assert "amount_due" in lines[1]["explanation"]
    assert f"{UNREADABLE}: The file could not be read" in done.stderr
    assert run("parse", "--explain", LETTER, cwd=tmp_path).returncode == 1
    assert run("parse", "--explain", "--json", PPL, cwd=tmp_path).returncode == 0
