"""Whether a page's text is text: words that are words, few signs, letters that the fonts vouch for."""

import random
import string

import pytest

from parsers.pdf.legible import is_legible

BILL = """
Your account summary Amount due on previous statement $120.44 Payments received -$120.44 Current electric charges 88.10
Total amount due by 01/30/2031 $88.10 Please return this portion with your payment. Thank you. Account number
0000-1111-22 Service for ALEX EXAMPLE 12 SAMPLE CT Questions about your bill? Visit us or call 1-800-555-0100
"""
READINGS = "Meter 900001 01/02/31 4412 4820 408 1 408 kWh " * 8
SPANISH = """
Resumen de su cuenta: cargos del mes por el servicio de energía, fecha de vencimiento para el pago y total de la cuenta.
Los cargos que se muestran son para una cuenta con servicio residencial, las fechas del pago por correo se indican aquí.
"""


@pytest.mark.parametrize("text", [BILL, READINGS, SPANISH, "S t a t e m e n t  o f  A c c o u n t  1 2 3 4"])
def test_text(text: str) -> None:
    assert is_legible(text)


@pytest.mark.parametrize("text", ["", "  \n ", "Page 3 of 4", "\ufffd" * 40])
def test_a_scan_or_a_page_of_nothing(text: str) -> None:
    assert not is_legible(text)


@pytest.mark.parametrize("seed", range(20))
def test_letters_in_the_place_of_others(seed: int) -> None:
    letters = list(string.ascii_letters + string.digits)
    shuffled = letters[:]
    random.Random(seed).shuffle(shuffled)
    assert not is_legible(BILL.translate(str.maketrans(dict(zip(letters, shuffled, strict=True)))))


def test_letters_moved_along_the_alphabet() -> None:
    """What a subset font without a map looks like: every code some places too low."""
    assert not is_legible("".join(char if char.isspace() else chr(ord(char) - 29 & 0x7F | 0x20) for char in BILL))


def test_signs_in_the_place_of_letters() -> None:
    signs = {letter: random.Random(letter).choice("!#$%&'()*+,-./") for letter in string.ascii_letters}
    assert not is_legible(BILL.translate(str.maketrans(signs)))


@pytest.mark.parametrize(("unknown", "legible"), [(10, True), (60, False)])
def test_characters_that_no_font_has_a_letter_for(unknown: int, legible: bool) -> None:
    assert is_legible(BILL, unmapped=unknown) is legible
    assert is_legible(BILL + "\ufffd" * unknown) is legible
    assert is_legible(BILL + "\ue123" * unknown) is legible
