"""Whether a parser is silently wrong on layouts that it never saw: real pages, with one thing changed at a time.

``python benchmarks/robustness.py FOLDER [--only CODE …] [--kinds KIND …] [--every N] [--show]`` reads every document
once as it is, then again with a line or a phrase left out, with the page moved, stretched or torn apart by a blank
band, with a foreign page put in or a page missing, with all amounts changed, with words split, merged or jittered
(``benchmarks/changes.py``). A value may then be the same, or null; another one that no check flags counts as wrong.

A change can also make a truly different bill: a line of a sum left out makes another sum. So a wrong value is something
to look at, not always an error. ``--show`` prints the bills' own words and belongs on no screen but one's own.
"""

import argparse
import collections
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.changes import KINDS, UNCERTAIN, Change, Chosen, Leaf, Value
from parsers.checks import DOES_NOT_ADD_UP
from parsers.errors import DocumentError
from parsers.finding.region import Sheet
from parsers.model import Bill, Meter
from parsers.pdf.document import open_document
from parsers.reading import read_bill
from parsers.registry import claims
from parsers.split import split
from parsers.utility import Utility

OUTCOMES = ("same", "null", "no bill", "part", "flagged", "wrong", "appeared")
NOT_COMPARED = {"pages", "sources", "missing", "checks", "reasons", "meters", "utility"}


@dataclass(frozen=True)
class Finding:
    """What became of one value after one change."""

    outcome: str
    kind: str
    path: str
    change: str
    before: Value | None
    after: Value | None

    @property
    def field(self) -> str:
        return ".".join(part for part in self.path.split(".") if not part.isdigit())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--only", nargs="*", default=[], help="folders in it")
    options.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    options.add_argument("--every", type=int, default=1, help="of the lines without values, change every so many")
    options.add_argument("--show", action="store_true", help="name the places, with the bills' own words")
    options.add_argument("--pages", type=int, default=12, help="leave longer documents out")
    chosen = options.parse_args()
    everything: collections.Counter[str] = collections.Counter()
    for folder in sorted({path.parent for path in chosen.folder.rglob("*.pdf")}):
        if not chosen.only or folder.name in chosen.only:
            began, found = time.monotonic(), []
            for path in sorted(folder.glob("*.pdf")):
                utility, leaves = opened(path, chosen.pages)
                if utility:
                    found += list(findings(utility, leaves, chosen.kinds, chosen.every))
            if found:
                everything.update(report(folder.name, found, time.monotonic() - began, show=chosen.show))
    line("all", everything)
    return 0


def opened(path: Path, most_pages: int) -> tuple[type[Utility] | None, list[Leaf]]:
    """Whose bills a document holds, and its pages; None where no parser claims it."""
    try:
        with open_document(path) as document:
            pages = document.pages if document.page_count <= most_pages else ()
            leaves = [Leaf.of(page) for page in pages]
            claimed = claims([Sheet(page) for page in pages])
    except DocumentError:
        return None, []
    return (claimed[0] if len(claimed) == 1 else None), leaves


def findings(utility: type[Utility], leaves: list[Leaf], kinds: Sequence[str], every: int) -> Iterator[Finding]:
    """What became of every value of a document, change by change."""
    before = bills_of(utility, leaves)
    lines = chosen_lines(leaves, before, every)
    for kind in kinds:
        for change in KINDS[kind](leaves, lines):
            after = bills_of(utility, change.leaves)
            for at, bill in enumerate(before):
                yield from compared(kind, change, bill, same_bill(bill, after, at))


def chosen_lines(leaves: Sequence[Leaf], bills: Sequence[Bill], every: int) -> Chosen:
    """The lines where values stand, and every so many of the others."""
    places = {(source.page, source.box[3]) for bill in bills for source in bill.sources.values()}
    everything = [(at, line) for at, leaf in enumerate(leaves) for line in leaf.lines]
    return [
        (at, line)
        for number, (at, line) in enumerate(everything)
        if number % every == 0 or any((line.page, round(word.bottom, 2)) in places for word in line.words)
    ]


def bills_of(utility: type[Utility], leaves: Sequence[Leaf]) -> list[Bill]:
    return [read_bill(utility, pages, []) for pages in split(utility, [leaf.sheet for leaf in leaves])]


def same_bill(bill: Bill, among: Sequence[Bill], at: int) -> Bill | None:
    alike = [one for one in among if one.account_number == bill.account_number]
    periods = [one for one in alike if one.billing_period_to == bill.billing_period_to]
    return next(iter(periods or alike or among[at : at + 1]), None)


def compared(kind: str, change: Change, before: Bill, after: Bill | None) -> Iterator[Finding]:
    old, new = values(before, before), values(after, before) if after else {}
    flagged = after is not None and DOES_NOT_ADD_UP in after.reasons and DOES_NOT_ADD_UP not in before.reasons
    for path, value in old.items():
        now = new.get(path)
        if after is None:
            yield Finding("no bill", kind, path, change.what, value, None)
            continue
        expected = change.expected(path, value) if change.expected else value.value
        if expected is UNCERTAIN:
            continue
        outcome = judged(value, expected, now, flagged=flagged and change.expected is None)
        yield Finding(outcome, kind, path, change.what, value, now)
    for path in new.keys() - old.keys():
        yield Finding("flagged" if flagged else "appeared", kind, path, change.what, None, new[path])


def judged(before: Value, expected: Any, now: Value | None, *, flagged: bool) -> str:
    if now is None:
        return "null"
    if now.value == expected:
        return "same"
    if isinstance(now.value, str) and squeezed(now.value) in squeezed(str(before.value)):
        return "same" if squeezed(now.value) == squeezed(str(before.value)) else "part"
    return "flagged" if flagged else "wrong"


def squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def values(bill: Bill, first: Bill) -> dict[str, Value]:
    """All values of a bill by path; its meters are counted as those of ``first`` that have their number."""
    found = dict(leaves_of(bill.model_dump(exclude=NOT_COMPARED), "", bill, ""))
    free = list(range(len(first.meters)))
    for number, meter in enumerate(bill.meters):
        at = next((n for n in free if alike(first.meters[n], meter)), None)
        if at is None:
            at = next((n for n in free if first.meters[n].type == meter.type and meter.id is None), None)
        if at is not None:
            free.remove(at)
        path = f"meters.{len(first.meters) + number if at is None else at}."
        found |= leaves_of(meter.model_dump(), path, bill, f"meters.{number}.")
    return found


def alike(one: Meter, other: Meter) -> bool:
    return (one.type, one.id) == (other.type, other.id)


def leaves_of(value: Any, path: str, bill: Bill, own: str) -> Iterator[tuple[str, Value]]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from leaves_of(inner, f"{path}{name}.", bill, f"{own}{name}.")
        elif inner is not None:
            source = bill.sources.get(f"{own}{name}")
            yield f"{path}{name}", Value(inner, source.text if source else "", source.rule if source else "")


def report(name: str, found: Sequence[Finding], seconds: float, *, show: bool) -> collections.Counter[str]:
    counts = collections.Counter(finding.outcome for finding in found)
    line(f"{name} ({seconds:.0f} s)", counts)
    bad = [finding for finding in found if finding.outcome in ("wrong", "appeared")]
    ranked = collections.Counter((one.outcome, one.field, one.kind, one.after.rule if one.after else "") for one in bad)
    for (outcome, field, kind, rule), number in ranked.most_common():
        print(f"    {number:5} {outcome:8} {field:32} {kind:8} {rule}")
        for one in bad if show else ():
            if (one.outcome, one.field, one.kind, one.after.rule if one.after else "") == (outcome, field, kind, rule):
                print(f"          {one.before and one.before.value} -> {one.after and one.after.value}: {one.change}")
    return counts


def line(name: str, counts: collections.Counter[str]) -> None:
    every = sum(counts.values()) or 1
    print(f"{name:50}", *(f"{one} {counts[one]} ({100 * counts[one] / every:.2f} %)" for one in OUTCOMES), flush=True)


if __name__ == "__main__":
    sys.exit(main())
