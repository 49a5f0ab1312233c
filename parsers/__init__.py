"""PDF bills to records. No network, no clock, no settings, no event loop.

document, page, …      the PDF: its pages, their text and words
lines, region, labels  words as lines, parts of pages, where a label is printed
values, kinds          text to exact values; what each field's value looks like
locate                 the vocabulary that parsers are written in; its rules are in rules, search, places, tables,
                       patterns, sections, addresses, meters
utility, utilities/    what a parser is; one module for each utility
reader                 the whole way from a PDF to its bills
registry, split        whose document it is; which pages are one bill
reading, checks        one bill from its rules; what must add up
explain                how it was read, for people
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parsers.explain import Explanation
    from parsers.pdf.cutting import cut
    from parsers.pdf.document import inspect
    from parsers.reader import read
    from parsers.utility import Utility

__all__ = ["Explanation", "Utility", "cut", "inspect", "read"]

_HOMES = {
    "Explanation": "parsers.explain",
    "Utility": "parsers.utility",
    "cut": "parsers.pdf.cutting",
    "inspect": "parsers.pdf.document",
    "read": "parsers.reader",
}


def __getattr__(name: str) -> object:
    """Opens PDF libraries and parsers only for those who read documents; the record alone (``model``) stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'parsers' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
