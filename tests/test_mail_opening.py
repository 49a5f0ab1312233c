"""Messages are opened by children: what they find, and what becomes of a message that breaks its child."""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ingest.errors import Refused, Unavailable
from ingest.mail.opening import MailOpener
from ingest.reasons import Reason

pytestmark = pytest.mark.asyncio(loop_scope="module")

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n"
MESSAGE = b"From: ann@corp.example\r\nContent-Type: application/pdf; name=bill.pdf\r\n\r\n" + PDF


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opener() -> AsyncIterator[MailOpener]:
    async with MailOpener() as made:
        yield made


def written(tmp_path: Path, content: bytes) -> tuple[Path, Path]:
    message, folder = tmp_path / "message", tmp_path / "documents"
    message.write_bytes(content)
    folder.mkdir()
    return message, folder


async def test_documents_are_files(opener: MailOpener, tmp_path: Path) -> None:
    message, folder = written(tmp_path, MESSAGE)
    opened = await opener.open(message, folder)
    [document] = opened.documents
    assert (document.name, document.part, document.copies) == ("bill.pdf", "1", 1)
    assert document.path.read_bytes() == PDF
    assert (document.sha256, document.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert list(folder.iterdir()) == [document.path]
    assert (opened.refused, opened.answerable) == ((), True)


async def test_a_message_without_documents(opener: MailOpener, tmp_path: Path) -> None:
    message, folder = written(tmp_path, b"")
    opened = await opener.open(message, folder)
    assert opened.why_empty().reason is Reason.NO_DOCUMENT
    assert list(folder.iterdir()) == []


async def test_a_message_that_is_refused_as_a_whole(opener: MailOpener, tmp_path: Path) -> None:
    message, folder = written(tmp_path, b"Content-Type: message/rfc822\r\n\r\n" * 60)
    with pytest.raises(Refused) as refused:
        await opener.open(message, folder)
    assert refused.value.reason is Reason.TOO_LARGE
    assert list(folder.iterdir()) == []


async def test_the_disk_is_not_the_messages_fault(opener: MailOpener, tmp_path: Path) -> None:
    message, folder = written(tmp_path, MESSAGE)
    with pytest.raises(Unavailable):
        await opener.open(tmp_path / "nothing", folder)
    with pytest.raises(Unavailable):
        await opener.open(message, tmp_path / "no folder" / "documents")


async def test_many_at_once(opener: MailOpener, tmp_path: Path) -> None:
    message, folder = written(tmp_path, MESSAGE)
    results = await asyncio.gather(*(opener.open(message, folder) for _ in range(20)))
    assert {result.documents[0].sha256 for result in results} == {hashlib.sha256(PDF).hexdigest()}


class TestDeaths:
    async def test_too_long_on_the_clock(self, tmp_path: Path) -> None:
        message, folder = written(tmp_path, MESSAGE)
        message.unlink()
        os.mkfifo(message)  # nobody writes
        async with MailOpener(wall_seconds=0.3) as opener:
            await opener.start()
            with pytest.raises(Refused, match=r"0\.3 seconds") as refused:
                await opener.open(message, folder)
        assert refused.value.reason is Reason.TOO_LARGE

    async def test_a_crash(self, tmp_path: Path) -> None:
        message, folder = written(tmp_path, MESSAGE)
        async with MailOpener(memory_mb=512) as opener:
            await opener.start()
            [child] = opener._idle
            os.kill(child.pid, signal.SIGSTOP)
            asking = asyncio.create_task(opener.open(message, folder))
            await asyncio.sleep(0)
            os.kill(child.pid, signal.SIGSEGV)
            os.kill(child.pid, signal.SIGCONT)
            [document] = (await asking).documents
            assert document.pages is None, "a PDF may have been the cause, and was not looked at again"

    async def test_one_crash_after_the_other(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        crashing = "import os, signal; print('{}', flush=True); input(); os.kill(os.getpid(), signal.SIGSEGV)"
        monkeypatch.setattr(MailOpener, "COMMAND", (sys.executable, "-c", crashing))
        message, folder = written(tmp_path, MESSAGE)
        async with MailOpener() as opener:
            with pytest.raises(Refused, match="crashed") as refused:
                await opener.open(message, folder)
            assert refused.value.reason is Reason.DAMAGED

    async def test_one_that_others_kill_is_tried_again(self, tmp_path: Path) -> None:
        message, folder = written(tmp_path, MESSAGE)
        async with MailOpener() as opener:
            await opener.start()
            [child] = opener._idle
            os.kill(child.pid, signal.SIGSTOP)
            asking = asyncio.create_task(opener.open(message, folder))
            await asyncio.sleep(0)
            os.kill(child.pid, signal.SIGKILL)
            assert (await asking).documents

    async def test_no_child_can_be_started(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(MailOpener, "COMMAND", ("false",))
        message, folder = written(tmp_path, MESSAGE)
        async with MailOpener() as opener:
            with pytest.raises(Unavailable, match="could be started"):
                await opener.open(message, folder)
