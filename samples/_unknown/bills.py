"""A bill of a company that does not exist, and a letter that names companies that do."""

from samples import expectation
from samples.drawing import BOLD, Sheet
from samples.files import Sample
from samples.money import charge, dollars

KWH, PRICE, BASIC = 645, "0.14310", 12_50
LETTER = (
    "Dear neighbours,",
    "",
    "this letter is no bill. It asks for nothing and owes nothing, though it names those who do send bills:",
    "Central Maine Power, Southern California Edison, National Grid and PPL Electric Utilities.",
    "",
    "Please bring your electric bill to the meeting on June 12, 2025. We compare what we pay: one of us was",
    "asked for $412.60, due on July 4, 2025, under account number 00000-00000, and wants to know why.",
    "",
    "Coffee is at seven. The hall has a meter of its own, so please turn off the light when you leave.",
    "",
    "Yours, the Example Street Association",
)


def invented_utility() -> bytes:
    energy = charge(KWH, PRICE)
    rows = (
        ("Account Number", "EX-000-111-222"),
        ("Bill Date", "05/20/2025"),
        ("Due Date", "06/10/2025"),
        ("Service Address", "5 Example Circle, Sampleton, OH 44999"),
        ("Meter 77001 from 04/15/2025 to 05/15/2025", f"{KWH} kWh"),
        ("Basic charge", dollars(BASIC)),
        (f"Energy {KWH} kWh at ${PRICE}", dollars(energy)),
        ("Total Current Charges", dollars(BASIC + energy)),
        ("Amount Due", dollars(BASIC + energy)),
    )
    sheet = Sheet("Sample bill of an invented utility")
    sheet.text(40, 40, "Example Valley Light & Water", size=18, font=BOLD)
    sheet.text(40, 70, "Your electric bill", size=12)
    for n, (label, value) in enumerate(rows):
        sheet.row(110 + n * 18, (40, label), (-560, value), size=10)
    return sheet.finish()


def letter() -> bytes:
    sheet = Sheet("Sample letter")
    sheet.lines(60, 90, LETTER, size=11, leading=16)
    return sheet.finish()


def samples() -> list[Sample]:
    unknown = expectation.document(kind="unknown_utility")
    return [
        Sample("_unknown/invented_utility.pdf", invented_utility(), unknown),
        Sample("_unknown/letter.pdf", letter(), unknown),
    ]
