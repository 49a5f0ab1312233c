"""How sure a value is: from what speaks for it and against it, which its source names as ``grounds``.

A value starts with the doubt that is left in a value which nothing confirms; each ground multiplies that doubt. The
confidence is what the doubt leaves. Its scale is measured: ``benchmarks/calibration.py`` compares all values of a
folder of labelled bills with their labels, and prints for each ground and each band of confidence how many were right.
"""

from collections.abc import Mapping, Sequence
from math import prod

DOUBT = 0.01
"""Of a value that a proven parser reads from a page's own text, with nothing that confirms it."""

FACTORS: Mapping[str, float] = {
    # what speaks for it
    "adds_up": 0.1,  # a sum that holds and contains it: none of 2,000 wrong, where 5 to 10 were without it
    "printed_again": 0.8,  # the bill prints the same elsewhere: 0.7 to 0.85 of the errors
    "places_agree": 0.8,  # several places of the label, all with the same value
    "second_witness": 0.05,  # the API reads the same (``ingest.reconcile``)
    # what it is, and how it was found
    "uncheckable": 3.0,  # a name, a tariff, a street, a demand: 2 to 8 times as often wrong as other fields
    "alternative": 1.5,  # not by the first rule of its field
    "chosen": 2.0,  # the first, last or largest of several values
    # who read it
    "unproven": 15.0,  # a parser that no real bill has proven: taken to be no better than the generic one
    "generic": 15.0,  # no parser of the company's own: 1 % wrong on the corpus that it was made with
    # what it was read from
    "glyphs": 1.5,  # letters known by their drawing
    "ocr": 5.0,  # a picture
    "one_engine": 10.0,  # of which another engine read something else
    "damaged": 5.0,  # a broken file
    # what speaks against it
    "does_not_add_up": 40.0,  # a sum that does not hold and contains it
}
"""By how much each ground multiplies the doubt.

Where a figure stands, it was measured on the corpus (``docs/decisions.md``); the others are judged, with caution: bills
of companies, months and layouts that no one has seen yet are read worse than those that the rules were written with.
"""

MOST_DOUBT = 0.9


def confidence(grounds: Sequence[str]) -> float:
    """What the doubt that these grounds leave leaves."""
    return round(1 - min(MOST_DOUBT, DOUBT * prod(FACTORS[ground] for ground in grounds)), 4)
