"""Gives the Type3 fonts of a PDF true maps, where their own are false and their drawings are known.

A font's own map is believed until it is caught: it contradicts the table, or calls ink a blank. Then every drawing is
told by the table, a letter that the table lacks by its likeness to the same letter in the document's other fonts, and
what is left is U+FFFD, which no value may touch.
"""

import io
from collections.abc import Iterator, Mapping, Sequence

import pikepdf

from parsers.finding.lines import UNKNOWN_LETTER, plain
from parsers.type3.fonts import Glyph, Type3Font, type3_fonts
from parsers.type3.likeness import letters_by_likeness
from parsers.type3.table import shipped_table

BLANK = " "
TINY = 4  # dots: a font with no higher drawing is read by machines alone, if at all
FEW_DRAWINGS = 5  # a font with no more may be one of dots and rules
CAUGHT = 1 / 3  # of the drawings that can be judged; a bar alone may be I in one font and l in another
FEW_LIES = 3  # drawings


def mended(data: bytes, table: Mapping[str, str] | None = None) -> bytes | None:
    """The PDF with true maps; None where no map is false. ``table`` replaces the one of this package."""
    known = shipped_table() if table is None else table
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            maps = true_maps(list(type3_fonts(pdf)), known)
            if not maps:
                return None
            for font, characters in maps:
                font.say(pdf, characters)
                font.measure(pdf)
            target = io.BytesIO()
            pdf.save(target, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
            return target.getvalue()
    except pikepdf.PdfError:
        return None  # pikepdf is stricter than PDFium; the page's text is then judged as it is


def true_maps(fonts: Sequence[Type3Font], table: Mapping[str, str]) -> list[tuple[Type3Font, dict[int, str]]]:
    """The fonts whose maps are false, each with what its codes draw.

    Where most of a file's maps that can be judged are false, none of its Type3 fonts is believed.
    """
    judged = [(font, list(_verdicts(font, table))) for font in fonts]
    of_all = [verdict for _, verdicts in judged for verdict in verdicts]
    liar = sum(of_all) > max(FEW_LIES, len(of_all) / 2)
    false = [font for font, verdicts in judged if liar or sum(verdicts) > max(FEW_LIES, len(verdicts) * CAUGHT)]
    maps = [(font, {code: _character(glyph, table) for code, glyph in _read(font).items()}) for font in false]
    letters_by_likeness(maps, UNKNOWN_LETTER)
    return maps


def _verdicts(font: Type3Font, table: Mapping[str, str]) -> Iterator[bool]:
    """For each drawing of which something is known, whether the font's map says anything else."""
    for code, glyph in font.glyphs.items():
        said = font.says.get(code)
        if glyph.blank or said is None:
            continue
        drawn = table.get(glyph.key or "")
        if drawn is not None or not said.strip():
            yield drawn is None or plain(said) != plain(drawn)


def _read(font: Type3Font) -> Mapping[int, Glyph]:
    """The font's drawings; all blank where they are too small for any eye."""
    ink = [glyph for glyph in font.glyphs.values() if not glyph.blank]
    if len(ink) > FEW_DRAWINGS and all(glyph.bitmap and len(glyph.bitmap.rows) <= TINY for glyph in ink):
        return {code: Glyph(None, blank=True, bitmap=None) for code in font.glyphs}
    return font.glyphs


def _character(glyph: Glyph, table: Mapping[str, str]) -> str:
    return BLANK if glyph.blank else table.get(glyph.key or "", UNKNOWN_LETTER)
