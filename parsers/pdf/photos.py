"""A photo or scan that was saved as a picture (JPEG, PNG, HEIC), as a PDF of one page.

JPEG data becomes part of the PDF as it is, other pictures without loss, except HEIC, which no PDF can hold: it is
encoded anew, so its file must be kept beside it. The same picture always gives the same PDF.
"""

import io
import warnings
import zlib

import pikepdf
from PIL import ExifTags, Image, UnidentifiedImageError

from parsers.errors import DocumentError
from parsers.model import DocumentKind
from parsers.pdf.formats import format_of

PAGE = (612.0, 792.0)  # points: the picture fills a sheet of letter paper as far as its shape allows
HEIC_QUALITY = 95
NEEDS_EXTRA = "It is a HEIC photo: install bill-ingest[ocr] to have it read, or send it as JPEG or PDF."
TURNS = {3: 180, 6: 90, 8: 270}
"""What the tag Orientation means for a page: degrees clockwise. Mirrored pictures are not turned."""


def as_pdf(data: bytes) -> bytes:
    """Raises ``DocumentError`` of the kind not_a_pdf, damaged or too_large."""
    kind = format_of(data)
    if kind is None:
        raise DocumentError(DocumentKind.NOT_A_PDF, "It is neither a PDF nor a photo in JPEG, PNG or HEIC.")
    if kind == "heic":
        data = _heic_as_jpeg(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as picture:
                picture.load()
                return _page(picture, data if picture.format == "JPEG" else None)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise DocumentError(DocumentKind.TOO_LARGE, "The picture has more pixels than any photo of a page.") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise DocumentError(DocumentKind.DAMAGED, "The picture is damaged or incomplete.") from error


def _heic_as_jpeg(data: bytes) -> bytes:
    try:
        from pi_heif import read_heif  # of the extra
    except ImportError as error:
        raise DocumentError(DocumentKind.NOT_A_PDF, NEEDS_EXTRA) from error
    try:
        picture = read_heif(data).to_pillow()
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError) as error:
        raise DocumentError(DocumentKind.DAMAGED, "The photo is damaged or incomplete.") from error
    encoded = io.BytesIO()
    picture.convert("RGB").save(encoded, "JPEG", quality=HEIC_QUALITY, subsampling=0)
    return encoded.getvalue()


def _page(picture: Image.Image, jpeg: bytes | None) -> bytes:
    """A PDF with the picture on one page, turned as the camera was held."""
    turn = TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1), 0)
    with pikepdf.new() as pdf:
        if jpeg is not None and picture.mode in ("L", "RGB"):
            stream = _image(pdf, jpeg, picture, pikepdf.Name.DCTDecode)
        else:
            stream = _plain(pdf, picture)
        short, long = PAGE
        box = (long, short) if picture.width > picture.height else PAGE
        scale = min(box[0] / picture.width, box[1] / picture.height)
        width, height = picture.width * scale, picture.height * scale
        pdf.add_blank_page(page_size=(width, height))
        page = pdf.pages[0]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=stream))
        page.Contents = pdf.make_stream(f"q {width:.4f} 0 0 {height:.4f} 0 0 cm /Photo Do Q".encode())
        if turn:
            page.Rotate = turn
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True)
        return made.getvalue()


def _plain(pdf: pikepdf.Pdf, picture: Image.Image) -> pikepdf.Object:
    """Its pixels, packed."""
    shown = picture if picture.mode in ("1", "L", "RGB") else _on_white(picture)
    return _image(pdf, zlib.compress(shown.tobytes()), shown, pikepdf.Name.FlateDecode)


def _on_white(picture: Image.Image) -> Image.Image:
    """In colours, what is transparent white."""
    if picture.mode.startswith("I"):  # 16 bits
        return picture.point(lambda value: value / 256).convert("L")
    white = Image.new("RGBA", picture.size, "white")
    white.alpha_composite(picture.convert("RGBA"))
    return white.convert("RGB")


def _image(pdf: pikepdf.Pdf, data: bytes, picture: Image.Image, filter_name: pikepdf.Name) -> pikepdf.Object:
    stream = pdf.make_stream(data)
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height = picture.width, picture.height
    stream.ColorSpace = pikepdf.Name.DeviceRGB if picture.mode == "RGB" else pikepdf.Name.DeviceGray
    stream.BitsPerComponent = 1 if picture.mode == "1" else 8
    stream.Filter = filter_name
    return stream
