"""The pool of children: what happens to a document, to its neighbours, and to the processes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import hostile
import pytest
from source_world import eventually

from ingest import children
from ingest.errors import Unavailable
from ingest.parsing import ParserFailed, ParserPool, _answer
from parsers.errors import DocumentError
from parsers.model import Document, DocumentKind, Piece

DEADLINE = 60
READ = {"unknown_utility"}  # a page of plain text is read, and belongs to nobody

HOSTILE: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "empty file": (lambda: b"", {"not_a_pdf"}),
    "zeros": (lambda: bytes(4096), {"not_a_pdf"}),
    "web page": (lambda: b"<html><body>Not found</body></html>" * 50, {"not_a_pdf"}),
    "header only": (lambda: b"%PDF-1.7\n", {"damaged"}),
    "garbage after the header": (hostile.garbage_after_header, {"damaged"}),
    "cut before its content": (hostile.cut_before_content, {"damaged"}),
    "cut off": (hostile.cut_off, {"damaged"}),
    "text before the header": (hostile.text_before_header, READ),
    "500 pages": (lambda: hostile.pages(500), {"too_many_pages"}),
    "password": (lambda: hostile.encrypted(user="a", owner="b"), {"password_required"}),
    "owner password": (lambda: hostile.encrypted(user="", owner="b"), READ),
    "page tree loop": (hostile.page_tree_loop, {"damaged"}),
    "deep page tree": (hostile.deep_page_tree, {"damaged"}),
    "endless page count": (hostile.endless_page_count, READ),
    "length of itself": (hostile.length_of_itself, READ),
    "object of itself": (hostile.object_of_itself, READ),
    "table loop": (hostile.table_loop, READ),
    "endless table": (hostile.endless_table, READ),
    "object stream of itself": (hostile.object_stream_of_itself, {"damaged"}),
    "deep arrays": (hostile.deep_arrays, READ),
    "deep content": (hostile.deep_content, READ),
    "vast page": (hostile.vast_page, READ),
    "deflate bomb": (hostile.deflate_bomb, {"needs_ocr"}),
    "image bomb": (hostile.image_bomb, READ),
    "glyph of itself": (hostile.glyph_of_itself, {"needs_ocr"}),
    "letters for everything": (hostile.letters_for_everything, {"needs_ocr"}),
    "form of itself": (hostile.form_of_itself, {"too_large"}),
    "form tree": (hostile.form_tree, {"too_large"}),
    "endless letters": (hostile.endless_letters, {"too_large"}),
    "endless paths": (hostile.endless_paths, {"too_large"}),
    "endless operators": (hostile.endless_operators, {"too_large"}),
}


@pytest.fixture(autouse=True)
async def _nothing_left_behind() -> AsyncIterator[None]:
    """After each test every child is gone and reaped, and every pipe is closed."""
    before = _pipes()
    _of_others.clear()
    _of_others.update(_child_pids())
    yield
    assert _child_pids() == set()
    assert _pipes() == before


def _pipes() -> set[Path]:
    """The pipes that this process has open."""
    pipes = set()
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the listing's own
            pipes |= {target for target in [link.readlink()] if target.name.startswith("pipe:")}
    return pipes


_of_others: set[int] = set()
"""What other tests have left running, such as the PostgreSQL of the test run."""


def _child_pids() -> set[int]:
    """Children of this process that this test started, zombies among them."""
    pids: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):
            pids |= {int(pid) for pid in (task / "children").read_text().split()}
    return pids - _of_others


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.pdf"
    path.write_bytes(hostile.good())
    return path


class Stuck:
    """A document whose reader waits, until it is written or given up: a pipe with a name."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "stuck.pdf"
        os.mkfifo(self.path)

    @asynccontextmanager
    async def held(self) -> AsyncIterator[int]:
        """Waits until a child reads; yields the end to write into."""
        writing = await asyncio.to_thread(os.open, self.path, os.O_WRONLY)
        try:
            yield writing
        finally:
            os.close(writing)


@pytest.fixture
def stuck(tmp_path: Path) -> Stuck:
    return Stuck(tmp_path)


async def until(event: Awaitable[object]) -> None:
    await asyncio.wait_for(event, DEADLINE)


class TestHostileDocuments:
    async def test_each_costs_only_itself(self, tmp_path: Path) -> None:
        """Hostile documents with a good one beside each, all at once: each gets its reason, all good ones are read."""
        async with ParserPool(size=2, memory_mb=400, cpu_seconds=2, wall_seconds=DEADLINE) as pool:
            jobs: dict[str, asyncio.Task[Document]] = {}
            async with asyncio.TaskGroup() as group:
                for name, (make, _) in HOSTILE.items():
                    bad, fine = tmp_path / f"{name}.pdf", tmp_path / f"beside {name}.pdf"
                    bad.write_bytes(make())
                    fine.write_bytes(hostile.good(f"Beside the {name} there is a document in good order".encode()))
                    jobs[name] = group.create_task(pool.read(bad))
                    jobs[f"beside {name}"] = group.create_task(pool.read(fine))
        kinds = {name: job.result().document.value for name, job in jobs.items()}
        assert {name: kind for name, kind in kinds.items() if kind not in HOSTILE.get(name, (None, READ))[1]} == {}
        unreadable = [job.result() for name, job in jobs.items() if kinds[name] not in READ]
        assert all(document.detail and not document.bills for document in unreadable)

    async def test_inspection_raises_the_same(self, tmp_path: Path) -> None:
        path = tmp_path / "locked.pdf"
        path.write_bytes(hostile.encrypted(user="a", owner="b"))
        async with ParserPool(size=1) as pool:
            with pytest.raises(DocumentError) as refusal:
                await pool.inspect(path)
            assert refusal.value.kind is DocumentKind.PASSWORD_REQUIRED
            path.write_bytes(hostile.pages(500))
            assert (await pool.inspect(path)).page_count == 500

    async def test_cutting(self, tmp_path: Path) -> None:
        whole, target = tmp_path / "whole.pdf", tmp_path / "part.pdf"
        whole.write_bytes(hostile.pages(9))
        async with ParserPool(size=1) as pool:
            await pool.cut(whole, [Piece(first=3, last=5, target=target)])
            assert (await pool.inspect(target)).page_count == 3
            with pytest.raises(DocumentError):
                await pool.cut(whole, [Piece(first=3, last=10, target=target)])

    async def test_a_file_out_of_reach_is_not_the_documents_fault(self, tmp_path: Path) -> None:
        async with ParserPool(size=1) as pool:
            with pytest.raises(Unavailable, match="No such file"):
                await pool.read(tmp_path / "nothing.pdf")
            with pytest.raises(Unavailable):
                await pool.inspect(tmp_path)


class TestDeaths:
    async def test_a_document_outlives_one_killed_child(self, stuck: Stuck) -> None:
        """The kernel or an operator kills a child: that says nothing of the document, which is read by another."""
        async with ParserPool(size=1) as pool:
            reading = asyncio.create_task(pool.read(stuck.path))
            async with stuck.held():
                (pid,) = _child_pids()
                os.kill(pid, signal.SIGKILL)
                await until(_gone(pid))
            async with stuck.held() as writing:
                os.write(writing, hostile.good())
            assert (await reading).document.value in READ

    async def test_killed_twice_it_is_too_large(self, stuck: Stuck, good: Path) -> None:
        async with ParserPool(size=1) as pool:
            reading = asyncio.create_task(pool.read(stuck.path))
            for _ in range(2):
                async with stuck.held():
                    (pid,) = _child_pids()
                    os.kill(pid, signal.SIGKILL)
                    await until(_gone(pid))
            document = await reading
            assert document.document is DocumentKind.TOO_LARGE
            assert "killed" in (document.detail or "")
            assert (await pool.read(good)).document.value in READ

    async def test_a_crash_is_the_documents_own(self, stuck: Stuck, good: Path) -> None:
        async with ParserPool(size=1) as pool:
            reading = asyncio.create_task(pool.read(stuck.path))
            async with stuck.held():
                (pid,) = _child_pids()
                os.kill(pid, signal.SIGSEGV)
                document = await reading
            assert document.document is DocumentKind.DAMAGED
            assert "SIGSEGV" in (document.detail or "")
            assert (await pool.read(good)).document.value in READ

    async def test_the_clock(self, stuck: Stuck, good: Path) -> None:
        """A child that only waits uses no processor time."""
        async with ParserPool(size=1, wall_seconds=0.5) as pool:
            await pool.start()
            document = await pool.read(stuck.path)
            assert document.document is DocumentKind.TOO_LARGE
            assert "0.5 seconds" in (document.detail or "")
            with pytest.raises(DocumentError) as refusal:
                await pool.inspect(stuck.path)
            assert refusal.value.kind is DocumentKind.TOO_LARGE
            assert (await pool.read(good)).document.value in READ

    async def test_killed_while_idle_costs_nothing(self, good: Path) -> None:
        async with ParserPool(size=1) as pool:
            await pool.start()
            for pid in _child_pids():
                os.kill(pid, signal.SIGKILL)
            documents = await asyncio.gather(*(pool.read(good) for _ in range(4)))
            assert {document.document.value for document in documents} <= READ

    async def test_replies_are_bounded(self, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(children, "MAX_REPLY_BYTES", 40)  # enough for "ready"
        async with ParserPool(size=1) as pool:
            document = await pool.read(good)
        assert document.document is DocumentKind.TOO_LARGE

    async def test_long_replies_come_through(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A stream of asyncio gives up on lines over 64 KiB unless it is told otherwise."""
        talker = (
            "import json, sys\n"
            "print('{\"ready\": true}', flush=True)\n"
            "for line in sys.stdin: print(json.dumps({'ok': 'x' * 5_000_000}), flush=True)\n"
        )
        child = await children.Child.start((sys.executable, "-c", talker), 512, 10)
        reply = await child.ask({}, DEADLINE)
        await child.end()
        assert len(reply["ok"]) == 5_000_000

    async def test_killed_while_it_starts_there_is_another_one(
        self, good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = tmp_path / "first"
        command = (
            f"import os, runpy, signal\n"
            f"try: os.mkdir({str(first)!r})\n"
            f"except FileExistsError: runpy.run_module('parsers.child', run_name='__main__')\n"
            f"else: os.kill(os.getpid(), signal.SIGKILL)"
        )
        monkeypatch.setattr(ParserPool, "COMMAND", (sys.executable, "-P", "-c", command))
        async with asyncio.timeout(DEADLINE), ParserPool(size=1) as pool:
            await pool.start()
            assert first.exists()
            assert (await pool.read(good)).document

    async def test_killed_twice_while_it_starts_nothing_works(self, monkeypatch: pytest.MonkeyPatch) -> None:
        command = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        monkeypatch.setattr(ParserPool, "COMMAND", (sys.executable, "-c", command))
        async with asyncio.timeout(DEADLINE), ParserPool(size=1) as pool:
            with pytest.raises(Unavailable, match="was killed"):
                await pool.start()

    async def test_no_child_can_be_started(self, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is said of a document that nobody looked at."""
        monkeypatch.setattr(ParserPool, "COMMAND", (sys.executable, "-c", "raise SystemExit(3)"))
        async with ParserPool(size=1) as pool:
            with pytest.raises(Unavailable, match="could be started"):
                await pool.read(good)
            with pytest.raises(Unavailable):
                await pool.inspect(good)
            with pytest.raises(Unavailable):
                await pool.start()


async def _gone(pid: int) -> None:
    """Waits for the end of a process."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


class TestTurns:
    async def test_the_urgent_come_first(self, stuck: Stuck, good: Path) -> None:
        order: list[int] = []

        async def read(priority: int) -> None:
            await pool.read(good, priority=priority)
            order.append(priority)

        async with ParserPool(size=1) as pool:
            first = asyncio.create_task(pool.read(stuck.path))
            async with stuck.held() as writing:
                waiting = [asyncio.create_task(read(priority)) for priority in (5, 1, 3, 1)]
                await asyncio.sleep(0)  # let each take its place
                os.write(writing, hostile.good())
            await asyncio.gather(first, *waiting)
        assert order == [1, 1, 3, 5]

    async def test_a_cancelled_call_takes_its_child_along(self, stuck: Stuck, good: Path) -> None:
        """Else the next one would get its reply."""
        async with ParserPool(size=1) as pool:
            reading = asyncio.create_task(pool.read(stuck.path))
            async with stuck.held():
                (pid,) = _child_pids()
                reading.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await reading
                await until(_gone(pid))
            assert (await pool.inspect(good)).page_count == 1

    async def test_a_cancelled_wait_loses_no_turn(self, stuck: Stuck, good: Path) -> None:
        async with ParserPool(size=1) as pool:
            first = asyncio.create_task(pool.read(stuck.path))
            async with stuck.held() as writing:
                given_up = [asyncio.create_task(pool.read(good)) for _ in range(3)]
                await asyncio.sleep(0)
                for task in given_up:
                    task.cancel()
                os.write(writing, hostile.good())
            await first
            results = await asyncio.gather(*given_up, return_exceptions=True)
            assert all(isinstance(result, asyncio.CancelledError) for result in results)
            await until(asyncio.gather(*(pool.read(good) for _ in range(3))))

    async def test_children_are_replaced_after_some_documents(self, stuck: Stuck) -> None:
        served_by = []
        async with ParserPool(size=1, recycle_after=2) as pool:
            for _ in range(6):
                reading = asyncio.create_task(pool.read(stuck.path))
                async with stuck.held() as writing:
                    served_by += [await _reader(stuck.path)]
                    os.write(writing, hostile.good())
                assert (await reading).document.value in READ
        first, second, third = served_by[0:2], served_by[2:4], served_by[4:6]
        assert [len(set(pair)) for pair in (first, second, third)] == [1, 1, 1]
        assert len(set(served_by)) == 3

    async def test_no_more_children_than_asked_for(self, good: Path) -> None:
        async with ParserPool(size=2) as pool:
            await pool.start()
            started = _child_pids()
            await asyncio.gather(*(pool.inspect(good) for _ in range(20)))
            assert _child_pids() == started
            assert len(started) == 2


async def _reader(path: Path) -> int:
    """The child that has this file open. The writing end of a pipe opens a moment before the reading end is listed."""
    found: list[int] = []

    def look() -> list[int]:
        for pid in _child_pids():
            with suppress(FileNotFoundError):  # one that has ended since
                found.extend(pid for link in Path(f"/proc/{pid}/fd").iterdir() if link.readlink() == path)
        return found

    await eventually(look, "nobody reads it")
    return found[0]


class TestClosing:
    async def test_calls_under_way_are_not_blamed_on_their_documents(self, stuck: Stuck, good: Path) -> None:
        pool = ParserPool(size=1)
        reading = asyncio.create_task(pool.read(stuck.path))
        async with stuck.held():
            waiting = asyncio.create_task(pool.read(good))
            await asyncio.sleep(0)
            await until(pool.close())
            for call in (reading, waiting):
                with pytest.raises(Unavailable, match="stopping"):
                    await call
        with pytest.raises(Unavailable):
            await pool.read(good)
        await pool.close()

    async def test_while_a_child_is_being_replaced(self, good: Path) -> None:
        pool = ParserPool(size=1, recycle_after=1)
        await pool.read(good)
        await until(pool.close())

    async def test_starting_is_given_up_with_its_caller(self) -> None:
        pool = ParserPool(size=2)
        starting = asyncio.create_task(pool.start())
        await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        await until(pool.close())


class TestMapping:
    """What a child says, as ours: every kind of error has its exception."""

    @pytest.mark.parametrize("kind", list(DocumentKind))
    def test_reasons(self, kind: DocumentKind) -> None:
        with pytest.raises(DocumentError) as refusal:
            _answer({"error": {"kind": kind.value, "detail": "A sentence."}})
        assert (refusal.value.kind, refusal.value.detail) == (kind, "A sentence.")

    def test_the_others(self) -> None:
        with pytest.raises(Unavailable):
            _answer({"error": {"kind": "unavailable", "detail": "x"}})
        with pytest.raises(ParserFailed):
            _answer({"error": {"kind": "failed", "detail": "x"}})
        assert _answer({"ok": {"page_count": 1}}) == {"page_count": 1}

    async def test_a_mistake_of_ours_still_lets_the_api_answer(self, good: Path) -> None:
        async with ParserPool(size=1) as pool:
            document = await pool.read(good, no_such_option=True)
        assert document.document is DocumentKind.UNKNOWN_UTILITY
        assert "TypeError at child.py" in (document.detail or "")

    @pytest.mark.parametrize("code", [*range(-64, 0), 0, 1, 2, 255])
    def test_every_death_has_a_verdict(self, code: int) -> None:
        verdict = children._verdict(code, b"Traceback ...")
        assert verdict.kind in {DocumentKind.DAMAGED, DocumentKind.TOO_LARGE}
        assert verdict.detail.endswith(".")

    def test_secrets_stay_out_of_children(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BILL_INGEST_API_KEY", "secret")
        monkeypatch.setenv("PYTHONHASHSEED", "0")
        assert "BILL_INGEST_API_KEY" not in children._environment()
        assert children._environment()["PYTHONHASHSEED"] == "0"

    def test_logs_hold_no_numbers(self) -> None:
        assert children._masked("page 3: cannot decode 0000-1111") == "page #: cannot decode ####-####"
