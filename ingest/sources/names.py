"""Names of files and folders: which are junk, and how foreign ones are written down."""

import unicodedata

JUNK_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
JUNK_STARTS = (".", "~$", ".~lock.")
JUNK_ENDS = (
    ".part", ".partial", ".crdownload", ".download", ".opdownload", ".filepart", ".tmp", ".temp", ".swp", ".lock", "~",
)  # fmt: skip
JUNK_FOLDERS = frozenset({
    "__macosx", "@eadir", "#recycle", "$recycle.bin", "recycler", "system volume information", "lost+found",
})  # fmt: skip

LONGEST_NAME = 200
"""Bytes of UTF-8. File systems allow 255; the rest is for the suffixes of results and temporary files."""


def is_junk(name: str) -> bool:
    """A file that no person meant to send: half a download, an editor's lock, a file manager's notes."""
    folded = name.casefold()
    return folded in JUNK_FILES or folded.startswith(JUNK_STARTS) or folded.endswith(JUNK_ENDS)


def is_junk_folder(name: str) -> bool:
    """A folder whose files no person meant to send: hidden ones, waste bins, thumbnails."""
    return name.startswith(".") or name.casefold() in JUNK_FOLDERS


def printable(name: str) -> str:
    """A name that can be stored, logged and shown: no control characters, no bytes that are not Unicode."""
    return "".join("\ufffd" if unicodedata.category(character) in ("Cc", "Cs") else character for character in name)


def shortened(name: str, longest: int = LONGEST_NAME) -> str:
    """A printable name within ``longest`` bytes of UTF-8, its suffix kept where that is short."""
    if len(name.encode()) <= longest:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix) > 10:
        stem, dot, suffix = name, "", ""
    room = longest - len((dot + suffix).encode())
    return stem.encode()[:room].decode("utf-8", "ignore") + dot + suffix
