"""How fast documents are read, against plain pdfplumber on the same files in the same run.

``python benchmarks/parse.py [FOLDER] [--children N] [--rounds N]``. Times inside this process are processor time, which
a busy machine disturbs least; the pool's are on the clock.
"""

import argparse
import asyncio
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pdfplumber

import parsers
from ingest.parsing import ParserPool
from parsers.pdf.document import inspect, open_document

SAMPLES = Path(__file__).parent.parent / "samples"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path, nargs="?", default=SAMPLES)
    arguments.add_argument("--children", type=int, default=os.cpu_count() or 1)
    arguments.add_argument("--rounds", type=int, default=3)
    chosen = arguments.parse_args()
    paths = [path for path in sorted(chosen.folder.rglob("*.pdf")) if _opens(path)]
    print(f"{len(paths)} documents in {chosen.folder}, best of {chosen.rounds} rounds")
    words(paths, chosen.rounds)
    documents(paths, chosen.rounds)
    asyncio.run(through_the_pool(paths, chosen.children))


def words(paths: list[Path], rounds: int) -> None:
    """All words of all pages, opening included, file by file in turn."""
    pages = sum(inspect(path).page_count for path in paths)
    ours = sum(_best(rounds, partial(_words, path)) for path in paths)
    theirs = sum(_best(1, partial(_plain_words, path)) for path in paths)
    print(f"words, {pages} pages: PDFium {1000 * ours / pages:.1f} ms a page, ", end="")
    print(f"pdfplumber {1000 * theirs / pages:.1f} ms: {theirs / ours:.1f} times as fast")


def documents(paths: list[Path], rounds: int) -> None:
    """Whole documents in one process: all bills of each, against only its words."""
    ours = sum(_best(rounds, partial(parsers.read, path)) for path in paths)
    theirs = sum(_best(1, partial(_plain_words, path)) for path in paths)
    print(f"documents, one process: parsers.read {len(paths) / ours:.1f} a second, ", end="")
    print(f"words by pdfplumber {len(paths) / theirs:.1f}: {theirs / ours:.1f} times as fast")


async def through_the_pool(paths: list[Path], children: int, seconds: float = 10) -> None:
    """Documents a second on the clock, the pool kept busy for some seconds; the largest memory of a child."""
    async with ParserPool(size=children) as pool:
        await pool.start()
        pids = _children()
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            await asyncio.gather(*(pool.read(path) for path in paths))
            done += len(paths)
        rate = done / (time.perf_counter() - began)
        peak = max(_peak_mb(pid) for pid in _children() or pids)
    print(f"documents, pool of {children}: {rate:.1f} a second; a child had at most {peak:.0f} MB")


def _best(rounds: int, work: Callable[[], object]) -> float:
    """Seconds of processor time of the fastest round."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def _words(path: Path) -> None:
    with open_document(path) as document:
        for page in document.pages:
            page.extract_words()


def _plain_words(path: Path) -> None:
    with pdfplumber.open(path) as plain:
        for page in plain.pages:
            page.extract_words()
            page.close()


def _opens(path: Path) -> bool:
    try:
        with pdfplumber.open(path):
            return True
    except Exception as error:  # noqa: BLE001 - whatever it is, the comparison leaves the file out
        print(f"left out, pdfplumber cannot open it: {path.name} ({type(error).__name__})")
        return False


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
