"""What is read from labelled bills, against their labels: right, wrong, missed, extra, for each folder.

``python benchmarks/compare.py FOLDER [--only NAME …] [--verbose] [--generic]``. A label stands beside its document as
``<name>.json`` and has the form of the record. ``wrong`` (another value was read) and ``extra`` (one where the label
has null) are the costly ones: it exits with 1 where there is any.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import labels
from readings import read_all


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--only", nargs="*", default=[], help="sub-folders")
    options.add_argument("--verbose", action="store_true", help="name every value that differs")
    options.add_argument("--generic", action="store_true", help="as if no company had a parser of its own")
    chosen = options.parse_args()
    paths = labels.labelled(chosen.folder, chosen.only)
    documents = read_all(paths, {"generic": True} if chosen.generic else {})
    reads = [document.to_json() for document in documents]
    everything: Counter[str] = Counter()
    for folder, group in groupby(zip(paths, reads, strict=True), key=lambda one: one[0].parent.name):
        of_folder = list(group)
        counts: Counter[str] = Counter()
        for path, read in of_folder:
            for field, outcome, told in compared(path, read):
                counts[outcome] += 1
                if chosen.verbose and outcome != "right":
                    print(f"{path}: {field}: {outcome}: {told}")
        print(line(folder, len(of_folder), counts))
        everything += counts
    print(line("all", len(paths), everything))
    return 1 if everything["wrong"] or everything["extra"] else 0


def compared(path: Path, read: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each value with what became of it, and what either says."""
    told = labels.label(path)
    if told["document"] != "bill":
        outcome = "extra" if read["bills"] else "right"
        yield "document", outcome, f"label {told['document']}, {len(read['bills'])} bills read"
        return
    for truth, bill in labels.bills(told["bills"], read["bills"]):
        for field, expected, seen in labels.values(truth, bill):
            outcome = _outcome(expected, seen)
            if outcome:
                yield field, outcome, f"label {expected!r}, read {seen!r}"


def _outcome(expected: Any, seen: Any) -> str | None:
    if expected is None:
        return None if seen is None else "extra"
    if seen is None:
        return "missed"
    return "right" if labels.same(expected, seen) else "wrong"


def line(name: str, documents: int, counts: Counter[str]) -> str:
    total = counts["right"] + counts["wrong"] + counts["missed"]
    shares = "   ".join(
        f"{outcome} {100 * counts[outcome] / max(1, total):6.2f} %" for outcome in ("right", "wrong", "missed")
    )
    return f"{name:42} {documents:3} documents {total:6} values   {shares}   extra {counts['extra']}"


if __name__ == "__main__":
    sys.exit(main())
