"""Scans are read by children of their own: only on need, within limits, and never in the way of documents with text."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from pipeline_world import POWER, World, world

from ingest.config import Ocr
from ingest.ocr import Readers, make_ocr_pool, read_scan, wants_ocr
from ingest.parsing import ParserPool
from ingest.reasons import Reason
from ingest.store.documents import ORIGINALS, DocumentStore
from ingest.store.rows import Outcome, Step
from parsers.model import Bill, Document, DocumentKind, Meter

pytest.importorskip("tesserocr")
pytestmark = pytest.mark.asyncio(loop_scope="module")

SCANS = Path(__file__).parents[1] / "samples" / "_scan"
SCAN, PHOTO, COARSE = SCANS / "office_scan.pdf", SCANS / "photo_turned.jpg", SCANS / "page.pdf"
WHOLE = {
    "account_number": "1",
    "billed_on": "2024-01-01",
    "billing_period_to": "2024-01-01",
    "amount_due": 0,
    "meters": (Meter(type="electric"),),
    "pages": (1, 2),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(size=1) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scans() -> AsyncIterator[ParserPool]:
    made = make_ocr_pool(Ocr())
    assert made is not None
    async with made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def acme(tmp_path: Path, pool: ParserPool, scans: ParserPool) -> AsyncIterator[World]:
    async with world(tmp_path, pool, scans=scans) as made:
        yield made


def document(unread: tuple[int, ...] = (), *, kind: DocumentKind = DocumentKind.BILL, **values: object) -> Document:
    bills = (Bill.model_validate({**WHOLE, **values}),) if kind is DocumentKind.BILL else ()
    return Document(document=kind, bills=bills, unread_pages=unread)


@pytest.mark.parametrize(
    ("read", "wanted"),
    [
        (document(kind=DocumentKind.NEEDS_OCR, unread=(1,)), True),
        (document(kind=DocumentKind.UNKNOWN_UTILITY, unread=(2,)), True),
        (document(kind=DocumentKind.UNKNOWN_UTILITY), False),
        (document(unread=(2,)), False),
        (document(unread=(2,), amount_due=None), True),
        (document(unread=(2,), meters=()), True),
        (document(amount_due=None), False),
    ],
)
async def test_ocr_is_wanted_where_a_page_without_text_may_hold_what_is_missing(read: Document, wanted: bool) -> None:
    assert wants_ocr(read) == wanted


async def test_there_are_no_children_where_it_is_switched_off() -> None:
    assert make_ocr_pool(Ocr(children=0)) is None


async def test_a_document_with_text_starts_no_child_for_scans(pool: ParserPool) -> None:
    async with make_ocr_pool(Ocr()) or ParserPool() as unused:
        assert (await Readers(pool, unused).read(POWER)).bills
        assert unused._idle == []


async def test_a_scan_is_read_within_the_limits_of_memory(pool: ParserPool, scans: ParserPool) -> None:
    read = await Readers(pool, scans).read(SCAN)
    [bill] = read.bills
    assert (bill.utility, read.unread_pages) == ("ppl_electric", ())
    explained = await Readers(pool, scans).explain(COARSE)
    assert explained.kind is DocumentKind.BILL
    assert "read by one engine only" in explained.text


async def test_without_children_for_scans_it_says_what_it_needs(pool: ParserPool) -> None:
    assert (await Readers(pool, None).read(SCAN)).document is DocumentKind.NEEDS_OCR


async def test_a_scan_that_takes_too_long_keeps_what_its_text_gave(pool: ParserPool) -> None:
    first = await pool.read(SCAN)
    async with ParserPool(size=1, memory_mb=2048, wall_seconds=0.001) as impatient:
        read = await read_scan(impatient, SCAN, first)
    assert read.document is DocumentKind.NEEDS_OCR
    assert "longer" in (read.detail or "")


async def test_a_document_with_text_is_read_while_scans_wait(acme: World) -> None:
    """The scan's step is under way when the bill with text comes, and is not done when that one is."""
    scan = await acme.until(await acme.take(SCAN), Step.SCANNED)
    reading = asyncio.create_task(acme.pipeline.advance(scan))
    bill = await acme.take(POWER)
    await acme.pipeline.advance(bill)
    assert (await acme.bill(bill.id)).step is Step.PARSED
    assert not reading.done()
    await reading
    assert (await acme.bill(scan.id)).step is Step.PARSED


async def test_a_scan_goes_through_its_own_step_and_ends_as_a_record(acme: World) -> None:
    bill = await acme.until(await acme.take(SCAN), Step.PARSED)
    assert await acme.kinds(bill) == ["received", "scanned", "parsed"]
    assert bill.record
    assert (bill.record["utility"], bill.record["amount_due"]) == ("ppl_electric", 14221)
    assert bill.record["sources"]["amount_due"]["grounds"][:1] == ["ocr"]


async def test_a_photo_is_stored_as_a_pdf_and_as_it_came(acme: World) -> None:
    receipt = await acme.offer(PHOTO)
    assert receipt.outcome is Outcome.ACCEPTED
    assert receipt.bill_id
    bill = await acme.bill(receipt.bill_id)
    assert acme.documents.path(bill.sha256).read_bytes().startswith(b"%PDF-")
    [arrival] = await acme.ledger.arrivals(ids=[receipt.arrival_id])
    originals = DocumentStore(acme.settings.documents_dir.with_name(ORIGINALS), suffix="")
    assert arrival.sha256
    assert originals.path(arrival.sha256).read_bytes() == PHOTO.read_bytes()
    assert (await acme.offer(PHOTO)).outcome is Outcome.DUPLICATE


async def test_the_api_gets_the_pdf_of_a_photo(acme: World) -> None:
    bill = await acme.until(await acme.take(PHOTO), Step.RECONCILED)
    [upload] = await acme.uploads()
    assert upload["filename"] == "photo_turned.jpg.pdf"
    assert bill.record
    assert bill.record["account_number"] == "99250-00028"


async def test_a_photo_that_is_damaged_leaves_nothing_behind(acme: World) -> None:
    receipt = await acme.offer(PHOTO.read_bytes()[:20_000], name="photo.jpg")
    assert (receipt.outcome, receipt.reason) == (Outcome.REFUSED, Reason.DAMAGED)
    folders = (acme.settings.documents_dir, acme.settings.documents_dir.with_name(ORIGINALS))
    assert [path for folder in folders for path in folder.rglob("*") if path.is_file()] == []


async def test_where_scans_are_switched_off_the_waiting_ones_go_on_with_their_text(
    tmp_path: Path, pool: ParserPool, scans: ParserPool
) -> None:
    async with world(tmp_path, pool, scans=scans) as before:
        waiting = await before.until(await before.take(SCAN), Step.SCANNED)
    async with world(tmp_path, pool) as after:
        bill = await after.until(waiting, Step.PARSED)
        assert bill.local
        assert bill.local["document"] == "needs_ocr"


async def test_a_picture_of_nothing_is_no_bill(pool: ParserPool, scans: ParserPool, tmp_path: Path) -> None:
    path = tmp_path / "white.png"
    Image.new("L", (1200, 1600), 255).save(path)
    read = await Readers(pool, scans).read(path)
    assert (read.document, read.bills) == (DocumentKind.NEEDS_OCR, ())
