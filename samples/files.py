"""The sample files and their expectations on disk: one function writes and compares."""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    """A generated file and what must come out of it. ``name`` is its path below ``samples/``."""

    name: str
    content: bytes
    expected: Mapping[str, Any]

    @property
    def path(self) -> Path:
        return HERE / self.name


def difference(path: Path, actual: Mapping[str, Any], *, write: bool = False) -> str:
    """The unified diff from the expectation beside ``path`` to ``actual``; empty when they are equal.

    With ``write``, ``actual`` becomes the expectation.
    """
    beside = path.with_suffix(".json")
    before = beside.read_text(encoding="utf-8") if beside.exists() else ""
    after = json.dumps(actual, indent=2, ensure_ascii=False) + "\n"
    if write:
        beside.write_text(after, encoding="utf-8")
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), beside.name, "now", lineterm="")
    return "\n".join(lines)


def store(sample: Sample, path: Path, *, force: bool) -> str:
    """Writes the sample to ``path`` and its expectation beside it; returns the diff of a changed expectation.

    Without ``force``, a sample whose expectation changed is left as it was, file and all.
    """
    new = not path.with_suffix(".json").exists()
    changed = "" if new else difference(path, sample.expected)
    if changed and not force:
        return changed
    path.write_bytes(sample.content)
    difference(path, sample.expected, write=True)
    return changed
