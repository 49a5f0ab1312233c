"""The HTTP port: health, readiness, metrics, records, and webhooks from the API.

It shows other people's bills and asks nobody who they are: it belongs on a loopback or otherwise closed address.
"""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from aiohttp import web

from ingest.config import Settings
from ingest.errors import Unavailable
from ingest.metrics import Metrics
from ingest.store.engine import now
from ingest.store.ledger import Ledger
from ingest.store.urls import is_postgresql
from ingest.web import readiness
from ingest.web.answers import HEADERS, as_json, errors_as_json
from ingest.web.api_webhooks import ApiWebhooks
from ingest.web.exposition import exposition, ledger_metrics, process_metrics
from ingest.web.readiness import Heartbeat
from ingest.web.records import Records

LARGEST_BODY = 4 * 1024 * 1024
"""Bytes: a ``bills_ready`` of some hundred bills."""


def make_app(
    ledger: Ledger,
    settings: Settings,
    wake_worker: Callable[[], None],
    *,
    metrics: Metrics | None = None,
    clock: Callable[[], dt.datetime] = now,
) -> web.Application:
    """The application. Serve it without an access log: the path of the API's webhooks holds a secret."""
    counted = metrics or Metrics()
    status = Status(ledger, settings, counted, clock)
    records = Records(ledger)
    hooks = ApiWebhooks(ledger, settings, wake_worker, counted)
    app = web.Application(middlewares=[errors_as_json], client_max_size=LARGEST_BODY)
    app.add_routes(
        [
            web.get("/health", status.health),
            web.get("/ready", status.ready),
            web.get("/metrics", status.metrics),
            web.get("/bills", records.bills),
            web.get(r"/bills/{id:\w+}", records.bill),
            web.get("/arrivals", records.arrivals),
            web.post("/webhooks/bayou/{secret}/{account}", hooks.receive),
        ]
    )
    return app


class Status:
    """The handlers of ``/health``, ``/ready`` and ``/metrics``."""

    def __init__(self, ledger: Ledger, settings: Settings, metrics: Metrics, clock: Callable[[], dt.datetime]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._metrics = metrics
        self._clock = clock

    async def health(self, _: web.Request) -> web.Response:
        """This process lives; nothing else is asked."""
        return as_json({"alive": True})

    async def ready(self, _: web.Request) -> web.Response:
        """200, or 503 with a sentence for each thing that is wrong. Stopped accounts and APIs that are down are told
        and are no problem: their bills are still taken and read."""
        stopped: dict[str, str] = {}
        found: list[dict[str, str]] = []
        try:
            stopped = await self._ledger.stopped_accounts()
        except Unavailable as error:
            found.append(readiness.ledger_problem(error))
        found += await asyncio.to_thread(readiness.disk_problems, self._settings)
        at, elsewhere = self._clock(), is_postgresql(self._settings.ledger_url)
        workers, folders, listeners = [await self._heartbeats(names) for names in self._names()]
        found += [problem for beat in workers for problem in readiness.worker_problems(beat, at)]
        if not workers:
            found += readiness.worker_problems(None, at, elsewhere=elsewhere)
        found += [problem for beat in folders for problem in readiness.folder_problems(beat, at)]
        found += readiness.smtp_problems(listeners, at)
        answer: dict[str, Any] = {"ready": not found, "problems": found, "stopped_accounts": stopped}
        answer["degraded"] = readiness.apis_down(workers, at)
        return as_json(answer, 503 if found else 200)

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus' text form. 503 when the ledger does not answer."""
        at = self._clock()
        own = Heartbeat(role="web", at=at, pid=0, metrics=self._metrics.snapshot())
        beats = [own, *[beat for names in self._names() for beat in await self._heartbeats(names)]]
        body = exposition([*await ledger_metrics(self._ledger), *process_metrics(beats, at)])
        return web.Response(body=body, headers={**HEADERS, "Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    def _names(self) -> tuple[list[str], list[str], list[str]]:
        """Of the processes without a port of their own: workers, folder roles, mail listeners."""
        several = [readiness.names_of(role, readiness.MOST_PROCESSES) for role in (readiness.WORKER, readiness.FOLDER)]
        return several[0], several[1], readiness.names_of(readiness.SMTP, self._settings.smtp.processes)

    async def _heartbeats(self, names: list[str]) -> list[Heartbeat]:
        """Of those that there are."""
        return await asyncio.to_thread(readiness.read_heartbeats, self._settings.data_dir, names)
