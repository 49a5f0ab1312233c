"""``python -m parsers.type3.learn PDF…``: what the table lacks of these files' drawings, and how it learns them.

    … PDF…                            how many drawings of each file the table knows, and how many characters shown
    … --show FOLDER [--ocr] PDF…      FOLDER/unknown.tsv (a key and a suggested character a line, the suggestion to be
                                      confirmed or corrected) and FOLDER/unknown.png, the drawings in the same order
    … --trust PDF…                    learns from files whose own maps are true
    … --answers FILE                  learns what a person wrote into unknown.tsv

What a table knows is never changed by learning: a drawing that is given another character is refused. The table holds
drawings and characters alone, nothing of the files.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pikepdf
from PIL import Image, ImageDraw

from parsers.finding.lines import UNKNOWN_LETTER
from parsers.type3.drawings import Bitmap
from parsers.type3.fonts import Glyph, type3_fonts
from parsers.type3.mending import true_maps
from parsers.type3.table import TABLE, read_table, write_table

COLUMNS, CELL = 20, 72  # of the picture: drawings in a row, dots of one
ROOM = 16  # dots under the baseline of a cell


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _options().parse_args(arguments)
    table = read_table(chosen.table)
    try:
        if chosen.answers:
            return _learnt(chosen.table, table, answers(chosen.answers.read_text("utf-8")))
        if chosen.trust:
            return _learnt(chosen.table, table, dict(said(chosen.pdfs)))
    except ValueError as error:
        return _tell(str(error), failed=True)
    for path in chosen.pdfs:
        known, total = coverage(path, table)
        _tell(f"{path.name}: {known} of {total} drawings known")
    if chosen.show:
        lacking = unknown(chosen.pdfs, table)
        _show(chosen.show, lacking, _suggested(chosen.pdfs) if chosen.ocr else {})
        _tell(f"{len(lacking)} drawings in {chosen.show}")
    return 0


def unknown(paths: Iterable[Path], table: Mapping[str, str]) -> dict[str, Glyph]:
    """The drawings in lying fonts that neither the table nor likeness tells, each once."""
    lacking: dict[str, Glyph] = {}
    for path in paths:
        with pikepdf.open(path) as pdf:
            for font, characters in true_maps(list(type3_fonts(pdf)), table):
                codes = [code for code, char in characters.items() if char == UNKNOWN_LETTER]
                lacking |= {key: font.glyphs[code] for code in codes if (key := font.glyphs[code].key)}
    return lacking


def coverage(path: Path, table: Mapping[str, str]) -> tuple[int, int]:
    """How many of a file's different drawings with ink the table knows, and how many there are."""
    with pikepdf.open(path) as pdf:
        glyphs = [glyph for font in type3_fonts(pdf) for glyph in font.glyphs.values() if not glyph.blank]
        keys = {glyph.key for glyph in glyphs if glyph.key}
    return len(keys & table.keys()), len(keys)


def said(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Keys and characters as the files' own maps have them."""
    for path in paths:
        with pikepdf.open(path) as pdf:
            for font in type3_fonts(pdf):
                for code, glyph in font.glyphs.items():
                    char = font.says.get(code, "")
                    if glyph.key and not glyph.blank and len(char) == 1 and char.strip():
                        yield glyph.key, char


def answers(text: str) -> dict[str, str]:
    """Keys and characters as a person wrote them, one pair a line; a key without a character is passed over."""
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {row[0]: row[1] for row in rows if len(row) > 1 and len(row[1]) == 1}


def learnt(table: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The table with what is new in it; ``ValueError`` where it contradicts."""
    against = sorted(key for key, char in new.items() if table.get(key, char) != char)
    if against:
        raise ValueError(f"{len(against)} drawings are in the table with another character: {', '.join(against)}")
    return {**table, **new}


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m parsers.type3.learn", description=(__doc__ or "").splitlines()[0])
    options.add_argument("pdfs", type=Path, nargs="*", metavar="PDF")
    options.add_argument("--table", type=Path, default=TABLE)
    options.add_argument("--show", type=Path, metavar="FOLDER")
    options.add_argument("--ocr", action="store_true", help="with --show: suggest characters; needs the OCR extra")
    options.add_argument("--trust", action="store_true", help="the files' own maps are true")
    options.add_argument("--answers", type=Path, metavar="FILE")
    return options


def _learnt(path: Path, table: Mapping[str, str], new: Mapping[str, str]) -> int:
    write_table(path, learnt(table, new))
    return _tell(f"{len(new.keys() - table.keys())} new drawings in {path}")


def _suggested(paths: Sequence[Path]) -> dict[str, str]:
    from parsers.type3.suggesting import suggestions

    return suggestions(paths)


def _show(folder: Path, lacking: Mapping[str, Glyph], suggested: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{key}\t{suggested.get(key, '')}" for key in lacking]
    (folder / "unknown.tsv").write_text("\n".join(["# drawing\tcharacter", *rows]) + "\n", "utf-8")
    picture = Image.new("L", (COLUMNS * CELL, CELL * -(-max(1, len(lacking)) // COLUMNS)), 255)
    for at, glyph in enumerate(lacking.values()):
        if glyph.bitmap:
            _draw(picture, glyph.bitmap, CELL * (at % COLUMNS), CELL * (at // COLUMNS))
    picture.save(folder / "unknown.png")


def _draw(picture: Image.Image, bitmap: Bitmap, left: int, top: int) -> None:
    """A drawing on its baseline in the cell at ``left, top``."""
    pen = ImageDraw.Draw(picture)
    baseline = top + CELL - ROOM
    pen.line((left, baseline, left + CELL - 4, baseline), fill=200)
    for down, row in enumerate(bitmap.rows):
        y = baseline - bitmap.low - len(bitmap.rows) + down
        dots = [x for x in range(bitmap.width) if row >> (bitmap.width - 1 - x) & 1]
        pen.point([(left + 4 + bitmap.left + x, y) for x in dots], fill=0)


def _tell(sentence: str, *, failed: bool = False) -> int:
    (sys.stderr if failed else sys.stdout).write(f"{sentence}\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
