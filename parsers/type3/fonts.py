"""The Type3 fonts of a PDF: which code draws what, and which character the font says it is."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pikepdf

from parsers.type3.drawings import Bitmap, bitmap_of, is_blank, key_of

_HEX = rb"<\s*([0-9A-Fa-f]+)\s*>\s*"
_SINGLE = re.compile(_HEX + _HEX)
_RANGE = re.compile(_HEX + _HEX + rb"(?:" + _HEX + rb"|\[([^\]]*)\])")
_BLOCK = 100  # entries that a CMap may hold in one block
_MEASURED = (0x41, 0x67)
"""The codes of A and g: PDFium takes a font to be as high as what they draw, whatever that is."""
_BOX = re.compile(rb"\s*(?P<advance>\S+\s+\S+)\s+\S+\s+\S+\s+\S+\s+\S+\s+d1\b")


@dataclass(frozen=True)
class Glyph:
    """One drawing of a font; without a ``key`` it cannot be told from others."""

    key: str | None
    blank: bool
    bitmap: Bitmap | None

    @classmethod
    def of(cls, procedure: bytes) -> "Glyph":
        bitmap = bitmap_of(procedure)
        return cls(key_of(procedure, bitmap), is_blank(procedure, bitmap), bitmap)


@dataclass(frozen=True)
class Type3Font:
    """One font of an open file."""

    dictionary: Any

    @cached_property
    def glyphs(self) -> Mapping[int, Glyph]:
        """What each code draws."""
        drawn: Any = self.dictionary.get("/CharProcs", {})
        return {code: Glyph.of(drawn[name].read_bytes()) for code, name in self._names() if name in drawn}

    @cached_property
    def says(self) -> Mapping[int, str]:
        """The characters that the font's own map gives; empty without a map."""
        stream = self.dictionary.get("/ToUnicode")
        return dict(_mapped(stream.read_bytes())) if isinstance(stream, pikepdf.Stream) else {}

    def say(self, pdf: pikepdf.Pdf, characters: Mapping[int, str]) -> None:
        """Gives the font another map."""
        self.dictionary["/ToUnicode"] = pdf.make_stream(_map_of(characters))

    def measure(self, pdf: pikepdf.Pdf) -> None:
        """Lets PDFium see how high the font is: gives the box of the font to the drawings that it looks at."""
        box = b" ".join(b"%.2f" % float(side) for side in self.dictionary.get("/FontBBox", ()))
        drawn: Any = self.dictionary["/CharProcs"]
        for code, name in self._names() if any(side != b"0.00" for side in box.split()) else ():
            if code in _MEASURED and name in drawn:
                stream = _BOX.sub(
                    lambda match: match["advance"] + b" " + box + b" d1", drawn[name].read_bytes(), count=1
                )
                drawn[name] = pdf.make_stream(stream)

    def _names(self) -> Iterator[tuple[int, str]]:
        encoding: Any = self.dictionary.get("/Encoding")
        code = 0
        for entry in encoding.get("/Differences", ()) if isinstance(encoding, pikepdf.Dictionary) else ():
            if isinstance(entry, pikepdf.Name):
                yield code, str(entry)
                code += 1
            else:
                code = int(entry)


def type3_fonts(pdf: pikepdf.Pdf) -> Iterator[Type3Font]:
    """Every Type3 font of a file, each once, wherever it is used."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Subtype") == "/Type3" and "/CharProcs" in thing:
            yield Type3Font(thing)


def _mapped(cmap: bytes) -> Iterator[tuple[int, str]]:
    """Codes and characters of a CMap to Unicode."""
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in _SINGLE.findall(block):
            yield int(code, 16), _text(text)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, text, texts in _RANGE.findall(block):
            codes = range(int(first, 16), min(int(last, 16), int(first, 16) + 255) + 1)
            each = re.findall(_HEX, texts)
            start = _text(text)
            for at, code in enumerate(codes):
                if texts:
                    yield code, _text(each[at]) if at < len(each) else ""
                elif start:
                    yield code, start[:-1] + chr(min(ord(start[-1]) + at, 0xFFFF))


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii").rjust(4, "0")).decode("utf-16-be", "replace")


def _map_of(characters: Mapping[int, str]) -> bytes:
    rows = [f"<{code:02X}> <{text.encode('utf-16-be').hex().upper()}>" for code, text in sorted(characters.items())]
    lines = ["/CIDInit /ProcSet findresource begin 12 dict begin begincmap", "/CMapType 2 def"]
    lines += ["1 begincodespacerange <00> <FF> endcodespacerange"]
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join([*lines, "endcmap CMapName currentdict /CMap defineresource pop end end"]).encode("ascii")
