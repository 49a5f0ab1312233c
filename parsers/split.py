"""One PDF to the page ranges of its bills."""

import re
from collections.abc import Sequence
from itertools import pairwise

from parsers.lines import plain
from parsers.region import Sheet
from parsers.registry import prints_all
from parsers.utility import Utility


def split(utility: type[Utility], sheets: Sequence[Sheet]) -> list[Sequence[Sheet]]:
    """The pages of each bill: from a page on which a bill begins to the one before the next beginning.

    Told from the cheap text of the pages. A page without its own head (a last page, an insert) belongs to the bill
    before it; what stands before the first beginning belongs to the first bill. Pages that count from 1 without the
    utility's marks (a letter, a leaflet) are no bill of their own.
    """
    begins = re.compile(utility.begins)
    starts = [at for at, sheet in enumerate(sheets) if begins.search(_text(sheet))]
    ranges = pairwise([*starts, len(sheets)])
    bills = [first for first, end in ranges if prints_all(sheets[first:end], utility.marks)]
    cuts = [0, *bills[1:]]
    return [sheets[first:last] for first, last in zip(cuts, [*cuts[1:], len(sheets)], strict=True)]


def _text(sheet: Sheet) -> str:
    return " ".join(plain(sheet.page.plain_text).split())
