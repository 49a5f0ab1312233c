"""Small PDFs in Type3 fonts of the dot face, for the tests of what is told by drawings."""

import io
from collections.abc import Mapping, Sequence

import pikepdf

from parsers.type3.drawings import bitmap_of, key_of
from samples.dots import FACE, lies, procedure, type3_font

Text = tuple[int, float, float, str]
"""Number of the font, left edge, baseline from the foot of the page, and what is shown there."""


def key(char: str, times: int = 1) -> str:
    stream = procedure(char, times)
    found = key_of(stream, bitmap_of(stream))
    assert found
    return found


def table(*sizes: int, but: str = "") -> dict[str, str]:
    """The dot face in these sizes, without some of its characters."""
    return {key(char, times): char for times in sizes for char in FACE if char != " " and char not in but}


def paper(
    *texts: Text, sizes: Sequence[int] = (1,), says: Mapping[int, str] | None = None, codes: str | None = None
) -> bytes:
    """A page of texts in one font for each of ``sizes`` (dots of the drawing for a dot of the face), 0.75 points a dot.

    ``codes`` are the characters of every font in the order of their codes from 1; ``says`` is its map, false if none.
    """
    numbers = {char: at for at, char in enumerate(codes or "".join(FACE), start=1)}
    said = says if says is not None else lies(numbers.values())
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        fonts = {f"/F{n}": type3_font(pdf, numbers, said, times) for n, times in enumerate(sizes)}
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        shown = []
        for font, x, y, text in texts:
            code = bytes(numbers[char] for char in text).hex()
            shown.append(f"BT /F{font} {0.75 / sizes[font]:.4f} Tf 1 0 0 1 {x} {y} Tm <{code}> Tj ET")
        page.contents_add(pdf.make_stream("\n".join(shown).encode("ascii")))
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()
