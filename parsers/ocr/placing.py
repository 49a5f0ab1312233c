"""Places on a picture that was turned and straightened, as places on the page that the file shows."""

from collections.abc import Sequence

from parsers.finding.region import Sheet
from parsers.model import Bill, Document, Source


def placed(document: Document, sheets: Sequence[Sheet]) -> Document:
    """The document with the boxes of its sources on the pages as they are shown."""
    pictures = {sheet.number: sheet for sheet in sheets if sheet.was_picture}
    if not pictures:
        return document
    return document.model_copy(update={"bills": tuple(_placed(bill, pictures) for bill in document.bills)})


def _placed(bill: Bill, pictures: dict[int, Sheet]) -> Bill:
    sources = {path: _on_page(source, pictures.get(source.page)) for path, source in bill.sources.items()}
    return bill.model_copy(update={"sources": sources})


def _on_page(source: Source, picture: Sheet | None) -> Source:
    if picture is None:
        return source
    x0, top, x1, bottom = (round(side, 2) for side in picture.page.place_on_page(source.box))
    return source.model_copy(update={"box": (x0, top, x1, bottom)})
