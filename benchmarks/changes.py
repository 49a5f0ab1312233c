"""One thing changed at a time in the pages of a bill, for ``benchmarks/robustness.py``."""

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Any, cast

from parsers.errors import UnreadableError
from parsers.finding.lines import Line, Word
from parsers.finding.region import Sheet
from parsers.finding.values import cents
from parsers.pdf.document import Page

AMOUNT = re.compile(r"(?<![\w.,/])(\$?-?\$?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d\d)(?![\d%/])", re.ASCII)
ROTATED = str.maketrans("123456789", "234567891")
SPLIT_GAP = 0.12  # of the font size: about half a space
UNCERTAIN = object()
MONEY = ("amount", "charge", "credit", "balance", "due")
LEAFLET = (
    "Understanding your bill: an example",
    "Account number: 55512 34567    Bill date: Feb 3, 2019    Due date: Feb 24, 2019",
    "Previous balance $ 77.01    Payments -$ 77.01    Balance forward $ 11.03",
    "Total current charges $ 88.17    Delivery charges $ 33.09    Supply charges $ 55.08",
    "Amount due $ 99.20    Meter number 99887766    kWh used 4,321    Total electric charges $ 88.17",
)


@dataclass(frozen=True, eq=False)
class Leaf:
    """A page as the parsers see it: its upright words, and the text of all others."""

    page_number: int
    words: tuple[Word, ...]
    height: float
    aside: str = ""
    usable_text = True
    origin = "text"

    @classmethod
    def of(cls, page: Page) -> "Leaf":
        raw = page.extract_words()
        words = tuple(Word.of(word) for word in raw if word["upright"])
        return cls(page.page_number, words, float(page.height), " ".join(w["text"] for w in raw if not w["upright"]))

    @cached_property
    def sheet(self) -> Sheet:
        return Sheet(cast("Page", self))  # all of a page that a sheet asks for

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.sheet.lines

    @cached_property
    def plain_text(self) -> str:
        return "\n".join([*(line.text for line in self.lines), self.aside])

    def extract_words(self) -> list[dict[str, Any]]:
        names = ("text", "x0", "top", "x1", "bottom", "baseline", "size")
        return [{name: getattr(word, name) for name in names} | {"upright": True} for word in self.words]

    def with_words(self, change: Callable[[Word], Iterable[Word]]) -> "Leaf":
        return replace(self, words=tuple(new for line in self.lines for word in line.words for new in change(word)))

    def with_line(self, line: Line, words: Sequence[Word]) -> "Leaf":
        others = (word for other in self.lines if other is not line for word in other.words)
        return replace(self, words=(*others, *words))


@dataclass(frozen=True)
class Value:
    value: Any
    text: str
    rule: str


Chosen = Sequence[tuple[int, Line]]
"""Lines to change, each with the index of its page."""

Expected = Callable[[str, Value], Any]


@dataclass(frozen=True)
class Change:
    """Changed pages; ``expected`` gives the value that should be read now, where it is not the same as before."""

    what: str
    leaves: Sequence[Leaf]
    expected: Expected | None = None


def with_leaf(leaves: Sequence[Leaf], at: int, leaf: Leaf) -> list[Leaf]:
    return [*leaves[:at], leaf, *leaves[at + 1 :]]


def numbered(leaves: Iterable[Leaf]) -> list[Leaf]:
    return [leaf if leaf.page_number == at else replace(leaf, page_number=at) for at, leaf in enumerate(leaves, 1)]


def lines_left_out(leaves: Sequence[Leaf], chosen: Chosen) -> Iterator[Change]:
    for at, line in chosen:
        yield Change(f"page {at + 1}: without {line.text!r}", with_leaf(leaves, at, leaves[at].with_line(line, ())))


def phrases_left_out(leaves: Sequence[Leaf], chosen: Chosen) -> Iterator[Change]:
    for at, line in chosen:
        for begin, end in line.phrases if len(line.phrases) > 1 else ():
            gone = line.words_between(begin, end)
            kept = [word for word in line.words if word not in gone]
            what = f"page {at + 1}: without {line.text[begin:end]!r} in {line.text!r}"
            yield Change(what, with_leaf(leaves, at, leaves[at].with_line(line, kept)))


def moved(word: Word, x: float = 0.0, y: float = 0.0) -> Word:
    return replace(
        word, x0=word.x0 + x, x1=word.x1 + x, top=word.top + y, bottom=word.bottom + y, baseline=word.baseline + y
    )


def _each(change: Callable[[Word, float, float], Word], x: float, y: float, word: Word) -> list[Word]:
    return [change(word, x, y)]


def scaled(word: Word, x: float, y: float) -> Word:
    x0, x1, top, bottom, baseline = word.x0 * x, word.x1 * x, word.top * y, word.bottom * y, word.baseline * y
    return Word(word.text, x0, top, x1, bottom, baseline, word.size * y)


def pages_moved(leaves: Sequence[Leaf], _: Chosen) -> Iterator[Change]:
    for x, y in ((9.0, 13.0), (-8.0, -6.0), (25.0, -3.0)):
        changed = [leaf.with_words(partial(_each, moved, x, y)) for leaf in leaves]
        yield Change(f"moved by {x}, {y}", changed)
    for x, y in ((0.96, 0.96), (1.04, 1.04), (1.0, 0.97), (1.03, 1.0)):
        changed = [leaf.with_words(partial(_each, scaled, x, y)) for leaf in leaves]
        yield Change(f"stretched by {x}, {y}", changed)


def torn_apart(leaves: Sequence[Leaf], chosen: Chosen) -> Iterator[Change]:
    for at, line in chosen:
        for band in (40.0, 150.0):
            above: list[Word] = []
            below: list[Word] = []
            for word in (word for other in leaves[at].lines for word in other.words):
                (above if word.baseline < line.baseline - 1 else below).append(word)
            lower = [moved(word, y=band) for word in below]
            kept = (*above, *(word for word in lower if word.bottom <= leaves[at].height))
            over = tuple(moved(word, y=-leaves[at].height) for word in lower if word.bottom > leaves[at].height)
            pages = [replace(leaves[at], words=kept), *([replace(leaves[at], words=over, aside="")] if over else [])]
            what = f"page {at + 1}: {band:.0f} pt blank above {line.text!r}"
            yield Change(what, numbered([*leaves[:at], *pages, *leaves[at + 1 :]]))


def other_pages(leaves: Sequence[Leaf], _: Chosen) -> Iterator[Change]:
    for at in range(1, len(leaves) + 1):
        yield Change(f"a leaflet as page {at + 1}", numbered([*leaves[:at], leaflet(), *leaves[at:]]))
    for at in range(1, len(leaves)):
        yield Change(f"without page {at + 1}", numbered([*leaves[:at], *leaves[at + 1 :]]))


def leaflet() -> Leaf:
    words = []
    for row, text in enumerate(LEAFLET):
        baseline = 90.0 + 24 * row
        for match in re.finditer(r"\S+", text):
            x0, x1 = 40 + 5.5 * match.start(), 40 + 5.5 * match.end() - 1
            words.append(Word(match[0], x0, baseline - 8, x1, baseline + 2, baseline, 10.0))
    return Leaf(1, tuple(words), 792.0)


def amounts_changed(leaves: Sequence[Leaf], _: Chosen) -> Iterator[Change]:
    """Each doubled, so that sums hold; and with other digits, so that they do not."""
    for name, change in (("doubled", doubled), ("with other digits", rotated)):
        changed = [leaf.with_words(partial(_retold, change)) for leaf in leaves]
        yield Change(f"amounts {name}", changed, partial(follows, change))


def _retold(change: Callable[[str], str], word: Word) -> list[Word]:
    return [replace(word, text=change(word.text))]


def doubled(text: str) -> str:
    return AMOUNT.sub(lambda m: f"{m[1]}{_twice(m[2], m[3])}", text)


def _twice(whole: str, fraction: str) -> str:
    number = 2 * round(100 * float(whole.replace(",", "") + fraction))
    return f"{number // 100:,}.{number % 100:02}" if "," in whole or number < 100000 else f"{number / 100:.2f}"


def rotated(text: str) -> str:
    return AMOUNT.sub(lambda m: m[0].translate(ROTATED), text)


def follows(change: Callable[[str], str], path: str, value: Value) -> Any:
    """What a value should be now; ``UNCERTAIN`` for one that is no amount or does not stand there as it was read."""
    changes = change(value.text) != value.text
    if not path.rpartition(".")[2].endswith(MONEY) or type(value.value) is not int:
        return UNCERTAIN if changes else value.value
    if change is doubled:
        return 2 * value.value
    try:
        printed = cents(value.text)
    except UnreadableError:
        return UNCERTAIN
    return cents(change(value.text)) if printed == value.value else UNCERTAIN


def words_changed(leaves: Sequence[Leaf], chosen: Chosen) -> Iterator[Change]:
    chance = random.Random(1)
    for at, line in chosen:
        ways: dict[str, list[Word]] = {
            "split": [part for word in line.words for part in split_in_two(word, chance)],
            "letter-spaced": [part for word in line.words for part in letters(word)],
            "merged": merged(line),
            "jittered": [moved(word, y=chance.choice((0.0, 1.0))) for word in line.words],
        }
        for way, words in ways.items():
            changed = with_leaf(leaves, at, leaves[at].with_line(line, words))
            yield Change(f"page {at + 1}: {way} {line.text!r}", changed)


def split_in_two(word: Word, chance: random.Random) -> list[Word]:
    if len(word.text) < 4:
        return [word]
    at = chance.randrange(1, len(word.text))
    middle = word.x0 + (word.x1 - word.x0) * at / len(word.text)
    half = SPLIT_GAP * word.size / 2
    return [
        replace(word, text=word.text[:at], x1=middle - half),
        replace(word, text=word.text[at:], x0=middle + half),
    ]


def letters(word: Word) -> list[Word]:
    step = (word.x1 - word.x0) / len(word.text)
    return [
        replace(word, text=letter, x0=word.x0 + at * step, x1=word.x0 + (at + 1) * step - SPLIT_GAP * word.size)
        for at, letter in enumerate(word.text)
    ]


def merged(line: Line) -> list[Word]:
    words = [line.words[0]]
    ends = {end for _, end in line.phrases}
    for start, (left, word) in zip(line.starts, pairwise(line.words), strict=False):
        apart = start + len(left.text) in ends
        words[-1:] = [words[-1], word] if apart else [words[-1].joined(word)]
    return words


KINDS: dict[str, Callable[[Sequence[Leaf], Chosen], Iterator[Change]]] = {
    "lines": lines_left_out,
    "phrases": phrases_left_out,
    "moved": pages_moved,
    "torn": torn_apart,
    "pages": other_pages,
    "amounts": amounts_changed,
    "words": words_changed,
}
