"""What a run of the crash harness is to do, and what came of it."""

import dataclasses
import json
from collections import Counter

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run does."""

    kills: int
    database: str = SQLITE
    workers: int = 1
    listeners: int = 2
    """With one worker they share a port, with several each machine has one; more share the first machine's port."""
    children: int = 2
    """Parser children of each worker."""
    lease: float = 5.0
    """Seconds after which another worker has the bills of a dead one (PostgreSQL)."""
    seed: int = 1
    pace: float = 1.0
    """Mean seconds between two kills."""
    steady: float = 8.0
    """Seconds for which a role works before it is killed."""
    rate: float = 3.0
    """Documents a second."""
    cut_share: float = 0.05
    """Of the pieces of requests to the API."""
    trouble_share: float = 0.1
    """Of what the receiver of webhooks and the smarthost are asked."""
    disk_mb: int | None = 1024
    """None: what processes may write is limited, also where a small disk could be mounted."""
    minutes: float = 24 * 60
    """Longest for the kills; what was not reached then is said by the report."""
    keep: bool = False
    """The folder is kept also when all is well."""


@dataclasses.dataclass(slots=True, kw_only=True)
class Report:
    """What happened."""

    plan: Plan
    disk: str
    kills: Counter[str] = dataclasses.field(default_factory=Counter)
    whole_roles_killed: int = 0
    zombies: Counter[str] = dataclasses.field(default_factory=Counter)
    disturbances: Counter[str] = dataclasses.field(default_factory=Counter)
    connections_cut: Counter[str] = dataclasses.field(default_factory=Counter)
    receiver_troubles: Counter[str] = dataclasses.field(default_factory=Counter)
    smarthost_troubles: Counter[str] = dataclasses.field(default_factory=Counter)
    documents: Counter[str] = dataclasses.field(default_factory=Counter)
    webhooks: Counter[str] = dataclasses.field(default_factory=Counter)
    receipts: Counter[str] = dataclasses.field(default_factory=Counter)
    sent_again: Counter[str] = dataclasses.field(default_factory=Counter)
    refused_by_kills: Counter[str] = dataclasses.field(default_factory=Counter)
    answers: dict[str, int] = dataclasses.field(default_factory=dict)
    endings: Counter[str] = dataclasses.field(default_factory=Counter)
    bills: Counter[str] = dataclasses.field(default_factory=Counter)
    events: Counter[str] = dataclasses.field(default_factory=Counter)
    slowest_seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    """From arrival to such an event. Delivered is a bill when its webhooks are, and they may wait for five minutes."""
    swept: int = 0
    seconds: Counter[str] = dataclasses.field(default_factory=Counter)
    problems: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    folder: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether anything is."""
        return any(self.problems.values())

    def as_json(self) -> str:
        shown = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}  # asdict breaks Counters
        shown["plan"] = dataclasses.asdict(self.plan)
        shown["kills_in_all"] = sum(self.kills.values())
        shown["problems_in_all"] = {what: len(found) for what, found in self.problems.items()}
        return json.dumps(shown, indent=2)
