"""Finding a text that was read from a picture, with the mistakes of such readings."""

import time

import pytest

from parsers.nearly import find_nearly


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
