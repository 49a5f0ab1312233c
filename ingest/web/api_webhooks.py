"""Webhooks that the API sends us. They are not signed, so the address holds a secret and the body is only a hint.

Nothing in a body is believed: it tells which bill to ask the API about, sooner than the next question was planned.
"""

import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import structlog
from aiohttp import web
from pydantic import SecretStr

from ingest.config import Settings
from ingest.metrics import Metrics
from ingest.store.ledger import Ledger
from ingest.store.rows import Step
from ingest.web.answers import Refusal

BILL_EVENTS = {"new_bill", "updated_bill", "new_unparsed_bill"}
LISTS_OF_BILLS = {"bills_ready"}
OTHER_EVENTS = {"customer_has_filled_credentials", "customer_must_reauthenticate", "intervals_ready"}
WOKEN = (Step.POLLING, Step.RECONCILED, Step.DELIVERED)

MOST_BILLS = 500
"""Of one ``bills_ready``; the others are asked for when their time comes."""

log = structlog.get_logger()


class ApiWebhooks:
    """The handler of ``POST /webhooks/bayou/{secret}/{account}``."""

    def __init__(self, ledger: Ledger, settings: Settings, wake_worker: Callable[[], None], metrics: Metrics) -> None:
        self._ledger = ledger
        self._settings = settings
        self._wake_worker = wake_worker
        self._metrics = metrics

    async def receive(self, request: web.Request) -> web.Response:
        """204 once the bill is due; also for a bill that is not ours, which the sender can do nothing about."""
        account = request.match_info["account"]
        if not _same(self._settings.web.api_webhook_secret, request.match_info["secret"]):
            raise web.HTTPNotFound
        if account not in self._settings.accounts:
            raise Refusal(404, "account_unknown", "There is no such account.")
        event, body = _read(await request.read())
        woken = 0
        for bayou_id in bill_ids(event, body):
            woken += await self._ledger.wake(account, bayou_id=bayou_id, steps=WOKEN)
        if woken:
            self._wake_worker()
        self._count(event, woken)
        log.info("the API sent a webhook", account=account, kind=_known(event), bills_woken=woken)
        return web.Response(status=204)

    def _count(self, event: str, woken: int) -> None:
        about_bills = event in BILL_EVENTS | LISTS_OF_BILLS
        outcome = "woken" if woken else "unknown_bill" if about_bills else "ignored"
        self._metrics.api_webhooks.labels(_known(event), outcome).inc()


def _same(secret: SecretStr | None, given: str) -> bool:
    """Compared in constant time; nothing is the same as a secret that is not set."""
    expected = secret.get_secret_value() if secret else ""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")) and bool(expected)


def _read(body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "body_invalid", "The body is not JSON.") from error
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("event"), str)
        or not isinstance(value.get("object"), dict)
    ):
        raise Refusal(400, "body_invalid", 'The body is not {"event": …, "object": {…}}.')
    return value["event"], value["object"]


def bill_ids(event: str, body: dict[str, Any]) -> list[str]:
    """Ids of bills, as the ledger has them. The ``id`` of other events is that of a customer."""
    if event in BILL_EVENTS:
        return list(_ids([body]))
    if event not in LISTS_OF_BILLS:
        return []
    bills = [bill for value in body.values() if isinstance(value, list) for bill in value if isinstance(bill, dict)]
    return list(dict.fromkeys(_ids(bills)))[:MOST_BILLS]


def _ids(bills: list[dict[str, Any]]) -> Iterator[str]:
    """Numbers or strings: the API is known to send both."""
    for bill in bills:
        given = bill.get("id")
        if (
            isinstance(given, int | str)
            and not isinstance(given, bool)
            and str(given).isascii()
            and str(given).isdigit()
        ):
            yield str(given)


def _known(event: str) -> str:
    """An event as a label: what is not documented could be any text."""
    return event if event in BILL_EVENTS | LISTS_OF_BILLS | OTHER_EVENTS else "other"
