"""The texts of a folder of samples: two invented bills, drawn with the labels where the documents have them.

Only labels, places and forms come from the documents; who is billed for what is invented here.
"""

from collections.abc import Iterator, Mapping

from ingest.new_parser.invention import AMOUNTS, MONTHS, invented
from ingest.new_parser.plan import Plan
from parsers.finding.kinds import BILL_KINDS, METER_KINDS
from parsers.sketch import Idea

SMALLER = 0.85  # than on the page: the samples' letters are wider than many
LARGEST = 14.0
FOOT, ROW = 600.0, 24.0  # where what has no place of its own is drawn
NEAR, LINE = 30.0, 7.0  # points between two texts that would cover each other


def files(plan: Plan) -> Mapping[str, str]:
    """The modules of the folder by their names."""
    return {
        "__init__.py": f'"""Bills after the layout of {plan.name}."""\n',
        "model.py": _module(_model(plan)),
        "draw.py": _module(_draw(plan)),
        "bills.py": _module(_bills(plan)),
    }


def fields(plan: Plan) -> dict[str, Idea]:
    """The fields that the samples print, as the bill's model names them."""
    found = {field: ideas[0] for field, ideas in plan.rules.items() if not field.startswith("meter.")}
    if len(plan.services) == 1:
        found |= {
            f"meter_{name}": plan.rules[f"meter.{name}"][0]
            for name in METER_KINDS
            if plan.has(f"meter.{name}") and not name.startswith("billing_period")
        }
    if not plan.has_period:
        found = {field: idea for field, idea in found.items() if not field.startswith("billing_period")}
    return apart(found)


def apart(printed: Mapping[str, Idea]) -> dict[str, Idea]:
    """The same, with what different documents have at one place moved to the foot of its page."""
    placed: dict[str, Idea] = {}
    foot = FOOT
    for field, idea in printed.items():
        if any(_collide(idea, other) for other in placed.values()):
            down = foot - idea.label_at.top
            foot += ROW
            label, value = (at.model_copy(update={"top": at.top + down}) for at in (idea.label_at, idea.value_at))
            placed[field] = idea.model_copy(update={"label_at": label, "value_at": value})
        else:
            placed[field] = idea
    return placed


def _collide(one: Idea, other: Idea) -> bool:
    """Whether two different labels, or the values of them, would be printed over each other."""
    if one.label == other.label and one.label_at == other.label_at:
        return False
    pairs = ((one.label_at, other.label_at), (one.value_at, other.value_at))
    return any(a.page == b.page and abs(a.x - b.x) < NEAR and abs(a.top - b.top) < LINE for a, b in pairs)


def _module(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _model(plan: Plan) -> Iterator[str]:
    printed = fields(plan)
    types = {field: _type(field) for field in printed}
    yield f'"""A bill of {plan.name} as numbers: invented, and what must be read from it."""'
    yield ""
    if "dt.date" in types.values():
        yield "import datetime as dt"
    yield "from dataclasses import dataclass"
    yield "from typing import Any"
    yield ""
    yield "from samples import expectation"
    yield ""
    yield ""
    yield "@dataclass(frozen=True, kw_only=True)"
    yield "class Bill:"
    yield '    """Amounts in cents, energy in its printed unit."""'
    yield ""
    yield from (f"    {field}: {kind}" for field, kind in types.items())
    yield ""
    yield "    def expected(self) -> dict[str, Any]:"
    has_meter = "meter_id" in printed or "meter_consumption" in printed
    if has_meter:
        yield "        meter = expectation.meter("
        yield f'            type="{plan.services[0]}",'
        yield from (f"            {name}=self.{name}," for name in printed if name.startswith("billing_period"))
        for name in METER_KINDS:
            if f"meter_{name}" in printed:
                yield f"            {name}={_expected_of_meter(name, plan.services[0])},"
        yield "        )"
    yield "        bill = expectation.bill("
    yield f'            utility="{plan.code}",'
    for field in BILL_KINDS:
        if field in printed:
            times = " * 1000" if field == "electricity_consumption" else ""
            yield f"            {field}=self.{field}{times},"
    if "meter_consumption" in printed:
        yield from _from_meter(plan)
    yield f"            meters=[{'meter' if has_meter else ''}],"
    yield "        )"
    yield "        return expectation.document(bill)"


def _expected_of_meter(name: str, service: str) -> str:
    if name == "consumption" and service == "electric":
        return "self.meter_consumption * 1000"
    if name == "address":
        return 'expectation.address(*self.meter_address, "OH", "44999")'
    return f"self.meter_{name}"


def _from_meter(plan: Plan) -> Iterator[str]:
    """What the bill takes from its only meter."""
    if plan.services[0] == "electric":
        yield "            electricity_consumption=self.meter_consumption * 1000,"
    else:
        yield "            gas_consumption=self.meter_consumption,"
        yield f'            gas_consumption_unit="{plan.gas_unit}",'


def _type(field: str) -> str:
    if field == "meter_address":
        return "tuple[str, str]"
    if field.endswith(("_on", "_from", "_to")):
        return "dt.date"
    numbers = (*AMOUNTS, "electricity_consumption", "gas_consumption", "meter_consumption", "meter_demand_kw")
    return "int" if field in numbers else "str"


def _draw(plan: Plan) -> Iterator[str]:
    printed = fields(plan)
    yield f'"""Draws a bill of {plan.name}: what its parser goes by, where the documents have it."""'
    yield ""
    imports = ["from samples.drawing import BOLD, Sheet", f"from samples.{plan.code}.model import Bill"]
    if words := _money_words(printed):
        imports.append(f"from samples.money import {', '.join(words)}")
    yield from sorted(imports)
    yield ""
    yield ""
    yield "def draw(bill: Bill) -> bytes:"
    yield f'    sheet = Sheet("A sample bill of {plan.name}")'
    pages = max([1, *(idea.value_at.page for idea in printed.values())])
    home = _page_of_marks(plan, printed)
    for page in range(1, pages + 1):
        if page > 1:
            yield "    sheet.next_page()"
        if page == home:
            yield from _marks(plan, printed, page)
        yield from _of_page(printed, page)
    yield "    return sheet.finish()"


def _money_words(printed: Mapping[str, Idea]) -> list[str]:
    forms = {idea.form for idea in printed.values()}
    return [word for word, form in (("dollars", "money $"), ("number", "money")) if form in forms]


def _page_of_marks(plan: Plan, printed: Mapping[str, Idea]) -> int:
    """The page that prints most of the labels among the marks."""
    pages = [idea.label_at.page for idea in printed.values() if idea.label in plan.marks]
    return max(set(pages), key=pages.count) if pages else 1


def _marks(plan: Plan, printed: Mapping[str, Idea], page: int) -> Iterator[str]:
    """The marks that no label of this page prints already."""
    there = {idea.label for idea in printed.values() if idea.label_at.page == page}
    for at, mark in enumerate(mark for mark in plan.marks if mark not in there):
        yield f"    sheet.text(30, {8 + 11 * at}, {_text(mark)}, size=9, font=BOLD)"


def _of_page(printed: Mapping[str, Idea], page: int) -> Iterator[str]:
    seen: set[tuple[object, ...]] = set()
    for field, idea in printed.items():
        size = _size(idea.label_at.size)
        label, value = idea.label_at, idea.value_at
        place = (idea.label, round(label.x), round(label.top))
        if label.page == page and place not in seen:
            seen.add(place)
            text = _text(idea.label)
            if idea.words == "in_line":
                yield _days(idea)
                text = f'f"{idea.label} {{first}} to {{last}}"'
            yield f"    sheet.text({label.x:.0f}, {label.top:.0f}, {text}, size={size:g})"
        if value.page == page and idea.words != "in_line":
            spot = (round(value.x), round(value.top))
            if spot not in seen:
                seen.add(spot)
                yield from _value(field, idea, _size(value.size))


def _days(idea: Idea) -> str:
    day = idea.form.removeprefix("date ")
    return f'    first, last = f"{{bill.billing_period_from:{day}}}", f"{{bill.billing_period_to:{day}}}"'


def _value(field: str, idea: Idea, size: float) -> Iterator[str]:
    x, top = f"{idea.value_at.x:.0f}", f"{idea.value_at.top:.0f}"
    if field == "meter_address":
        yield "    street, town = bill.meter_address"
        yield f'    sheet.lines({x}, {top}, (street, f"{{town}}, OH 44999"), size={size:g})'
        return
    kind, _, form = idea.form.partition(" ")
    texts = {
        "date": f'f"{{bill.{field}:{form}}}"',
        "money": f"{'dollars' if form else 'number'}(bill.{field})",
        "energy": f'f"{{bill.{field}:,}} kWh"' if form else f'f"{{bill.{field}:,}}"',
        "number": f'f"{{bill.{field}:,}}"',
    }
    yield f"    sheet.text({x}, {top}, {texts.get(kind, f'bill.{field}')}, size={size:g})"


def _size(printed: float) -> float:
    return round(min(printed, LARGEST) * SMALLER, 1)


def _bills(plan: Plan) -> Iterator[str]:
    printed = fields(plan)
    yield f'"""The sample bills of {plan.name}: invented customers, meters and amounts."""'
    yield ""
    if "dt.date" in map(_type, printed):
        yield "import datetime as dt"
        yield ""
    own = (f"from samples.{plan.code}.draw import draw", f"from samples.{plan.code}.model import Bill")
    yield from sorted(["from samples.files import Sample", *own])
    yield ""
    for month, name in zip(MONTHS, ("HOME", "SHOP"), strict=True):
        yield f"{name} = Bill("
        yield from (f"    {field}={invented(field, idea, month, plan)}," for field, idea in printed.items())
        yield ")"
    yield ""
    yield f'BILLS = {{"{MONTHS[0].name}": HOME, "{MONTHS[1].name}": SHOP}}'
    yield ""
    yield ""
    yield "def samples() -> list[Sample]:"
    yield f'    folder = "{plan.code}"'
    yield '    return [Sample(f"{folder}/{name}.pdf", draw(bill), bill.expected()) for name, bill in BILLS.items()]'


def _text(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'
