"""The competitive supplier that a bill names."""

import re

from parsers.finding.outcome import Found, Missing, Outcome
from parsers.generic.cells import bare
from parsers.generic.pointing import Label, Pointing
from parsers.generic.wordings import fields_of

_COMPANY = re.compile(r"(?=.*[A-Za-z]{3})[A-Z0-9][A-Za-z0-9&.,' ()/-]{3,60}")
_IS_ONE = re.compile(
    r"(?i)\b(?:energy|power|electric|gas|llc|inc|corp|co|services|solutions|aggregation|utilities|resources|choice)\b"
)


def read_supplier(pointing: Pointing) -> Outcome:
    """The name right of its label, where it reads as that of a company."""
    names: dict[str, Found] = {}
    for label in pointing.labels.get("supplier_name", ()):
        if found := _beside(label):
            names.setdefault(bare(found.value), found)
    if not names:
        return Missing("no label of it with a name")
    if len(names) > 1:
        return Missing("several suppliers are printed")
    return next(iter(names.values()))


def _beside(label: Label) -> Found | None:
    line = label.cell.line
    if label.cell.below or not line.text[: label.cell.end + 1].rstrip().endswith((":", "SUPPLIER")):
        return None
    end = next((end for _, end in line.phrases if end > label.cell.end + 1), label.cell.end)
    text = line.text[label.cell.end : end].strip(" :")
    if not _COMPANY.fullmatch(text) or not _IS_ONE.search(text) or fields_of(bare(text)):
        return None
    begin = line.text.index(text, label.cell.end)
    return Found(text, line.span(begin, begin + len(text)), f"beside {label}")
