"""The sending side of the mail benchmark: many connections from one lean process, every message a different bill.

``python benchmarks/smtp_load.py PORT CONNECTIONS MESSAGES BYTES`` prints one line of JSON: what it took, and what the
sender itself cost. A message goes over a connection only when the one before it was answered.
"""

import base64
import json
import os
import secrets
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from email.utils import format_datetime, localtime

LINE = 57
"""Bytes of one line of base64: what differs from message to message is one such line."""
WIRE_LINE = 78
SENDER, RECIPIENT = b"clerk@example.com", b"bills@localhost"
GREETING, HELLO, MAIL, RCPT, DATA, TEXT, DONE = range(7)


class Bills:
    """Messages of about ``size`` bytes with a PDF each. They differ in one comment inside the PDF, and in their ids."""

    def __init__(self, size: int) -> None:
        head, tail = _pdf(size * LINE // WIRE_LINE - 800)
        self._before = base64.encodebytes(head).replace(b"\n", b"\r\n")
        self._after = base64.encodebytes(tail).replace(b"\n", b"\r\n") + b"\r\n--part--\r\n.\r\n"
        self._run = secrets.token_hex(8)
        self._number = 0

    def next(self) -> list[memoryview]:
        """The pieces of a message, the final dot included."""
        self._number += 1
        mark = f"{self._run}-{self._number}"
        comment = base64.encodebytes(f"%{mark}".ljust(LINE - 1).encode() + b"\n").replace(b"\n", b"\r\n")
        return [memoryview(piece) for piece in (_header(mark), self._before, comment, self._after)]


def _header(mark: str) -> bytes:
    return (
        f"From: Clerk <clerk@example.com>\r\nTo: bills@localhost\r\nSubject: Bill {mark}\r\n"
        f"Date: {format_datetime(localtime())}\r\nMessage-ID: <{mark}@example.com>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="part"\r\n\r\n'
        "--part\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease find the bill attached.\r\n"
        f'--part\r\nContent-Type: application/pdf; name="bill-{mark}.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="bill-{mark}.pdf"\r\n\r\n'
    ).encode()


def _pdf(size: int) -> tuple[bytes, bytes]:
    """A page and an embedded stream; between the two parts fits one line of comment."""
    page = b"BT /F 12 Tf 72 720 Td (Invented Power Company) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources <</Font <</F 5 0 R>> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    written += b"%" + b" " * (-len(written) % LINE - 2 + LINE) + b"\n"
    head = bytes(written)
    places.append(len(head) + LINE)
    filling = secrets.token_bytes(max(1, size - len(head)))
    tail = b"6 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(filling), filling)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 7\n0000000000 65535 f \n%strailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return head, tail + end % (table, len(head) + LINE + len(tail))


@dataclass
class Sending:
    """One connection: what it waits for, and what it has still to send."""

    socket: socket.socket
    stage: int = GREETING
    heard: bytes = b""
    pieces: list[memoryview] = field(default_factory=list)
    began: float = 0.0


class Load:
    """Sends a number of messages over a number of connections."""

    def __init__(self, port: int, connections: int, messages: int, bills: Bills) -> None:
        self._selector = selectors.DefaultSelector()
        self._bills = bills
        self._left = messages
        self.seconds: list[float] = []
        self.refused: list[str] = []
        self._open = 0
        self._sendings = [self._connect(port) for _ in range(connections)]

    def run(self) -> float:
        """Seconds from the first MAIL to the last reply; all connections are open before."""
        while any(sending.stage < MAIL for sending in self._sendings):
            self._turn()
        began = time.perf_counter()
        for sending in self._sendings:
            self._next_message(sending)
        while self._open:
            self._turn()
        return time.perf_counter() - began

    def _connect(self, port: int) -> Sending:
        connected = socket.create_connection(("127.0.0.1", port))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setblocking(False)
        sending = Sending(connected)
        self._selector.register(connected, selectors.EVENT_READ, sending)
        self._open += 1
        return sending

    def _turn(self) -> None:
        for key, events in self._selector.select():
            if events & selectors.EVENT_READ:
                self._hear(key.data)
            if events & selectors.EVENT_WRITE and key.data.pieces:
                self._send(key.data)

    def _hear(self, sending: Sending) -> None:
        heard = sending.socket.recv(65536)
        sending.heard += heard
        last = sending.heard.rstrip(b"\r\n").rpartition(b"\r\n")[2]
        if not heard:
            raise SystemExit(f"the connection was closed after {sending.heard!r}")
        if sending.heard.endswith(b"\n") and last[3:4] == b" ":
            reply, sending.heard = sending.heard, b""
            self._answer(sending, reply)

    def _answer(self, sending: Sending, reply: bytes) -> None:
        sending.stage += 1
        if sending.stage > TEXT:
            self.seconds.append(time.perf_counter() - sending.began)
            if not reply.startswith(b"250"):
                self.refused.append(reply.decode("ascii", "replace"))
            self._next_message(sending)
        elif sending.stage == MAIL:
            pass  # ready; the others may not be
        elif sending.stage == TEXT and reply.startswith(b"354"):
            sending.pieces = self._bills.next()
            self._send(sending)
        elif reply[:1] != b"2":
            raise SystemExit(f"refused: {reply!r}")
        else:
            sending.socket.sendall({
                HELLO: b"EHLO load.example\r\n", RCPT: b"RCPT TO:<%s>\r\n" % RECIPIENT, DATA: b"DATA\r\n",
            }[sending.stage])  # fmt: skip

    def _next_message(self, sending: Sending) -> None:
        if not self._left:
            self._selector.unregister(sending.socket)
            sending.socket.close()
            self._open -= 1
            return
        self._left -= 1
        sending.stage = MAIL
        sending.began = time.perf_counter()
        sending.socket.sendall(b"MAIL FROM:<%s>\r\n" % SENDER)

    def _send(self, sending: Sending) -> None:
        try:
            sent = sending.socket.sendmsg(sending.pieces)
        except BlockingIOError:
            sent = 0
        while sending.pieces and sent >= len(sending.pieces[0]):
            sent -= len(sending.pieces.pop(0))
        if sending.pieces:
            sending.pieces[0] = sending.pieces[0][sent:]
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if sending.pieces else 0)
        if self._selector.get_key(sending.socket).events != wanted:
            self._selector.modify(sending.socket, wanted, sending)


def main() -> None:
    port, connections, messages, size = map(int, sys.argv[1:5])
    bills = Bills(size)
    load = Load(port, connections, messages, bills)
    before = sum(os.times()[:2])
    seconds = load.run()
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": sum(os.times()[:2]) - before,
                "bytes": sum(map(len, bills.next())),
                "waits": sorted(load.seconds),
                "refused": load.refused[:3],
                "refused_count": len(load.refused),
            }
        )
    )


if __name__ == "__main__":
    main()
