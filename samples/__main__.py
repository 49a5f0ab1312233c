"""Draws all samples again. A changed expectation is shown, and written only with ``--force``."""

import argparse
import sys

from samples.collection import MADE_WITH, all_samples, folders, versions
from samples.files import store


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m samples", description=__doc__)
    options.add_argument("--force", action="store_true", help="overwrite changed expectations")
    options.add_argument(
        "--only", nargs="+", default=[], choices=folders(), metavar="FOLDER", help="these folders alone"
    )
    chosen = options.parse_args()
    refused = 0
    for sample in all_samples(chosen.only):
        difference = store(sample, sample.path, force=chosen.force)
        if difference:
            refused += not chosen.force
            print(difference)
    if refused:
        print(f"{refused} expectations changed; nothing of these was written. Look at them, then use --force.")
        return 1
    if not chosen.only:
        MADE_WITH.write_text(versions())
    return 0


if __name__ == "__main__":
    sys.exit(main())
