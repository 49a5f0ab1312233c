"""The child's side of reading in another process: its protocol, its limits, its errors."""

import io
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hostile
import pikepdf
import pypdfium2
import pytest
from pdfplumber.utils.exceptions import PdfminerException

from parsers import child, serving
from parsers.errors import DeclarationError, DocumentError
from parsers.model import DocumentKind, Piece
from parsers.pdf.cutting import cut

COMMAND = [sys.executable, "-P", "-m", "parsers.child"]


class Conversation:
    """A real child and its pipes."""

    def __init__(self, *, memory_mb: int = 512, cpu_seconds: int = 20) -> None:
        limits = ["--memory-mb", str(memory_mb), "--cpu-seconds", str(cpu_seconds)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([*COMMAND, *limits], stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        assert self.hear() == {"ready": True}

    def say(self, **request: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def ask(self, **request: Any) -> Any:
        self.say(**request)
        return self.hear()

    def end(self) -> tuple[int, str]:
        """Exit code and what it wrote on stderr."""
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


@pytest.fixture
def conversation() -> Iterator[Conversation]:
    talk = Conversation()
    yield talk
    talk.end()


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.pdf"
    path.write_bytes(hostile.good())
    return path


class TestProtocol:
    def test_operations(self, conversation: Conversation, good: Path, tmp_path: Path) -> None:
        reply = conversation.ask(op="inspect", path=str(good))
        assert reply == {"ok": {"page_count": 1, "encrypted": False}}
        document = conversation.ask(op="read", path=str(good), options={})["ok"]
        assert document["page_count"] == 1
        assert conversation.ask(op="explain", path=str(good), options={})["ok"]["text"]
        target = tmp_path / "cut.pdf"
        pieces = [{"first": 1, "last": 1, "target": str(target)}]
        assert conversation.ask(op="cut", path=str(good), pieces=pieces) == {"ok": None}
        assert target.read_bytes().startswith(b"%PDF-")

    def test_ends_with_its_stdin(self, good: Path) -> None:
        talk = Conversation()
        talk.ask(op="inspect", path=str(good))
        assert talk.end() == (0, "")

    def test_what_libraries_print_is_kept_out(self, tmp_path: Path) -> None:
        """Replies go through a copy of stdout; everything else that is printed lands on stderr."""
        program = (
            "import os, sys\n"
            "from parsers import child, serving\n"
            "replies = serving._own_stdout()\n"
            "print('from Python', flush=True); os.write(1, b'from C\\n')\n"
            'serving.serve(child.answer, [\'{"op": "inspect", "path": "/nowhere"}\'], replies, 5)\n'
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        ready, reply = done.stdout.splitlines()
        assert json.loads(ready) == {"ready": True}
        assert json.loads(reply)["error"]["kind"] == "unavailable"
        assert sorted(done.stderr.split("\n")) == ["", "from C", "from Python"]

    def test_stopping_the_service_is_the_parents_business(self, conversation: Conversation, good: Path) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            conversation.process.send_signal(number)
        assert "ok" in conversation.ask(op="inspect", path=str(good))

    @pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
    def test_dies_with_its_parent_even_when_busy(self, tmp_path: Path) -> None:
        """The parent here is killed while its child waits for a pipe that nobody writes to."""
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        program = (
            "import subprocess, sys\n"
            f"child = subprocess.Popen({[*COMMAND, '--memory-mb', '512', '--cpu-seconds', '5']!r},"
            " stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
            "child.stdout.readline()\n"
            f"child.stdin.write({json.dumps({'op': 'inspect', 'path': str(pipe)})!r}.encode() + b'\\n')\n"
            "child.stdin.flush()\n"
            "print(child.pid, flush=True)\n"
            "child.wait()\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        writing = os.open(pipe, os.O_WRONLY)  # returns when the child has opened it too
        orphan = os.pidfd_open(pid)
        parent.kill()
        parent.communicate()
        ended, _, _ = select.select([orphan], [], [], 10)
        os.close(writing)
        os.close(orphan)
        assert ended


class TestLimits:
    def test_memory(self, tmp_path: Path) -> None:
        path = tmp_path / "large.pdf"
        path.write_bytes(hostile.endless_paths())
        talk = Conversation(memory_mb=256)
        talk.say(op="read", path=str(path))
        reply = talk.hear()
        code, _ = talk.end()
        assert reply is None or reply["error"]["kind"] == "too_large"
        assert (code, reply is None) in {(0, False), (-signal.SIGABRT, True)}

    def test_processor_time_is_for_each_document(self, tmp_path: Path, good: Path) -> None:
        path = tmp_path / "slow.pdf"
        path.write_bytes(hostile.endless_operators())
        talk = Conversation(cpu_seconds=1)
        for _ in range(300):  # together far more than the limit of one
            assert "ok" in talk.ask(op="inspect", path=str(good))
        assert talk.ask(op="read", path=str(path)) is None
        assert talk.end()[0] == -signal.SIGXCPU

    def test_a_memory_error_is_the_last_reply(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def exhausted(_: serving.Message) -> None:
            raise MemoryError

        monkeypatch.setitem(child._OPERATIONS, "inspect", exhausted)
        replies = io.StringIO()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(serving, "_limit", lambda *_: None)
            serving.serve(child.answer, ['{"op": "inspect"}', '{"op": "inspect"}'], replies, 5)
        ready, last = map(json.loads, replies.getvalue().splitlines())
        assert ready == {"ready": True}
        assert (last["error"]["kind"], last["last"]) == ("too_large", True)


def _all_kinds_of(error: type[BaseException]) -> Iterator[type[BaseException]]:
    yield error
    for narrower in error.__subclasses__():
        yield from _all_kinds_of(narrower)


class _Panic(BaseException):
    """What a library in Rust raises when it panics: no Exception."""


class TestErrors:
    """The one door at which foreign errors become ours."""

    KINDS = frozenset(DocumentKind) | {child.FAILED, child.UNAVAILABLE}

    def test_every_error_becomes_a_reply(self) -> None:
        made = 0
        for error in {*_all_kinds_of(Exception), pikepdf.PdfError, _Panic} - {DocumentError}:
            try:
                raised = error.__new__(error)
            except TypeError:  # an extension's error that needs its arguments
                continue
            made += 1
            reply = child.failure(raised)
            assert reply["error"]["kind"] in self.KINDS
            assert reply["error"]["detail"]
            json.dumps(reply)
        assert made > 100

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            *[(DocumentError(kind, "A sentence."), kind.value) for kind in DocumentKind],
            (MemoryError(), "too_large"),
            (RecursionError(), "damaged"),
            (pypdfium2.PdfiumError("x"), "damaged"),
            (pikepdf.PdfError("x"), "damaged"),
            (PdfminerException("x"), "damaged"),
            (_Panic(), "damaged"),
            (FileNotFoundError(2, "No such file"), "unavailable"),
            (PermissionError(13, "Permission denied"), "unavailable"),
            (KeyError("total"), "failed"),
            (DeclarationError("x"), "failed"),
        ],
    )
    def test_kinds(self, error: BaseException, kind: str) -> None:
        assert child.failure(error)["error"]["kind"] == kind

    def test_details_quote_nothing(self) -> None:
        """The message of a foreign error may hold the bill's text; its place says enough."""
        try:
            int("ACCOUNT 0000-1111-22")
        except ValueError as error:
            detail = child.failure(error)["error"]["detail"]
        assert "ACCOUNT" not in detail
        assert detail.startswith("ValueError at test_child.py:")

    def test_panics_end_the_child(self) -> None:
        assert child.failure(_Panic())["last"]
        assert "last" not in child.failure(KeyError("x"))

    @pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
    def test_stopping_is_no_error(self, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]) -> None:
        def stopped(_: serving.Message) -> None:
            raise stop

        monkeypatch.setitem(child._OPERATIONS, "inspect", stopped)
        with pytest.raises(stop):
            child.answer({"op": "inspect"})


class TestCutting:
    def test_pages_and_nothing_else(self, tmp_path: Path) -> None:
        whole, target = tmp_path / "whole.pdf", tmp_path / "part.pdf"
        whole.write_bytes(hostile.pages(9))
        cut(whole, [Piece(first=3, last=5, target=target)])
        with pikepdf.open(target) as pdf:
            assert len(pdf.pages) == 3
        assert sorted(tmp_path.iterdir()) == [target, whole]

    def test_the_same_pages_give_the_same_bytes(self, tmp_path: Path) -> None:
        whole, target = tmp_path / "whole.pdf", tmp_path / "part.pdf"
        whole.write_bytes(hostile.encrypted(user="", owner="printing only"))
        made = []
        for _ in range(2):
            cut(whole, [Piece(first=1, last=1, target=target)])
            made.append(target.read_bytes())
        assert made[0] == made[1]
        with pikepdf.open(target) as pdf:
            assert not pdf.is_encrypted

    def test_many_at_once_are_what_each_is_alone(self, tmp_path: Path) -> None:
        whole, alone = tmp_path / "whole.pdf", tmp_path / "alone.pdf"
        whole.write_bytes(hostile.pages(9))
        pieces = [Piece(first=n, last=n + 1, target=tmp_path / f"{n}.pdf") for n in (7, 1, 3, 2)]
        cut(whole, pieces)
        for piece in pieces:
            cut(whole, [piece.model_copy(update={"target": alone})])
            assert piece.target.read_bytes() == alone.read_bytes()

    def test_a_mark_tells_pieces_of_the_same_pages_apart(self, tmp_path: Path) -> None:
        whole = tmp_path / "whole.pdf"
        whole.write_bytes(hostile.pages(3))
        marks = [None, "bill 1 of 2", "bill 2 of 2", "bill 2 of 2"]
        pieces = [Piece(first=2, last=2, target=tmp_path / f"{n}.pdf", mark=mark) for n, mark in enumerate(marks)]
        cut(whole, pieces)
        unmarked, one, two, again = (piece.target.read_bytes() for piece in pieces)
        assert two == again
        assert len({unmarked, one, two}) == 3
        assert [len(pikepdf.open(piece.target).pages) for piece in pieces] == [1, 1, 1, 1]

    def test_images_of_other_pages_stay_behind(self, tmp_path: Path) -> None:
        """Pages of a batch often share one dictionary of everything that any of them shows."""
        noise = hostile.stream(os.urandom(200_000), b"/Type /XObject /Subtype /Image /Width 1 /Height 1")
        kids = b"<< /Type /Pages /Kids [3 0 R 8 0 R] /Count 2 /Resources 9 0 R >>"
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R >>"
        objects = {
            1: hostile.CATALOG, 2: kids, 3: page % 4, 4: hostile.stream(hostile.TEXT), 5: hostile.HELVETICA, 6: noise,
            7: hostile.stream(b"/I Do"), 8: page % 7,
            9: b"<< /Font << /F1 5 0 R >> /XObject << /I 6 0 R >> >>",
        }  # fmt: skip
        whole, target = tmp_path / "whole.pdf", tmp_path / "part.pdf"
        whole.write_bytes(hostile.pdf(objects))
        cut(whole, [Piece(first=1, last=1, target=target)])
        assert target.stat().st_size < 5_000
        cut(whole, [Piece(first=2, last=2, target=target)])
        assert target.stat().st_size > 200_000

    @pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (1, 10), (-1, 2)])
    def test_pages_that_do_not_exist(self, tmp_path: Path, first: int, last: int) -> None:
        whole = tmp_path / "whole.pdf"
        whole.write_bytes(hostile.pages(9))
        with pytest.raises(ValueError, match="of 9"):
            cut(whole, [Piece(first=first, last=last, target=tmp_path / "part.pdf")])
        assert list(tmp_path.iterdir()) == [whole]

    def test_what_cannot_be_taken_apart(self, tmp_path: Path) -> None:
        whole = tmp_path / "whole.pdf"
        for data, kind in [
            (hostile.garbage_after_header(), DocumentKind.DAMAGED),
            (hostile.encrypted(user="secret", owner="x"), DocumentKind.PASSWORD_REQUIRED),
            (b"no PDF", DocumentKind.NOT_A_PDF),
        ]:
            whole.write_bytes(data)
            with pytest.raises(DocumentError) as refusal:
                cut(whole, [Piece(first=1, last=1, target=tmp_path / "part.pdf")])
            assert refusal.value.kind is kind
