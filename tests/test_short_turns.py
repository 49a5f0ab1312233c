"""One turn of the event loop is short whoever is at the door, and nobody is left standing there."""

import asyncio
import gc
import itertools
import selectors
import socket
from collections.abc import Iterator

import pytest

from ingest.short_turns import MOST_AT_ONCE, FewAtOnce, new_loop, spare_what_is_there

CLIENTS = 60


@pytest.fixture
def pairs() -> Iterator[list[tuple[socket.socket, socket.socket]]]:
    made = [socket.socketpair() for _ in range(CLIENTS)]
    yield made
    for pair in made:
        for end in pair:
            end.close()


def test_a_few_of_many_have_their_turn_and_all_have_one_in_the_end(
    pairs: list[tuple[socket.socket, socket.socket]],
) -> None:
    with FewAtOnce() as selector:
        for ours, theirs in pairs:
            selector.register(ours, selectors.EVENT_READ)
            theirs.send(b"x")
        turns = 0
        while selector.get_map():
            ready = selector.select(0)
            assert 0 < len(ready) <= MOST_AT_ONCE
            for key, _ in ready:
                selector.unregister(key.fileobj)
            turns += 1
    assert turns == -(-CLIENTS // MOST_AT_ONCE)


def test_the_loop_comes_back_to_other_work_between_them(pairs: list[tuple[socket.socket, socket.socket]]) -> None:
    """Without it, all sixty are served before anything else is."""

    async def most_between_two_turns() -> int:
        loop = asyncio.get_running_loop()
        served = 0
        for ours, theirs in pairs:
            loop.add_reader(ours, lambda ours=ours: count(ours))
            theirs.send(b"x")

        def count(ours: socket.socket) -> None:
            nonlocal served
            served += 1
            loop.remove_reader(ours)

        steps = [0]
        while served < CLIENTS:
            await asyncio.sleep(0)
            steps.append(served)
        return max(after - before for before, after in itertools.pairwise(steps))

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(most_between_two_turns()) <= MOST_AT_ONCE


def test_what_is_loaded_is_not_looked_through_again() -> None:
    try:
        spare_what_is_there()
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()
