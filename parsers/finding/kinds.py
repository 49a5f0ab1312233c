"""What a field's value looks like among other text, and the function that reads it.

A ``Kind`` finds its values inside a line (``pattern``) and reads what it found (``read``, from ``values``).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from parsers.finding import values
from parsers.finding.values import MINUS

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_NOT_INSIDE = r"(?<![\w.,/@#])(?<!\d[.,] )"  # nor behind the piece of a number that a stray space has torn
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"

MONEY_PATTERN = (
    rf"{_NOT_INSIDE}(?<!@\s)(?:\(\s?)?(?:\+|{MINUS})?\s?\$?\s?{MINUS}?\s?(?:\d{{1,3}}(?:,\d{{3}})+|\d+|(?<!\d\s))\.\d\d(?:\s?\))?"
    rf"(?:\s?(?:CR|Cr|cr|CREDIT|[Cc]redit)\b|\s?\(CR\)|{MINUS}(?!\w)|\s{MINUS}(?=\s*$))?(?!\w|\.\d|,\d|\s?%|\s?/)"
)
_MINUS_BEHIND = rf"(?:{MINUS}(?=\s|$))?"
NUMBER_PATTERN = rf"{_NOT_INSIDE}{MINUS}?(?:{_NUMBER}){_MINUS_BEHIND}(?![\w%/])(?![.,] ?\d)"
ENERGY_PATTERN = (
    rf"{_NOT_INSIDE}{MINUS}?(?:{_NUMBER}){_MINUS_BEHIND}(?:\s?(?:kWh|KWH|Kwh|kwh|KH))?(?![\w%/])(?![.,] ?\d)"
)
_YEAR = r"(?:\d{4}|\d{2})"
DATE_PATTERN = (
    rf"(?<![\w./-])(?:\d{{1,2}}/\d{{1,2}}/{_YEAR}|\d{{1,2}}-\d{{1,2}}-{_YEAR}|\d{{1,2}}\.\d{{1,2}}\.{_YEAR}"
    rf"|(?i:{_MONTH})\s?\d{{1,2}}(?:,\s?|\s)(?:'?\d{{4}}|'\d\d)|\d{{4}}-\d\d-\d\d)(?!\w)"
)
MONTH_DAY_PATTERN = rf"(?:(?<![\w./-])|(?<=/\d\d-))(?:\d{{1,2}}[/-]\d{{1,2}}|(?i:{_MONTH})\s?\d{{1,2}})(?![\w/])"
IDENTIFIER_PATTERN = r"(?<![\w-])(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,23}(?![\w-])"


@dataclass(frozen=True)
class Kind:
    """``name`` completes the sentence "no … to its right". Without a pattern a value is a whole phrase."""

    name: str
    read: Callable[[str], Any]
    pattern: str | None = None

    def shaped(self, shape: str) -> "Kind":
        """The same kind, printed in this shape (a regular expression)."""
        return Kind(self.name, self.read, rf"(?<![\w-]){shape}(?![\w-])")


MONEY = Kind("amount", values.cents, MONEY_PATTERN)
DATE = Kind("date", values.date, DATE_PATTERN)
MONTH_DAY = Kind("day and month", values.date, MONTH_DAY_PATTERN)
ENERGY = Kind("number of kWh", values.watt_hours, ENERGY_PATTERN)
NUMBER = Kind("number", values.quantity, NUMBER_PATTERN)
COUNT = Kind("whole number", values.whole_number, r"(?<![\w.,])\d{1,6}(?![\w.,]\d)(?!\w)")
IDENTIFIER = Kind("number of an account or a meter", values.identifier, IDENTIFIER_PATTERN)
TEXT = Kind("words", values.words)
NOTHING = Kind("the word None", values.nothing, r"(?<!\w)(?i:none)(?!\w)")

KINDS = {
    "money": MONEY,
    "date": DATE,
    "month_day": MONTH_DAY,
    "kwh": ENERGY,
    "number": NUMBER,
    "count": COUNT,
    "identifier": IDENTIFIER,
    "text": TEXT,
    "none": NOTHING,
}
"""The kinds that a pattern of ``locate.in_line`` may name in a hole: ``{due_on:month_day}``."""

BILL_KINDS = {
    "account_number": IDENTIFIER,
    "billed_on": DATE,
    "due_on": DATE,
    "billing_period_from": DATE,
    "billing_period_to": DATE,
    "electricity_consumption": ENERGY,
    "electricity_amount": MONEY,
    "delivery_charge": MONEY,
    "supply_charge": MONEY,
    "community_solar_bill_credit": MONEY,
    "gas_consumption": NUMBER,
    "gas_consumption_unit": TEXT,
    "gas_amount": MONEY,
    "outstanding_balance": MONEY,
    "total_amount": MONEY,
    "amount_due": MONEY,
    "past_due": TEXT,
    "supplier_name": TEXT,
}
"""The fields of a bill that rules read, each with the kind of its value."""

BILL_EVIDENCE = dict.fromkeys(("previous_balance", "payments", "other_charges", "budget_amount", "taxes"), MONEY)
"""What is printed beside them and is read for the checks alone."""

METER_KINDS = {
    "id": IDENTIFIER,
    "billing_period_from": DATE,
    "billing_period_to": DATE,
    "consumption": NUMBER,
    "demand_kw": NUMBER,
    "tariff": TEXT,
    "address": TEXT,
}
"""The fields of a meter that rules read. The consumption of an electric meter is of the kind ``ENERGY``."""

METER_EVIDENCE = {"days": COUNT, "reading": NUMBER, "prior_reading": NUMBER, "difference": NUMBER, "multiplier": NUMBER}

ATTRIBUTE_KINDS = dict.fromkeys(
    (
        "service_id",
        "electric_choice_id",
        "pod_id",
        "service_number",
        "customer_number",
        "premises_number",
        "esi_id",
        "supplier_account_number",
    ),
    IDENTIFIER,
) | {"loadzone": TEXT}
"""Identifiers that single utilities print for a meter: ``additional_attributes``."""


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern for the text of a line, where one space stands for any gap; raises ``re.error``."""
    return re.compile(pattern, re.ASCII)
