"""What a killed process left half written is removed, and nothing else ever is."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from source_world import eventually, pdf

from ingest.commands import batch
from ingest.config import Account, Settings
from ingest.exit_codes import DONE
from ingest.leftovers import OLD_SECONDS, sweep, sweep_all, sweep_opened, sweep_reports
from ingest.roles.worker import worker_role

KILLED = """
import os, signal, stat, sys
from pathlib import Path
from ingest.store.disk import write_durably
from ingest.store.documents import DocumentStore
os.fsync = lambda fd: stat.S_ISREG(os.fstat(fd).st_mode) and os.kill(os.getpid(), signal.SIGKILL)
place = Path(sys.argv[2])
if sys.argv[1] == "document":
    DocumentStore(place).put_now(b"invented")
else:
    write_durably(place / "bill.json", b"{}")
"""
KILLED_IMPORT = """
import os, runpy, signal
def kill(fd):
    if "/.report-" in os.readlink(f"/proc/self/fd/{fd}"):
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(fd)
fsync, os.fsync = os.fsync, kill
runpy.run_module("ingest", run_name="__main__")
"""


def killed(kind: str, folder: Path) -> Path:
    """What a process leaves that is killed before its file is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    ended = subprocess.run([sys.executable, "-c", KILLED, kind, folder], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    [leftover] = folder.glob("*.part")
    return leftover


def killed_import(bill: Path, report: Path) -> Path:
    """What an import leaves that is killed before its report is whole."""
    words = ("import", bill, "--wait", "none", "--report", report)
    ended = subprocess.run([sys.executable, "-c", KILLED_IMPORT, *words], cwd=bill.parent, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    [leftover] = report.parent.iterdir()
    return leftover


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data", accounts={"acme": Account(inbox=tmp_path / "inbox"), "other": Account()}
    )


def touched(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    return place


def test_what_killed_processes_leave_is_known_by_its_name(tmp_path: Path) -> None:
    left = [killed("document", tmp_path / "documents"), killed("json", tmp_path / "records")]
    sweep(tmp_path, OLD_SECONDS)
    assert all(leftover.exists() for leftover in left), "somebody may still be writing it"
    sweep(tmp_path, 0)
    assert not any(leftover.exists() for leftover in left)


def test_its_age_is_not_that_of_its_content(tmp_path: Path) -> None:
    moving = touched(tmp_path / ".moving-abcdefgh.part")
    os.utime(moving, (0, 0))  # as a move between file systems does before its last step
    sweep(tmp_path, OLD_SECONDS)
    assert moving.exists()


async def test_every_folder_that_we_write_to_is_swept(settings: Settings, tmp_path: Path) -> None:
    data, inbox = settings.data_dir, tmp_path / "inbox"
    left = [
        touched(folder / name)
        for name in ("incoming-abcd_123.part", ".incoming-abcdefgh.part", ".moving-abcdefgh.part")
        for folder in (
            data, data / "documents", data / "messages", data / "records/acme", inbox / "processed/C-1",
            inbox / "rejected",
        )
    ]  # fmt: skip
    kept = [
        touched(inbox / "incoming-20260101.part"), touched(inbox / "processed/incoming-20260101.pdf"),
        touched(inbox / "processed/.incoming-long-name.part"), touched(data / "ledger.sqlite3"),
    ]  # fmt: skip
    await sweep_all(settings, 0)
    assert not any(leftover.exists() for leftover in left)
    assert all(file.exists() for file in kept)


async def test_folders_of_messages_that_were_being_taken_are_swept(
    settings: Settings,
) -> None:
    messages = settings.data_dir / "messages"
    left = touched(messages / "opened-abcd_123" / "incoming-abcdefgh.part").parent
    foreign = touched(messages / "opened-efgh5678" / "notes.txt")
    kept = touched(messages / "ab" / "incoming-of-a-name.eml")
    sweep_opened(messages, OLD_SECONDS)
    assert left.exists(), "somebody may still be writing to it"
    await sweep_all(settings, 0)
    assert not left.exists()
    assert foreign.exists(), "it is not ours: told of, and left alone"
    assert kept.exists()


async def test_the_worker_sweeps_when_it_starts(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.leftovers.OLD_SECONDS", 0.0)
    leftover = touched(settings.documents_dir / "incoming-abcdefgh.part")
    async with worker_role(settings, watch=False):
        await eventually(lambda: not leftover.exists())


async def test_the_report_of_a_killed_import_is_swept_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bill, reports = tmp_path / "bill.pdf", tmp_path / "reports"
    bill.write_bytes(pdf("invented"))
    reports.mkdir()
    leftover = killed_import(bill, reports / "first.csv")
    kept = [touched(reports / ".report-of-june.part"), touched(reports / ".incoming-abcdefgh.part")]
    sweep_reports(reports, OLD_SECONDS)
    assert leftover.exists(), "somebody may still be writing it"

    monkeypatch.setattr("ingest.leftovers.OLD_SECONDS", 0.0)
    again = batch.Batch(
        paths=(bill,), manifest=None, customer=None, account=None, report=reports / "second.csv", wait="none"
    )
    assert await batch.run(Settings(data_dir=tmp_path / "bill-ingest-data"), again, as_json=True) == DONE
    assert sorted(reports.iterdir()) == sorted([reports / "second.csv", *kept])
