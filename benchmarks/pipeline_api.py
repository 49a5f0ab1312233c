"""A stand-in for the API, for ``pipeline.py``: a process of its own that costs as little as it can beside the worker.

``python benchmarks/pipeline_api.py``, with the values of a bill as JSON on stdin; its port is printed. It answers each
call after 50 ms, and a bill is ``unparsed`` for three questions. Nothing of a call is checked.
"""

import asyncio
import itertools
import json
import re
import sys
from typing import Any

ANSWER_SECONDS = 0.05
UNPARSED_POLLS = 3
_LENGTH = re.compile(rb"\r\nContent-Length: (\d+)\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\nTransfer-Encoding: chunked\r\n", re.IGNORECASE)
_NAME = re.compile(rb'name="external_id"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]+)\r\n')
_PATH = re.compile(rb"^GET /api/v2/bills/(\d+) ")


class Bills:
    """What was uploaded, by number: its external id, and how often it was asked for."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._numbers = itertools.count(1)
        self._names: dict[int, str] = {}
        self._asked: dict[int, int] = {}

    def answer(self, request: bytes) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        if request.startswith(b"POST /api/v2/bills "):
            name = _NAME.search(request)
            number = next(self._numbers)
            self._names[number], self._asked[number] = name[1].decode() if name else "", 0
            return 200, {"id": number, "external_id": self._names[number]}
        asked = _PATH.match(request)
        number = int(asked[1]) if asked else 0
        if number not in self._names:
            return 404, {"error_code": "external_id_invalid", "error_type": "invalid_request", "error_message": "none"}
        self._asked[number] += 1
        identity = {"id": number, "external_id": self._names[number], "customer_id": 1}
        if self._asked[number] <= UNPARSED_POLLS:
            return 200, {**identity, "status": "unparsed", "utility_data_velocity": "Instant"}
        return 200, {**self._values, **identity}


class Connection(asyncio.Protocol):
    """One call after the other, as HTTP/1.1 with a length or in chunks."""

    def __init__(self, bills: Bills) -> None:
        self._bills = bills
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """For asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """For asyncio."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head >= 0 and self._is_whole(head):
            request = bytes(self._buffer)
            self._buffer.clear()
            asyncio.get_running_loop().call_later(ANSWER_SECONDS, self._reply, request)

    def _is_whole(self, head: int) -> bool:
        fields = bytes(self._buffer[: head + 2])
        if _CHUNKED.search(fields):
            return self._buffer.endswith(b"\r\n0\r\n\r\n")
        length = _LENGTH.search(fields)
        return len(self._buffer) >= head + 4 + (int(length[1]) if length else 0)

    def _reply(self, request: bytes) -> None:
        assert self._transport
        status, body = self._bills.answer(request)
        content = json.dumps(body).encode()
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self._transport.write(head.encode() + content)


async def main() -> None:
    """Until stdin ends."""
    bills = Bills(json.loads(sys.stdin.readline()))
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(bills), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
