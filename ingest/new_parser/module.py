"""The text of a parser's module."""

import re
from collections.abc import Iterator, Sequence

from ingest.new_parser.plan import FROM_METERS, Plan, not_served
from parsers.finding.kinds import BILL_KINDS, METER_KINDS
from parsers.sketch import Idea, period_pattern

LONGEST_LINE = 120
NOT_FOUND = 'NOT_FOUND = "no label of it was found on the documents that this parser was begun with"'
_PERIOD = ("billing_period_from", "billing_period_to")


def module(plan: Plan) -> str:
    """A module that can be imported and reads what the ideas find; all else is declared as not found."""
    body = "\n".join(_class(plan))
    docstring = f'"""{plan.name}: begun by \'bill-ingest new-parser\'. Say here how its pages are laid out."""'
    constants = [NOT_FOUND] if "NOT_FOUND)" in body else []
    if plan.has_period:
        constants.append(_period(period_pattern(plan.rules[_PERIOD[0]][0].label)))
    text = "\n".join([*constants, body])
    used = [word for word in _WORDS if re.search(rf"\b{word}\(|\({word}\)", text)]
    imports = "\n".join(f"    {word}," for word in sorted(used, key=lambda word: (word.islower(), word)))
    head = f"{docstring}\n\nfrom parsers.locate import (\n{imports}\n)\n"
    return "\n".join([head, *constants, *([""] if constants else []), "", body, ""])


_WORDS = (
    "Utility", "absent", "address_below", "address_right_of", "below", "in_line", "one_meter", "right_of", "row_end",
)  # fmt: skip


def _period(pattern: str) -> str:
    line = f'PERIOD = in_line(r"{pattern}")'
    return line if len(line) <= LONGEST_LINE else f'PERIOD = in_line(\n    r"{pattern}"\n)'


def _class(plan: Plan) -> Iterator[str]:
    yield f"class {plan.class_name}(Utility):"
    yield f'    code = "{plan.code}"'
    yield f"    name = {_text(plan.name)}"
    yield from _tuple("marks", plan.marks)
    yield f"    services = ({', '.join(map(_text, plan.services))}{',' if len(plan.services) == 1 else ''})"
    yield "    proven = False  # until all that it reads was compared with real bills"
    yield ""
    for field in BILL_KINDS:
        if field in _PERIOD:
            if plan.has_period:
                yield f"    {field} = PERIOD"
        elif plan.has(field):
            yield f"    {field} = {_rule(plan.rules[field], 4 + len(field) + 3)}"
        elif field != "past_due" and field not in FROM_METERS and not not_served(field, plan.services):
            yield f"    {field} = absent(NOT_FOUND)"
    yield ""
    yield "    meters = ("
    for service in plan.services:
        yield from _meter(plan, service)
    yield "    )"


def _meter(plan: Plan, service: str) -> Iterator[str]:
    """With two services the labels are those of either: the newcomer tells them apart."""
    yield "        one_meter("
    yield f'            type="{service}",'
    if service == "gas":
        yield f'            unit="{plan.gas_unit}",'
    alone = len(plan.services) == 1
    for name in METER_KINDS:
        if alone and name in _PERIOD and plan.has_period:
            yield f"            {name}=PERIOD,"
        elif alone and plan.has(f"meter.{name}"):
            yield f"            {name}={_rule(plan.rules[f'meter.{name}'], 12 + len(name) + 2)},"
        elif name == "consumption":
            yield "            consumption=absent(NOT_FOUND),"
    yield "        ),"


def _rule(ideas: Sequence[Idea], indent: int) -> str:
    words = [f"{idea.words}({_text(idea.label)})" for idea in ideas]
    whole = " | ".join(words)
    return whole if indent + len(whole) < LONGEST_LINE else words[0]


def _tuple(name: str, texts: Sequence[str]) -> Iterator[str]:
    line = f"    {name} = ({', '.join(map(_text, texts))})"
    if len(line) <= LONGEST_LINE:
        yield line
        return
    yield f"    {name} = ("
    yield from (f"        {_text(text)}," for text in texts)
    yield "    )"


def _text(text: str) -> str:
    """A literal as the formatter writes it: in double quotes."""
    escaped = text.replace("\\", "\\\\")
    return f"'{escaped}'" if '"' in text and "'" not in text else '"{}"'.format(escaped.replace('"', '\\"'))
