"""What bills call their fields (``wordings.toml``), and which field some words on a page stand for.

What is said of another field is not said of this one: words of ``other`` are those of none.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

RANKS = ("sure", "likely", "perhaps")
OTHER = "other"
LONGEST_LABEL = 70  # letters; more make a sentence
_TELLING = re.compile(
    "due|pay|ow|amount|balance|bal|charg|bill|total|account|acct|a/c|customer|date|issue|mail|statement|invoice|asof|on"
    "|meter|kwh|kilowatt|used|usage|use|energy|electric|gas|therm|ccf|deliver|supp|generat|demand|load|kw|rate|tariff"
    "|schedule|serv|premis|propert|location|site|period|from|to|days|read|forward|previous|prior|last|past|month|water"
    "|sewer|tax|solar|cdg|pod|esi|choice|zone|trash|refuse|misc|address|time|debit|tdu|consum"
)
"""Parts of words, one of which every label has: what holds none of them is none."""


def _read(text: str) -> dict[tuple[str, int], re.Pattern[str]]:
    """Each field's wordings of each rank as one pattern."""
    fields: dict[str, dict[str, str | list[str]]] = tomllib.loads(text)
    parts = {name: part for name, part in fields.pop("parts").items() if isinstance(part, str)}
    return {
        (field, RANKS.index(rank)): _compiled(wordings, parts)
        for field, ranks in fields.items()
        for rank, wordings in ranks.items()
    }


def _compiled(wordings: str | list[str], parts: Mapping[str, str]) -> re.Pattern[str]:
    whole = "{before}(" + "|".join(wordings) + "){after}"
    for name, part in parts.items():
        whole = whole.replace(f"{{{name}}}", part)
    return re.compile(re.sub(r"\((?!\?)", "(?:", "".join(whole.split())))


_TEXT = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
_WORDINGS = _read(_TEXT)


def words() -> frozenset[str]:
    """Every word of the wordings: what labels of any bill are made of."""
    wordings = [line for line in _TEXT.splitlines() if not line.startswith("#")]
    return frozenset(re.findall(r"[a-z]+", "\n".join(wordings)))


@lru_cache(maxsize=20_000)
def fields_of(words: str) -> tuple[tuple[str, int], ...]:
    """The fields that these bare words can stand for, each with the rank of the wording; the likeliest first."""
    if not words or len(words) > LONGEST_LABEL or not _TELLING.search(words):
        return ()
    if _WORDINGS[OTHER, 0].fullmatch(words):
        return ()
    found: dict[str, int] = {}
    for (field, rank), pattern in _WORDINGS.items():
        if field not in found and pattern.fullmatch(words):
            found[field] = rank
    return tuple(sorted(found.items(), key=lambda item: item[1]))


def is_label(words: str) -> bool:
    """Whether these bare words are a label, be it one of a field that we do not read."""
    if fields_of(words):
        return True
    return 0 < len(words) <= LONGEST_LABEL and _WORDINGS[OTHER, 0].fullmatch(words) is not None
