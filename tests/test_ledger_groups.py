"""Changes and successes that are written together: few statements, and each as if it were alone."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from engine_world import at_step, receive

from ingest.errors import StaleVersion
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, Delivery, NewDelivery, Step

MANY = 20
RESULT = NewDelivery(event="new_bill", target="file", payload={}, final=True)


@pytest.fixture
async def ledger(url: str) -> AsyncIterator[Ledger]:
    async with await Ledger.open(url) as opened:
        yield opened


@contextmanager
def statements(ledger: Ledger) -> Iterator[Counter[str]]:
    """How often each statement was sent, by its first words, from here on."""
    sent: Counter[str] = Counter()

    def count(_: object, __: object, statement: str, *___: object) -> None:
        sent[" ".join(statement.split()[:2])] += 1

    own = ledger._writer._own or ledger.engine.sync_engine
    sa.event.listen(own, "before_cursor_execute", count)
    yield sent
    sa.event.remove(own, "before_cursor_execute", count)


async def some(ledger: Ledger) -> list[Bill]:
    ids = await receive(ledger, MANY)
    return [await at_step(ledger, bill_id, Step.RESOLVED, wake_at=ledger.clock()) for bill_id in ids]


async def ended(ledger: Ledger) -> list[Delivery]:
    """Bills with two results each, of which one is final."""
    last = {"step": Step.RECONCILED, "wake_at": None}
    webhook = NewDelivery(event="new_bill", target="https://a.example/hook", payload={})
    bills = await some(ledger)
    changes = (ledger.change(bill, "reconciled", values=last, send=[RESULT, webhook]) for bill in bills)
    await asyncio.gather(*changes)
    return [delivery for bill in bills for delivery in await ledger.deliveries(bill.id)]


async def test_changes_that_wait_together_are_written_with_few_statements(ledger: Ledger) -> None:
    bills = await some(ledger)
    at = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC)
    with statements(ledger) as sent:
        changes = [
            ledger.change(bill, "polled", values={"api_status": f"s{n}", "wake_at": at, "api": {"n": [n, "ä'\"\\"]}})
            for n, bill in enumerate(bills[1:], 1)
        ]
        written = await asyncio.gather(
            *changes, ledger.change(bills[0], "ended", values={"detail": "d"}, send=[RESULT])
        )
    assert sent["UPDATE bills"] <= 3, "each kind of change once; the first may have gone alone"
    assert sent["INSERT INTO"] <= 4
    for n, bill in enumerate(bills[1:], 1):
        now = await ledger.bill(bill.id)
        assert now
        assert (now.api_status, now.wake_at, now.api, now.version) == (f"s{n}", at, {"n": [n, "ä'\"\\"]}, 3)
        assert now == written[n - 1]
        assert [event.kind for event in await ledger.events(bill.id)] == ["received", "moved", "polled"]
    other = await ledger.bill(bills[0].id)
    assert other
    assert (other.detail, other.api, other.wake_at) == ("d", None, bills[0].wake_at)
    assert [delivery.bill_id for delivery in await ledger.deliveries(other.id)] == [other.id]


async def test_one_that_came_too_late_takes_none_of_the_others_along(ledger: Ledger) -> None:
    bills = await some(ledger)
    late = bills[MANY // 2]
    await ledger.change(late, "faster", values={"detail": "faster"})
    told = await asyncio.gather(
        *(ledger.change(bill, "polled", values={"detail": "mine"}, send=[RESULT]) for bill in bills),
        return_exceptions=True,
    )
    assert [type(each) for each in told].count(StaleVersion) == 1
    assert isinstance(told[MANY // 2], StaleVersion)
    for bill in bills:
        now, events = await ledger.bill(bill.id), await ledger.events(bill.id)
        assert now
        assert (now.detail, now.version) == ("faster" if bill is late else "mine", 3)
        assert [event.version for event in events] == [1, 2, 3]
        assert len(await ledger.deliveries(bill.id)) == (bill is not late)


async def test_a_json_value_that_is_taken_away_is_null(ledger: Ledger) -> None:
    [bill_id] = await receive(ledger, 1)
    bill = await at_step(ledger, bill_id, Step.RESOLVED, record={"a": 1}, api={"b": 2})
    await ledger.change(bill, "x", values={"record": None})
    now = await ledger.bill(bill_id)
    assert now
    assert (now.record, now.api) == (None, {"b": 2})
    found = await ledger._rows(sa.text("SELECT count(*) FROM contents WHERE record IS NULL"))  # type: ignore[arg-type]
    assert found[0][0] == 1, "and not the JSON value null"


async def test_successes_that_come_together_deliver_their_bills_once(ledger: Ledger) -> None:
    waiting = await ended(ledger)
    final = [delivery for delivery in waiting if delivery.final]
    with statements(ledger) as sent:
        await asyncio.gather(*(ledger.delivered(each) for each in [*final, *final[:3]]))
    assert sent["UPDATE deliveries"] <= 2
    assert sent["UPDATE bills"] <= 2
    for each in final:
        bill, events = await ledger.bill(each.bill_id), await ledger.events(each.bill_id)
        assert bill
        assert bill.step is Step.DELIVERED
        assert [event.kind for event in events].count("delivered") == 1
        assert bill.version == events[-1].version == len(events)
    assert await ledger.waiting_deliveries() == MANY, "the others, which are not final"


async def test_a_bill_waits_for_all_of_its_final_results(ledger: Ledger) -> None:
    [bill_id] = await receive(ledger, 1)
    bill = await at_step(ledger, bill_id, Step.RESOLVED)
    two = [RESULT, NewDelivery(event="new_bill", target="https://a.example/hook", payload={}, final=True)]
    await ledger.change(bill, "reconciled", values={"step": Step.RECONCILED, "wake_at": None}, send=two)
    first, second = await ledger.deliveries(bill_id)
    for delivery, step in ((first, Step.RECONCILED), (second, Step.DELIVERED)):
        await ledger.delivered(delivery)
        now = await ledger.bill(bill_id)
        assert now
        assert now.step is step


async def test_what_never_changes_of_a_bill_is_not_taken_for_written(ledger: Ledger) -> None:
    [bill_id] = await receive(ledger, 1)
    bill = await ledger.bill(bill_id)
    assert bill
    with pytest.raises(TypeError, match="customer cannot change"):
        await ledger.change(bill, "x", values={"customer": "C-1"})
