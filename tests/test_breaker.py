"""An API that is down: its bills wait without being touched, one probe at a time asks, and nobody else notices."""

import asyncio
import datetime as dt
import itertools
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pipeline_world import World, world
from source_world import eventually, pdf

from ingest.bayou.breaker import FAILURES, LONGEST_PAUSE, Breaker
from ingest.bayou.client import BayouClient
from ingest.bayou.errors import BillNotFound, TemporaryFailure, Throttled, UploadUnknown
from ingest.engine.embedded import Scheduler
from ingest.engine.tracks import BillTrack
from ingest.metrics import Metrics
from ingest.parsing import ParserPool
from ingest.store.rows import NEEDS_API, Bill, NewArrival, Priority, Step
from ingest.web.readiness import Heartbeat, apis_down


class Time:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def breaker(time: Time) -> Breaker:
    return Breaker("acme", clock=time, rng=random.Random(1))


def fail(breaker: Breaker, error: Exception | None = None) -> None:
    error = error or TemporaryFailure("answered 503")
    with pytest.raises(type(error)), breaker.watching():
        raise error


def succeed(breaker: Breaker) -> None:
    with breaker.watching():
        pass


def bring_down(breaker: Breaker, seconds: float | None = None) -> None:
    for _ in range(FAILURES):
        fail(breaker, TemporaryFailure("answered 503", seconds))


# -- one account's breaker


def test_some_failures_in_a_row_make_it_down_and_an_answer_in_between_does_not(breaker: Breaker) -> None:
    for _ in range(3):
        for _ in range(FAILURES - 1):
            fail(breaker)
        assert not breaker.is_down
        fail(breaker, BillNotFound("1", "bill_id_invalid"))  # an answer, if an unwelcome one
    bring_down(breaker)
    assert breaker.is_down and breaker.places(8) == 0


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (TemporaryFailure("the connection failed"), True),
        (UploadUnknown("answered 502"), True),
        (Throttled("429"), True),
        (Throttled("429", 30.0), False),  # it says when to come back, and the client waits for that
    ],
)
def test_what_counts_as_a_failure(breaker: Breaker, error: Exception, counts: bool) -> None:
    for _ in range(FAILURES):
        fail(breaker, error)
    assert breaker.is_down is counts


def test_only_the_first_failure_in_a_row_is_taken_for_the_calls_own(breaker: Breaker) -> None:
    fail(breaker)
    assert not breaker.is_to_blame
    fail(breaker)
    assert breaker.is_to_blame
    succeed(breaker)
    fail(breaker)
    assert not breaker.is_to_blame


def test_one_probe_at_a_time_after_pauses_that_grow_to_a_minute(breaker: Breaker, time: Time) -> None:
    bring_down(breaker)
    pauses = []
    for _ in range(10):
        pauses.append(breaker.rest())
        with breaker.admission() as admitted:
            assert not admitted
        time.now += breaker.rest()
        assert breaker.places(8) == 1
        with breaker.admission() as first, breaker.admission() as second:
            assert (first, second) == (True, False)
            fail(breaker)
    assert 0.75 <= pauses[0] <= 1
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses[:6]))
    assert 0.75 * LONGEST_PAUSE <= pauses[-1] <= LONGEST_PAUSE


def test_a_probe_that_comes_to_no_answer_makes_room_for_the_next(breaker: Breaker, time: Time) -> None:
    bring_down(breaker)
    time.now += breaker.rest()
    with pytest.raises(FileNotFoundError), breaker.admission() as admitted, breaker.watching():
        assert admitted
        raise FileNotFoundError
    with breaker.admission() as admitted:
        assert admitted


def test_after_a_success_places_open_one_by_one(breaker: Breaker, time: Time) -> None:
    for _ in range(20):
        succeed(breaker)
    assert breaker.places(8) == 8
    bring_down(breaker)
    time.now += breaker.rest()
    with breaker.admission():
        succeed(breaker)
    found = []
    for _ in range(5):
        found.append(breaker.places(4))
        succeed(breaker)
    assert found == [1, 2, 3, 4, 4]


def test_after_a_start_there_is_one_place_until_the_api_has_answered(breaker: Breaker) -> None:
    assert breaker.places(8) == 1
    succeed(breaker)
    assert breaker.places(8) == 2


def test_a_wish_of_the_api_is_kept_up_to_five_minutes(breaker: Breaker) -> None:
    bring_down(breaker, 1e9)
    assert breaker.rest() == 300


def test_a_bill_that_was_the_probe_is_put_off_longer_than_the_next_probe(breaker: Breaker, time: Time) -> None:
    """It may be the bill itself that the API cannot bear: another one is asked for next."""
    bring_down(breaker)
    for _ in range(20):
        assert breaker.rest() < breaker.hold() <= 600
        time.now += breaker.rest()
        with breaker.admission():
            fail(breaker)


def test_changes_are_told_and_shown(time: Time) -> None:
    metrics = Metrics()
    breaker = Breaker("acme", tell=metrics.api_down.labels("acme").set, clock=time)
    bring_down(breaker)
    at = dt.datetime.now(dt.UTC)
    [shown] = apis_down([Heartbeat(role="worker", at=at, pid=1, metrics=metrics.snapshot())], at)
    assert shown["part"] == "api" and "acme" in shown["message"]
    succeed(breaker)
    assert apis_down([Heartbeat(role="worker", at=at, pid=1, metrics=metrics.snapshot())], at) == []


async def test_a_question_is_not_repeated_by_the_client_while_the_api_is_down(tmp_path: Path) -> None:
    asked = 0

    async def refuse(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=502)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    from ingest.bayou.transport import open_session

    async with TestServer(app) as server, open_session() as session:
        client = BayouClient(session, base_url=str(server.make_url("/api/v2")), api_key="k", pause=lambda _: 0.0)
        for _ in range(FAILURES):
            with pytest.raises(TemporaryFailure):
                await client.bill(1)
        before = asked
        with pytest.raises(TemporaryFailure):
            await client.bill(1)
    assert asked == before + 1


# -- with the real sandbox


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[World]:
    async with ParserPool(size=1) as pool, world(tmp_path, pool) as made:
        yield made


async def parsed(acme: World, account: str, number: int) -> list[str]:
    """Bills that wait for their upload; they were read before."""
    new = []
    for one in range(number):
        sha256 = await acme.documents.put(pdf(f"{account} {one} of {number}"))
        new.append(
            NewArrival(account=account, source="batch", name=f"{one}.pdf", priority=Priority.BATCH, sha256=sha256)
        )
    ids = []
    for came in await acme.ledger.receive(new):
        bill = await acme.bill(came.bill_id or "")
        await acme.ledger.change(bill, "read", values={"step": Step.PARSED})
        ids.append(bill.id)
    return ids


@asynccontextmanager
async def at_work(acme: World) -> AsyncIterator[Scheduler[Bill]]:
    """The API's track, as the worker has it."""
    breakers = {name: client.breaker for name, client in acme.clients.items()}
    track = BillTrack(acme.ledger, NEEDS_API, acme.pipeline.advance, {"acme": 8, "other": 8}, breakers)
    loop = Scheduler("API", track.due, track.step, limit=16, clock=acme.clock, hold=acme.ledger.hold)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(loop.run())
        try:
            yield loop
        finally:
            await loop.stop(1)


async def all_at(acme: World, ids: list[str], *steps: Step) -> None:
    async with asyncio.timeout(60):
        while not set((await acme.ledger.steps(ids)).values()) <= set(steps):  # noqa: ASYNC110 - the ledger sets no event
            await asyncio.sleep(0.02)


async def calls(acme: World) -> int:
    answers = (await acme.control("GET", "uploads"))["answers"]
    return sum(number for call, number in answers.items() if call.split()[0] in ("upload", "get", "patch"))


BEYOND_THE_API = (Step.RESOLVED, Step.RECONCILED, Step.DELIVERED)


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "reset"}])
async def test_fifty_bills_wait_out_an_outage_with_a_handful_of_calls(acme: World, fault: dict[str, object]) -> None:
    ids = await parsed(acme, "acme", 50)
    await acme.arm(**fault)
    async with at_work(acme) as loop:
        await eventually(lambda: acme.clients["acme"].breaker.is_down)
        async with asyncio.timeout(20):
            while await calls(acme) < FAILURES + 2:  # noqa: ASYNC110 - two probes, of which nobody tells us
                await asyncio.sleep(0.02)
        found = [await acme.bill(one) for one in ids]
        # the first failure in a row is taken for its bill's own; nobody else's attempt is counted
        assert sum(bill.attempts for bill in found) <= 1
        assert sum(bill.step is Step.PARSED for bill in found) >= 40, "most of them were not even looked at"
        assert await acme.uploads() == []
        during = await calls(acme)
        assert during <= 3 * FAILURES + 4
        await acme.control("DELETE", "faults")
        loop.wake()
        acme.clock.ahead += dt.timedelta(minutes=1)
        await all_at(acme, ids, *BEYOND_THE_API)
    assert len(await acme.uploads()) == 50
    assert not acme.clients["acme"].breaker.is_down
    kinds = [kind for one in ids for kind in await acme.kinds(await acme.bill(one))]
    assert kinds.count("postponed") <= 1
    assert kinds.count("uploaded") + kinds.count("adopted") == 50


async def test_another_accounts_bills_go_on_meanwhile(acme: World) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=500)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    async with TestServer(app) as server:
        down = BayouClient(acme.session, base_url=str(server.make_url("/api/v2")), api_key="k", pause=lambda _: 0.0)
        acme.clients["acme"] = down
        stuck, fine = await parsed(acme, "acme", 20), await parsed(acme, "other", 20)
        async with at_work(acme):
            await all_at(acme, fine, *BEYOND_THE_API)
            await eventually(lambda: down.breaker.is_down)
    assert not set((await acme.ledger.steps(stuck)).values()) & {Step.POLLING, *BEYOND_THE_API}
    assert len(await acme.uploads()) == 20


async def test_the_local_record_comes_while_the_api_is_down(acme: World) -> None:
    from pipeline_world import POWER

    bring_down(acme.clients["acme"].breaker, 300)
    bill = await acme.take(POWER)
    await acme.run_due()
    bill = await acme.bill(bill.id)
    assert bill.step is Step.PARSED and bill.record
    assert [delivery.event for delivery in await acme.ledger.deliveries(bill.id)] == ["new_unparsed_bill"]
    await acme.run_due()  # whoever fetches it all the same does not call either, and changes nothing
    again = await acme.bill(bill.id)
    assert (again.version, again.attempts, again.step) == (bill.version, 0, Step.PARSED)
    assert again.wake_at and bill.wake_at and again.wake_at > bill.wake_at
    assert await calls(acme) == 0


async def test_bills_that_wait_too_long_are_given_up_although_nobody_looks_at_them(acme: World) -> None:
    await parsed(acme, "acme", FAILURES)  # of those that are tried the time counts from then on, as it always did
    old = await parsed(acme, "acme", 7)
    acme.clock.ahead += dt.timedelta(hours=49)
    young = await parsed(acme, "acme", 3)
    await acme.arm(kind="status", status=503)
    async with at_work(acme):
        await all_at(acme, old, *BEYOND_THE_API)
    for one in old:
        bill = await acme.bill(one)
        assert bill.reason is not None and bill.reason.value == "timed_out"
    assert not set((await acme.ledger.steps(young)).values()) & set(BEYOND_THE_API)


async def test_one_bill_that_the_api_cannot_bear_does_not_stop_the_others(acme: World) -> None:
    """It stands first in the order, and each call for it ends with 500."""
    ids = await parsed(acme, "acme", 10)
    bad = (await acme.bill(ids[0])).sha256[:40]
    client = acme.clients["acme"]

    async def judge(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if bad.encode() in body + request.path_qs.encode():
            return web.Response(status=500)
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with acme.session.request(
            request.method, acme.api + request.path.removeprefix("/api/v2"), data=body, headers=headers
        ) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)

    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", judge)
    async with TestServer(app) as server:
        base = str(server.make_url("/api/v2"))
        acme.clients["acme"] = BayouClient(acme.session, base_url=base, api_key="acme-key", pause=lambda _: 0.0)
        bring_down(acme.clients["acme"].breaker)  # the worst start: nothing but probes, and it is the first of them
        async with at_work(acme):
            await all_at(acme, ids[1:], *BEYOND_THE_API)
    acme.clients["acme"] = client
    assert (await acme.bill(ids[0])).step in (Step.PARSED, Step.UPLOADING)
