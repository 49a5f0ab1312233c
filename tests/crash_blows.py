"""When the crash harness did what to the service: what a blow may have kept the ledger from noting is no fault."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

NOTED = dt.timedelta(seconds=10)
"""By then a worker that nobody hinders has noted what became of what it sent, on a very busy machine."""
LASTS = {
    "supervisor": dt.timedelta(seconds=15),
    "postgres": dt.timedelta(seconds=45),
    "postgres connection": dt.timedelta(seconds=45),
    "disk full": dt.timedelta(0),
    "worker stopped": dt.timedelta(0),
}
"""How long after a blow its last victim may end: roles that drain, a worker that hears nothing from its database."""
READ_LATE = dt.timedelta(seconds=3)
"""After every other blow, which kills: what was sent just before, the receiver reads just after, on a busy machine."""
UNFELT = ("parser child", "mail child", "smtp", "web", "API gone")
"""What keeps nobody from noting what was sent. An import is no such thing: on SQLite it works where no worker does."""


def now() -> dt.datetime:
    """As the ledger tells the time."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class Blow:
    """``ended`` is when it was over for the service as well."""

    what: str
    began: dt.datetime
    ended: dt.datetime


@dataclass(slots=True)
class Blows:
    """All of a run."""

    made: list[Blow] = field(default_factory=list)

    @contextlib.contextmanager
    def of(self, what: str) -> Iterator[None]:
        """What happens meanwhile is one."""
        blow = Blow(what, now(), dt.datetime.max.replace(tzinfo=dt.UTC))
        self.made.append(blow)
        try:
            yield
        finally:
            blow.ended = now() + LASTS.get(what, READ_LATE)

    def excuse(self, began: dt.datetime, ended: dt.datetime) -> bool:
        """Whether one of them can have kept a worker from noting what it did in this time."""
        return any(
            blow.began <= ended + NOTED and blow.ended >= began
            for blow in self.made
            if not blow.what.startswith(UNFELT)
        )
