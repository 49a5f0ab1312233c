"""Says how a document was read: its pages with what was matched, what was tried and not found, which sums hold.

Of a document that is no bill, or nobody's, it shows what its pages say and how near it came to the marks of a parser.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from parsers.finding.lines import Line, squeezed
from parsers.finding.outcome import Attempt, Found
from parsers.finding.region import Sheet
from parsers.marked import Mark, marked_lines, marks
from parsers.model import Bill, Document
from parsers.registry import UTILITIES, prints_all
from parsers.utility import Utility

NEAREST = 5  # parsers whose marks a foreign document is compared with


@dataclass(frozen=True)
class Nearness:
    """How near a document came to the marks of a parser."""

    code: str
    printed: tuple[str, ...]
    lacking: tuple[str, ...]

    @property
    def telling(self) -> float:
        """How much the printed marks tell: one that many parsers have tells little."""
        return sum(1 / _shared_by(mark) for mark in self.printed)


@dataclass
class Explanation:
    """Filled by ``parsers.read``; ``text`` is for people."""

    tried: list[list[Attempt]] = field(default_factory=list)
    document: Document | None = None
    shown: Document | None = None
    """With its boxes on the pages as the file shows them: other ones where a scan was turned and straightened."""
    pages: dict[int, tuple[Line, ...]] = field(default_factory=dict)
    nearest: list[Nearness] = field(default_factory=list)

    def see(self, sheets: Sequence[Sheet]) -> None:
        """Takes up the pages while they are open."""
        self.pages = {sheet.number: sheet.lines for sheet in sheets}
        near = [_nearness(utility, sheets) for utility in UTILITIES]
        near = [one for one in near if one.printed]
        self.nearest = sorted(near, key=lambda one: one.telling, reverse=True)[:NEAREST]

    @property
    def marks(self) -> list[Mark]:
        """Where the values stand, for pictures."""
        return marks(self.shown) if self.shown else []

    @property
    def text(self) -> str:
        if self.document is None:
            return "Nothing was read.\n"
        return "\n".join(self._lines(self.document)) + "\n"

    def _lines(self, document: Document) -> Iterator[str]:
        yield f"{document.document}: {_pages(document)}, parser {document.parser or 'none'}"
        if document.detail:
            yield f"  {document.detail}"
        if not document.bills:
            yield from _near(self.nearest)
        for at, bill in enumerate(document.bills):
            yield ""
            yield f"bill {at + 1}, pages {bill.pages[0]} to {bill.pages[1]}"
            yield from _values(bill)
            yield from _checks(bill)
            yield from _attempts(self.tried[at] if at < len(self.tried) else [])
        for number, lines in self.pages.items():
            yield ""
            yield f"page {number}, with what was read in brackets" if document.bills else f"page {number}"
            of_page = [mark for mark in self.marks if mark.page == number]
            yield from (f"  {line}" for line in marked_lines(lines, of_page))
            if not lines:
                yield "  (no text)"


def _pages(document: Document) -> str:
    return f"{document.page_count or 'no'} {'page' if document.page_count == 1 else 'pages'}"


def _values(bill: Bill) -> Iterator[str]:
    yield "  values"
    for path, source in bill.sources.items():
        where = ", ".join(f"{side:g}" for side in source.box)
        yield f"    {path} = {_at(bill, path)}"
        yield f"      page {source.page} ({where}), {source.rule}: {' / '.join(source.text.splitlines())!r}"
        grounds = f": {', '.join(source.grounds)}" if source.grounds else ""
        yield f"      confidence {source.confidence:g}{grounds}"
    yield "  not read"
    for path, reason in bill.missing.items():
        yield f"    {path}: {reason}"


def _at(bill: Bill, path: str) -> object:
    value: object = bill
    for step in path.split("."):
        if isinstance(value, tuple):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value[step]
        else:
            value = getattr(value, step)
    return value


def _checks(bill: Bill) -> Iterator[str]:
    yield "  checks"
    for check in bill.checks:
        verdict = "holds" if check.holds else "DOES NOT HOLD"
        yield f"    {verdict}  {check.name}: {check.detail} ({', '.join(check.fields)})"
    for reason in bill.reasons:
        yield f"    flagged {reason}"


def _attempts(attempts: list[Attempt]) -> Iterator[str]:
    yield "  rules tried"
    for attempt in attempts:
        outcome = attempt.outcome
        came = f"page {outcome.span.page}, {outcome.span.text!r}" if isinstance(outcome, Found) else outcome.reason
        yield f"    {attempt.path}: {attempt.rule} -> {came}"


def _nearness(utility: type[Utility], sheets: Sequence[Sheet]) -> Nearness:
    printed: list[str] = []
    lacking: list[str] = []
    for mark in utility.marks:
        texts = (mark,) if isinstance(mark, str) else mark
        shown = next((text for text in texts if prints_all(sheets, (text,))), None)
        (printed if shown else lacking).append(shown or " / ".join(texts))
    return Nearness(utility.code, tuple(printed), tuple(lacking))


@cache
def _shared_by(mark: str) -> int:
    """How many parsers have a mark, in whatever case."""
    plain = squeezed(mark).casefold()
    texts = [
        [text for one in utility.marks for text in ((one,) if isinstance(one, str) else one)] for utility in UTILITIES
    ]
    return sum(any(squeezed(text).casefold() == plain for text in of_one) for of_one in texts) or 1


def _near(nearest: Sequence[Nearness]) -> Iterator[str]:
    yield "  marks of parsers on its pages" if nearest else "  no mark of any parser is on its pages"
    for one in nearest:
        yield f"    {one.code}: prints {', '.join(map(repr, one.printed))}"
        yield f"      lacks {', '.join(map(repr, one.lacking)) or 'none, but they stand on different pages'}"
