"""Webhooks out: signed, retried on the published schedule, never dropped, and no receiver holds up another."""

import asyncio
import datetime as dt
import json
import re
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook
from structlog.testing import capture_logs

from ingest.config import Account, Settings
from ingest.delivery.deliverer import Deliverer
from ingest.delivery.schedule import WEBHOOK_WAITS
from ingest.errors import LedgerBusy
from ingest.store import engine
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, Delivery, NewArrival, NewDelivery, Priority, Step

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZw=="
DOCS = Path(__file__).parent.parent / "docs/webhooks.md"


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.at = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at


@dataclass
class Receiver:
    """A server that answers as told, 204 when nothing is said, and notes what was signed rightly."""

    answers: list[Any] = field(default_factory=list)
    always: Any = 204
    taken: list[tuple[str, Any]] = field(default_factory=list)
    requests: list[aiohttp.typedefs.LooseHeaders] = field(default_factory=list)
    elsewhere: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def post(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode()
        self.requests.append(dict(request.headers))
        at = dt.datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), dt.UTC)
        expected = Webhook(SECRET).sign(request.headers["webhook-id"], at, body)
        assert request.headers["webhook-signature"] == expected
        answer = self.answers.pop(0) if self.answers else self.always
        if answer == "hang":
            await self.over.wait()
        if answer in ("reset", "hang"):
            assert request.transport
            request.transport.abort()
            return web.Response()
        if isinstance(answer, web.Response):
            return answer
        if answer < 300:
            self.taken.append((request.headers["webhook-id"], json.loads(body)))
        return web.Response(status=answer)

    async def follow(self, _: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response()


@dataclass
class World:
    ledger: Ledger
    settings: Settings
    deliverer: Deliverer
    clock: Clock
    receiver: Receiver
    session: aiohttp.ClientSession

    async def bill(self, number: int = 1, *, urls: list[str] | None = None, payload: Any = None) -> Bill:
        """A reconciled bill whose record is to go to the receiver."""
        sha256 = f"{number:064x}"
        new = NewArrival(account="acme", source="smtp", name="b.pdf", priority=Priority.SMTP, sha256=sha256)
        [came] = await self.ledger.receive([new])
        bill = await self.ledger.bill(came.bill_id or "")
        assert bill
        return await self.send(bill, "new_bill", urls=urls, payload=payload)

    async def send(self, bill: Bill, event: str, *, urls: list[str] | None = None, payload: Any = None) -> Bill:
        body = payload or {"event": event, "object": {"id": bill.id}}
        targets = [self.receiver.url] if urls is None else urls
        send = [NewDelivery(event=event, target=url, payload=body, final=True) for url in targets]
        return await self.ledger.change(bill, "reconciled", values={"step": Step.RECONCILED}, send=send)

    async def attempt(self) -> list[Delivery]:
        """One attempt of everything that is due, at the same time."""
        due, _ = await self.ledger.due_deliveries((), 100)
        await asyncio.gather(*(self.deliverer.deliver(delivery) for delivery in due))
        return due

    async def only(self, bill: Bill) -> Delivery:
        [delivery] = await self.ledger.deliveries(bill.id)
        return delivery


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    told = Receiver()
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.add_routes([web.post("/hook", told.post), web.get("/else", told.follow), web.post("/else", told.follow)])
    async with TestServer(app) as server:
        told.url = str(server.make_url("/hook"))
        yield told
        told.over.set()


@pytest.fixture
async def world(tmp_path: Path, receiver: Receiver) -> AsyncIterator[World]:
    clock = Clock()
    account = Account(webhook_urls=(receiver.url,), webhook_secret=SecretStr(SECRET))
    settings = Settings(data_dir=tmp_path / "data", accounts={"acme": account})
    async with (
        await Ledger.open(settings.ledger_url, clock) as ledger,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        deliverer = Deliverer(ledger, settings, session, clock, timeout_seconds=0.3)
        yield World(ledger, settings, deliverer, clock, receiver, session)


@pytest.fixture
def a_deliverer(world: World) -> Callable[..., Deliverer]:
    """A deliverer with other settings of the account."""

    def make(**account: Any) -> Deliverer:
        changed = Account(**{"webhook_urls": (world.receiver.url,), "webhook_secret": SecretStr(SECRET), **account})
        settings = world.settings.model_copy(update={"accounts": {"acme": changed}})
        return Deliverer(world.ledger, settings, world.session, world.clock, timeout_seconds=0.3)

    return make


async def test_a_record_arrives_signed_and_its_bill_is_delivered(world: World) -> None:
    payload = {"event": "new_bill", "object": {"id": "x", "line_1": "Größe 1 \ud800", "total_amount": 12000}}
    bill = await world.bill(payload=payload)
    await world.attempt()
    delivery = await world.only(bill)
    assert world.receiver.taken == [(delivery.id, payload)]
    assert (delivery.attempts, delivery.next_at, delivery.last_error) == (1, None, None)
    after = await world.ledger.bill(bill.id)
    assert after
    assert after.step is Step.DELIVERED
    [headers] = world.receiver.requests
    assert isinstance(headers, dict)
    assert headers["Content-Type"] == "application/json"


async def test_a_record_of_megabytes_arrives_whole(world: World) -> None:
    payload = {"event": "new_bill", "object": {"meters": [{"id": f"M{number}"} for number in range(200_000)]}}
    await world.bill(payload=payload)
    world.deliverer = Deliverer(world.ledger, world.settings, world.session, world.clock)
    await world.attempt()
    assert [body for _, body in world.receiver.taken] == [payload]


async def test_the_receiver_of_the_docs_takes_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.search(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    example: dict[str, Any] = {"__name__": "receiver"}
    exec(code[1], example)
    async with TestServer(example["app"]) as server:
        url = str(server.make_url("/bills"))
        account = world.settings.accounts["acme"].model_copy(update={"webhook_urls": (url,)})
        settings = world.settings.model_copy(update={"accounts": {"acme": account}})
        deliverer = Deliverer(world.ledger, settings, world.session, world.clock)
        bill = await world.bill(urls=[url])
        [delivery], _ = await world.ledger.due_deliveries((), 1)
        await deliverer.deliver(delivery)
        await deliverer.deliver(delivery)  # as after a crash between the answer and its note
        assert example["bills"] == {bill.id: {"id": bill.id}}
        assert example["seen"] == {delivery.id}
        async with world.session.post(url, data=b"{}", headers={"webhook-id": delivery.id}) as forged:
            assert forged.status == 401


async def test_the_published_schedule_is_kept_and_nothing_is_dropped(world: World) -> None:
    world.receiver.always = 500
    bill = await world.bill()
    for number, planned in enumerate([*WEBHOOK_WAITS, WEBHOOK_WAITS[-1], WEBHOOK_WAITS[-1]], start=1):
        await world.attempt()
        delivery = await world.only(bill)
        assert (delivery.attempts, delivery.last_error) == (number, "answered 500")
        assert delivery.next_at
        wait = (delivery.next_at - world.clock.at).total_seconds()
        assert planned <= wait <= planned * 1.1
        world.clock.at += dt.timedelta(seconds=wait - 0.01)
        assert await world.attempt() == [], "not before its time"
        world.clock.at = delivery.next_at
    world.receiver.always = 200
    await world.attempt()
    assert [message for message, _ in world.receiver.taken] == [delivery.id], "the same id through all attempts"
    assert len(world.receiver.requests) == len(WEBHOOK_WAITS) + 3


async def test_waits_differ_so_that_what_failed_together_does_not_return_together(world: World) -> None:
    world.receiver.always = 500
    bills = [await world.bill(number) for number in range(1, 9)]
    await world.attempt()
    assert len({(await world.only(bill)).next_at for bill in bills}) > 1


async def test_messages_about_one_bill_arrive_in_their_order(world: World) -> None:
    world.receiver.answers = [503]
    bill = await world.bill()
    await world.send(bill, "updated_bill")
    await world.attempt()
    assert await world.attempt() == [], "the later one waits for the earlier one"
    world.clock.at += dt.timedelta(minutes=1)
    await world.attempt()
    await world.attempt()
    assert [body["event"] for _, body in world.receiver.taken] == ["new_bill", "updated_bill"]


@pytest.mark.parametrize(
    ("answer", "noted"),
    [
        (404, "answered 404"),
        (410, "answered 410 (it wants no more webhooks: remove it from webhook_urls)"),
        ("reset", "out of reach: "),
        ("hang", "no answer within 0.3 seconds"),
    ],
)
async def test_every_failure_is_noted_and_comes_again(world: World, answer: Any, noted: str) -> None:
    world.receiver.answers = [answer]
    bill = await world.bill()
    await world.attempt()
    delivery = await world.only(bill)
    assert delivery.last_error
    assert delivery.last_error.startswith(noted)
    assert delivery.next_at
    world.clock.at = delivery.next_at
    await world.attempt()
    assert [message for message, _ in world.receiver.taken] == [delivery.id]


async def test_a_redirect_is_not_followed(world: World) -> None:
    world.receiver.answers = [web.Response(status=307, headers={"Location": "/else"})]
    bill = await world.bill()
    await world.attempt()
    assert world.receiver.elsewhere == 0
    assert "redirects are not followed" in ((await world.only(bill)).last_error or "")


async def test_nobody_listens(world: World, a_deliverer: Callable[..., Deliverer]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        world.deliverer = a_deliverer(webhook_urls=(url,))
        bill = await world.bill(urls=[url])
        await world.attempt()
    assert ((await world.only(bill)).last_error or "").startswith("out of reach: ClientConnectorError")


@pytest.mark.parametrize("url", ["http://[::1", "http://"])
async def test_an_address_that_is_none_is_noted(world: World, a_deliverer: Callable[..., Deliverer], url: str) -> None:
    world.deliverer = a_deliverer(webhook_urls=(url,))
    bill = await world.bill(urls=[url])
    await world.attempt()
    delivery = await world.only(bill)
    assert (delivery.last_error, delivery.attempts) == ("its address is not an http URL", 1)


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        ("7200", 7200, 7200),
        ("1", 5, 5.5),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 5, 5.5),
        ("soon", 5, 5.5),
        ("999999999999", 7 * 86400, 7 * 86400),
    ],
)
async def test_retry_after_is_respected_when_it_is_longer(
    world: World, retry_after: str, least: float, most: float
) -> None:
    world.receiver.answers = [web.Response(status=429, headers={"Retry-After": retry_after})]
    bill = await world.bill()
    await world.attempt()
    next_at = (await world.only(bill)).next_at
    assert next_at
    assert least <= (next_at - world.clock.at).total_seconds() <= most


async def test_settings_that_changed_keep_the_message(world: World, a_deliverer: Callable[..., Deliverer]) -> None:
    bill = await world.bill()
    [delivery], _ = await world.ledger.due_deliveries((), 1)
    await a_deliverer(webhook_urls=()).deliver(delivery)
    assert world.receiver.requests == []
    waiting = await world.only(bill)
    assert "no longer name it" in (waiting.last_error or "")
    assert waiting.next_at
    world.clock.at = waiting.next_at
    await world.attempt()
    assert [message for message, _ in world.receiver.taken] == [delivery.id], "back in the settings, it goes out"


async def test_an_account_that_is_gone_keeps_its_messages(world: World) -> None:
    bill = await world.bill()
    settings = world.settings.model_copy(update={"accounts": {"other": Account()}})
    [delivery], _ = await world.ledger.due_deliveries((), 1)
    await Deliverer(world.ledger, settings, world.session, world.clock).deliver(delivery)
    waiting = await world.only(bill)
    assert (waiting.last_error, waiting.attempts) == ("the account is no longer configured", 0)
    assert waiting.next_at == world.clock.at + dt.timedelta(hours=1)


async def test_an_answer_that_echoes_the_bill_stays_out_of_the_log(world: World) -> None:
    echo = "cannot store Jane Roe, account 4711-0815\n\0" + "x" * 100_000
    world.receiver.answers = [web.Response(status=400, text=echo)]
    bill = await world.bill()
    with capture_logs() as logs:
        await world.attempt()
    assert "4711-0815" not in repr(logs)
    assert [line["log_level"] for line in logs] == ["warning"]
    noted = (await world.only(bill)).last_error
    assert noted
    assert noted.startswith("answered 400: cannot store Jane Roe, account 4711-0815 xxx")
    assert len(noted) < 400


async def test_a_compressed_answer_is_not_opened(world: World) -> None:
    bomb = web.Response(status=500, body=b"\x1f\x8b" + b"0" * 50, headers={"Content-Encoding": "gzip"})
    world.receiver.answers = [bomb]
    bill = await world.bill()
    await world.attempt()
    assert (await world.only(bill)).last_error == "answered 500"


async def test_a_log_shows_the_receivers_host_and_no_secret_of_its_address(
    world: World, a_deliverer: Callable[..., Deliverer]
) -> None:
    world.receiver.answers = [500]
    url = world.receiver.url + "?token=hush"
    world.deliverer = a_deliverer(webhook_urls=(url,))
    await world.bill(urls=[url])
    with capture_logs() as logs:
        await world.attempt()
    assert "hush" not in repr(logs)
    assert logs[0]["to"] == "127.0.0.1"


async def test_a_dead_receiver_takes_one_attempt_and_not_all_hands(world: World) -> None:
    world.receiver.always = "hang"
    first = await world.bill(1)
    await world.attempt()
    others = [await world.bill(number) for number in range(2, 12)]
    await world.attempt()
    assert len(world.receiver.requests) == 1, "the others were not tried"
    for bill in others:
        waiting = await world.only(bill)
        assert (waiting.attempts, waiting.last_error) == (0, "waits: the receiver did not answer just before")
    world.clock.at += dt.timedelta(seconds=11)
    await world.attempt()
    assert len(world.receiver.requests) == 2, "after its rest a single one finds out"
    world.receiver.always = 200
    while len(world.receiver.taken) < len([first, *others]):
        _, upcoming = await world.ledger.due_deliveries((), 100)
        assert upcoming, "nothing was lost"
        world.clock.at = upcoming
        await world.attempt()
    assert len({message for message, _ in world.receiver.taken}) == len([first, *others])


async def test_a_dead_receiver_holds_up_no_other(world: World, a_deliverer: Callable[..., Deliverer]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        world.deliverer = a_deliverer(webhook_urls=(dead, world.receiver.url))
        for number in range(1, 4):
            await world.bill(number, urls=[dead, world.receiver.url])
            await world.attempt()
    assert len(world.receiver.taken) == 3


async def test_a_success_that_could_not_be_noted_is_sent_again_under_its_id(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    bill = await world.bill()
    [delivery], _ = await world.ledger.due_deliveries((), 1)
    async with await Ledger.open(world.settings.ledger_url, world.clock) as impatient:
        deliverer = Deliverer(impatient, world.settings, world.session, world.clock)
        other = sqlite3.connect(tmp_path / "data/ledger.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy):
            await deliverer.deliver(delivery)
        other.execute("ROLLBACK")
        other.close()
    assert await world.attempt() == [delivery]
    assert [message for message, _ in world.receiver.taken] == [delivery.id, delivery.id]
    assert (await world.only(bill)).delivered_at
