"""How a role's process stays small: what it does not load, and how it gives memory back."""

import sys

ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(1 << 20), "MALLOC_TRIM_THRESHOLD_": str(2 << 20)}
"""For glibc: by default each thread has an arena of its own, in which memory of messages that are gone stays.

Not less: SQLite's temporary tables (``IN (SELECT …)``, ``DISTINCT``) came from the kernel, and went back, each time.
"""


def without_rich() -> None:
    """Call it before structlog is imported: it loads rich where that is installed (6 MB), for coloured tracebacks."""
    sys.modules["rich"] = None  # type: ignore[assignment] # as the import system documents it: there is none
