"""Whether pages of a bill are missing, told from the numbers that its pages print: ``Page 2 of 4``."""

import re
from collections.abc import Sequence

from parsers.finding.lines import plain
from parsers.finding.region import Sheet
from parsers.model import Bill, Document

PAGES_MISSING = "pages_missing"
_NUMBER = re.compile(r"\b(?:Page|PAGE|Pg\.?|page)\s{0,2}(\d{1,3})\s{0,2}(?:of|OF|/)\s{0,2}(\d{1,3})\b")

Numbers = tuple[int, int] | None
"""The number of a page and the number of pages, as it prints them."""


def with_missing_pages(document: Document, sheets: Sequence[Sheet]) -> Document:
    """The document with a reason on every bill of which it does not hold all pages."""
    numbers = [_numbers(sheet) for sheet in sheets] if document.bills else []
    bills = tuple(_flagged(bill) if _lacks_pages(bill, numbers) else bill for bill in document.bills)
    return document.model_copy(update={"bills": bills})


def _numbers(sheet: Sheet) -> Numbers:
    """Nothing where a page prints none, or several that differ."""
    found = set(_NUMBER.findall(" ".join(plain(sheet.page.plain_text).split())))
    if len(found) != 1:
        return None
    [(number, count)] = found
    return int(number), int(count)


def _lacks_pages(bill: Bill, numbers: Sequence[Numbers]) -> bool:
    """Whether its pages count on beyond the last one, and nothing behind that goes on counting.

    Pages that carry no number (a back, an insert) stand for those that follow the one before.
    """
    first, last = bill.pages
    printed = [one for one in numbers[first - 1 : last] if one]
    if not printed or len({count for _, count in printed}) > 1:
        return False
    count = printed[0][1]
    after = numbers[last] if last < len(numbers) else None
    goes_on = after is not None and after[1] == count and after[0] > 1
    return last - first + 1 < count and not goes_on


def _flagged(bill: Bill) -> Bill:
    return bill.model_copy(update={"reasons": (*bill.reasons, PAGES_MISSING)})
