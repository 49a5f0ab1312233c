"""The HTTP port over real sockets: what it shows, what it refuses, and the API's webhooks."""

import datetime as dt
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from structlog.testing import capture_logs
from yarl import URL

from ingest.config import Account, Limits, Settings, Smtp
from ingest.config import Web as WebSettings
from ingest.metrics import MOST_NAMES, Metrics
from ingest.reasons import Reason
from ingest.roles.smtp import smtp_role
from ingest.store.ledger import Ledger
from ingest.store.rows import Bill, NewArrival, NewDelivery, Priority, Step
from ingest.web.api_webhooks import bill_ids
from ingest.web.app import LARGEST_BODY, make_app
from ingest.web.readiness import STALE_SECONDS, read_heartbeat, write_heartbeat

SECRET = "a/secret of the path"


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.at = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at


@dataclass
class World:
    ledger: Ledger
    settings: Settings
    clock: Clock
    session: aiohttp.ClientSession
    url: URL
    woken: list[None] = field(default_factory=list)

    async def get(self, path: str, **query: str) -> tuple[int, Any]:
        async with self.session.get(self.url.join(URL(path)), params=query) as answer:
            assert answer.content_type == "application/json"
            return answer.status, await answer.json()

    async def hook(self, body: Any, secret: str = SECRET, account: str = "acme") -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = f"/webhooks/bayou/{quote(secret, safe='%')}/{account}"
        url = URL(f"{str(self.url).rstrip('/')}{path}", encoded=True)
        async with self.session.post(url, data=io.BytesIO(data)) as answer:
            text = await answer.text()
            assert answer.status == 204 or json.loads(text).keys() == {"error", "message"}
            return answer.status

    async def bill(self, number: int = 1, account: str = "acme", **values: Any) -> Bill:
        new = NewArrival(
            account=account, source="smtp", name=f"{number}.pdf", priority=Priority.SMTP, sha256=f"{number:064x}",
            message={"from": "jane@example.com"},
        )  # fmt: skip
        [came] = await self.ledger.receive([new])
        bill = await self.ledger.bill(came.bill_id or "")
        assert bill
        return await self.ledger.change(bill, "changed", values=values) if values else bill

    def beat(self, folders: dict[str, str | None] | None = None, metrics: Metrics | None = None) -> None:
        write_heartbeat(self.settings.data_dir, folders, metrics, at=self.clock.at)

    async def metrics(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        async with self.session.get(self.url / "metrics") as answer:
            assert answer.status == 200
            families = list(text_string_to_metric_families(await answer.text()))
        assert len({family.name for family in families}) == len(families)
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in families
            for sample in family.samples
        }


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    """Settings; a test may name others."""
    return Settings(
        data_dir=tmp_path / "data",
        accounts={"acme": Account(), "other": Account()},
        web=WebSettings(api_webhook_secret=SecretStr(SECRET)),
        limits=Limits(max_document_bytes=1024),
    )


@pytest.fixture
async def world(chosen: Settings) -> AsyncIterator[World]:
    clock, woken = Clock(), list[None]()
    async with await Ledger.open(chosen.ledger_url, clock) as ledger:
        app = make_app(ledger, chosen, lambda: woken.append(None), clock=clock)
        async with TestServer(app) as server, aiohttp.ClientSession() as session:
            yield World(ledger, chosen, clock, session, server.make_url(""), woken)


# -- health and readiness


async def test_health_asks_nobody(world: World) -> None:
    await world.ledger.engine.dispose()
    assert await world.get("/health") == (200, {"alive": True})


async def test_ready_when_the_worker_lives_and_everything_is_there(world: World) -> None:
    world.beat({"acme": None})
    assert await world.get("/ready") == (200, {"ready": True, "problems": [], "stopped_accounts": {}, "degraded": []})


async def test_a_stopped_account_is_told_but_the_service_is_ready(world: World) -> None:
    world.beat()
    await world.ledger.stop_account("acme", "401: the key is wrong")
    status, body = await world.get("/ready")
    assert (status, body["stopped_accounts"]) == (200, {"acme": "401: the key is wrong"})


async def parts(world: World) -> list[str]:
    status, body = await world.get("/ready")
    assert status == 503
    assert not body["ready"]
    return [problem["part"] for problem in body["problems"]]


async def test_not_ready_without_a_worker(world: World) -> None:
    assert await parts(world) == ["worker"]


async def test_a_worker_on_another_machine_is_not_missed(world: World, chosen: Settings) -> None:
    """Several machines share a PostgreSQL; a worker that ran on this one and fell silent is missed there as well."""
    elsewhere = chosen.model_copy(update={"database_url": "postgresql+asyncpg://ann@db.example/bills"})
    async with TestServer(make_app(world.ledger, elsewhere, lambda: None, clock=world.clock)) as server:
        url = server.make_url("/ready")
        async with world.session.get(url) as answer:
            assert answer.status == 200, await answer.text()
        world.beat({"acme": None})
        world.clock.at += dt.timedelta(seconds=STALE_SECONDS + 1)
        async with world.session.get(url) as answer:
            assert answer.status == 503


@pytest.mark.parametrize("seconds", [STALE_SECONDS + 1, -STALE_SECONDS - 1])
async def test_not_ready_when_the_worker_fell_silent(world: World, seconds: float) -> None:
    world.beat()
    world.clock.at += dt.timedelta(seconds=seconds)
    assert await parts(world) == ["worker"]


async def test_not_ready_when_the_mail_listener_fell_silent(world: World) -> None:
    write_heartbeat(world.settings.data_dir, role="smtp", at=world.clock.at)
    world.beat()
    status, _ = await world.get("/ready")
    assert status == 200
    world.clock.at += dt.timedelta(seconds=STALE_SECONDS + 1)
    world.beat()
    status, body = await world.get("/ready")
    assert (status, body["problems"]) == (
        503, [{"part": "smtp", "message": "The mail listener was last heard of at 2026-03-01T00:00:00+00:00."}],
    )  # fmt: skip


async def test_a_role_that_is_stopped_on_purpose_is_not_missed(world: World) -> None:
    settings = world.settings.model_copy(update={"smtp": Smtp(port=0)})
    world.beat()
    async with smtp_role(settings):
        assert read_heartbeat(settings.data_dir, "smtp")
    world.clock.at += dt.timedelta(days=1)
    world.beat()
    assert (await world.get("/ready"))[0] == 200


async def test_a_role_that_fails_is_missed(world: World) -> None:
    settings = world.settings.model_copy(update={"smtp": Smtp(port=0)})
    with pytest.raises(ZeroDivisionError):
        async with smtp_role(settings):
            raise ZeroDivisionError
    assert read_heartbeat(settings.data_dir, "smtp")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"role": "worker", "at": "2026-03-01", "pid": 1}', b"\xff"])
async def test_a_heartbeat_that_cannot_be_read_is_none(world: World, content: bytes) -> None:
    world.beat()
    (world.settings.data_dir / "worker.json").write_bytes(content)
    assert read_heartbeat(world.settings.data_dir) is None
    assert await parts(world) == ["worker"]


async def test_not_ready_when_a_folder_is_gone(world: World) -> None:
    world.beat({"acme": "/mnt/bills is not there; mount it.", "other": None})
    status, body = await world.get("/ready")
    assert (status, body["problems"]) == (
        503, [{"part": "folder", "message": "Account acme: /mnt/bills is not there; mount it."}],
    )  # fmt: skip


async def test_not_ready_when_the_ledger_does_not_answer(world: World) -> None:
    world.beat()
    with sqlite3.connect(world.settings.data_dir / "ledger.sqlite3") as connection:
        connection.execute("DROP TABLE stopped_accounts")
    connection.close()
    assert await parts(world) == ["ledger"]


class TestNoSpace:
    @pytest.fixture
    def chosen(self, chosen: Settings) -> Settings:
        """A limit that no disk holds twice."""
        return chosen.model_copy(update={"limits": Limits(max_document_bytes=10**17)})

    async def test_not_ready_when_the_next_document_would_not_fit(self, world: World) -> None:
        world.beat()
        assert await parts(world) == ["disk"]


# -- metrics


async def test_metrics_tell_what_the_ledger_knows(world: World) -> None:
    bill = await world.bill(1)
    await world.bill(2)
    await world.bill(3, "other")
    send = [NewDelivery(event="new_bill", target="file", payload={})]
    values = {"step": Step.RECONCILED, "wake_at": None}
    await world.ledger.change(bill, "reconciled", values=values, send=send)
    await world.ledger.stop_account("other", "401")
    world.clock.at += dt.timedelta(seconds=90)
    found = await world.metrics()
    assert found["bill_ingest_bills", (("account", "acme"), ("step", "received"))] == 1
    assert found["bill_ingest_bills", (("account", "acme"), ("step", "reconciled"))] == 1
    assert found["bill_ingest_bills", (("account", "other"), ("step", "received"))] == 1
    assert found["bill_ingest_deliveries_waiting", ()] == 1
    assert found["bill_ingest_account_stopped", (("account", "other"),)] == 1
    assert found["bill_ingest_oldest_due_seconds", ()] == 90


async def test_bills_that_wait_for_a_stopped_account_are_not_called_late(world: World) -> None:
    await world.bill(1, "other", step=Step.POLLING)
    await world.ledger.stop_account("other", "401")
    world.clock.at += dt.timedelta(hours=1)
    assert (await world.metrics())["bill_ingest_oldest_due_seconds", ()] == 0


async def test_metrics_show_what_other_processes_count(world: World) -> None:
    worker, smtp = Metrics(), Metrics()
    worker.uploads.labels("acme", "taken").inc(3)
    worker.parse_seconds.observe(0.2)
    worker.drift("unknown_field", 'odd "name"\n')
    smtp.documents.labels("smtp", "accepted").inc()
    world.beat(metrics=worker)
    write_heartbeat(world.settings.data_dir, metrics=smtp, role="smtp", at=world.clock.at)
    await world.hook({"event": "new_bill", "object": {"id": 1}})
    found = await world.metrics()
    assert found["bill_ingest_uploads_total", (("account", "acme"), ("outcome", "taken"), ("process", "worker"))] == 3
    assert found["bill_ingest_parse_seconds_count", (("process", "worker"),)] == 1
    assert ("bill_ingest_parse_seconds_count", (("process", "web"),)) not in found
    assert found["bill_ingest_parse_seconds_bucket", (("le", "0.25"), ("process", "worker"))] == 1
    assert found["bill_ingest_heartbeat_seconds", (("process", "smtp"),)] == 0
    label = (("kind", "unknown_field"), ("name", 'odd "name"\n'), ("process", "worker"))
    assert found["bill_ingest_api_drift_total", label] == 1
    label = (("event", "new_bill"), ("outcome", "unknown_bill"), ("process", "web"))
    assert found["bill_ingest_api_webhooks_total", label] == 1


async def test_counters_that_cannot_be_read_do_not_hide_the_ledger(world: World) -> None:
    world.beat()
    place = world.settings.data_dir / "worker.json"
    state = json.loads(place.read_text())
    place.write_text(json.dumps(state | {"metrics": [{"name": "x"}]}))
    assert ("bill_ingest_deliveries_waiting", ()) in await world.metrics()


def test_the_api_does_not_decide_how_many_counters_there_are() -> None:
    counted = Metrics()
    for number in range(MOST_NAMES + 50):
        counted.drift("unknown_field", f"field_{number}")
    [drift] = [family for family in counted.snapshot() if family["name"] == "bill_ingest_api_drift"]
    assert len(drift["samples"]) == MOST_NAMES + 1
    assert [value for _, labels, value in drift["samples"] if labels["name"] == "other"] == [50]


# -- records


async def test_bills_newest_first_and_narrowed_down(world: World) -> None:
    made = []
    for number in range(1, 4):
        made.append(await world.bill(number))
        world.clock.at += dt.timedelta(seconds=1)
    other = await world.bill(9, "other", step=Step.POLLING)

    async def ids(**query: str) -> list[str]:
        status, body = await world.get("/bills", **query)
        assert status == 200
        return [bill["id"] for bill in body["bills"]]

    assert await ids() == [other.id, *(bill.id for bill in reversed(made))]
    assert await ids(account="acme", limit="2") == [made[2].id, made[1].id]
    assert await ids(step="polling") == [other.id]
    assert await ids(account="nobody") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"limit": "0"}, "limit_invalid"),
        ({"limit": "1001"}, "limit_invalid"),
        ({"limit": "-1"}, "limit_invalid"),
        ({"limit": "ten"}, "limit_invalid"),
        ({"limit": "\u0663"}, "limit_invalid"),
        ({"limit": ""}, "limit_invalid"),
        ({"step": "paid"}, "step_invalid"),
        ({"account": "a'b"}, "account_invalid"),
        ({"account": "a\0"}, "account_invalid"),
        ({"acount": "acme"}, "unknown_filter"),
    ],
)
async def test_a_wrong_filter_is_said_and_matches_nothing(world: World, query: dict[str, str], code: str) -> None:
    status, body = await world.get("/bills", **query)
    assert (status, body["error"]) == (400, code)
    assert body["message"].endswith(".")


async def test_one_bill_with_everything_about_it(world: World) -> None:
    record = {"id": "x", "account_number": "4711-0815", "address": "Großau \ud800"}
    bill = await world.bill(reason=Reason.NOT_SUPPORTED, record=record, step=Step.RECONCILED, bayou_id="77")
    send = [NewDelivery(event="new_bill", target="http://127.0.0.1:9/x", payload={"event": "new_bill"}, final=True)]
    bill = await world.ledger.change(bill, "sent", values={}, send=send)
    [delivery] = await world.ledger.deliveries(bill.id)
    await world.ledger.not_delivered(delivery, "answered 500", world.clock.at + dt.timedelta(seconds=5))
    status, body = await world.get(f"/bills/{bill.id}")
    assert status == 200
    assert body["record"] == record
    assert (body["step"], body["bayou_id"]) == ("reconciled", "77")
    assert body["reason"] == {
        "code": "not_supported", "sentence": Reason.NOT_SUPPORTED.sentence, "next_step": Reason.NOT_SUPPORTED.next_step
    }  # fmt: skip
    assert [event["kind"] for event in body["events"]] == ["received", "changed", "sent"]
    [shown] = body["deliveries"]
    assert (shown["id"], shown["attempts"], shown["last_error"]) == (delivery.id, 1, "answered 500")
    assert shown["next_at"] == "2026-03-01T00:00:05+00:00"
    assert [arrival["message"] for arrival in body["arrivals"]] == [{"from": "jane@example.com"}]
    assert [arrival["sender"] for arrival in body["arrivals"]] == ["not noted"]


@pytest.mark.parametrize("path", ["/bills/bill_0", "/bills/a%00b", "/bills/..%2f..%2fetc", "/nothing", "/"])
async def test_what_is_not_there_is_said_in_json(world: World, path: str) -> None:
    async with world.session.get(URL(f"{str(world.url).rstrip('/')}{path}", encoded=True)) as answer:
        body = await answer.json()
    assert answer.status == 404
    assert body["message"].endswith(".")


async def test_a_method_that_is_not_taken(world: World) -> None:
    async with world.session.delete(world.url / "bills") as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD")
        assert (await answer.json())["error"] == "method_not_allowed"


async def test_nothing_is_kept_by_a_cache(world: World) -> None:
    for path in ("health", "bills", "metrics", "nothing"):
        async with world.session.get(world.url / path) as answer:
            assert answer.headers["Cache-Control"] == "no-store"


async def test_arrivals_with_the_refused_ones(world: World) -> None:
    await world.bill(1, "other")
    world.clock.at += dt.timedelta(seconds=1)
    refused = NewArrival(
        account="acme", source="folder", name="picture.pdf", priority=Priority.FOLDER, reason=Reason.NOT_A_PDF
    )
    await world.ledger.receive([refused])
    _, body = await world.get("/arrivals")
    assert [arrival["account"] for arrival in body["arrivals"]] == ["acme", "other"]
    _, body = await world.get("/arrivals", account="acme")
    [shown] = body["arrivals"]
    assert (shown["outcome"], shown["reason"]["code"], shown["bill_id"]) == ("refused", "not_a_pdf", None)


async def test_a_ledger_that_does_not_answer_is_503(world: World) -> None:
    with sqlite3.connect(world.settings.data_dir / "ledger.sqlite3") as connection:
        connection.execute("ALTER TABLE arrivals RENAME TO gone")
    connection.close()
    status, body = await world.get("/arrivals")
    assert (status, body["error"]) == (503, "unavailable")


# -- webhooks from the API


async def waiting(world: World, bayou_id: str, step: Step = Step.POLLING, account: str = "acme") -> Bill:
    later = world.clock.at + dt.timedelta(hours=1)
    return await world.bill(int(bayou_id), account, step=step, bayou_id=bayou_id, wake_at=later)


async def due(world: World) -> set[str | None]:
    return {bill.bayou_id for bill in (await world.ledger.due_bills((), 100))[0]}


@pytest.mark.parametrize("given_id", [7, "7"])
@pytest.mark.parametrize("event", ["new_bill", "updated_bill", "new_unparsed_bill"])
async def test_a_webhook_makes_its_bill_due_and_wakes_the_worker(world: World, event: str, given_id: Any) -> None:
    await waiting(world, "7", Step.DELIVERED if event == "updated_bill" else Step.POLLING)
    await waiting(world, "8")
    assert await world.hook({"event": event, "object": {"id": given_id, "status": "a lie"}}) == 204
    assert await due(world) == {"7"}
    assert len(world.woken) == 1


async def test_a_webhook_reaches_only_the_account_of_its_address(world: World) -> None:
    await waiting(world, "7", account="other")
    assert await world.hook({"event": "new_bill", "object": {"id": 7}}) == 204
    assert (await due(world), world.woken) == (set(), [])


async def test_bills_ready_makes_all_its_bills_due(world: World) -> None:
    for number in ("1", "2", "3"):
        await waiting(world, number)
    lists = {"bills_parsed": [{"id": 2}, {"id": "2"}, {"id": None}, 5], "bills_unparsed": [{"id": 3}], "x": "y"}
    assert await world.hook({"event": "bills_ready", "object": {"id": 1, **lists}}) == 204
    assert await due(world) == {"2", "3"}, "the object's own id is that of the customer"


async def test_other_events_are_taken_counted_and_left(world: World) -> None:
    await waiting(world, "7")
    for event in ("customer_must_reauthenticate", "intervals_ready", "made_up_next_year"):
        assert await world.hook({"event": event, "object": {"id": 7}}) == 204
    assert (await due(world), world.woken) == (set(), [])
    found = await world.metrics()
    label = (("event", "other"), ("outcome", "ignored"), ("process", "web"))
    assert found["bill_ingest_api_webhooks_total", label] == 1


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"event": "new_bill"}', b'{"event": 1, "object": {}}',
        b'{"event": "new_bill", "object": []}', b"[" * 100_000,
    ],
)  # fmt: skip
async def test_a_body_that_is_no_webhook_is_400(world: World, body: bytes) -> None:
    assert await world.hook(body) == 400


@pytest.mark.parametrize("object_id", [None, True, 1.5, {}, [], "", "x", -1, "7; drop", "\u0667"])
async def test_an_id_that_is_none_wakes_nothing(world: World, object_id: Any) -> None:
    assert await world.hook({"event": "new_bill", "object": {"id": object_id}}) == 204
    assert world.woken == []


@pytest.mark.parametrize("secret", ["wrong", SECRET.upper(), SECRET + "x", "", "ü", "%FF"])
async def test_a_wrong_secret_is_not_found_whatever_the_body(world: World, secret: str) -> None:
    await waiting(world, "7")
    with capture_logs() as logs:
        assert await world.hook({"event": "new_bill", "object": {"id": 7}}, secret=secret) == 404
        assert await world.hook(b"{", secret=secret) == 404
    assert (await due(world), world.woken, logs) == (set(), [], [])


async def test_an_unknown_account_is_not_found(world: World) -> None:
    assert await world.hook({"event": "new_bill", "object": {"id": 7}}, account="nobody") == 404


async def test_a_body_beyond_the_limit_is_413(world: World) -> None:
    assert await world.hook(b" " * (LARGEST_BODY + 1)) == 413


async def test_the_secret_is_in_no_log(world: World) -> None:
    with capture_logs() as logs, sqlite3.connect(world.settings.data_dir / "ledger.sqlite3") as connection:
        await world.hook({"event": "new_bill", "object": {"id": 7}})
        connection.execute("ALTER TABLE bills RENAME TO gone")
        assert await world.hook({"event": "new_bill", "object": {"id": 7}}) == 503
    connection.close()
    assert len(logs) == 2
    assert SECRET not in repr(logs)


class TestOff:
    @pytest.fixture
    def chosen(self, chosen: Settings) -> Settings:
        """No secret: there are no webhooks."""
        return chosen.model_copy(update={"web": WebSettings()})

    @pytest.mark.parametrize("secret", ["None", "x", ""])
    async def test_without_a_secret_nothing_is_taken(self, world: World, secret: str) -> None:
        assert await world.hook({"event": "new_bill", "object": {"id": 7}}, secret=secret) == 404


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.just("id"), inner, max_size=4),
    max_leaves=20,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["new_bill", "bills_ready", "x"]),
    st.dictionaries(st.sampled_from(["id", "bills_parsed"]) | st.text(), json_values, max_size=5),
)
def test_ids_of_any_body_are_numbers(event: str, body: dict[str, Any]) -> None:
    assert all(found.isascii() and found.isdigit() for found in bill_ids(event, body))


def test_the_port_is_on_the_loopback_unless_the_settings_say_otherwise() -> None:
    assert WebSettings().host == "127.0.0.1"


def fail() -> None:
    """A worker that cannot be woken for a reason nobody thought of."""
    raise ZeroDivisionError


async def test_an_error_of_ours_is_logged_without_its_path(chosen: Settings) -> None:
    async with await Ledger.open(chosen.ledger_url) as ledger:
        app = make_app(ledger, chosen, fail)
        async with TestServer(app) as server, aiohttp.ClientSession() as session:
            world = World(ledger, chosen, Clock(), session, server.make_url(""))
            await waiting(world, "7")
            with capture_logs() as logs:
                assert await world.hook({"event": "new_bill", "object": {"id": 7}}) == 500
    [line] = logs
    assert (line["event"], line["route"]) == ("a request failed", "/webhooks/bayou/{secret}/{account}")
    assert SECRET not in repr(logs)
