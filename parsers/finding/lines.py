"""Words and lines of a page, and spans of them: text together with where it stands.

A line is what shares a baseline, from left to right. A phrase is a part of a line without a wide gap: a label, a cell,
a column of running text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any
from unicodedata import normalize

from parsers.model import Box

UNKNOWN_LETTER = "\N{REPLACEMENT CHARACTER}"
"""A character that the page shows and whose font does not say which it is: no value may touch it."""
STRAY_GAP = 0.05  # of the font size: two words this near are one word with a space drawn over it
DIGIT_GAP = 0.15  # of the font size: two pieces of a number this near are one number; a space is wider
UNKNOWN_GAP = 0.5  # of the font size: what stands farther from an unknown character is a word of its own
PHRASE_GAP = 0.9  # of the font size: a wider gap parts two phrases
_NUMBER_BEGINS = re.compile(r"[($-]*[\d.,]*[\d.,$-]|[A-Z]|[A-Z\d-]*\d[A-Z\d-]*", re.ASCII)
_NUMBER_GOES_ON = re.compile(r"[\d.,]*\d[\d.,]*[)%-]?|[.,]|[A-Z\d-]*\d[A-Z\d-]*|[A-Z]", re.ASCII)
_AS_TYPED = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u00a0": " ", "\x02": "-"}
)


def plain(text: str) -> str:
    """Text with ligatures, wide letters, curly quotes and hyphens at the end of a line as a keyboard writes them."""
    return normalize("NFKC", text).translate(_AS_TYPED)


def squeezed(text: str) -> str:
    """Text without any white space, to compare what was printed with stray or missing spaces."""
    return "".join(plain(text).split())


@dataclass(frozen=True, slots=True)
class Word:
    """``agreed`` is false for a word of a picture that two engines read differently."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    size: float
    agreed: bool = True

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Word":
        """From a word of ``Page.extract_words``."""
        box = (float(raw["x0"]), float(raw["top"]), float(raw["x1"]), float(raw["bottom"]))
        text, size = " ".join(plain(raw["text"]).split()), float(raw["size"]) or 1.0
        return cls(text, *box, float(raw["baseline"]), size, bool(raw.get("agreed", True)))

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def joined(self, other: "Word") -> "Word":
        return replace(
            self,
            text=self.text + other.text,
            x1=max(self.x1, other.x1),
            top=min(self.top, other.top),
            bottom=max(self.bottom, other.bottom),
            agreed=self.agreed and other.agreed,
        )


@dataclass(frozen=True)
class Span:
    """Text as printed, and its place: what becomes the ``Source`` of a value."""

    page: int
    words: tuple[Word, ...]
    text: str

    @property
    def agreed(self) -> bool:
        """Whether no word of it was read differently by two engines."""
        return all(word.agreed for word in self.words)

    @property
    def unreadable(self) -> bool:
        """Whether any of its words holds a character that nobody knows."""
        return any(UNKNOWN_LETTER in word.text for word in self.words)

    @cached_property
    def box(self) -> Box:
        return (
            min(word.x0 for word in self.words),
            min(word.top for word in self.words),
            max(word.x1 for word in self.words),
            max(word.bottom for word in self.words),
        )

    @property
    def baseline(self) -> float:
        return self.words[-1].baseline


class Line:
    """Words on one baseline, from left to right; ``text`` parts them by single spaces.

    A part of a line keeps the baseline of the whole, so that lines compare alike in every crop of a page.
    """

    def __init__(self, page: int, words: Sequence[Word], baseline: float | None = None) -> None:
        self.page = page
        self.words = tuple(words)
        self.text = " ".join(word.text for word in words)
        self.baseline = words[0].baseline if baseline is None else baseline

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each word begins in ``text``."""
        starts, at = [], 0
        for word in self.words:
            starts.append(at)
            at += len(word.text) + 1
        return tuple(starts)

    @cached_property
    def squeezed(self) -> tuple[str, tuple[int, ...]]:
        """``text`` without spaces, and for each of its characters its place in ``text``."""
        places = [at for at, char in enumerate(self.text) if not char.isspace()]
        return "".join(self.text[at] for at in places), tuple(places)

    @cached_property
    def phrases(self) -> tuple[tuple[int, int], ...]:
        """Begin and end in ``text`` of each phrase."""
        cuts = [0]
        cuts += [
            at
            for at, (left, right) in enumerate(pairwise(self.words), start=1)
            if right.x0 - left.x1 > PHRASE_GAP * max(left.size, right.size)
        ]
        ends = [*cuts[1:], len(self.words)]
        return tuple(
            (self.starts[first], self.starts[last - 1] + len(self.words[last - 1].text))
            for first, last in zip(cuts, ends, strict=True)
        )

    def words_between(self, begin: int, end: int) -> tuple[Word, ...]:
        """The words that any character of ``text[begin:end]`` belongs to."""
        return tuple(
            word
            for word, start in zip(self.words, self.starts, strict=True)
            if start < end and start + len(word.text) > begin
        )

    def span(self, begin: int, end: int) -> Span:
        while begin < end and self.text[begin].isspace():
            begin += 1
        while end > begin and self.text[end - 1].isspace():
            end -= 1
        return Span(self.page, self.words_between(begin, end) or self.words[:1], self.text[begin:end])

    def holds_any(self, spans: Iterable[Span]) -> bool:
        """Whether a word of one of these spans belongs to the line."""
        return any(word in self.words for span in spans if span.page == self.page for word in span.words)

    def within(self, left: float, right: float) -> "Line | None":
        """The part of the line whose words have their middle between two x."""
        kept = [word for word in self.words if left <= (word.x0 + word.x1) / 2 <= right]
        if len(kept) == len(self.words):
            return self
        return Line(self.page, kept, self.baseline) if kept else None


def lines_of(page: int, words: Iterable[Word]) -> tuple[Line, ...]:
    """The lines of a page from its words, from top to bottom; stray spaces inside words are repaired."""
    rows: list[list[Word]] = []
    for word in sorted((word for word in words if word.text), key=lambda word: word.baseline):
        if rows and word.baseline - rows[-1][0].baseline <= 1.5:
            rows[-1].append(word)
        else:
            rows.append([word])
    return tuple(Line(page, list(_repaired(sorted(row, key=lambda word: word.x0)))) for row in rows)


def _repaired(words: Sequence[Word]) -> Iterator[Word]:
    """Words parted by stray spaces made one; what stands beside an unknown character may belong to it."""
    held = words[0]
    for word in words[1:]:
        if abs(word.x0 - held.x1) <= _gap_inside(held.text, word.text) * min(word.size, held.size):
            held = held.joined(word)
        else:
            yield held
            held = word
    yield held


def _gap_inside(left: str, right: str) -> float:
    """How far apart, in font sizes, two words may stand that are pieces of one."""
    if left[-1] == UNKNOWN_LETTER or right[0] == UNKNOWN_LETTER:
        return UNKNOWN_GAP
    return DIGIT_GAP if _NUMBER_BEGINS.fullmatch(left) and _NUMBER_GOES_ON.fullmatch(right) else STRAY_GAP
