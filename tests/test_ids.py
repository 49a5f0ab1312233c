"""Ids: in the order in which they were made, however fast and on whatever thread."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from ingest.store.ids import new_id


def test_ids_of_a_millisecond_have_an_order() -> None:
    made = [new_id("bill") for _ in range(20_000)]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert {len(each) for each in made} == {len("bill_") + 24}


def test_ids_made_at_the_same_time_differ() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: new_id("mail"), range(20_000)))
    assert len(set(made)) == len(made)
