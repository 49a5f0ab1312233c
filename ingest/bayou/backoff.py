"""How long to wait before trying again."""

import random


def backoff(attempt: int, *, base: float, cap: float, rng: random.Random) -> float:
    """Seconds to wait after failed attempt number ``attempt`` (from 1): evenly spread over 0 to the doubling limit.

    Spreading over the whole span ("full jitter") keeps bills that failed together from coming back together.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, not {attempt}")
    limit = min(cap, base * 2.0 ** min(attempt - 1, 64))
    return rng.uniform(0, limit)
