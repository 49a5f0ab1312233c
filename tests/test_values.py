"""Text to values: exact, a value or our error and nothing else, in bounded time."""

import contextlib
import datetime as dt
import pickle
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import UnreadableError
from parsers.finding import values
from parsers.finding.values import MonthDay

READERS: list[Callable[[str], Any]] = [
    values.cents,
    values.quantity,
    values.watt_hours,
    values.whole_number,
    values.date,
    values.identifier,
    values.words,
]
MINUSES = "-\u2010\u2011\u2012\u2013\u2212"


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("$1,234.50", 123450),
        ("1234.50", 123450),
        ("$ 12.30", 1230),
        (".00", 0),
        ("$.45", 45),
        ("+$101.10", 10110),
        ("+ 12.30", 1230),
        ("-$ 0.50", -50),
        ("$-2,000.25", -200025),
        ("- 10.20", -1020),
        ("\u221212.30", -1230),
        ("5.00-", -500),
        ("5.00 CR", -500),
        ("5.00CR", -500),
        ("53.99 (CR)", -5399),
        ("-$5.00 CR", -500),  # says the same twice
        ("$-5.00 CR", -500),
        ("5.00 Credit", -500),
        ("$5.00 CREDIT", -500),
        ("5.00 -", -500),
        ("(5.00)", -500),
        ("($1,005.00)", -100500),
        ("  $7.00 ", 700),
        ("$\u00a07.00", 700),
    ],
)
def test_cents(text: str, cents: int) -> None:
    assert values.cents(text) == cents


@pytest.mark.parametrize(
    "text",
    ["", "-", "$", "12", "1.234", "$1,23.00", "1,2345.00", "--5.00", "-5.00-", "+-5.00", "(5.00", "5.00)", "5.00 %"],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(UnreadableError):
        values.cents(text)


@given(
    st.integers(-(10**11), 10**11),
    st.sampled_from(["plain", "after", "inside", "brackets", "credit"]),
    st.sampled_from(["$", ""]),
)
def test_every_printed_amount_is_read_back(cents: int, form: str, dollar: str) -> None:
    number = f"{dollar}{abs(cents) // 100:,}.{abs(cents) % 100:02}"
    forms = {
        "plain": f"-{number}",
        "after": f"{number}-",
        "inside": f"${MINUSES[-1]}{number.lstrip('$')}",
        "brackets": f"({number})",
        "credit": f"{number} CR",
    }
    assert values.cents(forms[form] if cents < 0 else number) == cents


@pytest.mark.parametrize(
    ("text", "watt_hours"),
    [
        ("1,200 kWh", 1_200_000),
        ("1,050 KWH", 1_050_000),
        ("5000", 5_000_000),
        ("-345 kWh", -345_000),
        ("12.34", 12_340),
        ("1,204.086500 kWh", 1_204_087),
        ("-7.0005 kWh", -7_001),
        ("3.0014 kWh", 3_001),
    ],
)
def test_watt_hours(text: str, watt_hours: int) -> None:
    assert values.watt_hours(text) == watt_hours


@pytest.mark.parametrize("text", ["", "kWh", "12 kW", "1.0001", "1,00", "12 34", "12 therms"])
def test_what_is_no_energy(text: str) -> None:
    with pytest.raises(UnreadableError):
        values.watt_hours(text)


@given(st.decimals(0, 10**9, places=3))
def test_energy_is_exact_to_the_watt_hour(kilowatt_hours: Decimal) -> None:
    assert values.watt_hours(f"{kilowatt_hours:,} kWh") == int(kilowatt_hours * 1000)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("07/04/25", dt.date(2025, 7, 4)),
        ("7/4/2025", dt.date(2025, 7, 4)),
        ("07.04.2025", dt.date(2025, 7, 4)),
        ("2025-07-04", dt.date(2025, 7, 4)),
        ("Jul 4, 2025", dt.date(2025, 7, 4)),
        ("JULY 4,2025", dt.date(2025, 7, 4)),
        ("Sept 3, 2025", dt.date(2025, 9, 3)),
        ("Jul 17 25", dt.date(2025, 7, 17)),
        ("Feb 5", MonthDay(2, 5)),
        ("2/29", MonthDay(2, 29)),
    ],
)
def test_date(text: str, day: values.Date) -> None:
    assert values.date(text) == day


@pytest.mark.parametrize(
    "text", ["", "13/01/25", "2/30", "Feb 29, 2025", "Foo 3", "July", "1/2/3", "Jan 3, 1066", "32 Jan 2025"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(UnreadableError):
        values.date(text)


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(["%m/%d/%Y", "%b %d, %Y", "%B %d, %Y", "%Y-%m-%d"]),
)
def test_every_printed_date_is_read_back(day: dt.date, form: str) -> None:
    assert values.date(day.strftime(form)) == day


@pytest.mark.parametrize("text", ["99999-00000", "9999 9999 9999", "L900000505", "359900-000017", "12.3/4"])
def test_identifier(text: str) -> None:
    assert values.identifier(f" {text}  ") == text


@pytest.mark.parametrize("text", ["", "Account", "12$4", "-12", "1" * 50])
def test_what_is_no_identifier(text: str) -> None:
    with pytest.raises(UnreadableError):
        values.identifier(text)


numeric = st.text("0123456789.,-+$() CRkWh/Jan\u2212\u0663\u00a0", max_size=30)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(text=st.text(max_size=300) | numeric)
def test_a_value_or_our_error(read: Callable[[str], Any], text: str) -> None:
    try:
        value = read(text)
    except UnreadableError as error:
        assert pickle.loads(pickle.dumps(error)).what == error.what
    else:
        assert isinstance(value, int | Decimal | str | dt.date | MonthDay)
        assert not isinstance(value, bool)


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("text", ["9" * 100_000, "," * 100_000, "1," * 50_000, " " * 100_000 + "1", "$" * 79, "(" * 79])
def test_long_text_takes_no_time(read: Callable[[str], Any], text: str) -> None:
    began = time.process_time()
    with contextlib.suppress(UnreadableError):
        assert len(str(read(text))) <= len(text.strip())
    assert time.process_time() - began < 0.1


@given(st.text("0123456789,.-() $CR", min_size=1, max_size=20))
def test_nothing_unreadable_becomes_zero(text: str) -> None:
    try:
        value = values.cents(text)
    except UnreadableError:
        return
    assert value != 0 or not any(char in "123456789" for char in text)
