"""An event loop whose turns stay short, however many sockets are ready at once and however much is in memory.

asyncio serves all of them in one turn: when a hundred clients send at the same moment, whoever comes next waits for a
hundred messages. Here a turn serves a few, and whatever became due meanwhile has its turn between them.
"""

import asyncio
import gc
import random
import selectors

MOST_AT_ONCE = 8

Ready = list[tuple[selectors.SelectorKey, int]]


class FewAtOnce(selectors.DefaultSelector):
    """Of many that are ready it gives some, drawn by lot: those that were left out are still ready the next time."""

    def select(self, timeout: float | None = None) -> Ready:
        """At most ``MOST_AT_ONCE``."""
        ready = super().select(timeout)
        return ready if len(ready) <= MOST_AT_ONCE else random.sample(ready, MOST_AT_ONCE)


def new_loop() -> asyncio.AbstractEventLoop:
    """For ``asyncio.Runner``."""
    return asyncio.SelectorEventLoop(FewAtOnce())


def spare_what_is_there() -> None:
    """Once all is loaded: from now on Python's collector looks only at what came later. Its walk through some 90,000
    objects of libraries held the loop up for 30 to 70 ms, again and again.
    """
    gc.collect()
    gc.freeze()
