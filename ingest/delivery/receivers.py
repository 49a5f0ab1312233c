"""Which receivers of webhooks are silent just now.

A receiver that does not answer holds every attempt for its whole timeout. So that a dead one does not take all hands
from the others (and from the files), it is left alone for a while, and then a single attempt finds out how it is.
"""

import datetime as dt
from dataclasses import dataclass

FIRST_REST = dt.timedelta(seconds=5)
LONGEST_REST = dt.timedelta(minutes=5)


@dataclass(slots=True)
class _Rest:
    until: dt.datetime
    length: dt.timedelta
    probed: bool = False


class Receivers:
    """Remembers, in memory only, which URLs did not answer. ``probe`` is how long one attempt may take."""

    def __init__(self, probe: dt.timedelta) -> None:
        self._probe = probe
        self._rests: dict[str, _Rest] = {}

    def rest(self, url: str, at: dt.datetime) -> dt.timedelta | None:
        """How long to leave it alone still; None means: try it now."""
        rest = self._rests.get(url)
        if rest is None:
            return None
        if at < rest.until:
            return rest.until - at
        rest.probed, rest.until = True, at + self._probe
        return None

    def answered(self, url: str) -> None:
        """It is well."""
        self._rests.pop(url, None)

    def was_silent(self, url: str, at: dt.datetime) -> None:
        """It timed out, could not be reached, or said that it has too much to do. Each rest is twice the one before.

        Of many attempts that fail together only the first counts.
        """
        rest = self._rests.get(url)
        if rest is None:
            self._rests[url] = _Rest(at + FIRST_REST, FIRST_REST)
        elif rest.probed or at >= rest.until:
            length = min(rest.length * 2, LONGEST_REST)
            self._rests[url] = _Rest(at + length, length)
