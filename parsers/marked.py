"""Where the values of a document stand on its pages: as marks, and as the text of a page with the marks in it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from parsers.finding.lines import Line, Word, squeezed
from parsers.model import Box, Document

WIDE_GAP = "   "
NEAR = 1.0  # points that a word may stand out of the box of its value


class Mark(NamedTuple):
    """One place on a page, with the names of the values that were read there."""

    page: int
    box: Box
    text: str
    names: tuple[str, ...]
    confidence: float


def marks(document: Document) -> list[Mark]:
    """All places that values were read from, in reading order; the least confidence of those that share one."""
    names: dict[tuple[int, Box, str], list[str]] = defaultdict(list)
    least: dict[tuple[int, Box, str], float] = {}
    for number, bill in enumerate(document.bills, start=1):
        of_bill = f"bill {number}: " if len(document.bills) > 1 else ""
        for path, source in bill.sources.items():
            place = (source.page, source.box, source.text)
            names[place].append(f"{'' if names[place] else of_bill}{path}")
            least[place] = min(source.confidence, least.get(place, 1.0))
    found = [Mark(*place, tuple(of_place), least[place]) for place, of_place in names.items()]
    return sorted(found, key=lambda mark: (mark.page, mark.box[1], mark.box[0]))


def marked_lines(lines: Sequence[Line], of_page: Sequence[Mark]) -> Iterator[str]:
    """The lines of a page, the words of a value in brackets with its names: ``[$81.20 = amount_due]``."""
    for line in lines:
        ends = {begin for begin, _ in line.phrases[1:]}
        pieces: list[str] = []
        words = zip(line.words, line.starts, strict=True)
        for names, run in groupby(words, key=lambda word: _names(word[0], of_page)):
            placed = list(run)
            text = "".join(_gap(start, ends, first=n == 0) + word.text for n, (word, start) in enumerate(placed))
            before = _gap(placed[0][1], ends, first=not pieces)
            pieces.append(f"{before}[{text} = {', '.join(names)}]" if names else f"{before}{text}")
        yield "".join(pieces)


def _gap(start: int, wide: set[int], *, first: bool) -> str:
    return "" if first else WIDE_GAP if start in wide else " "


def _names(word: Word, of_page: Sequence[Mark]) -> tuple[str, ...]:
    middle = (word.x0 + word.x1) / 2
    return tuple(
        name
        for mark in of_page
        if mark.box[0] - NEAR <= middle <= mark.box[2] + NEAR
        and mark.box[1] - NEAR <= word.middle <= mark.box[3] + NEAR
        if _same_text(squeezed(word.text), squeezed(mark.text))
        for name in mark.names
    )


def _same_text(word: str, value: str) -> bool:
    """A box may hold other words too: those between the parts of a sum."""
    return word in value or value in word
