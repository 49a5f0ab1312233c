"""All samples, folder by folder, and what they were made with."""

import importlib
import zlib
from collections.abc import Collection, Iterator
from importlib.metadata import version

from samples.files import HERE, Sample

MAILS = "mails"
MADE_WITH = HERE / "made_with.txt"


def folders() -> list[str]:
    """The folders that hold samples; one that begins with ``_`` or holds mails belongs to no utility."""
    drawn = sorted(module.parent.name for module in HERE.glob("*/bills.py"))
    return [*drawn, MAILS]  # last, as a mail encloses files that were written before it


def utilities() -> list[str]:
    return [folder for folder in folders() if not folder.startswith("_") and folder != MAILS]


def all_samples(only: Collection[str] = ()) -> Iterator[Sample]:
    """Those of all folders, or of these."""
    for folder in only or folders():
        module = "messages" if folder == MAILS else "bills"
        yield from importlib.import_module(f"samples.{folder}.{module}").samples()


def versions() -> str:
    """What decides over the bytes of a drawn file; where it differs, only what is said can be compared."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("reportlab", "pypdfium2", "pillow"))
    return f"{packages}, zlib {zlib.ZLIB_RUNTIME_VERSION}\n"
