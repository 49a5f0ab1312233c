"""The form in which a value is printed, without the value: for sketches of parsers, and samples that look alike."""

import re

from parsers.finding.kinds import DATE, ENERGY, IDENTIFIER, MONEY, NUMBER, Kind

_DAYS = {
    r"\d{1,2}/\d{1,2}/\d{4}": "%m/%d/%Y",
    r"\d{1,2}/\d{1,2}/\d\d": "%m/%d/%y",
    r"\d{1,2}-\d{1,2}-\d{4}": "%m-%d-%Y",
    r"\d{1,2}-\d{1,2}-\d\d": "%m-%d-%y",
    r"\d{1,2}\.\d{1,2}\.\d{4}": "%m.%d.%Y",
    r"\d{1,2}\.\d{1,2}\.\d\d": "%m.%d.%y",
    r"\d{4}-\d\d-\d\d": "%Y-%m-%d",
    r"[A-Za-z]{3}\.? ?\d{1,2}, ?\d{4}": "%b %d, %Y",
    r"[A-Za-z]{3}\.? ?\d{1,2} \d{4}": "%b %d %Y",
    r"[A-Za-z]{4,9} ?\d{1,2}, ?\d{4}": "%B %d, %Y",
    r"[A-Za-z]{4,9} ?\d{1,2} \d{4}": "%B %d %Y",
}


def form_of(kind: Kind, text: str) -> str:
    """``date %m/%d/%Y``, ``money $``, ``energy kWh``, ``identifier 00-AA`` and so on; ``text`` where nothing tells."""
    if kind is DATE:
        return f"date {next((form for shape, form in _DAYS.items() if re.fullmatch(shape, text)), '%m/%d/%Y')}"
    if kind is MONEY:
        return "money $" if "$" in text else "money"
    if kind is ENERGY:
        return "energy kWh" if re.search(r"[A-Za-z]", text) else "energy"
    if kind is NUMBER:
        return "number"
    if kind is IDENTIFIER:
        return f"identifier {re.sub('[A-Za-z]', 'A', re.sub('[0-9]', '0', text))}"
    return "text"
