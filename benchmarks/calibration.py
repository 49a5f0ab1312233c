"""Whether confidence means what it says: values read from labelled bills, by band of confidence and by ground.

``python benchmarks/calibration.py CORPUS [--only UTILITY …] [--show]`` reads every document that has a label beside it
(``<name>.json``) twice, with the parsers of its company and with the generic one alone, and exits with 1 where fewer
than 99.5 % of the values with a confidence of 0.9 or more are right. ``--show`` names the wrong ones among these.
"""

import argparse
import asyncio
import collections
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingest.parsing import ParserPool
from parsers.model import Document

WANTED, FROM = 0.995, 0.9
BANDS = (0.0, 0.5, 0.7, 0.8, FROM, 0.95, 0.98, 0.99, 0.995, 1.01)
SUFFIXES = {".pdf", ".png", ".jpg", ".jpeg"}
NOT_COMPARED = {"past_due", "meters", "line_2", "postal_code_suffix", "address", "additional_attributes"}
TOLERANCE = 0.0051  # of numbers that are printed with two decimals


@dataclass(frozen=True)
class Value:
    """One value that was read: how sure it was said to be, and whether the label has the same."""

    where: str
    confidence: float
    grounds: tuple[str, ...]
    right: bool


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("corpus", type=Path)
    options.add_argument("--only", nargs="*", default=[], help="folders of the corpus")
    options.add_argument("--show", action="store_true", help="name the values that are sure and wrong")
    chosen = options.parse_args()
    paths = [
        path
        for path in sorted(chosen.corpus.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.with_suffix(".json").exists()
        if not chosen.only or path.parent.name in chosen.only
    ]
    everything = []
    for title, how in (("parsers", {}), ("generic alone", {"generic": True})):
        values = asyncio.run(read_all(paths, how))
        everything += values
        show(f"{title}: {len(paths)} documents", values)
    show("both together", everything)
    by_ground(everything)
    if chosen.show:
        for value in sorted((one for one in everything if sure(one) and not one.right), key=lambda one: one.where):
            print(f"{value.confidence:.4f} {value.where} ({', '.join(value.grounds)})")
    return 0 if share(list(filter(sure, everything))) >= WANTED else 1


async def read_all(paths: Sequence[Path], how: Mapping[str, Any]) -> list[Value]:
    async with ParserPool(size=2, wall_seconds=600, cpu_seconds=600) as pool:
        documents = await asyncio.gather(*(pool.read(path, **how) for path in paths))
    return [value for path, document in zip(paths, documents, strict=True) for value in compared(path, document)]


def compared(path: Path, document: Document) -> Iterator[Value]:
    """Every value that was read from a document; what its label lacks is wrong."""
    label = json.loads(path.with_suffix(".json").read_text())["bills"]
    read = document.to_json()["bills"]
    keys = (
        lambda bill: (plain(bill["account_number"]), bill["billing_period_to"]),
        lambda bill: plain(bill["utility"]),
    )
    for at, truth in paired(read, label, keys).items():
        bill = read[at]
        for field, value in bill.items():
            if field in bill["sources"]:
                yield judged(path, bill, field, value, truth.get(field))
        for number, meter in of_meters(bill, truth).items():
            for name, value in flat(bill["meters"][number]):
                if f"meters.{number}.{name}" in bill["sources"]:
                    yield judged(path, bill, f"meters.{number}.{name}", value, dict(flat(meter)).get(name))


def of_meters(bill: Mapping[str, Any], truth: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    keys = (lambda meter: (plain(meter["id"]), meter["type"]), lambda meter: (meter["type"], meter["consumption"]))
    return paired(bill["meters"], truth.get("meters") or [], keys)


def paired(
    read: Sequence[Mapping[str, Any]], truths: Sequence[Mapping[str, Any]], keys: Iterable[Any]
) -> dict[int, Mapping[str, Any]]:
    """For each that was read its truth: by the first key that is unique on both sides, then in their order."""
    found: dict[int, Mapping[str, Any]] = {}
    left = list(truths)
    for key in keys:
        for at, one in enumerate(read):
            same_key = [truth for truth in left if key(truth) == key(one)]
            if at not in found and len(same_key) == 1 and sum(key(other) == key(one) for other in read) == 1:
                found[at] = same_key[0]
                left.remove(same_key[0])
    for at in range(len(read)):
        if at not in found:
            found[at] = left.pop(0) if left else {}
    return dict(sorted(found.items()))


def flat(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from flat(inner, f"{path}{name}.")
        else:
            yield f"{path}{name}", inner


def judged(path: Path, bill: Mapping[str, Any], field: str, value: Any, truth: Any) -> Value:
    source = bill["sources"][field]
    right = field.rpartition(".")[2] in NOT_COMPARED or same(truth, value)
    where = f"{path.parent.name}/{path.name} pages {bill['pages'][0]}-{bill['pages'][1]}: {field}, {source['rule']}"
    return Value(where, source["confidence"], tuple(source["grounds"]), right)


def same(truth: Any, read: Any) -> bool:
    if isinstance(truth, int | float) and isinstance(read, int | float):
        return abs(truth - read) < (1.5 if max(abs(truth), abs(read)) > 10_000 and truth % 1 else TOLERANCE)
    return truth is not None and plain(truth) == plain(read)


def plain(value: Any) -> str:
    return re.sub(r"[^0-9a-z]", "", str(value).casefold())


def sure(value: Value) -> bool:
    return value.confidence >= FROM


def share(values: Sequence[Value]) -> float:
    return sum(value.right for value in values) / len(values) if values else 1.0


def show(title: str, values: Sequence[Value]) -> None:
    print(f"\n{title}, {len(values)} values\n  confidence        values    right   mean confidence")
    for low, high in pairwise(BANDS):
        band = [value for value in values if low <= value.confidence < high]
        if band:
            mean = sum(value.confidence for value in band) / len(band)
            print(f"  {low:.3f} to {min(high, 1):.3f} {len(band):9}  {100 * share(band):6.2f}%   {100 * mean:6.2f}%")
    certain = list(filter(sure, values))
    verdict = "met" if share(certain) >= WANTED else "NOT MET"
    print(f"  >= {FROM}: {len(certain)} values, {100 * share(certain):.2f}% right (99.5% required: {verdict})")


def by_ground(values: Sequence[Value]) -> None:
    """How many values with a ground are wrong, against those that differ from them by nothing but this ground.

    The last column is the factor that the figures give: wrong with it for each wrong without it.
    """
    rates: dict[frozenset[str], list[bool]] = collections.defaultdict(list)
    for value in values:
        rates[frozenset(value.grounds)].append(not value.right)
    print("\n  ground            values   wrong   wrong without it, else alike   factor")
    for ground in sorted({ground for grounds in rates for ground in grounds}):
        having = [grounds for grounds in rates if ground in grounds and grounds - {ground} in rates]
        wrong = sum(sum(rates[grounds]) for grounds in having)
        count = sum(len(rates[grounds]) for grounds in having)
        expected = sum(
            len(rates[grounds]) * sum(rates[grounds - {ground}]) / len(rates[grounds - {ground}]) for grounds in having
        )
        factor = f"{wrong / expected:8.2f}" if expected else "       -"
        print(f"  {ground:16} {count:7} {wrong:7}   {expected:28.1f} {factor}")


if __name__ == "__main__":
    sys.exit(main())
