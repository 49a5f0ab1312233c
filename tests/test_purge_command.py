"""``bill-ingest purge`` as people run it: it shows, asks, does, and says what stays."""

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest
from program import BATCH, POWER, command, run

from ingest.store.ledger import Ledger
from ingest.store.rows import NewArrival, Priority


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four bills of two documents, read and answered by the sandbox; made once, it is copied."""
    folder = tmp_path_factory.mktemp("imported")
    environment = {"BILL_INGEST_SANDBOX__DELAY_SECONDS": "0.1"}
    for document, customer in ((POWER, "C-1"), (BATCH, "C-2")):
        done = run("import", document, "--customer", customer, "--wait", "final", cwd=folder, **environment)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(imported: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-a", imported, copy], check=True)
    return copy


def purge(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = run("purge", "--account", "demo", *words, "--json", cwd=folder)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def kept(folder: Path) -> list[Path]:
    """Files of bills."""
    data = folder / "bill-ingest-data"
    found = [path for below in ("documents", "records", "sandbox/pdfs") for path in (data / below).rglob("*")]
    return [path for path in found if path.is_file()]


def test_it_shows_what_would_go_and_changes_nothing(folder: Path) -> None:
    before = kept(folder)
    done = run("purge", "--account", "demo", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "5 bills of 2 documents would be purged" in done.stdout
    assert "central_maine_power" in done.stdout and "stays at the API" in done.stdout
    assert POWER.name not in done.stdout and BATCH.name not in done.stdout, "names of files can name people"
    assert "nothing was purged; add --yes" in done.stderr
    assert kept(folder) == before and before


def test_a_customer_goes_with_everything_and_the_others_stay(folder: Path) -> None:
    code, found = purge(folder, "--customer", "C-2", "--yes")
    assert (code, found["done"]) == (0, True)
    assert (found["purged"]["bills"], found["purged"]["documents"], found["files_left"]) == (4, 1, [])
    assert len(kept(folder)) == 3, "a document, its record, and the sandbox's copy"
    shown = json.loads(run("status", "--json", cwd=folder).stdout)
    assert sum(row["number"] for row in shown["bills"]) == 1
    code, found = purge(folder, "--yes")
    assert (code, found["purged"]["bills"]) == (0, 1)
    assert kept(folder) == []


def test_a_purged_document_that_comes_again_is_a_new_one(folder: Path) -> None:
    purge(folder, "--yes")
    again = run("import", POWER, "--wait", "final", cwd=folder, BILL_INGEST_SANDBOX__DELAY_SECONDS="0.1")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "1 accepted" in again.stdout
    assert len(kept(folder)) == 3


def test_age_counts_from_when_it_came_in(folder: Path) -> None:
    assert purge(folder, "--older-than", "1d")[1]["would_purge"]["bills"] == 0
    assert purge(folder, "--older-than", "0h", "--yes")[1]["purged"]["bills"] == 5


def test_what_was_asked_for_and_stays_is_said(folder: Path) -> None:
    code, found = purge(folder, "--bill", "bill_nowhere", "--yes")
    assert (code, found["would_purge"]["not_found"]) == (1, ["bill_nowhere"])
    assert run("purge", "--account", "nobody", cwd=folder).returncode == 2
    assert run("purge", "--account", "demo", "--older-than", "soon", cwd=folder).returncode == 2


async def test_bills_that_are_under_way_stay_unless_that_is_said(folder: Path) -> None:
    url = f"sqlite+aiosqlite:///{folder}/bill-ingest-data/ledger.sqlite3"
    new = NewArrival(
        account="demo", source="batch", name="b.pdf", priority=Priority.BATCH, sha256="ab" * 32, customer="C-3"
    )
    async with await Ledger.open(url) as ledger:
        await ledger.receive([new])
    code, found = purge(folder, "--customer", "C-3", "--yes")
    assert (code, found["would_purge"]["left_under_way"], found["purged"]["bills"]) == (1, 1, 0)
    code, found = purge(folder, "--customer", "C-3", "--unfinished", "--yes")
    assert found["purged"]["bills"] == 1


def test_a_person_types_the_accounts_name(folder: Path) -> None:
    def answer(text: bytes) -> tuple[int, str]:
        """On a terminal."""
        ours, theirs = pty.openpty()
        with subprocess.Popen(
            command("purge", "--account", "demo"), cwd=folder, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE,
            text=True,
        ) as process:  # fmt: skip
            os.close(theirs)
            os.write(ours, text)
            said = process.communicate(timeout=60)[0]
        os.close(ours)
        return process.returncode, said

    code, said = answer(b"yes\n")
    assert (code, "Purged" in said) == (1, False)
    assert kept(folder)
    code, said = answer(b"demo\n")
    assert (code, "Purged 5 bills of 2 documents" in said) == (0, True)
    assert kept(folder) == []


def test_without_a_ledger_there_is_nothing_to_purge(tmp_path: Path) -> None:
    done = run("purge", "--account", "demo", "--yes", cwd=tmp_path)
    assert done.returncode == 2
    assert "there is no ledger" in done.stderr
    assert not list(tmp_path.iterdir())
