"""A drawn page as it comes off a scanner or out of a telephone: a picture, not quite straight, with dirt on it."""

import io
import random

import pikepdf
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter
from PIL.TiffImagePlugin import STRIPBYTECOUNTS, STRIPOFFSETS

POINTS = 72
PAPER = (612.0, 792.0)
WHITE = 255
GREY_BELOW = 150  # what a black-and-white scan shows as black


def pictures(pdf: bytes, dots: int) -> list[Image.Image]:
    """The pages in grey, with so many dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.render(scale=dots / POINTS, grayscale=True).to_pil() for page in document]
    finally:
        document.close()


def askew(page: Image.Image, degrees: float) -> Image.Image:
    """Fed in at an angle."""
    return page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=WHITE)


def dirty(page: Image.Image, specks: int, seed: int) -> Image.Image:
    """With specks of dust."""
    dust = random.Random(seed)
    drawing = ImageDraw.Draw(page)
    for _ in range(specks):
        x, y, size = dust.randrange(page.width), dust.randrange(page.height), dust.choice((1, 1, 2))
        drawing.ellipse((x, y, x + size, y + size), fill=dust.randrange(120))
    return page


def stamped(page: Image.Image, text: str) -> Image.Image:
    """With a stamp across it, turned and pale."""
    stamp = Image.new("L", (len(text) * 7 + 10, 20), WHITE)
    drawing = ImageDraw.Draw(stamp)
    drawing.rectangle((0, 0, stamp.width - 1, stamp.height - 1), outline=120, width=2)
    drawing.text((6, 4), text, fill=120)
    stamp = stamp.resize((stamp.width * 2, stamp.height * 2)).rotate(12, expand=True, fillcolor=WHITE)
    page.paste(
        stamp, (page.width * 11 // 20, page.height * 9 // 20), stamp.point(lambda grey: WHITE if grey < WHITE else 0)
    )
    return page


def fax(pages: list[Image.Image]) -> bytes:
    """A PDF of black-and-white pages, packed as office scanners do (CCITT group 4)."""
    with pikepdf.new() as pdf:
        for page in pages:
            black = page.point(lambda grey: WHITE if grey > GREY_BELOW else 0).convert("1")
            pdf.add_blank_page(page_size=PAPER)
            pdf.pages[-1].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=_packed(pdf, black)))
            pdf.pages[-1].Contents = pdf.make_stream(b"q %g 0 0 %g 0 0 cm /Scan Do Q" % PAPER)
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True)
        return made.getvalue()


def _packed(pdf: pikepdf.Pdf, page: Image.Image) -> pikepdf.Object:
    tiff = io.BytesIO()
    page.save(tiff, "TIFF", compression="group4", strip_size=page.width * page.height)
    with Image.open(tiff) as written:
        [start], [length] = written.tag_v2[STRIPOFFSETS], written.tag_v2[STRIPBYTECOUNTS]
    stream = pdf.make_stream(tiff.getvalue()[start : start + length])
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height = page.width, page.height
    stream.ColorSpace, stream.BitsPerComponent = pikepdf.Name.DeviceGray, 1
    stream.Filter = pikepdf.Name.CCITTFaxDecode
    stream.DecodeParms = pikepdf.Dictionary(K=-1, BlackIs1=True, Columns=page.width, Rows=page.height)
    return stream


def photo(page: Image.Image, quality: int) -> bytes:
    """A JPEG of the page on a dark table, taken with the telephone turned, a little out of focus."""
    width, height = page.size
    edge = width // 20
    table = Image.new("L", (width + 2 * edge, height + 2 * edge), 70)
    table.paste(page.point(lambda grey: 25 + grey * 5 // 6), (edge, edge))
    taken = table.filter(ImageFilter.GaussianBlur(0.4)).rotate(90, expand=True)
    made = io.BytesIO()
    taken.save(made, "JPEG", quality=quality)
    return made.getvalue()
