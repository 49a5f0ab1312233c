"""A page of a PDF: pdfplumber's interface, fed by PDFium, by pdfplumber itself or by what is left of a broken file."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from parsers.model import Box
from parsers.pdf.frame import Frame
from parsers.pdf.glyphs import Char, read_chars, read_text
from parsers.pdf.legible import is_legible
from parsers.pdf.paths import Shape, read_shapes
from parsers.pdf.pdfium import LoadedPage
from parsers.pdf.words import BaselinePage
from parsers.type3.characters import settled_chars, with_capitals

Origin = Literal["text", "glyphs", "ocr"]
"""What a page's letters are known by: the file's own text, the drawings of its glyphs, or a picture."""


class Page(BaselinePage):
    """One page: ``extract_words``, ``crop``, ``search``, ``rects`` and so on as in pdfplumber, and what is below.

    ``doctop`` counts from the top of the page itself: pages are read one by one.
    """

    origin: Origin = "text"

    @property
    @abstractmethod
    def plain_text(self) -> str:
        """The page's text in the order of its content stream, without geometry: cheap, to identify and to split by."""

    @property
    def usable_text(self) -> bool:
        """Whether the text can be trusted: False for a scan, and where the fonts say other letters than they show."""
        return is_legible(self.plain_text)

    @property
    def blank(self) -> bool:
        """Whether nothing at all is drawn on it."""
        return not self.chars and not self.images and not self.rects and not self.curves

    def place_on_page(self, box: Box) -> Box:
        """Where a box of it is on the page as the file shows it: elsewhere only where its picture was turned."""
        return box


class PlumberPage(Page):
    """A page that pdfplumber reads: slow, to compare with."""

    @property
    def plain_text(self) -> str:
        return self.extract_text()

    def process_object(self, obj: Any) -> dict[str, Any]:
        attributes = super().process_object(obj)
        if attributes["object_type"] == "char":
            attributes["baseline"] = self.height - attributes["matrix"][5] + self.mediabox[1]
        return attributes


class OwnPage(Page):
    """A page that brings its own characters and shapes; pdfminer has no part in it."""

    def __init__(self, page_number: int) -> None:
        self.pdf: Any = None
        self.page_obj: Any = None
        self.root_page = self
        self.page_number = page_number
        self.initial_doctop = 0
        self.get_textmap = lru_cache()(self._get_textmap)

    @property
    @abstractmethod
    def frame(self) -> Frame:
        """The page's box and turn."""

    @abstractmethod
    def read_chars(self) -> list[Char]:
        """The characters, each with its ``baseline``."""

    def read_shapes(self) -> dict[str, list[Shape]]:
        """What is drawn, by kind."""
        return {}

    # Properties, where pdfplumber sets attributes: setting them would open every page at once.
    @property
    def bbox(self) -> Box:  # type: ignore[override]  # read-only
        return self.frame.box

    mediabox = cropbox = bbox  # the same

    @property
    def rotation(self) -> int:
        return self.frame.rotation

    @property
    def chars(self) -> list[Char]:
        if not hasattr(self, "_chars"):
            self._chars = self.read_chars()
        return self._chars

    def parse_objects(self) -> dict[str, list[Any]]:
        return {"char": self.chars} | self.read_shapes()

    def close(self) -> None:
        """Frees what was read; it is read anew if it is asked for again."""
        super().close()
        self.flush_cache(["_chars"])


@dataclass(frozen=True, slots=True)
class _FirstLook:
    frame: Frame
    text: str
    usable: bool
    blank: bool


class PdfiumPage(OwnPage):
    """A page that PDFium reads. ``load`` opens it, or finds it open.

    What identifies a bill is read at the first look and kept, so that a long document is not opened page by page again
    for each question.
    """

    def __init__(self, page_number: int, load: Callable[["PdfiumPage"], LoadedPage]) -> None:
        super().__init__(page_number)
        self._load = load

    @property
    def frame(self) -> Frame:
        return self._first_look.frame

    @property
    def plain_text(self) -> str:
        return self._first_look.text

    @property
    def usable_text(self) -> bool:
        return self._first_look.usable

    @property
    def blank(self) -> bool:
        return self._first_look.blank

    def read_chars(self) -> list[Char]:
        chars = read_chars(self._load(self), self.frame, self.page_number)
        return settled_chars(chars) if self.origin == "glyphs" else chars

    def read_shapes(self) -> dict[str, list[Shape]]:
        return read_shapes(self._load(self), self.frame, self.page_number)

    @cached_property
    def _first_look(self) -> _FirstLook:
        loaded = self._load(self)
        text = with_capitals(read_text(loaded)) if self.origin == "glyphs" else read_text(loaded)
        usable = is_legible(text, unmapped=loaded.map_errors())
        return _FirstLook(loaded.frame, text, usable, blank=loaded.is_blank())
