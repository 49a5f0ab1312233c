"""Years for days that are printed without one, told from a day of the same bill that has one."""

import datetime as dt

from parsers.finding.values import Date, MonthDay


def nearest(day: Date, anchor: dt.date) -> dt.date | None:
    """The day in the year that brings it nearest to the anchor."""
    if isinstance(day, dt.date):
        return day
    return min(_candidates(day, anchor), key=lambda one: abs(one - anchor), default=None)


def before(day: Date, anchor: dt.date) -> dt.date | None:
    """The last such day that is not after the anchor."""
    if isinstance(day, dt.date):
        return day
    return max((one for one in _candidates(day, anchor) if one <= anchor), default=None)


def after(day: Date, anchor: dt.date) -> dt.date | None:
    """The first such day that is not before the anchor."""
    if isinstance(day, dt.date):
        return day
    return min((one for one in _candidates(day, anchor) if one >= anchor), default=None)


def _candidates(day: MonthDay, anchor: dt.date) -> list[dt.date]:
    years = (year for year in range(anchor.year - 1, anchor.year + 2) if _exists(year, day))
    return [dt.date(year, day.month, day.day) for year in years]


def _exists(year: int, day: MonthDay) -> bool:
    try:
        dt.date(year, day.month, day.day)
    except ValueError:
        return False
    return True
