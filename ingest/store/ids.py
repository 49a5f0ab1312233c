"""Ids of rows that sort by the time at which they were made."""

import secrets
import threading
import time

_lock = threading.Lock()
_last = 0


def new_id(prefix: str) -> str:
    """``bill_019a5c…``: milliseconds and chance. Those of one process ascend, also within a millisecond."""
    global _last  # noqa: PLW0603 - one sequence for all threads of the process
    drawn = time.time_ns() // 1_000_000 << 48 | secrets.randbits(48)
    with _lock:
        _last = max(drawn, _last + 1)
        return f"{prefix}_{_last:024x}"
