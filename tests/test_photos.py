"""Photos as PDFs: without loss, the same each time, and told apart from logos."""

import io
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

import parsers
from parsers.errors import DocumentError
from parsers.model import DocumentKind
from parsers.pdf.formats import HEAD, format_of, may_be_page
from parsers.pdf.photos import as_pdf

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 40, 3), np.uint8))
HEIC = Path(__file__).with_name("red_box.heic")


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, kind, **options)
    return made.getvalue()


def shown(pdf: bytes) -> Image.Image:
    """The page at the size of the picture."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        width = 40 if page.get_width() < page.get_height() else 60
        return page.render(scale=width / page.get_width()).to_pil().convert("RGB")
    finally:
        document.close()


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "P", "LA"])
def test_a_png_keeps_every_pixel(mode: str) -> None:
    picture = NOISE.convert(mode)
    page = shown(as_pdf(encoded(picture, "PNG")))
    assert np.array_equal(np.asarray(page), np.asarray(picture.convert("RGB")))


def test_what_is_transparent_is_white() -> None:
    assert shown(as_pdf(encoded(Image.new("RGBA", (40, 60), (9, 9, 9, 0)), "PNG"))).getpixel((20, 30)) == (
        255,
        255,
        255,
    )


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_jpeg_is_part_of_the_pdf_as_it_is(mode: str) -> None:
    jpeg = encoded(NOISE.convert(mode), "JPEG")
    with pikepdf.open(io.BytesIO(as_pdf(jpeg))) as pdf:
        assert pdf.pages[0].Resources.XObject.Photo.read_raw_bytes() == jpeg


def test_a_jpeg_for_print_is_shown_in_its_colours() -> None:
    red = Image.new("RGB", (40, 60), (200, 30, 30))
    pixel = shown(as_pdf(encoded(red.convert("CMYK"), "JPEG"))).getpixel((20, 30))
    assert all(abs(seen - meant) < 12 for seen, meant in zip(pixel, (200, 30, 30), strict=True))


@pytest.mark.parametrize(("tag", "degrees"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_the_page_is_turned_as_the_camera_was(tag: int, degrees: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = tag
    document = pypdfium2.PdfDocument(as_pdf(encoded(NOISE, "JPEG", exif=exif)))
    assert document[0].get_rotation() == degrees
    document.close()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_same_picture_gives_the_same_pdf(kind: str) -> None:
    assert as_pdf(encoded(NOISE, kind)) == as_pdf(encoded(NOISE, kind))


def test_a_heic_photo_is_shown_in_its_colours() -> None:
    pytest.importorskip("pi_heif")
    document = pypdfium2.PdfDocument(as_pdf(HEIC.read_bytes()))
    page = document[0].render(scale=96 / document[0].get_width()).to_pil().convert("RGB")
    document.close()
    red, white = page.getpixel((30, 25)), page.getpixel((80, 55))
    assert red[0] > 150
    assert red[1] < 90
    assert min(white) > 230


def test_without_the_extra_a_heic_photo_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(DocumentError) as refusal:
        as_pdf(HEIC.read_bytes())
    assert refusal.value.kind is DocumentKind.NOT_A_PDF
    assert "bill-ingest[ocr]" in refusal.value.detail


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (encoded(NOISE, "JPEG")[:1500], DocumentKind.DAMAGED),
        (encoded(NOISE, "PNG")[:1500], DocumentKind.DAMAGED),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), DocumentKind.DAMAGED),
        (b"GIF89a" + bytes(500), DocumentKind.NOT_A_PDF),
        (encoded(Image.new("1", (30_000, 20_000)), "PNG"), DocumentKind.TOO_LARGE),
    ],
    ids=["half a JPEG", "half a PNG", "no PNG", "a GIF", "a bomb"],
)
def test_what_cannot_be_shown_has_its_reason(data: bytes, kind: DocumentKind) -> None:
    with pytest.raises(DocumentError) as refusal:
        as_pdf(data)
    assert refusal.value.kind is kind


@given(st.binary(max_size=200), st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"]))
def test_whatever_follows_the_first_bytes_is_refused_or_shown(rest: bytes, magic: bytes) -> None:
    with suppress(DocumentError):
        assert as_pdf(magic + rest).startswith(b"%PDF-")
    assert may_be_page(magic + rest) in (True, False)


def test_formats_by_their_first_bytes() -> None:
    assert format_of(encoded(NOISE, "JPEG")) == "jpeg"
    assert format_of(encoded(NOISE, "PNG")) == "png"
    assert format_of(HEIC.read_bytes()) == "heic"
    assert format_of(b"%PDF-1.7") is format_of(b"") is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize(
    ("size", "large"), [((1000, 600), True), ((640, 1200), True), ((900, 900), False), ((2000, 120), False)]
)
def test_logos_are_no_pages(kind: str, size: tuple[int, int], large: bool) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "x" * 20_000
    data = encoded(Image.new("L", size), kind, exif=exif)
    assert may_be_page(data[:HEAD]) == large


def test_a_photo_is_read_like_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(encoded(NOISE, "PNG"))
    document = parsers.read(path)
    assert (document.document, document.page_count, document.unread_pages) == ("needs_ocr", 1, (1,))
