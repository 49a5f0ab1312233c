"""Whether a page's text is text: enough of it, in letters that the fonts vouch for, and in words.

A font may map its letters to others. What it then says looks like text and means nothing, so the words are looked at:
of all pages of real bills that limits were set on, at least one word in five is among the common ones, and at most one
character in six is a sign; in scrambled copies of the same pages one word in twenty-five at most, or most are signs.
"""

import re

FEW_CHARACTERS = 20
MOST_UNKNOWN = 0.1  # of the characters
MOST_SIGNS = 0.45  # of the characters
FEW_WORDS = 20  # too few to judge by
LEAST_COMMON = 0.08  # of the words of three letters and more

_WORD = re.compile(r"[^\W\d_]{3,}")
_SIGN = re.compile(r"[\W_]")
_UNKNOWN = re.compile("[\ufffd\ue000-\uf8ff]")  # and private characters, which only their font knows
_WORDS = """
account actual address adjustment all amount and any apr are aug balance basic bill billed billing business call can
change charge charges city com company contact cost credit current customer cycle date day days dec delivery demand
detail details due electric electricity enclosed energy feb fee for from fuel gas has have here how information
interest invoice jan jul jun kilowatt kwh late line mail make mar may message messages meter meters month monthly
natural net new next not nov number oct off office online our outage page past pay payable payment payments peak
period phone please power previous prior program questions rate rates read reading received return right sales see
sep service services sewer state statement summary supply surcharge system tax taxes than thank that the their
therms this through time total upon usage use used utility visit was water way will with www you your
cargos con cuenta del energía fecha las los pago para por que servicio una
"""
COMMON = frozenset(_WORDS.split())


def is_legible(text: str, *, unmapped: int = 0) -> bool:
    """Whether the text of a page can be read; ``unmapped`` of its characters no font has a letter for."""
    characters = "".join(text.split())
    if len(characters) < FEW_CHARACTERS:
        return False
    if unmapped + len(_UNKNOWN.findall(characters)) > MOST_UNKNOWN * len(characters):
        return False
    return len(_SIGN.findall(characters)) <= MOST_SIGNS * len(characters) and _in_words(text)


def _in_words(text: str) -> bool:
    words = _WORD.findall(text.casefold())
    return len(words) < FEW_WORDS or sum(map(COMMON.__contains__, words)) >= LEAST_COMMON * len(words)
