"""When a delivery that failed is tried again. Nothing is ever given up."""

import datetime as dt

MINUTE = 60
HOUR = 60 * MINUTE

WEBHOOK_WAITS = (
    5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
"""Seconds after the first, second, … failed attempt, as Standard Webhooks publishes them; the last one repeats."""

FILE_WAITS = (0.2, 1, 5, 15, 30, MINUTE, 5 * MINUTE)
"""The same for a disk: it is ours, and it is back as soon as somebody has made room."""

LONGEST_RETRY_AFTER = 7 * 24 * HOUR
JITTER = 0.1


def webhook_wait(failed: int, spread: float, retry_after: float | None = None) -> dt.timedelta:
    """The wait after failed attempt number ``failed``, or what the receiver asked for when that is longer.

    ``spread`` between 0 and 1 lengthens it by up to a tenth, so that what failed together does not return together.
    """
    planned = _of(WEBHOOK_WAITS, failed) * (1 + JITTER * spread)
    return dt.timedelta(seconds=max(planned, min(retry_after or 0.0, LONGEST_RETRY_AFTER)))


def file_wait(failed: int) -> dt.timedelta:
    """The wait after failed attempt number ``failed`` to write a file."""
    return dt.timedelta(seconds=_of(FILE_WAITS, failed))


def _of(waits: tuple[float, ...], failed: int) -> float:
    return waits[min(failed, len(waits)) - 1]
