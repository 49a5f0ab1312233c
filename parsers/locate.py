"""The vocabulary of finding values on a bill: what a parser is written in.

A rule finds the value of the field it is assigned to; the field's name says what to look for (a date, an amount …):

    due_on = right_of("Due by")                        # the first date to the right of the label
    billed_on = below("Date bill prepared")            # the date in the nearest phrase under the label
    outstanding_balance = row_end("Balance Forward").within(SUMMARY)   # the last amount of the row
    gas_amount = cell("Gas Service", "TOTAL")          # where the row and the column meet
    due_on = amount_due = in_line(r"Please pay by {due_on} {amount_due}")   # holes in a line of a known form
    total_amount = right_of("New charges") | right_of("Total new charges")  # the second where the first finds nothing

All places of a label must agree, or the value is missing with that reason: confine a rule (``.within(section(…))``)
or choose (``.first()``, ``.last()``, ``.summed()``, ``.largest()``, ``.smallest()``). Labels are written as printed;
spaces and line breaks in them do not matter, case does.
"""

from collections.abc import Mapping

from parsers.errors import DeclarationError
from parsers.finding.addresses import AddressBlock, StreetOnly
from parsers.finding.balances import NothingLeft
from parsers.finding.conditions import IsZero, Prints
from parsers.finding.meters import Commodity, EachMeter, Unit
from parsers.finding.patterns import InLine
from parsers.finding.places import Above, Below, RightOf
from parsers.finding.rules import Absent, Condition, OfMeters, Part, Rule, SameAs
from parsers.finding.same_street import AtStreet
from parsers.finding.search import Search
from parsers.finding.sections import HEADING, Blocks, Rows, Section
from parsers.finding.sentences import Sentence
from parsers.finding.special import AddsUp, Cancelled, Confirmed, Named, NameLines
from parsers.finding.streets import StreetLine
from parsers.finding.tables import Cell, InColumn
from parsers.finding.undivided import UndividedAddress
from parsers.finding.wrapped import AddressInText, ColumnNumbers
from parsers.utility import NotABill, OtherServices, Utility

__all__ = [
    "HEADING",
    "Utility",
    "above",
    "absent",
    "adding_up",
    "address_at_street",
    "address_below",
    "address_in",
    "address_right_of",
    "below",
    "beside",
    "blocks",
    "cell",
    "confirmed",
    "each_meter",
    "in_column",
    "in_line",
    "is_zero",
    "name_below",
    "name_right_of",
    "named",
    "not_a_bill",
    "nothing_left",
    "numbers_below",
    "of_meters",
    "one_meter",
    "other_services",
    "prints",
    "right_of",
    "row_end",
    "rows",
    "same_as",
    "section",
    "sentence_after",
    "settled",
    "street_above",
    "street_below",
    "street_right_of",
    "undivided_address_right_of",
]

Labels = str | tuple[str, ...]


def right_of(*labels: str) -> Search:
    """The first value to the right of a label, at its height."""
    return Search(RightOf(labels))


def row_end(*labels: str) -> Search:
    """The last value to the right of a label, at its height."""
    return Search(RightOf(labels, at_end=True))


def below(*labels: str, skip: int = 0) -> Search:
    """The value in the nearest phrase below a label, or ``skip`` phrases further down."""
    return Search(Below(labels, skip))


def above(*labels: str) -> Search:
    """The value in the nearest phrase above a label: in a box whose name stands at its foot."""
    return Search(Above(labels))


def cell(row: Labels, column: Labels) -> Search:
    """The value where the row of a label meets the column of a heading; both may have several wordings."""
    return Search(Cell(_tuple(row), _tuple(column)))


def in_column(*headings: str) -> Search:
    """The value under the heading of a column, in the rows that the rule is confined to (those of one meter)."""
    return Search(InColumn(headings))


def in_line(pattern: str) -> Search:
    """Values in a line of a known form: a regular expression in which ``{field}`` is a hole and a space any gap.

    One such rule serves every field that it has a hole for.
    """
    return Search(InLine(pattern))


def sentence_after(*labels: str) -> Search:
    """The first value in the rest of a sentence, over the ends of its lines; words go on up to the full stop."""
    return Search(Sentence(labels))


def address_below(*labels: str, skip: int = 0) -> Rule:
    """The service address in the lines under a label; ``skip`` lines with a name or a number stand before it."""
    return AddressBlock(labels, skip)


def address_right_of(*labels: str, skip: int = 0, centred: bool = False) -> Rule:
    """The service address that begins to the right of a label, in one line or in several.

    ``centred`` lines stand under the middle of label and address, not at the left edge of the first.
    """
    return AddressBlock(labels, skip, right=True, centred=centred)


def undivided_address_right_of(*labels: str) -> Rule:
    """The service address in one line, without a sign between street and city; the type of the street tells them."""
    return UndividedAddress(labels)


def street_right_of(*labels: str) -> Rule:
    """The street to the right of a label, on bills that print the service address without its city."""
    return StreetOnly(labels)


def street_below(*labels: str) -> Rule:
    """The street in the lines under a label, where no city is printed; a name may stand before it, a unit behind it."""
    return StreetLine(labels)


def street_above(*labels: str) -> Rule:
    """The street in the lines that end above a label, where no city is printed."""
    return StreetLine(labels, above=True)


def address_at_street(*labels: str, full: Rule) -> Rule:
    """The ``full`` address, where its street is the one to the right of a label; of another street the street alone."""
    return AtStreet(labels, full)


def address_in(part: Part, pattern: str) -> Rule:
    """The service address inside running text: a regular expression with groups as ``line_1``, and ``{city}``."""
    return AddressInText(pattern, part)


def numbers_below(*labels: str, shape: str) -> Search:
    """The numbers in the column under a label; one that is too long for it goes on in the next line."""
    return Search(ColumnNumbers(labels, shape))


def named(*names: str) -> Search:
    """Whichever of these names is printed as a heading."""
    return Search(Named(names))


def name_below(*labels: str, until: str) -> Search:
    """The name below a label, on several lines where one of the form ``until`` (a phone number) follows them."""
    return Search(NameLines(labels, until))


def name_right_of(*labels: str) -> Search:
    """The name to the right of a label, unless the line below may belong to it."""
    return Search(NameLines(labels))


def adding_up(rule: Rule, *, beside: str, to: str, needed: bool = False, unless: Condition | None = None) -> Rule:
    """What ``rule`` finds, where it makes with the field ``beside`` the field ``to``; ``needed``: both must be read."""
    return AddsUp(rule, beside, to, needed, unless)


def confirmed(rule: Rule, *, by: Rule) -> Rule:
    """What ``rule`` finds, where another rule, that looks elsewhere on the bill, finds the same."""
    return Confirmed(rule, by)


def settled(balance: Rule, payments: Rule) -> Rule:
    """0 where the payments (in all) cancel the previous balance and the bill prints nothing of it as remaining."""
    return Cancelled(balance, payments)


def nothing_left(*, charges: str, due: str, payments: Rule) -> Rule:
    """0 where a payment is printed and the field ``due`` is exactly the field ``charges``."""
    return NothingLeft(charges, due, payments)


def same_as(field: str) -> Rule:
    """The value of another field of the bill."""
    return SameAs(field)


def of_meters() -> Rule:
    """After ``|``: the sum (of a period the span) of the meters, where the bill does not print it."""
    return OfMeters()


def absent(reason: str) -> Rule:
    """For a field that these bills do not print."""
    return Absent(reason)


def section(
    *start: str,
    until: Labels = (),
    left: str | None = None,
    right: str | None = None,
    onward: bool = False,
    closed: bool = False,
    within: Part | None = None,
) -> Section:
    """From the line of a heading to one of ``until`` on the same page, with ``onward`` on any later one.

    ``left`` and ``right`` crop it to a column, at the left edge of ``HEADING`` or of another label on the page. With
    ``closed`` it counts only where one of ``until`` ends it, and that line belongs to it.
    """
    return Section(start, _tuple(until), left, right, onward, closed, within)


def blocks(
    start: str | Search, *, end: str | Search | None = None, within: Part | None = None, headed: bool = False
) -> Blocks:
    """Parts from each line of the form ``start`` to the next of the form ``end`` (that one included) or ``start``.

    With ``headed`` what stands above the first of them belongs to each, as the address above several meters.
    """
    return Blocks(_form(start), _form(end) if end else None, within, headed)


def rows(line: str | Search, *, within: Part | None = None) -> Rows:
    """Every line of a form, each as a part of its own: the rows of a table."""
    return Rows(_form(line), within)


def prints(*texts: str, within: Part | None = None) -> Condition:
    """Whether the bill prints any of these texts."""
    return Prints(texts, within)


def is_zero(field: str) -> Condition:
    """Whether another field of the bill is read and is 0."""
    return IsZero(field)


def each_meter(
    parts: Part,
    *,
    type: Commodity,  # noqa: A002 - the record's own name for it
    unit: Unit | None = None,
    where: Condition | None = None,
    at_least: int = 1,
    complete: bool = False,
    every: Part | None = None,
    attributes: Mapping[str, Rule] | None = None,
    shared: Mapping[str, Rule] | None = None,
    **fields: Rule,
) -> EachMeter:
    """A meter for each part of the bill in which ``where`` holds, with rules for the meter's fields.

    ``shared`` are rules that several kinds of meters have in common; those given by name come first. With fewer than
    ``at_least`` different meters, what follows ``|`` is read instead. ``complete``: a consumption that one of them
    lacks is that of all of them together. ``every`` finds the parts (services) that hold at least one meter each: in
    one of them that is not read there is a meter without values, and no sum.
    """
    rules = {**(shared or {}), **fields}
    return EachMeter(type, parts, rules, attributes or {}, unit, where, at_least, complete, every)


def one_meter(
    *,
    type: Commodity,  # noqa: A002 - the record's own name for it
    unit: Unit | None = None,
    where: Condition | None = None,
    attributes: Mapping[str, Rule] | None = None,
    shared: Mapping[str, Rule] | None = None,
    **fields: Rule,
) -> EachMeter:
    """The only meter of a bill, read from all of it."""
    return EachMeter(type, None, {**(shared or {}), **fields}, attributes or {}, unit, where)


def beside(**rules: Rule) -> Mapping[str, Rule]:
    """What is read for the checks alone: ``previous_balance``, ``payments``, ``other_charges``, ``budget_amount``.

    ``taxes`` are those that stand beside delivery and supply in the electricity amount.
    """
    return rules


def not_a_bill(sentence: str, *marks: str | tuple[str, ...]) -> NotABill:
    """A document of the issuer that is none, by its marks, and a sentence that says what it is."""
    return NotABill(sentence, marks)


def other_services(*services: str, energy: str | tuple[str, ...]) -> OtherServices:
    """What bills without energy print: a charge for one of these services, and none of the texts of ``energy``."""
    return OtherServices(services, _tuple(energy))


def _form(line: str | Search) -> str:
    if isinstance(line, str):
        return line
    if not isinstance(line.locator, InLine):
        raise DeclarationError("only a rule made by in_line() has the form of a line")
    return line.locator.form


def _tuple(labels: Labels) -> tuple[str, ...]:
    return (labels,) if isinstance(labels, str) else labels
