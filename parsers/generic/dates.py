"""When a bill was issued, when it is due, and what period it covers."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from parsers.errors import UnreadableError
from parsers.finding import years
from parsers.finding.lines import Span
from parsers.finding.outcome import Found, Missing, Outcome
from parsers.finding.values import Date, MonthDay, date
from parsers.generic.amounts import found
from parsers.generic.cells import Board, Cell, Form
from parsers.generic.choosing import candidates, clearest
from parsers.generic.pointing import DATE, DAY, Label, Pointed, Pointing
from parsers.generic.wordings import fields_of

NUMBER: Sequence[Form] = ("number",)
SHORTEST, LONGEST = 4, 125  # days of a billing period
MORE_PLACES = 0.2  # what a further place of a period adds of its worth
STRONG = 0.6  # of the likeliest period's worth: another one counts too
LONGEST_OF_PARTS = 45  # days that periods which adjoin make together
BILLED_WITHIN = 75  # days after the end of the period
_PARTING = re.compile(
    r"\s+(?:to|through|thru|until)\s+(?:to\s+)?|\s*[\u2010-\u2014]\s*|\s+-\s*|(?<=\d)-\s*(?=[A-Za-z\d])", re.IGNORECASE
)
_OTHER_SERVICE = re.compile(r"(?i)\bhcf\b|\bgal(?:lons?)?\b|\bwater\b|\bsewer\b")
_DAYS = re.compile(r"\(?\s*(\d{1,3})\s*(?:billing\s*|service\s*)?days?\b", re.IGNORECASE)


def read_billed(pointing: Pointing) -> tuple[Outcome, dt.date | None]:
    """The day of issue, and any day of the bill to tell years by."""
    offered = candidates(pointing.to("billed_on", DATE), _full)
    chosen = clearest(offered)
    if chosen:
        return found(chosen), chosen.value
    reason = "several days of issue are printed" if offered else "no label of it with a date"
    due = candidates(pointing.to("due_on", DATE), _full)
    anchor = offered or due
    return Missing(reason), anchor[0].value if anchor else None


def read_due(pointing: Pointing, billed: dt.date | None) -> Outcome:
    """The day on which payment is due: not before the bill was issued."""
    pointed = [*pointing.to("due_on", DAY), *_in_stub(pointing)]
    offered = [c for c in candidates(pointed, date, _month_and_day) if _later(c.value, billed)]
    for candidate in offered:
        full = [place for place in candidate.places if place.cell.form == "date"]
        candidate.places = full or candidate.places
        candidate.value = date(candidate.best.cell.text)
    chosen = clearest(offered)
    if chosen:
        return found(chosen)
    return Missing("several due dates are possible" if offered else "no label of it with a date")


def _full(text: str) -> dt.date:
    day = date(text)
    if isinstance(day, MonthDay):
        raise UnreadableError("a date with its year", text)
    return day


def _month_and_day(day: Date) -> tuple[int, int]:
    return day.month, day.day


def _later(day: Date, billed: dt.date | None) -> bool:
    if billed is None or isinstance(day, MonthDay):
        return True
    return dt.timedelta(0) <= day - billed <= dt.timedelta(days=70)


def _in_stub(pointing: Pointing) -> Iterator[Pointed]:
    """A date between an account number and an amount, as payment stubs and page heads print it without a label."""
    for label in pointing.labels.get("account_number", ()):
        for number in label.board.below(label.cell, 4.5)[:1]:
            row = label.board.right_of(number)
            forms = [cell.form for cell in row[:2]]
            if number.form in {"number", "code", "date"} and forms == ["date", "money"]:
                yield Pointed(
                    Label("due_on", 1, label.cell, label.board), row[0], 1.6, "between number and amount below"
                )


@dataclass
class Period:
    """A stretch of days, where it is printed, and what that says."""

    start: Date
    end: Date
    worth: float
    cell: Cell
    rule: str
    days: int
    first: dt.date
    last: dt.date
    spans: tuple[Span, Span] | None = None
    more: list["Period"] = field(default_factory=list)

    def outcomes(self) -> tuple[Found, Found]:
        starts, ends = self.spans or (self.cell.span, self.cell.span)
        return Found(self.start, starts, self.rule), Found(self.end, ends, self.rule)


def periods(pointing: Pointing, boards: Sequence[Board], anchor: dt.date | None) -> list[Period]:
    """Every stretch of days on these pages that can be a billing period, the likeliest first."""
    printed = {int(p.cell.text) for p in pointing.to("days", NUMBER) if p.cell.text.isdigit()}
    grouped: dict[tuple[dt.date, dt.date], Period] = {}
    for board in boards:
        for cell in board.cells:
            if cell.form == "range" and (period := _period(board, cell, anchor, printed)):
                _grouped(grouped, period)
    read = [*_read_dates(pointing, anchor, printed), *_rows(boards, anchor)]
    if not grouped:
        for period in read:
            _grouped(grouped, period)
    for period in grouped.values():
        if any(abs((other.first - period.first).days) <= 1 and other.last == period.last for other in read):
            period.worth += 1.0
    return sorted(grouped.values(), key=lambda period: -period.worth)


def _grouped(grouped: dict[tuple[dt.date, dt.date], Period], period: Period) -> None:
    key = period.first, period.last
    held = grouped.get(key)
    if held is None:
        grouped[key] = period
        return
    best, other = (period, held) if period.worth > held.worth else (held, period)
    best.more = [*held.more, *period.more, other]
    best.worth += MORE_PLACES * other.worth
    grouped[key] = best


def _period(board: Board, cell: Cell, anchor: dt.date | None, printed: set[int]) -> Period | None:
    if _OTHER_SERVICE.search(cell.line.text):
        return None
    texts = [text for text in _PARTING.split(cell.text.strip()) if text]
    if len(texts) != 2:
        return None
    try:
        start, end = date(texts[0]), date(texts[1])
    except UnreadableError:
        return None
    worth, rule = _said(board, cell)
    return _weighed(start, end, worth, cell, rule, anchor, printed)


def _weighed(
    start: Date, end: Date, worth: float, cell: Cell, rule: str, anchor: dt.date | None, printed: set[int]
) -> Period | None:
    reference = anchor or next((day for day in (end, start) if isinstance(day, dt.date)), None)
    if reference is None:
        return None
    last = years.nearest(end, reference)
    first = years.before(start, last) if last else None
    if first is None or last is None or not SHORTEST <= (last - first).days <= LONGEST:
        return None
    if anchor and not -3 <= (anchor - last).days <= BILLED_WITHIN:
        return None
    length = (last - first).days
    counted = {length, length + 1}
    beside = {int(days) for days in _DAYS.findall(cell.line.text)}
    worth += 1.2 if beside & counted else 0.5 if printed & counted else 0.0
    return Period(start, end, worth, cell, rule, length, first, last)


def _said(board: Board, cell: Cell) -> tuple[float, str]:
    """What the words before or above a stretch of days say of it."""
    for other in board.left_of(cell)[:2]:
        for name, rank in fields_of(other.bare):
            if name == "period":
                return (3.0, 1.8)[rank], f"right of '{other.text}'"
            if name in {"electricity_amount", "gas_amount", "total_amount"}:
                return 1.8, f"in the row of '{other.text}'"
    for other in board.above(cell, 4.5)[:3]:
        if other.form == "range":
            break  # a row of a table: only the one under its heading is this bill's
        if any(name == "period" and not rank for name, rank in fields_of(other.bare)):
            return 2.6, f"below '{other.text}'"
    return 0.8, "a stretch of days"


def _rows(boards: Sequence[Board], anchor: dt.date | None) -> Iterator[Period]:
    """Rows of a table with two days and the number of days between them."""
    for board in boards:
        for day in [cell for cell in board.cells if cell.form in {"date", "month_day"}]:
            row = [cell for cell in board.right_of(day)[:3] if cell.line is day.line]
            if (
                _OTHER_SERVICE.search(day.line.text)
                or len(row) < 2
                or row[0].form != day.form
                or not row[1].text.isdigit()
            ):
                continue
            try:
                days = date(day.text), date(row[0].text)
            except UnreadableError:
                continue
            period = _weighed(*days, 1.2, day, "two days and the days between them in a row", anchor, set())
            if period and int(row[1].text) in (period.days, period.days + 1):
                period.spans = (day.span, row[0].span)
                period.worth += 1.2
                yield period


def _read_dates(pointing: Pointing, anchor: dt.date | None, printed: set[int]) -> Iterator[Period]:
    """From the previous to the current meter reading, where both have a label of their own."""
    for end in pointing.to("end_read", DAY):
        for start in pointing.to("start_read", DAY):
            near = start.cell.page == end.cell.page and abs(start.cell.baseline - end.cell.baseline) < 40
            if not near or start.cell is end.cell:
                continue
            try:
                days = date(start.cell.text), date(end.cell.text)
            except UnreadableError:
                continue
            period = _weighed(*days, 1.5, end.cell, f"from {start.rule} to {end.rule}", anchor, printed)
            if period:
                period.spans = (start.cell.span, end.cell.span)
                yield period


def whole_period(offered: Sequence[Period]) -> tuple[Outcome, Outcome]:
    """The earliest start and the latest end of what the bill calls its periods, as far as these belong together."""
    if not offered:
        missing = Missing("no period with its label")
        return missing, missing
    base = offered[0]
    first = last = base
    for other in offered[1:]:
        if other.worth < STRONG * base.worth:
            continue
        joined = min(first, other, key=_start), max(last, other, key=_end)
        if not _one_period(base, other, *joined):
            missing = Missing("several periods are printed")
            return missing, missing
        first, last = joined
    if base.worth < 1.5:
        missing = Missing("no period with its label")
        return missing, missing
    return first.outcomes()[0], last.outcomes()[1]


def _start(period: Period) -> dt.date:
    return period.first


def _end(period: Period) -> dt.date:
    return period.last


def _one_period(base: Period, other: Period, first: Period, last: Period) -> bool:
    """Whether two stretches of days overlap, or are parts of one period (a rate that changed in it)."""
    day = dt.timedelta(days=1)
    if other.first <= base.last - day and other.last >= base.first + day:
        return True
    adjoin = other.first <= base.last + day and other.last >= base.first - day
    return adjoin and (last.last - first.first).days <= LONGEST_OF_PARTS
