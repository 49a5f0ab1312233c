"""``python -m ingest`` is ``bill-ingest``."""

from ingest.cli import main

main()
