"""A page of a drawn bill as a scanner would leave it: one black-and-white picture, no text."""

import pypdfium2
from reportlab.lib.utils import ImageReader

from samples import expectation
from samples.central_maine_power.bills import CREDIT
from samples.central_maine_power.draw import draw
from samples.drawing import Sheet
from samples.files import Sample

DOTS = 100  # per inch


def scan(pdf: bytes) -> bytes:
    """The first page of ``pdf`` as a picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        picture = document[0].render(scale=DOTS / 72).to_pil().convert("1")
    finally:
        document.close()
    sheet = Sheet("Sample scan")
    sheet.picture(ImageReader(picture))
    return sheet.finish()


def samples() -> list[Sample]:
    return [Sample("_scan/page.pdf", scan(draw(CREDIT)), expectation.document(kind="needs_ocr"))]
