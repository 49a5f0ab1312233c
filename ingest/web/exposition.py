"""``/metrics`` in Prometheus' text form: what the ledger knows, and what the processes count."""

import datetime as dt
from collections.abc import Iterable, Sequence

import structlog
from prometheus_client import generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ingest.metrics import families
from ingest.store.ledger import Ledger
from ingest.web.readiness import Heartbeat

log = structlog.get_logger()


class _Collected(Collector):
    """Metrics that are known already, in the form that prometheus_client writes."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


async def ledger_metrics(ledger: Ledger) -> list[Metric]:
    """Bills by account and step, what waits, and since when. Raises LedgerBusy."""
    bills = GaugeMetricFamily("bill_ingest_bills", "Bills by account and step.", labels=["account", "step"])
    for (account, step), number in (await ledger.counts()).items():
        bills.add_metric([account, step], number)
    stopped = GaugeMetricFamily(
        "bill_ingest_account_stopped", "1 for an account whose key the API refuses.", labels=["account"]
    )
    for account in await ledger.stopped_accounts():
        stopped.add_metric([account], 1)
    due = await ledger.oldest_due()
    waited = max(0.0, (ledger.clock() - due).total_seconds()) if due else 0.0
    return [
        bills,
        stopped,
        GaugeMetricFamily(
            "bill_ingest_deliveries_waiting",
            "Deliveries that have not succeeded yet.",
            value=await ledger.waiting_deliveries(),
        ),
        GaugeMetricFamily("bill_ingest_oldest_due_seconds", "How long the oldest due bill has waited.", value=waited),
    ]


def process_metrics(heartbeats: Sequence[Heartbeat], at: dt.datetime) -> list[Metric]:
    """The counters of each process, and since when it was not heard of."""
    age = GaugeMetricFamily(
        "bill_ingest_heartbeat_seconds", "Since when a process was not heard of.", labels=["process"]
    )
    for beat in heartbeats:
        age.add_metric([beat.role], max(0.0, (at - beat.at).total_seconds()))
    try:
        return [age, *families({beat.role: beat.metrics for beat in heartbeats})]
    except (KeyError, TypeError, ValueError) as error:
        log.warning("a process wrote counters that cannot be read", error=repr(error))
        return [age]


def exposition(metrics: Iterable[Metric]) -> bytes:
    """The text."""
    return generate_latest(_Collected(metrics))
