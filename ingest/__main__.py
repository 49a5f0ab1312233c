"""``python -m ingest`` is ``bill-ingest``; with ``--supervised`` it is one role of a running service."""

import sys

from ingest.footprint import without_rich

if "--supervised" in sys.argv:
    without_rich()

from ingest.cli import main

main()
