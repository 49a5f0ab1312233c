"""Bills that were read beside what their labels say: which bill and which meter is which, and what is the same."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]
Key = Callable[[Record], Any]

SUFFIXES = {".pdf", ".png", ".jpg", ".jpeg"}
BESIDE = {"pages", "sources", "missing", "checks", "reasons", "meters"}
NOT_COMPARED = {"past_due", "line_2", "postal_code_suffix", "address"}  # an address is compared by its parts
TOLERANCE = 0.0051  # of numbers that are printed with two decimals


def labelled(folder: Path, only: Sequence[str] = ()) -> list[Path]:
    """The documents that have a label beside them, of some sub-folders or of all."""
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in SUFFIXES and path.with_suffix(".json").exists()
        if not only or path.parent.name in only
    ]


def label(path: Path) -> dict[str, Any]:
    """What must be read from a document."""
    told: dict[str, Any] = json.loads(path.with_suffix(".json").read_text())
    return told


def bills(truths: Sequence[Record], reads: Sequence[Record]) -> list[tuple[Record, Record]]:
    """The bills of a label with those that were read; an empty one for each that has no counterpart."""
    return _pairs(truths, reads, (lambda bill: (plain(_of(bill, "account_number")), _of(bill, "billing_period_to")),
                                  lambda bill: plain(_of(bill, "account_number"))))  # fmt: skip


def values(truth: Record, read: Record) -> Iterator[tuple[str, Any, Any]]:
    """For each value of a bill its path in what was read, what the label has, and what was read."""
    for field in dict.fromkeys([*truth, *read]):
        if field not in BESIDE and field not in NOT_COMPARED:
            yield field, truth.get(field), read.get(field)
    meters = list(read.get("meters") or [])
    surplus = len(meters)
    for true_meter, meter in _pairs(truth.get("meters") or [], meters, _METER_KEYS):
        at = next((n for n, one in enumerate(meters) if one is meter), surplus)
        expected, seen = dict(_flat(true_meter)), dict(_flat(meter))
        for name in dict.fromkeys([*expected, *seen]):
            untold = name.startswith("additional_attributes.") and name not in expected  # a label may leave these out
            if name.rpartition(".")[2] not in NOT_COMPARED and not untold:
                yield f"meters.{at}.{name}", expected.get(name), seen.get(name)


_METER_KEYS: tuple[Key, ...] = (
    lambda meter: (plain(_of(meter, "id")), _of(meter, "type")) if _of(meter, "id") else None,
    lambda meter: (_of(meter, "type"), _of(meter, "consumption")) if _of(meter, "consumption") else None,
)


def same(truth: Any, read: Any) -> bool:
    """Whether two values say the same: numbers as printed, text by its letters and digits."""
    if isinstance(truth, bool) or isinstance(read, bool):
        return truth is read
    if isinstance(truth, int | float) and isinstance(read, int | float):
        return abs(truth - read) < TOLERANCE
    return plain(truth) == plain(read)


def plain(value: Any) -> str:
    return re.sub(r"[^0-9a-z]", "", str(value).casefold())


def _pairs(truths: Sequence[Record], reads: Sequence[Record], keys: Sequence[Key]) -> list[tuple[Record, Record]]:
    """Pairs by the first key that only one has on either side, then in their order."""
    found: dict[int, Record] = {}
    left = list(reads)
    for key in keys:
        for at, truth in enumerate(truths):
            alike = [read for read in left if key(truth) is not None and key(read) == key(truth)]
            if at not in found and len(alike) == 1 and sum(key(other) == key(truth) for other in truths) == 1:
                found[at] = alike[0]
                left = [read for read in left if read is not alike[0]]
    pairs = []
    for at, truth in enumerate(truths):
        pairs.append((truth, found[at] if at in found else left.pop(0) if left else {}))
    return pairs + [({}, read) for read in left]


def _of(record: Record, field: str) -> Any:
    return record.get(field)


def _flat(value: Record, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{path}{name}.")
        else:
            yield f"{path}{name}", inner
