"""The table of known drawings: ``glyphs.tsv`` beside this module, a key and its character in each line.

It is made by ``python -m parsers.type3.learn`` and holds nothing of the documents that it was learnt from.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("glyphs.tsv")


@cache
def shipped_table() -> Mapping[str, str]:
    """The table of this package; read once in a process."""
    return read_table(TABLE)


def read_table(path: Path) -> dict[str, str]:
    """Keys to characters; empty where there is no file yet."""
    if not path.exists():
        return {}
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return {key: chr(int(code, 16)) for key, code, *_ in rows}


def write_table(path: Path, table: Mapping[str, str]) -> None:
    """One line a drawing, by character: the key, its code point, and the character for people."""
    rows = sorted(table.items(), key=lambda row: (row[1], row[0]))
    lines = ["# drawing\tcode point\tcharacter", *(f"{key}\t{ord(char):04X}\t{char}" for key, char in rows)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
