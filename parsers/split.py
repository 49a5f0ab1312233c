"""One PDF to the page ranges of its bills."""

import re
from collections.abc import Sequence
from itertools import pairwise

from parsers.finding.lines import plain
from parsers.finding.region import Sheet
from parsers.registry import prints_all
from parsers.utility import Utility


def split(utility: type[Utility], sheets: Sequence[Sheet]) -> list[Sequence[Sheet]]:
    """The pages of each bill: from a page on which a bill begins to the one before the next beginning.

    Told from the cheap text of the pages. A page without its own head (a last page, an insert) belongs to the bill
    before it; what stands before the first beginning belongs to the first bill. Pages that count from 1 without the
    utility's marks (a letter, a leaflet) are no bill of their own. The covers of a collective bill belong to none of
    its accounts, the first of which begins behind them; alone they are one bill.
    """
    begins = re.compile(utility.begins)
    covers = {at for at, sheet in enumerate(sheets) if any(sheet.prints(text) for text in utility.covers)}
    starts = [at for at, sheet in enumerate(sheets) if covers & {at, at - 1} or begins.search(_text(sheet))]
    ranges = list(pairwise([*starts, len(sheets)]))
    bills = [first for first, end in ranges if first in covers or prints_all(sheets[first:end], utility.marks)]
    cuts = bills if covers.intersection(bills[:1]) else [0, *bills[1:]]
    parts = pairwise([*cuts, len(sheets)])
    return [sheets[first:end] for first, end in parts if first not in covers] or [sheets]


def _text(sheet: Sheet) -> str:
    return " ".join(plain(sheet.page.plain_text).split())
