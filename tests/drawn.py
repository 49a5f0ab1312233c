"""Small PDFs for the tests of the vocabulary: drawn, opened and read as any bill is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from parsers.finding.kinds import BILL_KINDS, METER_KINDS
from parsers.finding.outcome import Field, Missing, Outcome, Scope
from parsers.finding.region import Region, Sheet
from parsers.finding.rules import Rule
from parsers.model import Bill
from parsers.pdf.document import open_document
from parsers.reading import read_bill
from parsers.registry import claims
from parsers.utility import Utility
from samples.drawing import Sheet as Drawing

Row = tuple[float, Sequence[tuple[float, str]]]
"""The top of a line, and its texts with their left edges (a negative one is a right edge)."""


def pdf(*pages: Sequence[Row]) -> bytes:
    drawing = Drawing("a drawn page")
    for number, rows in enumerate(pages):
        if number:
            drawing.next_page()
        for top, cells in rows:
            drawing.row(top, *cells)
    return drawing.finish()


@contextmanager
def sheets(folder: Path, *pages: Sequence[Row]) -> Iterator[list[Sheet]]:
    path = folder / "drawn.pdf"
    path.write_bytes(pdf(*pages))
    with open_document(path) as document:
        yield [Sheet(page) for page in document.pages]


@contextmanager
def scope(folder: Path, *pages: Sequence[Row]) -> Iterator[Scope]:
    """The drawn pages as one bill of which no other field is read."""
    with sheets(folder, *pages) as drawn:
        region = Region.of_pages(drawn)
        yield Scope(region, region, lambda _: Missing("not read"), [])


def read(rule: Rule, where: Scope, field: str = "total_amount") -> Outcome:
    rule.check(field)
    return rule.read(where, Field(field, field, (BILL_KINDS | METER_KINDS)[field]))


def bill_of(folder: Path, utility: type[Utility], *pages: Sequence[Row]) -> Bill:
    """The bill on these pages, which its utility and no other claims."""
    with sheets(folder, *pages) as drawn:
        assert claims(drawn) == [utility]
        return read_bill(utility, drawn, [])
