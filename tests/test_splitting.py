"""Bills of one document become documents of their own, also where several stand on the same pages."""

import datetime as dt

import pytest
from pipeline_world import BATCH, SAMPLES, World

from ingest.parsing import ParserPool
from ingest.splitting import AT_ONCE, Splitter, parts_of
from ingest.store.rows import Step
from parsers.model import Bill, Document, DocumentKind, Source

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLLECTIVE = SAMPLES / "atmos_energy" / "2018-12_collective.pdf"
NOW = dt.datetime(2030, 1, 2, tzinfo=dt.UTC)


def bill(number: str, first: int, last: int) -> Bill:
    source = Source(page=last, box=(0, 0, 1, 1), text=number, rule="a label")
    return Bill(account_number=number, pages=(first, last), sources={"account_number": source})


def document(*bills: Bill) -> Document:
    return Document(document=DocumentKind.BILL, page_count=9, parser="example", bills=bills)


async def test_only_bills_of_the_very_same_pages_are_numbered() -> None:
    parts = parts_of([bill("1", 1, 2), bill("2", 3, 3), bill("3", 3, 4), bill("4", 3, 3)])
    assert [part.mark for part in parts] == [None, "bill 1 of 2", None, "bill 2 of 2"]
    assert [part.name("a.PDF") for part in parts] == [
        "a (pages 1-2).pdf",
        "a (page 3, bill 1 of 2).pdf",
        "a (pages 3-4).pdf",
        "a (page 3, bill 2 of 2).pdf",
    ]


async def test_bills_on_the_same_pages_stay_different_bills(acme: World, pool: ParserPool) -> None:
    whole = await acme.take(BATCH)
    read = document(bill("A", 1, 1), bill("B", 2, 3), bill("C", 2, 3), bill("D", 3, 3))
    children = await Splitter(pool, acme.documents).split(whole, read, NOW)
    await acme.ledger.change(whole, "split", values={"step": Step.SPLIT, "wake_at": None}, split=children)
    known = await acme.ledger.children(whole.id)
    assert [child.local["bills"][0]["account_number"] for child in known if child.local] == ["A", "B", "C", "D"]
    assert [(child.first_page, child.last_page) for child in known] == [(1, 1), (2, 3), (2, 3), (3, 3)]
    assert len({child.sha256 for child in known}) == 4
    for child in known:
        assert (
            await pool.inspect(acme.documents.path(child.sha256))
        ).page_count == child.last_page - child.first_page + 1


async def test_splitting_again_finds_the_same_documents(acme: World, pool: ParserPool) -> None:
    whole = await acme.take(BATCH)
    read = document(bill("A", 1, 1), bill("B", 1, 1), bill("C", 1, 1))
    once, twice = [await Splitter(pool, acme.documents).split(whole, read, NOW) for _ in range(2)]
    assert [child.sha256 for child in once] == [child.sha256 for child in twice]


async def test_more_bills_than_are_cut_at_once(acme: World, pool: ParserPool) -> None:
    whole = await acme.take(BATCH)
    read = document(*(bill(str(n), 1, 1) for n in range(AT_ONCE + 2)))
    children = await Splitter(pool, acme.documents).split(whole, read, NOW)
    assert len({child.sha256 for child in children}) == AT_ONCE + 2
    assert [child.name[-13:] for child in children[-1:]] == [f"{AT_ONCE + 2} of {AT_ONCE + 2}).pdf"]


async def test_each_account_of_a_collective_bill_is_uploaded_without_the_cover(acme: World, pool: ParserPool) -> None:
    whole = await acme.until(await acme.take(COLLECTIVE), Step.SPLIT)
    children = [await acme.until(child, Step.RECONCILED) for child in await acme.ledger.children(whole.id)]
    assert [(child.first_page, child.last_page) for child in children] == [(3, 4), (5, 6), (7, 8)]
    assert len(await acme.uploads()) == 3
    for child in children:
        assert child.local
        assert child.record
        assert await pool.read(acme.documents.path(child.sha256)) == Document.model_validate(child.local)
