"""How well bills are read whose company has no parser: a table of a folder of labelled bills, a line for each company.

``python benchmarks/leave_one_out.py CORPUS SCORE [--only COMPANY ...]``. CORPUS has a folder for each company with
bills beside their labels; SCORE is the script that compares what is read with the labels. Each company's bills are read
with its own parser, with that parser and its family switched off (``--without``), and with all switched off
(``--generic``): the last two are what a company that nobody has written a parser for can expect.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

PARSE = (sys.executable, "-m", "ingest", "parse", "--json")
TOTAL = re.compile(
    r"^all .*? values +right +(?P<right>[\d.]+|-)%? +wrong +(?P<wrong>[\d.]+|-)%?.* extra (?P<extra>\d+)",
    re.MULTILINE,
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", type=Path)
    options.add_argument("score", type=Path)
    options.add_argument("--only", nargs="*", default=[])
    chosen = options.parse_args()
    parsers = {module.stem for module in (Path(__file__).parents[1] / "parsers" / "utilities").glob("*.py")}
    folders = sorted(folder.name for folder in chosen.corpus.iterdir() if folder.is_dir())
    print(f"{'right % / wrong % / extra':44}{'own parser':>20}{'left out':>20}{'generic':>20}")
    for company in chosen.only or folders:
        runs = [(), ("--without", company) if company in parsers else (), ("--generic",)]
        print(f"{company:44}" + "".join(f"{score(chosen.corpus, chosen.score, company, run):>20}" for run in runs))


def score(corpus: Path, script: Path, company: str, options: tuple[str, ...]) -> str:
    command = [sys.executable, str(script), str(corpus), "--only", company, "--", *PARSE, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    total = TOTAL.search(done.stdout)
    return f"{total['right']} / {total['wrong']} / {total['extra']}" if total else "-"


if __name__ == "__main__":
    main()
