"""Finding a text that was read from a picture, with the mistakes of such readings."""

import re
import time

import pytest

from parsers.finding.nearly import find_nearly, with_units_in_any_case


@pytest.mark.parametrize(
    ("wanted", "text", "found"),
    [
        ("TotalAmountDue", "xTotalAmountDue9", "TotalAmountDue"),
        ("TotalAmountDue", "TotaIAmonntDue$5.00", "TotaIAmonntDue"),
        ("CurrentCharges", "1234CurrcntChargcs", None),
        ("CustomerAccountNumber", "theCustornerAccountNurnber:", "CustornerAccountNurnber"),
        ("BillDate", "Bi11Date07/21", "Bi11Date"),
        ("TotalNewCharges", "TotalNewCharge$", None),
        ("Totaldeliverycharges", "Totalsupplycharges", None),
        ("DueDate", "DueDatc", None),
        ("Serviceto:", "ServicetoYOUNG", "Serviceto"),
        ("Due:", "DueNow", None),
        ("Totalamountdue", "TotalAmountDue", None),
    ],
)
def test_it_is_found_with_a_mistake_in_every_eight_letters(wanted: str, text: str, found: str | None) -> None:
    place = find_nearly(wanted, text)
    assert (text[slice(*place)] if place else None) == found


@pytest.mark.parametrize("text", ["Meter1234567Usagf", "Meter1234567Usago"])
def test_what_holds_digits_is_not_found_with_a_mistake(text: str) -> None:
    assert find_nearly("Meter1234567Usage", text) is None


def test_of_several_places_the_one_with_the_fewest_mistakes_counts() -> None:
    text = "CurrentChangesxCurrentCharges"
    assert find_nearly("CurrentCharges", text) == (15, 29)


def test_a_long_text_takes_little_time() -> None:
    began = time.process_time()
    assert find_nearly("Totalelectricdeliverycharges", "Totalelectricsupplyratesand" * 400) is None
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"{demand_kw} KW\b", "12 kw"),
        (r"(?P<demand_kw>\d+) kW(?!h)", "12 KW"),
        (r" (?:on|off)?kw\b", "12 onkW"),
        (r"\bKWH$", "12 kWh"),
        (r"[Kk]Wh", "Kwh"),
    ],
)
def test_units_are_found_in_any_case_and_groups_keep_their_names(pattern: str, text: str) -> None:
    known = re.compile(pattern.replace("{demand_kw}", r"(?P<demand_kw>\d+)"))
    loose = with_units_in_any_case(known)
    assert loose.groupindex == known.groupindex
    assert (loose.search(text) is not None) == (pattern != "[Kk]Wh")
