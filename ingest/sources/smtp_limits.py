"""What is counted: connections, messages a minute, and how long one client may go on without a message.

Each listener process counts for itself.
"""

import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

MOST_NAMES = 10_000
"""Peers whose rate is remembered: about 1 MB."""
COMMANDS_WITHOUT_MESSAGE = 100
"""Besides one for each recipient. A sender that is refused for a while still comes nowhere near."""


def peer_key(peer: str) -> str:
    """What counts as one peer: an IPv4 address, or the /64 of an IPv6 address, all of which one host can use."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if isinstance(address, IPv6Address):
        inner: IPv4Address | None = address.ipv4_mapped
        return str(inner or IPv6Network((address, 64), strict=False))
    return str(address)


class ConnectionCounts:
    """Counts open connections. Whoever was let in must leave again, by the same name."""

    def __init__(self, *, most: int, most_per_peer: int) -> None:
        self._most = most
        self._most_per_peer = most_per_peer
        self._open: Counter[str | None] = Counter()
        self._total = 0

    def enter(self, peer: str | None) -> bool:
        """Whether one more of this peer is let in; counts it if so. None: it is not known yet whose it is."""
        if self._total >= self._most or (peer is not None and self._open[peer] >= self._most_per_peer):
            return False
        self._open[peer] += 1
        self._total += 1
        return True

    def leave(self, peer: str | None) -> None:
        """One connection of this peer is gone."""
        self._total -= 1
        self._open[peer] -= 1
        if not self._open[peer]:
            del self._open[peer]


class Rates:
    """Messages a minute, by name: a minute's worth may come at once, then they are let in at their pace.

    Kept as the time at which the whole minute's worth is there again, so that a name that is idle can be forgotten.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._whole_at: dict[str, float] = {}

    def allows(self, name: str, per_minute: int) -> bool:
        """Whether one more may come now."""
        missing = self._whole_at.get(name, 0.0) - self._clock()
        return missing <= 60.0 - 60.0 / per_minute

    def charge(self, name: str, per_minute: int) -> None:
        """One came."""
        now = self._clock()
        before = self._whole_at.pop(name, 0.0)
        self._whole_at[name] = max(before, now) + 60.0 / per_minute
        self._forget(now)

    def _forget(self, now: float) -> None:
        """The name that was charged longest ago comes first."""
        for name in [name for name, _ in zip(self._whole_at, range(2), strict=False)]:
            if self._whole_at[name] <= now or len(self._whole_at) > MOST_NAMES:
                del self._whole_at[name]


class Patience:
    """How many errors, and how many commands without a message, one client is allowed."""

    def __init__(self, *, max_errors: int, max_recipients: int, max_messages: int) -> None:
        self._errors_left = max_errors
        self._most_commands = COMMANDS_WITHOUT_MESSAGE + max_recipients
        self._commands_left = self._most_commands
        self._messages_left = max_messages

    def error(self) -> bool:
        """A command was refused for good; whether that is still bearable."""
        self._errors_left -= 1
        return self._errors_left > 0

    def command(self) -> bool:
        """A command came; whether it may be answered."""
        self._commands_left -= 1
        return self._commands_left >= 0

    def message(self) -> None:
        """A message came."""
        self._messages_left -= 1
        self._commands_left = self._most_commands

    @property
    def another_message(self) -> bool:
        """Whether one more may come on this connection."""
        return self._messages_left > 0
