"""Whether confidence means what it says: values read from labelled bills, by band of confidence and by ground.

``python benchmarks/calibration.py CORPUS [--only UTILITY …] [--show]`` reads every document that has a label beside it
(``<name>.json``) twice, with the parsers of its company and with the generic one alone, and exits with 1 where fewer
than 99.5 % of the values with a confidence of 0.9 or more are right. ``--show`` names the wrong ones among these.
"""

import argparse
import collections
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import labels
from readings import read_all

from parsers.model import Document

WANTED, FROM = 0.995, 0.9
BANDS = (0.0, 0.5, 0.7, 0.8, FROM, 0.95, 0.98, 0.99, 0.995, 1.01)


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
    paths = labels.labelled(chosen.corpus, chosen.only)
    everything = []
    for title, how in (("parsers", {}), ("generic alone", {"generic": True})):
        documents = read_all(paths, how)
        values = [one for path, document in zip(paths, documents, strict=True) for one in compared(path, document)]
        everything += values
        show(f"{title}: {len(paths)} documents", values)
    show("both together", everything)
    by_ground(everything)
    if chosen.show:
        for value in sorted((one for one in everything if sure(one) and not one.right), key=lambda one: one.where):
            print(f"{value.confidence:.4f} {value.where} ({', '.join(value.grounds)})")
    return 0 if share(list(filter(sure, everything))) >= WANTED else 1


def compared(path: Path, document: Document) -> Iterator[Value]:
    """Every value that was read from a place of a document; what its label lacks is wrong."""
    reads = document.to_json()["bills"]
    for truth, bill in labels.bills(labels.label(path)["bills"], reads):
        for field, expected, seen in labels.values(truth, bill):
            source = bill.get("sources", {}).get(field)
            if source is not None and seen is not None:
                where = f"{path.parent.name}/{path.name} pages {bill['pages']}: {field}, {source['rule']}"
                right = expected is not None and labels.same(expected, seen)
                yield Value(where, source["confidence"], tuple(source["grounds"]), right)


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
