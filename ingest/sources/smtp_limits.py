"""How many connections there may be, in all and from one address."""

from collections import Counter


class ConnectionCounts:
    """Counts open connections. Whoever was let in must leave again."""

    def __init__(self, *, most: int, most_per_peer: int) -> None:
        self._most = most
        self._most_per_peer = most_per_peer
        self._open: Counter[str] = Counter()

    def enter(self, peer: str) -> bool:
        """Whether one more connection of this address is let in; counts it if so."""
        if self._open.total() >= self._most or self._open[peer] >= self._most_per_peer:
            return False
        self._open[peer] += 1
        return True

    def leave(self, peer: str) -> None:
        """One connection of this address is gone."""
        self._open[peer] -= 1
        if not self._open[peer]:
            del self._open[peer]
