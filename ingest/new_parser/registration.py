"""Puts a parser into the registry: an import and a line in the list, each where the alphabet has it."""

import re

from ingest.errors import ConfigError
from ingest.new_parser.plan import Plan

_IMPORT = re.compile(r"^from parsers\.utilities\.(?P<code>\w+) import (?P<name>\w+)$")
_ENTRY = re.compile(r"^    (?P<name>[A-Z]\w+),$")
_LIST = re.compile(r"^UTILITIES: .*\($")


def registered(source: str, plan: Plan) -> str:
    """The text of the registry with the plan's parser in it. Raises ``ConfigError`` where it is there already."""
    lines = source.splitlines()
    imports = {at: match["code"] for at, line in enumerate(lines) if (match := _IMPORT.match(line))}
    if plan.code in imports.values() or f"    {plan.class_name}," in lines:
        raise ConfigError(f"{plan.code} is registered already.")
    start = next((at for at, line in enumerate(lines) if _LIST.match(line)), None)
    if start is None or not imports:
        raise ConfigError("parsers/registry.py does not look as expected; add the import and the class by hand.")
    end = next(at for at in range(start, len(lines)) if lines[at] == ")")
    entries = {at: match["name"] for at in range(start, end) if (match := _ENTRY.match(lines[at]))}
    entry = next((at for at, name in entries.items() if name > plan.class_name), end)
    lines.insert(entry, f"    {plan.class_name},")
    place = next((at for at, code in imports.items() if code > plan.code), max(imports) + 1)
    lines.insert(place, f"from parsers.utilities.{plan.code} import {plan.class_name}")
    return "\n".join(lines) + "\n"
