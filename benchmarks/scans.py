"""Makes scans of a folder of labelled bills with text, to see what OCR reads of them.

    python benchmarks/scans.py BILLS SCANS [--seed N]
    python benchmarks/compare.py SCANS

Every PDF with a label beside it becomes pictures as an office scanner makes them: 150 to 250 dots an inch, a little
askew, noisy, now and then lying on its side, as JPEG. The label is copied. The same seed gives the same scans.
"""

import argparse
import io
import random
import shutil
import zlib
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
from PIL import Image, ImageFilter

POINTS = 72
WHITE = 255
RESOLUTIONS = (150, 175, 200, 200, 225, 250)
TURNS = (0, 0, 0, 0, 0, 0, 90, 180, 270)
MOST_PAGES = 12


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("bills", type=Path)
    options.add_argument("scans", type=Path)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    for pdf in sorted(chosen.bills.rglob("*.pdf")):
        label = pdf.with_suffix(".json")
        if not label.exists() or not _has_text(pdf):
            continue
        target = chosen.scans / pdf.relative_to(chosen.bills)
        target.parent.mkdir(parents=True, exist_ok=True)
        luck = random.Random(zlib.crc32(pdf.stem.encode()) + chosen.seed)
        target.write_bytes(scanned(pdf, luck))
        shutil.copy(label, target.with_suffix(".json"))
        print(target)


def _has_text(pdf: Path) -> bool:
    document = pypdfium2.PdfDocument(pdf)
    try:
        with_text = [page.get_textpage().count_chars() > POINTS for page in document]
        return len(with_text) <= MOST_PAGES and with_text[0]
    finally:
        document.close()


def scanned(pdf: Path, luck: random.Random) -> bytes:
    """The pages of a PDF as one scanner would leave them."""
    dots, turn, quality, grey = luck.choice(RESOLUTIONS), luck.choice(TURNS), luck.randint(50, 90), luck.random() < 0.6
    document = pypdfium2.PdfDocument(pdf)
    with pikepdf.new() as made:
        for page in document:
            drawn = page.render(scale=dots / POINTS).to_pil().convert("L" if grey else "RGB")
            _add(made, degraded(drawn, luck).rotate(turn, expand=True), dots, quality)
        document.close()
        written = io.BytesIO()
        made.save(written, deterministic_id=True)
        return written.getvalue()


def degraded(page: Image.Image, luck: random.Random) -> Image.Image:
    """Askew, now and then blurred, greyish, noisy and with dirt on it."""
    white = WHITE if page.mode == "L" else (WHITE,) * 3
    page = page.rotate(luck.uniform(-1.5, 1.5), resample=Image.Resampling.BICUBIC, fillcolor=white)
    if luck.random() < 0.5:
        page = page.filter(ImageFilter.GaussianBlur(luck.uniform(0.3, 0.8)))
    noise = np.random.default_rng(luck.randrange(1 << 30))
    pixels = np.asarray(page).astype(np.float32) * luck.uniform(0.85, 1) + luck.uniform(0, 15)
    grain = noise.normal(0, luck.uniform(2, 12), pixels.shape[:2])
    pixels += grain if pixels.ndim == 2 else grain[..., None]
    specks = int(pixels.shape[0] * pixels.shape[1] * luck.uniform(0, 3e-5))
    pixels[noise.integers(0, pixels.shape[0], specks), noise.integers(0, pixels.shape[1], specks)] = 60
    return Image.fromarray(pixels.clip(0, WHITE).astype(np.uint8))


def _add(pdf: pikepdf.Pdf, page: Image.Image, dots: int, quality: int) -> None:
    encoded = io.BytesIO()
    page.save(encoded, "JPEG", quality=quality)
    width, height = page.width * POINTS / dots, page.height * POINTS / dots
    stream = pdf.make_stream(encoded.getvalue())
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height, stream.BitsPerComponent = page.width, page.height, 8
    stream.ColorSpace = pikepdf.Name.DeviceGray if page.mode == "L" else pikepdf.Name.DeviceRGB
    stream.Filter = pikepdf.Name.DCTDecode
    pdf.add_blank_page(page_size=(width, height))
    pdf.pages[-1].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=stream))
    pdf.pages[-1].Contents = pdf.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Scan Do Q".encode())


if __name__ == "__main__":
    main()
