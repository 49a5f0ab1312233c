"""What a file is by its first bytes, told without opening it."""

from typing import Literal

Format = Literal["jpeg", "png", "heic"]

PHOTO_SUFFIXES = ("jpg", "jpeg", "png", "heic", "heif")
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SHORT_SIDE, LONG_SIDE = 600, 1000  # pixels: a page of less cannot be read
HEAD = 262_144
"""Bytes at the beginning of a photo within which its size is told, behind its preview and the camera's notes."""


def format_of(head: bytes) -> Format | None:
    """What a file is by its first bytes; None for what is none of these."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "heic" if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS else None


def may_be_page(head: bytes) -> bool:
    """Whether a picture is large enough to be read: logos and buttons are not. ``head``: its first kilobytes."""
    size = _size(head)
    return format_of(head) == "heic" or (size is not None and min(size) >= SHORT_SIDE and max(size) >= LONG_SIDE)


def _size(head: bytes) -> tuple[int, int] | None:
    """Width and height as a PNG or JPEG file says at its beginning."""
    if format_of(head) == "png":
        return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    at = 2
    while format_of(head) == "jpeg" and at + 9 <= len(head) and head[at] == 0xFF:
        if head[at + 1] in JPEG_FRAMES:
            return int.from_bytes(head[at + 7 : at + 9]), int.from_bytes(head[at + 5 : at + 7])
        at += 2 + int.from_bytes(head[at + 2 : at + 4])
    return None
