"""Messages that nobody would write: every planted PDF is found, nothing but our errors, in bounded time and memory."""

import base64
import io
import random
import resource
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_builder import entity, found, letter, lines, opened, pdf
from test_mail_recovery import uuencoded

from ingest.errors import Refused
from ingest.mail.contents import open_file, open_message
from samples.mails import winmail as tnef

TYPES = [
    "application/pdf", "application/octet-stream", "image/png", "text/plain", "video/x-unknown", "message/rfc822",
    "x", "application/ms-tnef", "multipart/mixed", "",
]  # fmt: skip
NAMES = ["bill.pdf", "BILL.PDF", "bill", "a.eml", "ü;\"'.zip", "winmail.dat", "x" * 300, "=?utf-8?q?=C3?=", "..", ""]
WORDS = [
    "Regards", "-- ", "--Ann", "%PDF-1.4 is a magic", "JVBERi0", "begin 644 x", ">From me", "", "--B", "a: b",
]  # fmt: skip
JUNK = [b"", b"\r\n", b"--", b"=", b"\0", b"\xff" * 9, b"JVBERi0", b"begin 644 x\r\n"]
BOUNDARIES = ["B", "BB", "=_(a)?+'", "--", "0 1", "Content-Type"]


class Growing:
    """Grows one message from drawn choices, and remembers what was planted in it."""

    def __init__(self, choices: random.Random) -> None:
        self._choices = choices
        self.planted: list[bytes] = []
        self._boundaries = 0

    def message(self, depth: int) -> bytes:
        more = [f"X-{number}: {'y' * number}\r\n z" for number in range(self._choices.randrange(4))]
        return letter(self.entity(depth), *more)

    def entity(self, depth: int) -> bytes:
        grow = (
            [self.leaf, self.prose] if depth == 0 else [self.leaf, self.prose, self.mixed, self.mixed, self.forwarded]
        )
        return self._choices.choice(grow)(depth)

    def prose(self, depth: int) -> bytes:
        words = [
            "Regards",
            "-- ",
            "--Ann",
            "%PDF-1.4 is a magic",
            "JVBERi0",
            "begin 644 x",
            ">From me",
            "",
            "--B",
            "a: b",
        ]
        body = "\r\n".join(self._choices.choices(words, k=self._choices.randrange(8)))
        return entity("Content-Type: text/plain; charset=x-unknown", body=body.encode())

    def mixed(self, depth: int) -> bytes:
        """Its boundary is like others, but not one of them."""
        self._boundaries += 1
        boundary = f"{self._choices.choice(BOUNDARIES)}{self._boundaries}x"
        end = self._choices.choice([b"\r\n", b"\n"])
        delimiter = end + b"--" + boundary.encode() + self._choices.choice([b"", b" ", b"\t "]) + end
        parts = [self.entity(depth - 1) for _ in range(self._choices.randrange(1, 4))]
        last = self._choices.choice([end + b"--" + boundary.encode() + b"--" + end, b"", end + b"--wrong--" + end])
        declared = boundary if last and self._choices.random() < 0.8 else f"not{boundary}"
        subtype = self._choices.choice(["mixed", "alternative", "related", "signed", "x-odd", "appledouble"])
        head = f'Content-Type: multipart/{subtype}; boundary="{declared}"'
        return entity(head, body=delimiter.join([b"preamble", *parts]) + last)

    def forwarded(self, depth: int) -> bytes:
        inner = self.message(depth - 1)
        if self._choices.random() < 0.5:
            return entity("Content-Type: message/rfc822", body=inner)
        name = 'Content-Disposition: attachment; filename="mail.eml"'
        return entity(name, "Content-Transfer-Encoding: base64", body=lines(inner))

    def leaf(self, depth: int) -> bytes:
        content = pdf(len(self.planted) + 10 * self._choices.randrange(10**6), self._choices.choice([0, 500, 20_000]))
        self.planted.append(content)
        return self._choices.choice([self.attached, self.attached, self.packed, self.in_text])(content)

    def attached(self, content: bytes) -> bytes:
        kind, name = self._choices.choice(TYPES[:5]), self._choices.choice(NAMES)
        body, encoding = self._choices.choice(ENCODINGS)(content)
        quoted = name.replace('"', '\\"')
        heads = [f'Content-Type: {kind}; name="{quoted}"', f'Content-Disposition: inline; filename="{quoted}"']
        return entity(*self._choices.sample([*heads, f"Content-Transfer-Encoding: {encoding}"], 3), body=body)

    def packed(self, content: bytes) -> bytes:
        container = self._choices.choice([_winmail, _deep_winmail, _zip, _zip_in_zip])(content)
        kind, name = self._choices.choice(TYPES), self._choices.choice(NAMES)
        kind = "application/octet-stream" if kind.startswith("multipart") else kind
        heads = [f"Content-Type: {kind}", f"Content-Disposition: attachment; filename*=utf-8''{name.encode().hex()}"]
        return entity(*heads, "Content-Transfer-Encoding: base64", body=lines(container))

    def in_text(self, content: bytes) -> bytes:
        written = self._choices.choice([uuencoded, lambda pdf: b"\r\n" + lines(pdf) + b"\r\n\r\n"])(content)
        return entity("Content-Type: text/plain", body=b"See below.\r\n" + written)


def _winmail(content: bytes) -> bytes:
    return tnef.stream(tnef.attached(b"no bill"), tnef.attached(content, "Untitled Attachment"))


def _deep_winmail(content: bytes) -> bytes:
    return tnef.stream(tnef.message_attached(_winmail(content)))


def _zip(content: bytes, name: str = "bill") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("read me.txt", "no bill")
        archive.writestr(name, content)
    return target.getvalue()


def _zip_in_zip(content: bytes) -> bytes:
    return _zip(_zip(content), "inner.pdf")


def _endless_line(content: bytes) -> tuple[bytes, str]:
    return base64.b64encode(content), "base64"


def _odd_lines(content: bytes) -> tuple[bytes, str]:
    return b"\r\n".join(base64.b64encode(content[at : at + 50]) for at in range(0, len(content), 50)), "Base64"


def _no_padding(content: bytes) -> tuple[bytes, str]:
    return lines(content).rstrip(b"="), '"base64"'


def _scanned(content: bytes) -> tuple[bytes, str]:
    return lines(content) + b"\r\n-- \r\nScanned by ExampleShield.\r\n", "base64"


def _undeclared(content: bytes) -> tuple[bytes, str]:
    return lines(content), "7bit"


def _bare(content: bytes) -> tuple[bytes, str]:
    return content, "binary"


ENCODINGS: list[Callable[[bytes], tuple[bytes, str]]] = [
    lambda content: (lines(content), "base64"), _endless_line, _odd_lines, _no_padding, _scanned, _undeclared, _bare,
]  # fmt: skip


@settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(0, 4))
def test_every_planted_pdf_is_found(choices: random.Random, depth: int) -> None:
    growing = Growing(choices)
    message = growing.message(depth)
    contents = found(message)
    for planted in growing.planted:
        assert any(content.startswith(planted) or planted in content for content in contents)


def test_the_planting_plants() -> None:
    """The property above would hold of messages without documents as well."""
    planted = []
    for seed in range(200):
        growing = Growing(random.Random(seed))
        growing.message(4)
        planted.append(len(growing.planted))
    assert sum(planted) > 200
    assert max(planted) >= 8


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(0, 4), st.data())
def test_what_is_destroyed_is_read_or_refused(choices: random.Random, depth: int, data: st.DataObject) -> None:
    message = bytearray(Growing(choices).message(depth))
    for _ in range(data.draw(st.integers(1, 20))):
        place, size = choices.randrange(len(message) + 1), choices.choice([0, 1, 3, 50, 1000])
        message[place : place + size] = choices.choice(
            [b"", b"\r\n", b"--", b"=", b"\0", b"\xff" * 9, choices.randbytes(5)]
        )
    try:
        opened(bytes(message))
    except Refused as refused:
        assert refused.detail.endswith(".")


def test_a_message_of_any_size_needs_little_memory(tmp_path: Path) -> None:
    """20 MB with a PDF, in 2 levels: no more than a few pieces of it are ever in memory."""
    content = pdf(1, 8_000_000)
    inner = entity("Content-Type: application/pdf", "Content-Transfer-Encoding: base64", body=lines(content))
    outer = entity("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", body=lines(letter(inner), 54))
    message = tmp_path / "message"
    message.write_bytes(letter(outer))
    folder = tmp_path / "documents"
    folder.mkdir()
    tracemalloc.start()
    try:
        [document] = open_file(message, folder).documents
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert document.size == len(content)
    assert peak < 8_000_000


# -- work grows with the size of a message, not faster


def _near_delimiters(n: int) -> bytes:
    return letter(entity('Content-Type: multipart/mixed; boundary="B"', body=b"\r\n--B x" * n))


def _foreign_delimiters(n: int) -> bytes:
    return letter(entity("Content-Type: text/plain", body=b"\r\n--" + b"\r\n--x" * n))


def _header_like_lines(n: int) -> bytes:
    return letter(entity("Content-Type: text/plain", body=b"\r\n--x\r\nContent" * n))


def _magics(n: int) -> bytes:
    return letter(entity("Content-Type: text/plain", body=b"JVBERi0 %PDF-1.4 begin 644 x\r\n" * n))


def _uu_without_end(n: int) -> bytes:
    return letter(entity("Content-Type: text/plain", body=b"begin 644 x\r\n" * n))


def _paddings(n: int) -> bytes:
    return letter(entity("Content-Transfer-Encoding: base64", body=b"A=" * n))


def _words(n: int) -> bytes:
    return letter(entity("Content-Transfer-Encoding: base64", body=b"a b - c\r\n" * n))


def _words_in_one_line(n: int) -> bytes:
    return letter(entity("Content-Transfer-Encoding: base64", body=b"a b-" * n))


def _endless_printable(n: int) -> bytes:
    return letter(entity("Content-Transfer-Encoding: quoted-printable", body=b"=" * n))


def _folds(n: int) -> bytes:
    return b"X: y\r\n" + b" z\r\n" * n


def _tnef_objects(n: int) -> bytes:
    content = tnef.stream(before=tnef.attribute(1, 0x00018004, b"x") * (n // 20))
    return letter(entity("Content-Transfer-Encoding: base64", body=lines(content)))


def _nested(n: int) -> bytes:
    """Thirty levels, each of which is searched for its delimiter to the end of the message."""
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (depth, depth) for depth in range(30)
    )
    return head + b"Content-Type: text/plain\r\n\r\n" + b"x\r\n" * n


def _messages_without_end(n: int) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" * 30 + b"\r\nx" * n


ADVERSARIES = [
    _near_delimiters, _foreign_delimiters, _header_like_lines, _magics, _uu_without_end, _paddings, _words,
    _words_in_one_line, _endless_printable, _folds, _tnef_objects, _nested, _messages_without_end,
]  # fmt: skip


def _calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of the interpreter included."""
    count = 0

    def counted(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def _read(message: bytes, folder: Path) -> None:
    with suppress(Refused):
        open_message(message, folder)


def _processor_time(work: Callable[[], object]) -> float:
    def used() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_utime

    best = float("inf")
    for _ in range(3):
        before = used()
        work()
        best = min(best, used() - before)
    return best


@pytest.mark.parametrize("adversary", ADVERSARIES, ids=lambda adversary: adversary.__name__.strip("_"))
def test_work_is_linear(adversary: Callable[[int], bytes], tmp_path: Path) -> None:
    """Four times the message: four times the calls, and the time of what happens inside them, with room for noise."""
    small, large = adversary(20_000), adversary(80_000)
    _read(small, tmp_path)  # patterns are compiled once
    assert _calls(lambda: _read(large, tmp_path)) <= 5 * _calls(lambda: _read(small, tmp_path)) + 1000
    before, after = (_processor_time(lambda message=message: _read(message, tmp_path)) for message in (small, large))
    assert after <= 8 * before + 0.1
