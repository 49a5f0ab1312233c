"""Type3 fonts whose own maps to Unicode are false: their glyphs are told by what they draw."""

from parsers.type3.mending import mended

__all__ = ["mended"]
