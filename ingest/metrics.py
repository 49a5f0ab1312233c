"""What a process counts by itself. What the ledger knows is not counted here but asked there, by ``/metrics``.

Each process makes one ``Metrics`` and hands it to its parts. Only the web process has a port: the others write their
``snapshot`` into their state file (``ingest.web.readiness``) and the web process shows it with the label ``process``.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric

PARSE_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
OCR_BUCKETS = (1, 2.5, 5, 10, 30, 60, 120, 300, 600)
API_DOWN = "bill_ingest_api_down"
MOST_NAMES = 200
"""Names of unknown fields that are counted one by one; the API decides how many there are, not we."""


class Metrics:
    """Counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.documents = self._counter("documents", "Documents offered, by what became of them.", "source", "outcome")
        self.uploads = self._counter("uploads", "Uploads to the API.", "account", "outcome")
        self.api_drift = self._counter("api_drift", "What API answers held that is not documented.", "kind", "name")
        self.deliveries = self._counter("delivery_attempts", "Attempts to hand a result out.", "kind", "outcome")
        self.receipts = self._counter("receipts", "Receipts and digests, by how an attempt ended.", "kind", "outcome")
        self.api_webhooks = self._counter("api_webhooks", "Webhooks that the API sent.", "event", "outcome")
        self.api_down = Gauge(
            API_DOWN, "1 for an account whose API does not answer.", ["account"], registry=self.registry
        )
        self.parse_seconds = Histogram(
            "bill_ingest_parse_seconds",
            "Wall time to read one document.",
            registry=self.registry,
            buckets=PARSE_BUCKETS,
        )
        self.ocr_seconds = Histogram(
            "bill_ingest_ocr_seconds",
            "Wall time to read one scan or photo, its wait for a child included.",
            registry=self.registry,
            buckets=OCR_BUCKETS,
        )
        self._names: set[tuple[str, str]] = set()

    def drift(self, kind: str, name: str) -> None:
        """Counts something undocumented in an answer; the ``on_drift`` of ``ingest.bayou.client.BayouClient``."""
        if (kind, name) not in self._names and len(self._names) >= MOST_NAMES:
            name = "other"
        self._names.add((kind, name))
        self.api_drift.labels(kind, name).inc()

    def snapshot(self) -> list[dict[str, Any]]:
        """All values as JSON can hold them, for ``families``. What never happened in this process is left out."""
        return [
            {
                "name": family.name,
                "type": family.type,
                "help": family.documentation,
                "samples": [
                    [sample.name, sample.labels, sample.value]
                    for sample in family.samples
                    if not sample.name.endswith("_created")
                ],
            }
            for family in self.registry.collect()
            if (family.type == "gauge" and family.samples)
            or any(sample.value for sample in family.samples if not sample.name.endswith("_created"))
        ]

    def _counter(self, name: str, documentation: str, *labels: str) -> Counter:
        return Counter(f"bill_ingest_{name}", documentation, labels, registry=self.registry)


def families(snapshots: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[Metric]:
    """The snapshots of several processes as metrics, each value with the label ``process``.

    Raises KeyError, TypeError or ValueError for what no ``snapshot`` wrote.
    """
    found: dict[str, Metric] = {}
    for process, snapshot in snapshots.items():
        for family in snapshot:
            name = family["name"]
            metric = found.setdefault(name, Metric(name, family["help"], family["type"]))
            for sample, labels, value in family["samples"]:
                metric.add_sample(sample, {**labels, "process": process}, float(value))
    return list(found.values())
