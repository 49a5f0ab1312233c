"""MAPI properties as TNEF writes them (MS-OXTNEF section 2.1.3.4): where each one's value lies."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.mail.transfer import Octets

DATA_OBJECT, FILE_NAME, LONG_FILE_NAME, DISPLAY_NAME = 0x3701, 0x3704, 0x3707, 0x3001
NARROW_TEXT, WIDE_TEXT = 0x1E, 0x1F

_VARIABLE = frozenset({0x0D, NARROW_TEXT, WIDE_TEXT, 0x102})
_FIXED = {0x00: 4, 0x01: 0, 0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8,
          0x48: 16}  # fmt: skip
_SEVERAL_VALUES, _HAS_A_NAME = 0x1000, 0x8000
_GUID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Property:
    """One with a value of variable length; of several values, the first."""

    number: int
    kind: int
    start: int
    end: int


def properties(data: Octets, start: int, end: int) -> Iterator[Property]:
    """Those of variable length, in their order; what is damaged ends them. Counts and lengths may lie."""
    try:
        yield from _properties(data, start, end)
    except (struct.error, KeyError):
        return


def _properties(data: Octets, start: int, end: int) -> Iterator[Property]:
    count, at = _number(data, start), start + 4
    for _ in range(count):
        if at + 4 > end:
            return
        kind, number = struct.unpack("<HH", data[at : at + 4])
        at = _behind_name(data, at + 4) if number >= _HAS_A_NAME else at + 4
        several, kind = bool(kind & _SEVERAL_VALUES), kind & ~_SEVERAL_VALUES
        values = 1
        if several or kind in _VARIABLE:
            values, at = _number(data, at), at + 4
        if kind in _VARIABLE:
            if values and at + 4 <= end:
                yield Property(number, kind, at + 4, min(at + 4 + _number(data, at), end))
            at = _behind_values(data, at, values, end)
        else:
            at += _padded(_FIXED[kind] * values)


def _behind_name(data: Octets, at: int) -> int:
    at += _GUID_BYTES
    named_by_number = _number(data, at) == 0
    return at + 8 + (0 if named_by_number else _padded(_number(data, at + 4)))


def _behind_values(data: Octets, at: int, values: int, end: int) -> int:
    for _ in range(values):
        if at + 4 > end:
            break
        at += 4 + _padded(_number(data, at))
    return at


def _number(data: Octets, at: int) -> int:
    found: int = struct.unpack("<I", data[at : at + 4])[0]
    return found


def _padded(length: int) -> int:
    return length + -length % 4
