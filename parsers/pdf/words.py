"""Characters to words, grouped by their baseline.

pdfplumber groups by the top of a character, which depends on the font's size and descent: a bold amount beside a
regular label falls on another line. The baseline is where both are printed.
"""

from collections.abc import Generator
from math import inf
from operator import itemgetter
from typing import Any

import pdfplumber.page
from pdfplumber._typing import T_dir
from pdfplumber.utils.geometry import outside_bbox, within_bbox
from pdfplumber.utils.text import TEXTMAP_KWARGS, WORD_EXTRACTOR_KWARGS, TextMap, WordExtractor, WordMap

X_TOLERANCE = 1.0  # pdfplumber's 3 glues the words of narrow fonts
Y_TOLERANCE = 1.5

Char = dict[str, Any]
Word = dict[str, Any]

_X0, _X1, _TOP, _BOTTOM, _BASELINE = map(itemgetter, ("x0", "x1", "top", "bottom", "baseline"))


class BaselineWords(WordExtractor):
    """pdfplumber's ``WordExtractor`` with lines by baseline; words carry ``baseline``, ``fontname`` and ``size``.

    Upright text, which is nearly all of it, goes a shorter way to the same words.
    """

    def iter_chars_to_lines(self, chars: Any) -> Generator[tuple[list[Char], T_dir], None, None]:
        chars = list(chars)
        if not chars[0]["upright"] or self.char_dir != "ltr":
            yield from super().iter_chars_to_lines(chars)
            return
        for line in _lines(chars, self.y_tolerance):
            line.sort(key=_X0)
            yield line, "ltr"

    def iter_chars_to_words(self, ordered_chars: Any, direction: T_dir) -> Generator[list[Char], None, None]:
        ratios = self.x_tolerance_ratio is not None or self.y_tolerance_ratio is not None
        if direction != "ltr" or ratios or self.keep_blank_chars or self.split_at_punctuation:
            yield from super().iter_chars_to_words(ordered_chars, direction)
            return
        word: list[Char] = []
        for char in ordered_chars:
            if char["text"].isspace():
                if word:
                    yield word
                word = []
            elif word and self.char_begins_new_word(word[-1], char, "ltr", self.x_tolerance, self.y_tolerance):
                yield word
                word = [char]
            else:
                word.append(char)
        if word:
            yield word

    def char_begins_new_word(
        self, prev_char: Char, curr_char: Char, direction: Any, x_tolerance: float, y_tolerance: float
    ) -> bool:
        if direction != "ltr":
            return super().char_begins_new_word(prev_char, curr_char, direction, x_tolerance, y_tolerance)
        x0 = curr_char["x0"]
        return bool(
            x0 > prev_char["x1"] + x_tolerance
            or x0 < prev_char["x0"]
            or abs(curr_char["baseline"] - prev_char["baseline"]) > y_tolerance
        )

    def merge_chars(self, ordered_chars: list[Char]) -> Word:
        first = ordered_chars[0]
        letters = [char["text"] for char in ordered_chars]
        x0, x1 = min(map(_X0, ordered_chars)), max(map(_X1, ordered_chars))
        top, bottom = min(map(_TOP, ordered_chars)), max(map(_BOTTOM, ordered_chars))
        word = {
            "text": "".join(map(self.expansions.get, letters, letters)),
            "x0": x0,
            "x1": x1,
            "top": top,
            "doctop": top + first["doctop"] - first["top"],
            "bottom": bottom,
            "upright": first["upright"],
            "height": bottom - top,
            "width": x1 - x0,
            "direction": self.get_char_dir(first["upright"]),
            "baseline": first["baseline"],
            "fontname": first["fontname"],
            "size": first["size"],
        }
        if "agreed" in first:  # read from a picture
            word["agreed"] = all(char["agreed"] for char in ordered_chars)
        for key in self.extra_attrs:
            word[key] = first[key]
        return word


def _lines(chars: list[Char], tolerance: float) -> list[list[Char]]:
    """Characters by baseline, from the top; each no further than ``tolerance`` from the one before it."""
    lines: list[list[Char]] = []
    last = -inf
    for char in sorted(chars, key=_BASELINE):
        if char["baseline"] > last + tolerance:
            lines.append([])
        lines[-1].append(char)
        last = char["baseline"]
    return lines


class BaselinePage(pdfplumber.page.Page):
    """Words, text and search of a page by baseline; mixed into whole and into cropped pages."""

    def extract_words(self, *, return_chars: bool = False, **options: Any) -> list[Word]:
        """pdfplumber's words, with ``baseline`` (points from the top), ``fontname`` and ``size`` of the first char."""
        return _extractor(options).extract_words(self.chars, return_chars)

    def _get_textmap(self, **options: Any) -> TextMap:
        words = _extractor(options).extract_wordmap(self.chars)
        on_baseline = WordMap([(word | {"top": word["baseline"]}, chars) for word, chars in words.tuples])
        layout: dict[str, Any] = {"layout_bbox": self.bbox, "layout_width": self.width, "layout_height": self.height}
        layout |= {"y_tolerance": Y_TOLERANCE, "presorted": True} | options
        return on_baseline.to_textmap(**{k: v for k, v in layout.items() if k in TEXTMAP_KWARGS})

    def crop(self, bbox: Any, relative: bool = False, strict: bool = True) -> "CroppedPage":
        return CroppedPage(self, bbox, relative=relative, strict=strict)

    def within_bbox(self, bbox: Any, relative: bool = False, strict: bool = True) -> "CroppedPage":
        return CroppedPage(self, bbox, within_bbox, relative=relative, strict=strict)

    def outside_bbox(self, bbox: Any, relative: bool = False, strict: bool = True) -> "CroppedPage":
        return CroppedPage(self, bbox, outside_bbox, relative=relative, strict=strict)

    def filter(self, test_function: Any) -> "FilteredPage":
        return FilteredPage(self, test_function)


class CroppedPage(BaselinePage, pdfplumber.page.CroppedPage):
    """A part of a page: everything that a page has, inside a box."""

    @property
    def chars(self) -> list[Char]:
        if not hasattr(self, "_chars"):
            self._chars: list[Char] = self._crop_fn(self.parent_page.chars)  # without reading the shapes
        return self._chars


class FilteredPage(BaselinePage, pdfplumber.page.FilteredPage):
    """A page without the objects that a test refuses."""

    @property
    def chars(self) -> list[Char]:
        if not hasattr(self, "_chars"):
            self._chars: list[Char] = list(filter(self.filter_fn, self.parent_page.chars))
        return self._chars


def _extractor(options: dict[str, Any]) -> BaselineWords:
    chosen = {"x_tolerance": X_TOLERANCE, "y_tolerance": Y_TOLERANCE} | options
    return BaselineWords(**{k: v for k, v in chosen.items() if k in WORD_EXTRACTOR_KWARGS})
