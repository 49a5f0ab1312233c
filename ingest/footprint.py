"""How a role's process stays small: what it does not load, and how it gives memory back."""

import sys

ENVIRONMENT = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""For glibc: by default each thread has an arena of its own, in which memory of messages that are gone stays."""


def without_rich() -> None:
    """Call it before structlog is imported: it loads rich where that is installed (6 MB), for coloured tracebacks."""
    sys.modules["rich"] = None  # type: ignore[assignment] # as the import system documents it: there is none
