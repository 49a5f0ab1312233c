"""The client against real sockets: scripted bytes for what goes wrong, the sandbox for what goes right."""

import asyncio
import datetime as dt
import itertools
import json
import pickle
import random
import ssl
import struct
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from ingest.bayou import errors
from ingest.bayou.answers import Answer, Call, failure, retry_after
from ingest.bayou.backoff import backoff
from ingest.bayou.client import BayouClient, Uploaded
from ingest.bayou.errors import (
    AccountRefused,
    BayouError,
    BillNotFound,
    CallRefused,
    ExternalIdMismatch,
    ExternalIdTaken,
    TemporaryFailure,
    Throttled,
    UploadRejected,
    UploadUnknown,
)
from ingest.bayou.transport import Timeouts, open_session
from ingest.errors import ConfigError, IngestError
from ingest.reasons import Reason
from ingest.sandbox.app import make_app, serving
from ingest.sandbox.faults import Fault
from ingest.sandbox.options import Options
from parsers.model import Bill, Document, DocumentKind

NOW = dt.datetime(2024, 5, 1, 12, 0, tzinfo=dt.UTC)
QUICK = Timeouts(connect=0.5, silence=0.4, call=0.4, upload=0.4)
CONTENT = b"%PDF-1.4 " + b"x" * 3000
CALLS: tuple[Call, ...] = ("upload", "get", "patch")

DOCUMENTED: dict[str, int] = {
    "bill_account_number_invalid": 404, "bill_id_invalid": 404, "bill_id_invalid_format": 400,
    "bill_meter_id_invalid": 404, "customer_address_line_1_invalid": 400, "customer_address_line_2_invalid": 400,
    "customer_city_invalid": 400, "customer_email_invalid": 400, "customer_first_name_invalid": 400,
    "customer_id_invalid": 404, "customer_id_invalid_format": 400, "customer_last_name_invalid": 400,
    "customer_phone_number_invalid": 400, "customer_state_invalid": 400, "customer_zipcode_invalid": 400,
    "dates_out_of_order": 400, "end_date_invalid": 400, "end_timestamp_invalid": 400, "external_id_invalid": 404,
    "external_id_invalid_format": 400, "external_id_not_unique": 409, "interval_meter_id_invalid": 404,
    "limit_invalid": 400, "method_not_allowed": 405, "no_file_provided": 400, "request_path_invalid": 404,
    "start_date_invalid": 400, "start_timestamp_invalid": 400, "timestamps_out_of_order": 400,
    "unsupported_file_format": 415, "utility_code_input_invalid": 400, "utility_lacks_intervals": 400,
}  # fmt: skip
"""Every code of the API's documentation, with its status."""


def spoken(status: int, code: str, kind: str = "invalid_request", **headers: str) -> Answer:
    body = {"error_type": kind, "error_code": code, "error_message": f"About {code}.", "docs_url": "https://x"}
    return Answer(status, headers, json.dumps(body).encode())


# what an answer means


@pytest.mark.parametrize(("code", "status"), DOCUMENTED.items())
def test_every_documented_code_of_an_upload(code: str, status: int) -> None:
    error = failure("upload", "B-1", spoken(status, code), NOW)
    match code:
        case "external_id_not_unique":
            assert isinstance(error, ExternalIdTaken)
            assert error.external_id == "B-1"
        case "method_not_allowed" | "request_path_invalid":
            assert type(error) is TemporaryFailure  # a wrong base_url, not a wrong bill
        case _:
            assert isinstance(error, UploadRejected)
            assert (error.status, error.code, error.message) == (status, code, f"About {code}.")
            of_customer = code in {"customer_id_invalid", "customer_id_invalid_format", "external_id_invalid"}
            assert error.reason is (Reason.CUSTOMER_ID_INVALID if of_customer else Reason.REJECTED_BY_API)


@pytest.mark.parametrize(("code", "status"), DOCUMENTED.items())
@pytest.mark.parametrize("call", ["get", "patch"])
def test_every_documented_code_of_a_question(call: Call, code: str, status: int) -> None:
    error = failure(call, "external_id:B-1", spoken(status, code), NOW)
    match code:
        case "bill_id_invalid" | "external_id_invalid":
            assert isinstance(error, BillNotFound)
            assert (error.bill, error.code) == ("external_id:B-1", code)
        case "method_not_allowed" | "request_path_invalid":
            assert type(error) is TemporaryFailure
        case "external_id_not_unique" if call == "patch":
            assert isinstance(error, ExternalIdTaken)
        case _:
            assert isinstance(error, CallRefused)
            assert (error.status, error.code) == (status, code)


BODIES: dict[str, bytes] = {
    "unknown code": spoken(0, "something_new").body,
    "no message": b'{"error_code": "something_new"}',
    "wrong types": b'{"error_code": 5, "error_type": [], "error_message": {}}',
    "empty": b"",
    "html": b"<html>no</html>",
    "truncated": b'{"error_code": "bill_id_inva',
    "list": b"[]",
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("body", BODIES)
def test_every_status_with_any_body_means_something(call: Call, body: str) -> None:
    speaks = body in {"unknown code", "no message"}
    for status in itertools.chain(range(300, 600), [999]):
        error = failure(call, "B-1", Answer(status, {"Retry-After": "7"}, BODIES[body]), NOW)
        refused = 400 <= status < 500
        expected: type[BayouError]
        if status in {401, 402, 403}:
            expected = AccountRefused
        elif status == 429:
            expected = Throttled
        elif status == 409 and call != "get":
            expected = ExternalIdTaken
        elif not refused:
            expected = UploadUnknown if call == "upload" else TemporaryFailure
        elif status in {408, 421, 425}:
            expected = TemporaryFailure
        elif call == "upload":
            expected = UploadRejected if speaks or status in {413, 415} else TemporaryFailure
        else:
            expected = CallRefused if speaks else TemporaryFailure
        assert type(error) is expected, (status, error)
        if isinstance(error, Throttled) or not refused:
            assert error.retry_after == 7.0  # type: ignore[attr-defined]
        assert str(error)
        assert str(error).isprintable()


def test_a_bare_404_is_no_proof_that_there_is_no_such_bill() -> None:
    for body in (b"", b"<html>404</html>", b'{"error": "not found"}', spoken(404, "route_gone").body):
        error = failure("get", "external_id:B-1", Answer(404, {}, body), NOW)
        assert not isinstance(error, BillNotFound)


def test_an_auth_error_stops_the_account_whatever_its_status() -> None:
    error = failure("upload", "B-1", spoken(400, "key_expired", "auth_error"), NOW)
    assert isinstance(error, AccountRefused)
    assert error.reason is Reason.ACCOUNT_STOPPED


def test_too_large_is_final_even_when_a_gateway_says_so() -> None:
    error = failure("upload", "B-1", Answer(413, {}, b"<html>"), NOW)
    assert isinstance(error, UploadRejected)
    assert error.reason is Reason.TOO_LARGE


def test_a_redirect_says_where_to() -> None:
    error = failure("get", "1", Answer(301, {"Location": "https://elsewhere.example/"}, b""), NOW)
    assert "https://elsewhere.example/" in str(error)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 5 ", 5.0),
        (format_datetime(NOW + dt.timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - dt.timedelta(seconds=90), usegmt=True), 0.0),
        ("Wed, 01 May 2024 12:00:30 +0000", 30.0),
        ("Wed, 01 May 2024 12:00:30", 30.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0665", None),
        ("Wed, 99 May 2024 12:00:00 GMT", None),
        ("Wed, 01 May 99999999 12:00:00 GMT", None),
    ],
)
def test_retry_after_in_seconds_and_as_a_date(header: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": header}, NOW) == seconds


@given(st.text())
def test_any_retry_after_is_a_pause_or_nothing(header: str) -> None:
    pause = retry_after({"Retry-After": header}, NOW)
    assert pause is None or pause >= 0


ONE_OF_EACH: list[BayouError] = [
    AccountRefused(401, None, "no"),
    UploadRejected(Reason.CUSTOMER_ID_INVALID, 404, "customer_id_invalid", "no"),
    ExternalIdTaken("B-1", "no"),
    ExternalIdMismatch(7, "B-1", "B-2"),
    BillNotFound("external_id:B-1", "external_id_invalid"),
    CallRefused(400, "bill_id_invalid_format", "no"),
    TemporaryFailure("no", 3.5),
    Throttled("no", None),
    UploadUnknown("no"),
]


def test_all_errors_are_listed_here_and_pickle() -> None:
    concrete = {
        thing
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, BayouError) and not name.startswith("_")
    }
    assert {type(error) for error in ONE_OF_EACH} == concrete - {BayouError}
    for error in ONE_OF_EACH:
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.args, vars(again), str(again)) == (type(error), error.args, vars(error), str(error))
        assert isinstance(error, IngestError)


@given(st.integers(1, 10_000), st.floats(0.001, 1e3), st.floats(0.001, 1e6), st.integers())
def test_backoff_stays_between_nothing_and_the_doubling_limit(attempt: int, base: float, cap: float, seed: int) -> None:
    wait = backoff(attempt, base=base, cap=cap, rng=random.Random(seed))
    assert 0 <= wait <= min(cap, base * 2.0 ** min(attempt - 1, 200))


def test_backoff_spreads_and_is_counted_from_1() -> None:
    rng = random.Random(1)
    waits = [backoff(5, base=1, cap=10, rng=rng) for _ in range(200)]
    assert min(waits) < 1
    assert max(waits) > 9
    with pytest.raises(ValueError, match="from 1"):
        backoff(0, base=1, cap=1, rng=rng)


# the wire


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "stored"
    path.write_bytes(CONTENT)
    return path


def client(session: aiohttp.ClientSession, base: str, **options: Any) -> BayouClient:
    chosen: dict[str, Any] = {"api_key": "k-1", "pause": lambda _: 0.0, "get_attempts": 1} | options
    return BayouClient(session, base_url=base, **chosen)


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def wire(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server that does with each connection what ``talk`` says, and ends with all of them closed."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side has had enough
        finally:
            writer.transport.abort()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}/api/v2"
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def read_request(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Head and body of a request with a Content-Length."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next((int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-len")), 0)
    return head, await reader.readexactly(length)


def saying(data: bytes, *, whole_request: bool = True) -> Talk:
    """Read the request, send ``data``, close."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if whole_request:
            await read_request(reader)
        writer.write(data)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return talk


def response(status: int, body: bytes, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await read_request(reader)
    await asyncio.Event().wait()


async def silence_in_the_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": 1')
    await asyncio.Event().wait()


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never silent for long, and never done."""
    await read_request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


async def reset_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(1, 13, linger)  # SOL_SOCKET, SO_LINGER: close sends a reset


async def reset_after_the_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.get_extra_info("socket").setsockopt(1, 13, struct.pack("ii", 1, 0))


async def hang_up_after_the_request(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await read_request(reader)


UNDER_WAY: dict[str, Talk] = {
    "silence": silence,
    "silence in the body": silence_in_the_body,
    "drip": drip,
    "reset at once": reset_at_once,
    "reset after the head": reset_after_the_head,
    "hang up": hang_up_after_the_request,
    "no HTTP": saying(b"220 smtp.example.com ESMTP\r\n"),
    "binary": saying(bytes(range(256))),
    "half a status line": saying(b"HTTP/1."),
    "half the headers": saying(b"HTTP/1.1 200 OK\r\nContent-Type: appl"),
    "endless header": saying(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n"),
    "truncated body": saying(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": 1'),
    "truncated chunk": saying(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{"id": 1'),
    "no chunk": saying(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    "no gzip": saying(response(200, b"not compressed", Content_Encoding="gzip")),
    "empty": saying(response(200, b"")),
    "204": saying(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "html": saying(response(200, b"<html>Welcome</html>")),
    "truncated JSON": saying(response(200, b'{"id": 1, "external')),
    "list": saying(response(200, b"[]")),
    "no id": saying(response(200, b'{"status": "unlocked"}')),
    "wrong type of id": saying(response(200, b'{"id": {"id": 1}}')),
    "huge": saying(response(200, b'{"id": 1, "external_id": "B-1", "x": "' + b"x" * 9_000_000 + b'"}')),
    "redirect": saying(response(302, b"", Location="/api/v2/bills")),
    "500": saying(response(500, b"")),
    "502": saying(response(502, b"<html>")),
    "504": saying(response(504, b"")),
}


def patience(what: str) -> Timeouts:
    """Short where time has to run out, ample where something else must be seen."""
    return QUICK if UNDER_WAY[what] in (silence, silence_in_the_body, drip) else Timeouts()


@pytest.mark.parametrize("what", UNDER_WAY)
async def test_an_upload_that_was_under_way_is_unknown(session: aiohttp.ClientSession, pdf: Path, what: str) -> None:
    async with wire(UNDER_WAY[what]) as base:
        with pytest.raises(UploadUnknown) as caught:
            await client(session, base, timeouts=patience(what)).upload(pdf, external_id="B-1", filename="a.pdf")
    assert type(caught.value) is UploadUnknown
    assert str(caught.value)


@pytest.mark.parametrize("what", UNDER_WAY)
async def test_a_question_without_a_proper_answer_can_be_asked_again(session: aiohttp.ClientSession, what: str) -> None:
    async with wire(UNDER_WAY[what]) as base:
        with pytest.raises(TemporaryFailure):
            await client(session, base, timeouts=patience(what)).bill_by_external_id("B-1")
        with pytest.raises(TemporaryFailure):
            await client(session, base, timeouts=patience(what)).set_external_id(1, "B-1")


async def refused_port() -> str:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return f"http://127.0.0.1:{port}/api/v2"


async def certain_failures(session: aiohttp.ClientSession, pdf: Path, base: str, **options: Any) -> list[BayouError]:
    """What the calls raise where no connection comes about: temporary, and certainly nothing was taken."""
    api = client(session, base, **options)
    caught: list[BayouError] = []
    for call in (api.upload(pdf, external_id="B-1", filename="a.pdf"), api.bill(1), api.set_external_id(1, "B-1")):
        with pytest.raises(TemporaryFailure) as raised:
            await call
        caught.append(raised.value)
    return caught


async def test_a_refused_connection(session: aiohttp.ClientSession, pdf: Path) -> None:
    await certain_failures(session, pdf, await refused_port())


async def test_a_name_that_does_not_resolve(session: aiohttp.ClientSession, pdf: Path) -> None:
    await certain_failures(session, pdf, "http://no-such-host.invalid/api/v2")


async def test_a_tls_handshake_that_never_comes(session: aiohttp.ClientSession, pdf: Path) -> None:
    async def mute(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with wire(mute) as base:
        slow = Timeouts(connect=0.2, silence=5, call=5, upload=5)
        await certain_failures(session, pdf, base.replace("http:", "https:"), timeouts=slow)


async def test_tls_spoken_to_a_server_that_does_not(session: aiohttp.ClientSession, pdf: Path) -> None:
    async with wire(saying(response(400, b""), whole_request=False)) as base:
        await certain_failures(session, pdf, base.replace("http:", "https:"))


async def test_a_certificate_that_nobody_vouches_for(session: aiohttp.ClientSession, pdf: Path) -> None:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    async with wire(silence, tls) as base:
        caught = await certain_failures(session, pdf, base)
    assert "certificate" in str(caught[0]).lower()


async def test_no_free_connection_in_time(pdf: Path) -> None:
    taken = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.set()
        await silence(reader, writer)

    async with wire(hold) as base, open_session(connections=1) as narrow:
        holding = asyncio.create_task(client(narrow, base).bill(1))
        await taken.wait()
        hurried = client(narrow, base, timeouts=Timeouts(connect=0.2))
        with pytest.raises(TemporaryFailure, match="in time"):
            await hurried.upload(pdf, external_id="B-1", filename="a.pdf")
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)


@pytest.mark.parametrize(
    ("status", "expected"), [(401, AccountRefused), (413, UploadRejected), (429, Throttled), (403, AccountRefused)]
)
async def test_an_answer_before_the_upload_was_read_counts(
    session: aiohttp.ClientSession, tmp_path: Path, status: int, expected: type[BayouError]
) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(20_000_000)

    async def cut_short(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response(status, b"", Retry_After="9"))
        await writer.drain()
        await asyncio.Event().wait()

    async with wire(cut_short) as base:
        with pytest.raises(expected):
            await client(session, base).upload(large, external_id="B-1", filename="a.pdf")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_key_is_not_carried_elsewhere(session: aiohttp.ClientSession, pdf: Path, status: int) -> None:
    seen: list[str] = []

    async def elsewhere(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        seen.append((await read_request(reader))[0])

    async with wire(elsewhere) as other, wire(saying(response(status, b"", Location=other + "/bills"))) as base:
        api = client(session, base)
        with pytest.raises(UploadUnknown):
            await api.upload(pdf, external_id="B-1", filename="a.pdf")
        with pytest.raises(TemporaryFailure):
            await api.bill(1)
    assert seen == []


async def test_a_document_that_is_not_there_is_not_the_apis_fault(
    session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        await client(session, await refused_port()).upload(tmp_path / "gone", external_id="B-1", filename="a.pdf")


@pytest.mark.parametrize(
    ("base", "key"),
    [("ftp://x/api", "k"), ("/api/v2", "k"), ("http://", "k"), ("https://k:@x/api", "k"), ("http://[x", "k"),
     ("https://bayou.energy/api/v2?x=1", "k"), ("https://bayou.energy/api/v2", "a:b")],
)  # fmt: skip
async def test_settings_that_cannot_work_are_refused(session: aiohttp.ClientSession, base: str, key: str) -> None:
    with pytest.raises(ConfigError):
        BayouClient(session, base_url=base, api_key=key)


# what is sent


class Recorder:
    """An API of ``answers``, one for each call in order (the last one again and again), that notes what it was sent."""

    def __init__(self, *answers: tuple[int, Any] | tuple[int, Any, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[str, str, dict[str, str], Any]] = []
        self.at_once = self.most_at_once = 0
        self.released = asyncio.Event()
        self.released.set()

    async def handle(self, request: web.Request) -> web.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        body = await self._body(request)
        self.seen.append((request.method, request.raw_path, dict(request.headers), body))
        await self.released.wait()
        self.at_once -= 1
        status, answer, *headers = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.json_response(answer, status=status, headers=headers[0] if headers else None)

    async def _body(self, request: web.Request) -> Any:
        if not request.content_type.startswith("multipart/"):
            return await request.read()
        fields = {}
        async for part in await request.multipart():
            assert isinstance(part, aiohttp.BodyPartReader)
            fields[part.name] = (part.filename, part.headers.get("Content-Type"), bytes(await part.read()))
        return fields

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/{path:.*}", self.handle)
        async with serving(app) as base:
            yield base


async def test_what_an_upload_sends(session: aiohttp.ClientSession, pdf: Path) -> None:
    api = Recorder((200, {"id": 7, "external_id": "B-1"}))
    async with api.serving() as base:
        uploaded = await client(session, base + "/").upload(
            pdf, external_id="B-1", filename='Ju"ly\r\n2024.pdf', customer_id="external_id:Elm St"
        )
    assert uploaded == Uploaded(7, "B-1")
    ((method, path, headers, fields),) = api.seen
    assert (method, path) == ("POST", "/api/v2/bills")
    assert headers["Authorization"] == aiohttp.encode_basic_auth("k-1", "")
    assert int(headers["Content-Length"]) > 3000
    assert "Transfer-Encoding" not in headers
    assert fields["external_id"][2] == b"B-1"
    assert fields["customer_id"][2] == b"external_id:Elm St"
    assert fields["file"][1:] == ("application/pdf", CONTENT)
    assert "\n" not in fields["file"][0]
    assert list(fields) == ["external_id", "customer_id", "file"]


@pytest.mark.parametrize("filename", ["", "\udcff.pdf", "x" * 500 + ".pdf", "\x00\x7f", "f\u00fcnf.pdf"])
async def test_any_filename_can_be_sent(session: aiohttp.ClientSession, pdf: Path, filename: str) -> None:
    api = Recorder((200, {"id": 7, "external_id": "B-1"}))
    async with api.serving() as base:
        await client(session, base).upload(pdf, external_id="B-1", filename=filename)
    assert api.seen[0][3]["file"][2] == CONTENT
    assert "customer_id" not in api.seen[0][3]


async def test_ids_of_ours_are_quoted_in_a_path(session: aiohttp.ClientSession) -> None:
    odd = "a/b?c#d e%f\u00fc.."
    api = Recorder((200, {"id": 7, "external_id": odd}))
    async with api.serving() as base:
        found = await client(session, base).bill_by_external_id(odd)
    assert found is not None
    assert found.external_id == odd
    assert api.seen[0][1] == "/api/v2/bills/external_id:a%2Fb%3Fc%23d%20e%25f%C3%BC.."


async def test_an_upload_does_not_hold_the_document_in_memory(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(60_000_000)

    async def drain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        left = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
        while left:
            left -= len(await reader.read(65536))
        writer.write(response(200, b'{"id": 1, "external_id": "B-1"}'))
        await writer.drain()

    async with wire(drain) as base:
        tracemalloc.start()
        try:
            await client(session, base, timeouts=Timeouts()).upload(large, external_id="B-1", filename="a.pdf")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 5_000_000


async def test_an_answer_without_end_is_not_read_to_its_end(session: aiohttp.ClientSession) -> None:
    sent = 0

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while sent < 200_000_000:
            writer.write(b" " * 65536)
            await writer.drain()
            sent += 65536

    async with wire(endless) as base:
        with pytest.raises(TemporaryFailure, match="empty body"):
            await client(session, base).bill(1)
    assert sent < 50_000_000


async def test_the_session_keeps_no_cookies(session: aiohttp.ClientSession) -> None:
    api = Recorder((200, {"id": 1}, {"Set-Cookie": "account=first; Path=/"}))
    async with api.serving() as numeric:
        base = numeric.replace("127.0.0.1", "localhost")  # of an address, no cookie would be kept anyway
        await client(session, base).bill(1)
        await client(session, base, api_key="k-2").bill(1)
    assert [headers.get("Cookie") for _, _, headers, _ in api.seen] == [None, None]


async def test_calls_in_flight_are_limited_for_each_account(session: aiohttp.ClientSession) -> None:
    api = Recorder((200, {"id": 1}))
    api.released.clear()
    async with api.serving() as base, asyncio.timeout(10):
        first, second = (
            client(session, base, max_in_flight=2, timeouts=Timeouts()),
            client(session, base, max_in_flight=1),
        )
        calls = [asyncio.create_task(first.bill(1)) for _ in range(6)]
        while api.at_once < 2:  # noqa: ASYNC110 - what is waited for happens behind a socket
            await asyncio.sleep(0.001)
        api.released.set()
        await asyncio.gather(*calls, second.bill(1))
    assert api.most_at_once <= 3
    assert len(api.seen) == 7


# the external id of an upload


async def test_an_external_id_that_was_overlooked_is_set(session: aiohttp.ClientSession, pdf: Path) -> None:
    for answered in (None, "", ["?"]):
        api = Recorder((200, {"id": 7, "external_id": answered}), (200, {"id": 7, "external_id": "B-1"}))
        async with api.serving() as base:
            uploaded = await client(session, base).upload(pdf, external_id="B-1", filename="a.pdf")
        assert uploaded == Uploaded(7, "B-1")
        method, path, headers, body = api.seen[1]
        assert (method, path, headers["Content-Type"]) == ("PATCH", "/api/v2/bills/7", "application/json")
        assert json.loads(body) == {"external_id": "B-1"}


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_an_upload_stands_though_its_external_id_could_not_be_set(
    session: aiohttp.ClientSession, pdf: Path, status: int
) -> None:
    api = Recorder((200, {"id": 7}), (status, {}))
    async with api.serving() as base:
        uploaded = await client(session, base).upload(pdf, external_id="B-1", filename="a.pdf")
    assert uploaded == Uploaded(7, None)


async def test_an_external_id_that_belongs_to_an_earlier_upload_is_told(
    session: aiohttp.ClientSession, pdf: Path
) -> None:
    api = Recorder((200, {"id": 7}), (409, {"error_code": "external_id_not_unique", "error_message": "bill 3"}))
    async with api.serving() as base:
        with pytest.raises(ExternalIdTaken, match="bill 3"):
            await client(session, base).upload(pdf, external_id="B-1", filename="a.pdf")


async def test_another_external_id_than_ours_is_an_error_with_both(session: aiohttp.ClientSession, pdf: Path) -> None:
    api = Recorder((200, {"id": 7, "external_id": "Z-9"}))
    async with api.serving() as base:
        with pytest.raises(ExternalIdMismatch) as caught:
            await client(session, base).upload(pdf, external_id="B-1", filename="a.pdf")
    assert (caught.value.bill_id, caught.value.sent, caught.value.received) == (7, "B-1", "Z-9")
    assert len(api.seen) == 1


async def test_setting_an_external_id_must_show_in_the_answer(session: aiohttp.ClientSession) -> None:
    api = Recorder((200, {"id": 7, "external_id": "Z-9"}))
    async with api.serving() as base:
        with pytest.raises(TemporaryFailure, match="does not show it"):
            await client(session, base).set_external_id(7, "B-1")


@pytest.mark.parametrize("answer", [{"id": 8, "external_id": "Z-9"}, {"id": 8, "external_id": None}])
async def test_the_bill_of_somebody_else_is_not_taken_for_ours(session: aiohttp.ClientSession, answer: Any) -> None:
    api = Recorder((200, answer))
    async with api.serving() as base:
        with pytest.raises(TemporaryFailure, match="answered with bill 8"):
            await client(session, base).bill_by_external_id("B-1")
        with pytest.raises(TemporaryFailure, match="answered with bill 8"):
            await client(session, base).bill(7)


# asking again


async def test_a_question_is_asked_a_few_times(session: aiohttp.ClientSession) -> None:
    pauses: list[int] = []

    def pause(attempt: int) -> float:
        pauses.append(attempt)
        return 0.0

    api = Recorder((500, {}), (502, {}), (200, {"id": 7, "status": "unlocked"}))
    async with api.serving() as base:
        bill = await client(session, base, get_attempts=3, pause=pause).bill(7)
        assert bill.status == "unlocked"
        api.answers = [(500, {})]
        with pytest.raises(TemporaryFailure):
            await client(session, base, get_attempts=2, pause=pause).bill(7)
    assert pauses == [1, 2, 1]
    assert len(api.seen) == 5


@pytest.mark.parametrize(
    ("answer", "expected", "wish"),
    [
        ((429, {}), Throttled, None),
        ((429, {}, {"Retry-After": "9"}), Throttled, 9.0),
        ((503, {}, {"Retry-After": "4"}), TemporaryFailure, 4.0),
    ],
)
async def test_an_api_that_asks_for_time_gets_it(
    session: aiohttp.ClientSession, answer: Any, expected: type[TemporaryFailure], wish: float | None
) -> None:
    api = Recorder(answer)
    async with api.serving() as base:
        with pytest.raises(expected) as caught:
            await client(session, base, get_attempts=3).bill(7)
    assert caught.value.retry_after == wish
    assert len(api.seen) == 1


async def test_an_upload_is_never_repeated_by_itself(session: aiohttp.ClientSession, pdf: Path) -> None:
    for status, body in ((500, {}), (503, {}), (429, {}), (400, {})):
        api = Recorder((status, body))
        async with api.serving() as base:
            with pytest.raises(BayouError):
                await client(session, base, get_attempts=3).upload(pdf, external_id="B-1", filename="a.pdf")
        assert len(api.seen) == 1


async def test_a_kept_connection_that_died_does_not_repeat_an_upload(session: aiohttp.ClientSession, pdf: Path) -> None:
    """A server that closes the connection it kept open: the request may have been read, so it must not go out twice."""
    requests: list[str] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, _ = await read_request(reader)
        requests.append(head.split(" ")[0])
        body = b'{"id": 1, "external_id": "B-1"}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        head, _ = await read_request(reader)
        requests.append(head.split(" ")[0])

    async with wire(answer_once) as base:
        api = client(session, base)
        await api.bill(1)
        with pytest.raises(UploadUnknown):
            await api.upload(pdf, external_id="B-1", filename="a.pdf")
    assert requests == ["GET", "POST"]


# against the sandbox


class Desk:
    """A pool that reads every document as the same bill."""

    async def read(self, _: Path) -> Document:
        bill = Bill(utility="acme_light", account_number="1-2", total_amount=1234, pages=(1, 1))
        return Document(document=DocumentKind.BILL, page_count=1, bills=(bill,))


@asynccontextmanager
async def sandbox_client(session: aiohttp.ClientSession, *faults: Fault, **options: Any) -> AsyncIterator[BayouClient]:
    app = make_app(pool=Desk(), options=Options(delay_seconds=0, faults=faults, **options))
    async with serving(app) as base:
        yield client(session, base, api_key="sandbox")


async def test_a_bill_end_to_end(session: aiohttp.ClientSession, pdf: Path) -> None:
    async with sandbox_client(session) as api, asyncio.timeout(10):
        assert await api.bill_by_external_id("B-1") is None
        uploaded = await api.upload(pdf, external_id="B-1", filename="a.pdf", customer_id="external_id:Elm")
        while (bill := await api.bill(uploaded.id)).is_unparsed:  # noqa: ASYNC110 - it happens behind a socket
            await asyncio.sleep(0.005)
        assert (bill.total_amount, bill.customer_external_id, bill.second_witness) == (1234, "Elm", False)
        with pytest.raises(ExternalIdTaken, match="belongs to bill 1"):
            await api.upload(pdf, external_id="B-1", filename="a.pdf")
        with pytest.raises(BillNotFound):
            await api.bill(99)
        renamed = await api.set_external_id(1, "B-2")
        assert renamed.external_id == "B-2"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["reset", "garbage", "status"])
async def test_an_unknown_upload_is_resolved_by_its_external_id(
    session: aiohttp.ClientSession, pdf: Path, kind: Any, when: Any
) -> None:
    async with sandbox_client(session, Fault(kind=kind, when=when, call="upload", count=1)) as api:
        with pytest.raises(UploadUnknown):
            await api.upload(pdf, external_id="B-1", filename="a.pdf")
        found = await api.bill_by_external_id("B-1")
        assert (found is not None) == (when == "after")


async def test_the_sandbox_overlooks_the_external_id_and_the_client_sets_it(
    session: aiohttp.ClientSession, pdf: Path
) -> None:
    async with sandbox_client(session, Fault(kind="ignore_external_id", count=1)) as api:
        assert await api.upload(pdf, external_id="B-1", filename="a.pdf") == Uploaded(1, "B-1")
        assert await api.bill_by_external_id("B-1") is not None


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_stops_every_call(session: aiohttp.ClientSession, pdf: Path, status: int) -> None:
    async with sandbox_client(session, Fault(kind="status", status=status)) as api:
        for call in (api.upload(pdf, external_id="B", filename="a.pdf"), api.bill(1), api.set_external_id(1, "B")):
            with pytest.raises(AccountRefused):
                await call


async def test_a_customer_that_does_not_exist(session: aiohttp.ClientSession, pdf: Path) -> None:
    async with sandbox_client(session, create_customers=False) as api:
        for customer in (99, "external_id:nobody", "nobody"):
            with pytest.raises(UploadRejected) as caught:
                await api.upload(pdf, external_id="B-1", filename="a.pdf", customer_id=customer)
            assert caught.value.reason is Reason.CUSTOMER_ID_INVALID
