"""Says how a document was read: what was matched where, what was tried and not found, which sums hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.model import Bill, Document
from parsers.outcome import Attempt, Found


@dataclass
class Explanation:
    """Filled by ``parsers.read``; ``text`` is for people."""

    tried: list[list[Attempt]] = field(default_factory=list)
    document: Document | None = None

    @property
    def text(self) -> str:
        if self.document is None:
            return "Nothing was read.\n"
        return "\n".join(self._lines(self.document)) + "\n"

    def _lines(self, document: Document) -> Iterator[str]:
        yield f"{document.document}: {document.page_count or 'no'} pages, parser {document.parser or 'none'}"
        if document.detail:
            yield f"  {document.detail}"
        for at, bill in enumerate(document.bills):
            yield ""
            yield f"bill {at + 1}, pages {bill.pages[0]} to {bill.pages[1]}"
            yield from _values(bill)
            yield from _checks(bill)
            yield from _attempts(self.tried[at] if at < len(self.tried) else [])


def _values(bill: Bill) -> Iterator[str]:
    yield "  values"
    for path, source in bill.sources.items():
        where = ", ".join(f"{side:g}" for side in source.box)
        yield f"    {path} = {_at(bill, path)}"
        yield f"      page {source.page} ({where}), {source.rule}: {' / '.join(source.text.splitlines())!r}"
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
        yield f"    {'holds' if check.holds else 'DOES NOT HOLD'}  {check.name}: {check.detail}"
    for reason in bill.reasons:
        yield f"    flagged {reason}"


def _attempts(attempts: list[Attempt]) -> Iterator[str]:
    yield "  rules tried"
    for attempt in attempts:
        outcome = attempt.outcome
        came = f"page {outcome.span.page}, {outcome.span.text!r}" if isinstance(outcome, Found) else outcome.reason
        yield f"    {attempt.path}: {attempt.rule} -> {came}"
