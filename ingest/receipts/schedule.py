"""When a mail that was not sent is tried again, and when it is given up."""

import datetime as dt

MINUTE = 60
HOUR = 60 * MINUTE
WAITS = (MINUTE, 4 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR)
"""Seconds after the first, second, … failed attempt: 24 hours in all."""


def next_try(failed: int) -> dt.timedelta | None:
    """The wait after failed attempt number ``failed``; None when it was the last one."""
    return dt.timedelta(seconds=WAITS[failed - 1]) if failed <= len(WAITS) else None
