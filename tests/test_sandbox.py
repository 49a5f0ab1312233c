"""The sandbox over real sockets: what the documentation of the API says, and what tests ask of it."""

import asyncio
import datetime as dt
import hashlib
import io
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import web
from reportlab.pdfgen.canvas import Canvas

from ingest.bayou.models import VALUE_FIELDS, ApiBill
from ingest.errors import IngestError
from ingest.parsing import ParserPool
from ingest.sandbox.app import make_app, serving
from ingest.sandbox.faults import Fault
from ingest.sandbox.links import VALID_SECONDS, Links
from ingest.sandbox.options import Options
from parsers.model import Address, Bill, Document, DocumentKind, Meter

T = TypeVar("T")
SAMPLE = Path(__file__).parents[1] / "samples" / "national_grid_new_york" / "2025-06_electric.pdf"
CORPUS = Path(os.environ["BILL_CORPUS"]) if "BILL_CORPUS" in os.environ else None
DOCS = "https://docs.bayou.energy/docs/error-codes#"
ERRORS = {
    "bill_id_invalid": (404, "invalid_request", "The bill_id you provided in the request does not exist."),
    "bill_id_invalid_format": (400, "invalid_input", "The bill_id you provided in the request is not a valid integer."),
    "customer_id_invalid": (404, "invalid_request", "The customer_id you provided in the request does not exist."),
    "customer_id_invalid_format": (
        400,
        "invalid_input",
        "The customer_id you provided in the request is not a valid integer.",
    ),
    "external_id_invalid": (404, "invalid_request", "The external_id you provided in the request does not exist."),
    "external_id_invalid_format": (
        400,
        "invalid_input",
        "The external_id you provided in the request is not a valid integer.",
    ),
    "external_id_not_unique": (
        409,
        "invalid_input",
        "The external_id you provided in the request isn\u2019t unique and belongs to bill 1.",
    ),
    "method_not_allowed": (
        405,
        "invalid_request",
        "The method DELETE is not allowed for this endpoint. The allowed methods are GET, PATCH",
    ),
    "no_file_provided": (400, "invalid_input", "No file was provided in your request to post a bill."),
    "request_path_invalid": (
        404,
        "invalid_request",
        "The requested route cannot be found. Refer to Bayou\u2019s documentation for available API requests.",
    ),
    "unsupported_file_format": (
        415,
        "invalid_input",
        "The file you provided is not in a format we support. PDF\u2019s are the only format supported right now.",
    ),
    "api_key_invalid": (401, "auth_error", "No valid API key provided."),
    "file_too_large": (413, "invalid_input", "The file is larger than 1000 bytes."),
}


def pdf(words: str = "Acme Light and Power") -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.drawString(72, 720, words)
    canvas.save()
    return buffer.getvalue()


def a_bill(**values: Any) -> Bill:
    meter = Meter(
        id="M-1",
        type="electric",
        billing_period_from=dt.date(2024, 1, 3),
        billing_period_to=dt.date(2024, 2, 2),
        consumption=Decimal(612000),
        tariff="R-1",
        address=Address(line_1="7 Elm St", city="Portland", state="ME", postal_code="04101"),
        additional_attributes={"service_id": "S-9"},
    )
    defaults: dict[str, Any] = {
        "utility": "acme_light",
        "account_number": "00-123",
        "billed_on": dt.date(2024, 2, 4),
        "electricity_consumption": 612000,
        "electricity_amount": 9060,
        "gas_consumption": Decimal("50.5"),
        "gas_consumption_unit": "therms",
        "total_amount": 12000,
        "past_due": False,
        "meters": (meter,),
        "pages": (1, 1),
    }
    return Bill(**defaults | values)


def bill_document(*bills: Bill) -> Document:
    return Document(document=DocumentKind.BILL, page_count=1, bills=bills or (a_bill(),))


NOTHING_KNOWN = Document(document=DocumentKind.UNKNOWN_UTILITY, page_count=1)


class Shelf:
    """A pool whose documents are laid out beforehand; each read waits until its document is there."""

    def __init__(self, *, default: Document | None = None) -> None:
        self.default = default
        self.failures: list[Exception] = []
        self.reads = 0
        self._laid: dict[str, Document] = {}
        self._changed = asyncio.Condition()

    async def lay(self, data: bytes, document: Document) -> None:
        async with self._changed:
            self._laid[hashlib.sha256(data).hexdigest()] = document
            self._changed.notify_all()

    async def read(self, path: Path) -> Document:
        self.reads += 1
        if self.failures:
            raise self.failures.pop()
        key = hashlib.sha256(await asyncio.to_thread(path.read_bytes)).hexdigest()
        if self.default is not None:
            return self.default
        async with self._changed:
            await self._changed.wait_for(lambda: key in self._laid)
        return self._laid[key]


class Caller:
    """Plain HTTP calls, without our client: what the sandbox answers is compared as it is on the wire."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base
        self.root = base.removesuffix("/api/v2")

    async def upload(self, data: bytes | None = None, *, name: str = "bill.pdf", **fields: str) -> tuple[int, Any]:
        form = aiohttp.FormData(default_to_multipart=True)
        for key, value in fields.items():
            form.add_field(key, value)
        if data is not None:
            form.add_field("file", io.BytesIO(data), filename=name, content_type="application/pdf")
        return await self.call("POST", "/bills", data=form)

    async def call(self, method: str, path: str, **kwargs: Any) -> tuple[int, Any]:
        async with self.session.request(method, self.base + path, **kwargs) as response:
            return response.status, await response.json()

    async def control(self, method: str, path: str, **kwargs: Any) -> Any:
        async with self.session.request(method, f"{self.root}/_control/{path}", **kwargs) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def uploads(self) -> list[dict[str, Any]]:
        return (await self.control("GET", "uploads"))["uploads"]

    async def bill(self, name: int | str) -> dict[str, Any]:
        status, body = await self.call("GET", f"/bills/{name}")
        assert status == 200, body
        return body

    async def answered(self, name: int | str, seconds: float = 10) -> dict[str, Any]:
        return await until(lambda: self.bill(name), lambda bill: bill["status"] != "unparsed", seconds)


async def until(ask: Callable[[], Awaitable[T]], is_so: Callable[[T], bool], seconds: float = 10) -> T:
    async with asyncio.timeout(seconds):
        while not is_so(value := await ask()):  # noqa: ASYNC110 - what is waited for happens behind a socket
            await asyncio.sleep(0.005)
    return value


@asynccontextmanager
async def sandbox(pool: Any = None, *, key: str = "sandbox", **options: Any) -> AsyncIterator[Caller]:
    chosen = Options(**{"delay_seconds": 0.0, "webhook_pauses": (0.01, 0.01)} | options)
    authorization = {"Authorization": aiohttp.encode_basic_auth(key, "")}
    async with (
        serving(make_app(pool=pool or Shelf(default=bill_document()), options=chosen)) as base,
        aiohttp.ClientSession(headers=authorization) as session,
    ):
        yield Caller(session, base)


@asynccontextmanager
async def listener(statuses: list[int]) -> AsyncIterator[tuple[str, asyncio.Queue[dict[str, Any]]]]:
    """A web server that takes webhooks, answering ``statuses`` first and 200 from then on."""
    events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        events.put_nowait(await request.json())
        return web.Response(status=statuses.pop(0) if statuses else 200)

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", events
    finally:
        await runner.cleanup()


def assert_error(answer: tuple[int, Any], code: str) -> None:
    status, kind, message = ERRORS[code]
    assert answer == (
        status,
        {"error_type": kind, "error_code": code, "error_message": message, "docs_url": DOCS + code},
    )


# what the API documents


async def test_a_bill_goes_from_unparsed_to_unlocked() -> None:
    shelf = Shelf()
    async with sandbox(shelf) as api:
        data = pdf()
        assert await api.upload(data, external_id="B-1") == (200, {"id": 1, "external_id": "B-1"})
        unparsed = await api.bill(1)
        assert unparsed["status"] == "unparsed"
        assert "total_amount" not in unparsed
        await shelf.lay(data, bill_document())
        bill = await api.answered("external_id:B-1")
    assert bill.pop("file_url").startswith(api.root + "/files/1.pdf?")
    assert bill == {
        "id": 1,
        "external_id": "B-1",
        "status": "unlocked",
        "customer_id": 1,
        "customer_external_id": None,
        "utility": "acme_light",
        "account_number": "00-123",
        "billed_on": "2024-02-04",
        "billing_period_from": None,
        "billing_period_to": None,
        "electricity_consumption": 612000,
        "electricity_amount": 9060,
        "delivery_charge": None,
        "supply_charge": None,
        "community_solar_bill_credit": None,
        "gas_consumption": 50.5,
        "gas_consumption_unit": "therms",
        "gas_amount": None,
        "outstanding_balance": None,
        "total_amount": 12000,
        "past_due": False,
        "values_from": "local_parsers",
        "meters": [
            {
                "id": "M-1",
                "type": "electric",
                "status": "unlocked",
                "billing_period_from": "2024-01-03",
                "billing_period_to": "2024-02-02",
                "consumption": 612000,
                "tariff": "R-1",
                "address": {
                    "line_1": "7 Elm St",
                    "line_2": None,
                    "city": "Portland",
                    "state": "ME",
                    "postal_code": "04101",
                    "postal_code_suffix": None,
                },
                "additional_attributes": {"service_id": "S-9"},
            }
        ],
    }


async def test_a_bill_stays_unparsed_for_the_delay() -> None:
    async with sandbox(delay_seconds=0.3) as api:
        started = time.monotonic()
        await api.upload(pdf())
        assert (await api.bill(1))["status"] == "unparsed"
        await api.answered(1)
    assert time.monotonic() - started >= 0.3


async def test_a_locked_bill_holds_amounts_and_consumption_back() -> None:
    async with sandbox(locked=frozenset({"acme_light"})) as api:
        await api.upload(pdf())
        bill = await api.answered(1)
    assert bill["status"] == "locked"
    assert bill["account_number"] == "00-123"
    assert bill["billed_on"] == "2024-02-04"
    held_back = {"electricity_consumption", "electricity_amount", "total_amount", "gas_consumption", "past_due"}
    assert not held_back & set(bill)
    assert bill["meters"][0]["id"] == "M-1"
    assert bill["meters"][0]["status"] == "locked"
    assert "consumption" not in bill["meters"][0]


@pytest.mark.parametrize(
    ("document", "options"),
    [
        (NOTHING_KNOWN, {}),
        (bill_document(), {"not_supported": frozenset({"acme_light"})}),
        (bill_document(), {"not_supported": frozenset({"*"})}),
    ],
)
async def test_not_supported(document: Document, options: dict[str, Any]) -> None:
    async with sandbox(Shelf(default=document), **options) as api:
        await api.upload(pdf())
        bill = await api.answered(1)
    assert bill["status"] == "not_supported"
    assert "total_amount" not in bill
    assert "meters" not in bill


async def test_a_pdf_of_several_bills_is_one_bill_and_says_so() -> None:
    document = bill_document(a_bill(), a_bill(account_number="second"))
    async with sandbox(Shelf(default=document)) as api:
        await api.upload(pdf())
        bill = await api.answered(1)
    assert bill["account_number"] == "00-123"
    assert bill["note"] == "The PDF holds 2 bills; this is the first."


async def test_without_an_external_id_there_is_none_until_it_is_set() -> None:
    async with sandbox() as api:
        assert await api.upload(pdf()) == (200, {"id": 1, "external_id": None})
        status, bill = await api.call("PATCH", "/bills/1", json={"external_id": "my/own: id"})
        assert (status, bill["external_id"]) == (200, "my/own: id")
        assert (await api.bill("external_id:my%2Fown:%20id"))["id"] == 1


async def test_every_documented_error_of_these_calls() -> None:
    async with sandbox(create_customers=False) as api:
        await api.upload(pdf(), external_id="B-1")
        await api.upload(pdf())
        patched = {"json": {"external_id": "B-1"}}
        assert_error(await api.call("GET", "/bills/99"), "bill_id_invalid")
        assert_error(await api.call("PATCH", "/bills/99", **patched), "bill_id_invalid")
        assert_error(await api.call("GET", "/bills/abc"), "bill_id_invalid_format")
        assert_error(await api.call("GET", "/bills/" + "9" * 40), "bill_id_invalid_format")
        assert_error(await api.call("GET", "/bills/external_id:nope"), "external_id_invalid")
        assert_error(await api.call("PATCH", "/bills/external_id:nope", **patched), "external_id_invalid")
        assert_error(await api.call("PATCH", "/bills/2", **patched), "external_id_not_unique")
        assert_error(await api.call("PATCH", "/bills/2", json={"external_id": 5}), "external_id_invalid_format")
        assert_error(await api.call("PATCH", "/bills/2", data=b"{"), "external_id_invalid_format")
        assert_error(await api.upload(pdf("another"), external_id="B-1"), "external_id_not_unique")
        assert_error(await api.upload(pdf(), customer_id="7"), "customer_id_invalid")
        assert_error(await api.upload(pdf(), customer_id="external_id:nobody"), "customer_id_invalid")
        assert_error(await api.upload(pdf(), customer_id="seven"), "customer_id_invalid_format")
        assert_error(await api.upload(pdf(), customer_id="external_id:"), "external_id_invalid_format")
        assert_error(await api.upload(b"GIF89a"), "unsupported_file_format")
        assert_error(await api.upload(b""), "unsupported_file_format")
        assert_error(await api.upload(None, external_id="B-2"), "no_file_provided")
        assert_error(await api.call("POST", "/bills", json={}), "no_file_provided")
        assert_error(await api.call("DELETE", "/bills/1"), "method_not_allowed")
        assert_error(await api.call("GET", "/nothing"), "request_path_invalid")
        assert [upload["id"] for upload in await api.uploads()] == [1, 2]


async def test_a_body_that_is_not_multipart_after_all_is_no_file() -> None:
    async with sandbox() as api:
        for content_type in ("multipart/form-data; boundary=x", "multipart/form-data", "text/plain"):
            answer = await api.call("POST", "/bills", data=b"--y\r\nnothing", headers={"Content-Type": content_type})
            assert_error(answer, "no_file_provided")


async def test_wrong_keys_are_refused_and_keys_do_not_see_each_other() -> None:
    async with sandbox(keys=frozenset({"sandbox", "other"})) as api:
        for authorization in ("", "Basic", "Basic %%%", "Bearer sandbox", aiohttp.encode_basic_auth("wrong", "")):
            headers = {"Authorization": authorization}
            assert_error(await api.call("GET", "/bills/1", headers=headers), "api_key_invalid")
        await api.upload(pdf(), external_id="same")
        other = {"Authorization": aiohttp.encode_basic_auth("other", "")}
        assert_error(await api.call("GET", "/bills/1", headers=other), "bill_id_invalid")
        assert_error(await api.call("GET", "/bills/external_id:same", headers=other), "external_id_invalid")


async def test_a_file_over_the_limit_leaves_nothing_behind(tmp_path: Path) -> None:
    async with sandbox(max_document_bytes=1000, data_dir=tmp_path) as api:
        assert_error(await api.upload(pdf() + b" " * 300_000), "file_too_large")
        assert_error(await api.upload(b"no PDF"), "unsupported_file_format")
        assert await api.uploads() == []
    assert list((tmp_path / "pdfs").iterdir()) == []


async def test_a_customer_is_a_utility_and_an_account_number() -> None:
    first, again, other = pdf("1"), pdf("2"), pdf("3")
    shelf = Shelf()
    await shelf.lay(first, bill_document())
    await shelf.lay(again, bill_document(a_bill(total_amount=1)))
    await shelf.lay(other, bill_document(a_bill(account_number="another")))
    async with sandbox(shelf) as api:
        for data in (first, again, other):
            await api.upload(data)
        customers = [(await api.answered(number))["customer_id"] for number in (1, 2, 3)]
    assert customers[0] == customers[1] != customers[2]


async def test_a_named_customer_is_created_and_then_found_by_its_account_number() -> None:
    async with sandbox() as api:
        await api.upload(pdf("1"), customer_id="external_id:Elm Street")
        named = await api.answered(1)
        await api.upload(pdf("2"))
        assert (await api.answered(2))["customer_id"] == named["customer_id"]
        await api.upload(pdf("3"), customer_id=str(named["customer_id"]))
        assert (await api.bill(3))["customer_external_id"] == "Elm Street"


async def test_configured_customers_exist_from_the_start() -> None:
    async with sandbox(create_customers=False, customers=("known",)) as api:
        status, _ = await api.upload(pdf(), customer_id="external_id:known")
        assert status == 200
        assert (await api.bill(1))["customer_external_id"] == "known"


async def test_the_pdf_is_served_for_a_while_and_to_nobody_who_made_up_a_link() -> None:
    data = pdf()
    async with sandbox() as api, aiohttp.ClientSession() as anyone:
        await api.upload(data)
        url = (await api.bill(1))["file_url"]
        async with anyone.get(url) as response:
            assert (response.status, await response.read()) == (200, data)
            assert response.content_type == "application/pdf"
        for wrong in (
            url[:-1] + "x",
            url.replace("/1.pdf", "/2.pdf"),
            url.split("?")[0],
            url.replace("1.pdf", "x.pdf"),
        ):
            async with anyone.get(wrong) as response:
                assert response.status == 403


def test_a_link_is_valid_for_15_minutes() -> None:
    links = Links(b"key")
    query = dict(pair.split("=") for pair in urlsplit(links.sign("http://x", 5, 1000.0)).query.split("&"))
    assert links.holds(5, query["expires"], query["signature"], 1000.0 + VALID_SECONDS)
    assert not links.holds(5, query["expires"], query["signature"], 1001.0 + VALID_SECONDS)
    assert not links.holds(6, query["expires"], query["signature"], 1000.0)
    assert not links.holds(5, "9999999999", query["signature"], 1000.0)
    assert not links.holds(5, "\u0665", query["signature"], 1000.0)


# webhooks


async def test_webhooks_tell_of_each_change() -> None:
    shelf, data = Shelf(), pdf()
    async with listener([]) as (url, events), sandbox(shelf, webhook_urls=(url,)) as api:
        await api.upload(data, external_id="B-1")
        async with asyncio.timeout(10):
            unparsed = await events.get()
            await shelf.lay(data, bill_document())
            new = await events.get()
            await api.control("POST", "bills/1", json={"total_amount": 13000})
            updated = await events.get()
    assert [event["event"] for event in (unparsed, new, updated)] == ["new_unparsed_bill", "new_bill", "updated_bill"]
    assert unparsed["object"]["status"] == "unparsed"
    assert unparsed["object"]["utility_data_velocity"] == "Instant"
    assert (new["object"]["external_id"], new["object"]["total_amount"]) == ("B-1", 12000)
    assert (updated["object"]["total_amount"], updated["object"]["electricity_amount"]) == (13000, 9060)


async def test_a_webhook_is_tried_again() -> None:
    async with listener([500, 503]) as (url, events), sandbox(webhook_urls=(url,)) as api:
        await api.upload(pdf())
        async with asyncio.timeout(10):
            seen = [(await events.get())["event"] for _ in range(4)]
    assert sorted(seen) != ["new_bill", "new_unparsed_bill"]
    assert {"new_bill", "new_unparsed_bill"} == set(seen)


async def test_a_listener_that_is_gone_stops_nothing() -> None:
    async with sandbox(webhook_urls=("http://127.0.0.1:1/hook",), webhook_pauses=()) as api:
        await api.upload(pdf())
        assert (await api.answered(1))["status"] == "unlocked"


# canned bills


async def test_canned_bills_disagree_with_the_parsers_and_are_a_second_witness() -> None:
    data = pdf("by hash")
    canned = {hashlib.sha256(data).hexdigest(): {"total_amount": "777", "utility": "acme_light"}}
    async with sandbox(canned=canned) as api:
        await api.control("POST", "canned", json={"maybe-*.pdf": {"status": "partially_unlocked", "total_amount": 1}})
        await api.upload(data, name="x.pdf")
        await api.upload(pdf("by name"), name="maybe-3.pdf")
        await api.upload(pdf("neither"), name="other.pdf")
        by_hash, by_name, neither = [await api.answered(number) for number in (1, 2, 3)]
    assert (by_hash["status"], by_hash["total_amount"]) == ("unlocked", "777")
    assert (by_name["status"], by_name["total_amount"]) == ("partially_unlocked", 1)
    assert "values_from" not in by_hash | by_name
    assert neither["values_from"] == "local_parsers"


# state


async def test_state_outlives_a_restart(tmp_path: Path) -> None:
    data, late = pdf("1"), pdf("2")
    shelf = Shelf()
    await shelf.lay(data, bill_document())
    async with sandbox(shelf, data_dir=tmp_path) as api:
        await api.upload(data, external_id="B-1", customer_id="external_id:me")
        await api.upload(late, external_id="B-2")
        before = await api.answered(1)
        uploads = [upload["sha256"] for upload in await api.uploads()]
    restarted = Shelf(default=bill_document())
    async with listener([]) as (url, events), sandbox(restarted, data_dir=tmp_path, webhook_urls=(url,)) as api:
        after = await api.answered("external_id:B-1")
        assert {**before, "file_url": ""} == {**after, "file_url": ""}
        assert (await api.answered(2))["status"] == "unlocked"
        assert [upload["sha256"] for upload in await api.uploads()] == uploads
        assert_error(await api.upload(pdf("3"), external_id="B-1"), "external_id_not_unique")
        resumed = set()
        async with asyncio.timeout(10):
            while not {("new_unparsed_bill", 2), ("new_bill", 2)} <= resumed:
                event = await events.get()
                resumed.add((event["event"], event["object"]["id"]))


async def test_an_answered_upload_is_on_disk(tmp_path: Path) -> None:
    data = pdf()
    async with sandbox(Shelf(), data_dir=tmp_path) as api:
        await api.upload(data, external_id="B-1")
        (stored,) = (tmp_path / "pdfs").iterdir()
        assert stored.read_bytes() == data
        with sqlite3.connect(tmp_path / "sandbox.sqlite3") as other:
            assert other.execute("SELECT external_id, outcome FROM bills").fetchall() == [("B-1", None)]
        other.close()


async def test_parsers_that_fail_for_a_moment_leave_the_bill_unparsed() -> None:
    shelf = Shelf(default=bill_document())
    shelf.failures = [IngestError("the pool is restarting"), OSError("too many open files")]
    async with sandbox(shelf) as api:
        await api.upload(pdf())
        assert (await api.answered(1))["status"] == "unlocked"
    assert shelf.reads == 3


async def test_a_bill_that_breaks_the_reading_costs_no_other() -> None:
    shelf = Shelf(default=bill_document())
    shelf.failures = [ValueError("a mistake of ours")]
    async with sandbox(shelf) as api:
        await api.upload(pdf("1"))

        async def reads() -> int:
            return shelf.reads

        await until(reads, lambda count: count == 1)
        await api.upload(pdf("2"))
        assert (await api.answered(2))["status"] == "unlocked"
        assert (await api.bill(1))["status"] == "unparsed"


async def test_a_name_given_before_the_announcement_is_in_it() -> None:
    async with listener([]) as (url, events), sandbox(delay_seconds=1.5, webhook_urls=(url,)) as api:
        await api.upload(pdf())
        await until(lambda: api.bill(1), lambda bill: bill["customer_id"] is not None)  # it was read
        await api.call("PATCH", "/bills/1", json={"external_id": "late"})
        async with asyncio.timeout(10):
            seen = [await events.get(), await events.get()]
    assert seen[1]["event"] == "new_bill"
    assert seen[1]["object"]["external_id"] == "late"


# faults


@pytest.mark.parametrize(
    ("fault", "status", "headers"),
    [
        (Fault(kind="status", count=1), 500, {}),
        (Fault(kind="status", status=429, retry_after="3", count=1), 429, {"Retry-After": "3"}),
        (Fault(kind="status", status=401, count=1), 401, {}),
        (Fault(kind="status", status=403, count=1), 403, {}),
    ],
)
async def test_a_fault_answers_a_status_and_takes_nothing(fault: Fault, status: int, headers: dict[str, str]) -> None:
    async with sandbox(faults=(fault,)) as api:
        async with api.session.post(api.base + "/bills", data=b"") as response:
            body = await response.json()
            assert response.status == status
            assert headers.items() <= response.headers.items()
            assert set(body) == {"error_type", "error_code", "error_message", "docs_url"}
        assert await api.uploads() == []
        assert (await api.upload(pdf()))[0] == 200


@pytest.mark.parametrize(("when", "taken"), [("before", 0), ("after", 1)])
async def test_a_reset_before_and_after_the_upload_was_taken(when: Any, taken: int) -> None:
    async with sandbox(faults=(Fault(kind="reset", when=when, count=1),)) as api:
        with pytest.raises(aiohttp.ClientConnectionError):
            await api.upload(pdf(), external_id="B-1")
        assert len(await api.uploads()) == taken


async def test_garbage_after_the_upload_was_taken() -> None:
    async with sandbox(faults=(Fault(kind="garbage", when="after", call="upload"),)) as api:
        with pytest.raises(ValueError, match="Expecting value"):
            await api.upload(pdf())
        assert len(await api.uploads()) == 1


async def test_the_external_id_is_overlooked_on_demand() -> None:
    async with sandbox() as api:
        await api.control("POST", "faults", json={"kind": "ignore_external_id", "count": 1})
        assert await api.upload(pdf(), external_id="B-1") == (200, {"id": 1, "external_id": None})
        assert await api.upload(pdf(), external_id="B-1") == (200, {"id": 2, "external_id": "B-1"})


async def test_latency_holds_up_one_call_and_no_other() -> None:
    async with sandbox() as api:
        await api.upload(pdf())
        await api.control("POST", "faults", json=[{"kind": "latency", "seconds": 0.4, "call": "get", "count": 1}])
        started = time.monotonic()
        slow = asyncio.create_task(api.bill(1))
        await until(lambda: api.control("GET", "faults"), lambda armed: armed == [])
        await api.bill(1)
        assert not slow.done()
        await slow
        assert time.monotonic() - started >= 0.4


async def test_faults_are_listed_counted_and_cleared() -> None:
    async with sandbox() as api:
        await api.control("POST", "faults", json={"kind": "status", "call": "get", "count": 2})
        assert (await api.upload(pdf()))[0] == 200
        assert (await api.call("GET", "/bills/1"))[0] == 500
        (armed,) = await api.control("GET", "faults")
        assert (armed["kind"], armed["count"]) == ("status", 1)
        assert await api.control("DELETE", "faults") == []
        assert (await api.call("GET", "/bills/1"))[0] == 200
        answers = (await api.control("GET", "uploads"))["answers"]
    assert answers["upload 200"] == 1
    assert answers["get 500"] == 1
    assert answers["get 200"] == 1


@pytest.mark.parametrize("body", [b"{", b"3", b'{"kind": "earthquake"}', b'{"kind": "reset", "count": 0}'])
async def test_a_wrong_fault_is_refused(body: bytes) -> None:
    async with (
        sandbox() as api,
        api.session.post(api.root + "/_control/faults", data=body) as response,
    ):
        assert response.status == 400


async def test_probability_strikes_now_and_then() -> None:
    async with sandbox(faults=(Fault(kind="status", call="get", probability=0.5),)) as api:
        seen = {(await api.call("GET", "/bills/1"))[0] for _ in range(60)}
    assert seen == {404, 500}


async def test_a_disconnect_in_the_middle_of_an_upload_takes_nothing(tmp_path: Path) -> None:
    async with sandbox(data_dir=tmp_path) as api:
        address = urlsplit(api.base)
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(
            b"POST /api/v2/bills HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nAuthorization: "
            + aiohttp.encode_basic_auth("sandbox", "").encode()
            + b"\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n"
            + b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
            + pdf()
        )
        await writer.drain()

        async def files() -> list[Path]:
            return list((tmp_path / "pdfs").iterdir())

        await until(files, lambda found: len(found) == 1)
        writer.transport.abort()
        await until(files, lambda found: found == [])
        assert await api.uploads() == []


# with the real parsers

RUN = """
import asyncio, sys
from pathlib import Path
from ingest.parsing import ParserPool
from ingest.sandbox.app import make_app, serving
from ingest.sandbox.options import Options

async def main():
    async with ParserPool(1) as pool:
        options = Options(data_dir=Path(sys.argv[1]), delay_seconds=float(sys.argv[2]))
        async with serving(make_app(pool=pool, options=options)) as base:
            print(base, flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def process(data_dir: Path, delay: float) -> AsyncIterator[Caller]:
    """A sandbox in a process of its own, killed at the end."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUN, str(data_dir), str(delay), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert running.stdout is not None
        async with asyncio.timeout(30):
            base = (await running.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth("sandbox", "")}
        ) as session:
            yield Caller(session, base)
    finally:
        running.kill()
        await running.communicate()


async def test_what_was_answered_outlives_a_kill(tmp_path: Path) -> None:
    data = SAMPLE.read_bytes()
    async with process(tmp_path, delay=60) as api:
        assert await api.upload(data, external_id="B-1") == (200, {"id": 1, "external_id": "B-1"})
    async with process(tmp_path, delay=0) as api:
        (upload,) = await api.uploads()
        assert (upload["external_id"], upload["sha256"]) == ("B-1", hashlib.sha256(data).hexdigest())
        assert (await api.bill("external_id:B-1"))["id"] == 1


class Remembering:
    """The real pool, with what it read."""

    def __init__(self, pool: ParserPool) -> None:
        self._pool = pool
        self.read_last: Document | None = None

    async def read(self, path: Path) -> Document:
        self.read_last = await self._pool.read(path)
        return self.read_last


async def read_back(*paths: Path) -> list[tuple[Document, ApiBill]]:
    """Each document as the pool reads it, and as it comes back through the sandbox and the client's model."""
    pairs = []
    async with ParserPool(1) as pool, sandbox(remembering := Remembering(pool)) as api:
        for path in paths:
            status, uploaded = await api.upload(await asyncio.to_thread(path.read_bytes), name=path.name)
            assert status == 200
            bill = ApiBill.read(await api.answered(uploaded["id"], seconds=60))
            assert remembering.read_last is not None
            pairs.append((remembering.read_last, bill))
    return pairs


def assert_nothing_was_lost(document: Document, seen: ApiBill) -> None:
    assert seen.unreadable == {}
    assert set(seen.extra) <= {"note"}
    if not document.bills:
        assert seen.status == "not_supported"
        return
    bill = document.bills[0]
    assert seen.status == "unlocked"
    assert not seen.second_witness
    assert {name: getattr(seen, name) for name in VALUE_FIELDS} == {name: getattr(bill, name) for name in VALUE_FIELDS}
    assert ("note" in seen.extra) == (len(document.bills) > 1)
    for mine, theirs in zip(bill.meters, seen.meters, strict=True):
        assert mine.model_dump(exclude={"demand_kw"}) == theirs.model_dump(exclude={"status"})


async def test_a_sample_comes_back_as_it_was_read() -> None:
    for document, seen in await read_back(SAMPLE, SAMPLE.with_name("2025-06_batch_of_three.pdf")):
        assert document.bills
        assert_nothing_was_lost(document, seen)


async def test_a_pdf_of_nobody_is_not_supported(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(pdf("Dear neighbour, thank you for the cake."))
    ((document, seen),) = await read_back(path)
    assert document.document is DocumentKind.UNKNOWN_UTILITY
    assert seen.status == "not_supported"


@pytest.mark.corpus
@pytest.mark.skipif(CORPUS is None, reason="needs BILL_CORPUS")
async def test_real_bills_come_back_as_they_were_read() -> None:
    assert CORPUS is not None
    paths = sorted(CORPUS.rglob("*.pdf"))
    assert paths
    for document, seen in await read_back(*paths):
        assert_nothing_was_lost(document, seen)
