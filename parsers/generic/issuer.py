"""Who issued a bill: a known name where it is printed most, or else the name that checks are made payable to."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from parsers.finding.labels import find
from parsers.finding.lines import Span, squeezed
from parsers.finding.outcome import Found, Missing, Outcome
from parsers.finding.region import Region, Sheet
from parsers.generic.companies import KNOWN, RETAILERS, WORDS_OF_A_COMPANY, of_state, snake_case

PAYABLE = re.compile(
    r"(?i)(?:checks?|money orders?)?\s*(?:is |are )?(?:made )?payable (?:and mail(?:ed)? )?to:?\s+"
    r"(?P<name>[A-Z][A-Za-z&.,' -]{2,50})"
)
HEAD = 160.0  # points from the top of the first page
FIRST_PAGE, WEB_ADDRESS, IS_PAID = 2, 3, 6
_SPLIT = re.compile(r"\s{2,}|[.,;:(]|\b(?:and|at|in|or|to|by|with|please|for|write|do|include)\b(?= [a-z])")


@dataclass(frozen=True)
class _Name:
    text: str
    code: str
    plain: str
    domain: str


_NAMES = [
    _Name(name, code, squeezed(name).casefold(), re.sub(r"[^a-z]", "", name.casefold().replace("&", "")))
    for name, code in KNOWN.items()
]
_SHORTEST_IN_TEXT = 6  # letters: shorter names are parts of other words


def read_issuer(sheets: Sequence[Sheet], state: str | None) -> Outcome:
    """The company's code, derived from the name that the pages print."""
    text = [sheet.squeezed.casefold() for sheet in sheets]
    payee = _payee(sheets)
    scores: Counter[str] = Counter()
    names: dict[str, _Name] = {}
    for name in _NAMES:
        score = _score(name, text, sheets)
        paid = payee is not None and name.plain in squeezed(payee).casefold()
        if name.text in RETAILERS and not paid and not _has_address(name, text[0]):
            continue
        score += IS_PAID if paid else 0
        if score:
            names.setdefault(name.code, name)
            scores[name.code] += score
    if scores:
        (code, most), *others = scores.most_common(2)
        if not others or most > others[0][1] or code.startswith(others[0][0]):
            whose = of_state(code, {state} if state else _states(sheets[0]))
            if whose is None:
                return Missing(f"several companies are called {names[code].text}")
            return _found(names[code].text, whose, "known name", sheets)
    if payee and WORDS_OF_A_COMPANY.search(payee):
        return _found(payee, snake_case(payee), "payable to", sheets)
    return _from_head(sheets)


def _score(name: _Name, text: Sequence[str], sheets: Sequence[Sheet]) -> int:
    score = 0
    for at, page in enumerate(text):
        whole = len(name.plain) >= _SHORTEST_IN_TEXT or _stands_alone(name.text, sheets[at])
        count = page.count(name.plain) if whole else 0
        score += min(count, 3) * (FIRST_PAGE if at == 0 else 1)
        score += WEB_ADDRESS if _has_address(name, page) else 0
    return score


def _has_address(name: _Name, page: str) -> bool:
    return any(f"{name.domain}.{ending}" in page for ending in ("com", "org", "net", "gov"))


def _stands_alone(name: str, sheet: Sheet) -> bool:
    return bool(re.search(rf"(?<![A-Za-z&]){re.escape(name)}(?![A-Za-z&])", sheet.page.plain_text))


def _states(sheet: Sheet) -> set[str]:
    return set(re.findall(r"\b([A-Z]{2})\s+\d{5}(?!\d)", sheet.page.plain_text))


def _payee(sheets: Sequence[Sheet]) -> str | None:
    for sheet in sheets:
        for line in sheet.lines:
            match = PAYABLE.search(line.text)
            if match:
                name = _SPLIT.split(match["name"])[0].strip(" .,-")
                if name:
                    return name
    return None


def _from_head(sheets: Sequence[Sheet]) -> Outcome:
    """A line in the head of the first page that reads as a company's name."""
    for line in sheets[0].lines:
        if line.baseline > HEAD:
            break
        for begin, end in line.phrases:
            text = line.text[begin:end]
            words = text.split()
            named = 2 <= len(words) <= 6 and all(word[0].isupper() or word in {"of", "and", "&"} for word in words)
            if (
                named
                and WORDS_OF_A_COMPANY.search(text)
                and not re.search(r"(?i)\b(?:bill|your|charges|service|usage)\b|\d", text)
            ):
                return Found(snake_case(text), line.span(begin, end), f"derived from the name '{text}' in the head")
    return Missing("no name of a company is certain")


def _found(name: str, code: str, how: str, sheets: Sequence[Sheet]) -> Outcome:
    region = Region.of_pages(sheets)
    for form in (name, name.upper(), name.title()):
        for spot in find(region, form):
            return Found(code, spot.spans[0], f"derived from the {how} '{name}'")
    return Found(code, _anywhere(name, sheets), f"derived from the {how} '{name}'")


def _anywhere(name: str, sheets: Sequence[Sheet]) -> Span:
    """The line that holds the name in whatever case, as a web address does."""
    wanted = {squeezed(name).casefold(), re.sub(r"[^a-z]", "", name.casefold())}
    for sheet in sheets:
        for line in sheet.lines:
            text = line.squeezed[0].casefold()
            if any(one in text for one in wanted):
                return line.span(0, len(line.text))
    first = sheets[0].lines[0]
    return first.span(0, len(first.text))
