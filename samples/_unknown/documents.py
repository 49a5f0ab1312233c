"""What is no bill for energy, though it speaks of bills, accounts and amounts."""

from samples.drawing import BOLD, Sheet

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


def letter() -> bytes:
    sheet = Sheet("Sample letter")
    sheet.lines(60, 90, LETTER, size=11, leading=16)
    return sheet.finish()


def reminder() -> bytes:
    sheet = Sheet("Sample reminder")
    sheet.text(40, 40, "Example Valley Light & Water", size=16, font=BOLD)
    sheet.text(40, 80, "Payment Reminder", size=12, font=BOLD)
    rows = (
        ("ACCOUNT NUMBER", "EX-000-111-222"),
        ("NOTICE DATE", "July 2, 2025"),
        ("AMOUNT DUE", "$104.80"),
        ("DATE DUE", "Due NOW"),
    )
    for n, (label, value) in enumerate(rows):
        sheet.row(120 + 18 * n, (40, label), (240, value), size=10)
    sheet.lines(40, 220, ("If you have already paid, thank you. Your electric service depends on it.",), size=10)
    return sheet.finish()


def history() -> bytes:
    sheet = Sheet("Sample history")
    sheet.text(200, 40, "Account Usage History", size=14, font=BOLD)
    sheet.row(80, (40, "Bill Account: 1000200300"), (300, "Customer: EXAMPLE BAKERY"), size=9)
    sheet.row(110, (40, "Bill Date"), (140, "Read Date"), (240, "Days"), (300, "Billed kWh"), (400, "Bill Amount"))
    months = (("1/14/2025", "1/13/25", 32, 1_204, "$180.11"), ("2/13/2025", "2/12/25", 30, 1_180, "$176.90"))
    for n, (billed, read, days, used, amount) in enumerate(months):
        cells = ((40, billed), (140, read), (240, str(days)), (300, f"{used:,}"), (400, amount))
        sheet.row(130 + 16 * n, *cells)
    return sheet.finish()


def solar_invoice() -> bytes:
    sheet = Sheet("Sample invoice of a solar subscription")
    rows = (
        ("Invoice: 000412", ""),
        ("Account Number", "*****00771"),
        ("Community Solar Subscription 04.01.2025 - 04.30.2025", ""),
        ("410 kWh and $61.50 in bill credits allocated to your utility account", "$61.50"),
        ("Your community solar savings", "-$6.15"),
        ("Amount Due", "$55.35"),
    )
    sheet.text(40, 40, "Sunny Meadow Solar", size=16, font=BOLD)
    for n, (label, value) in enumerate(rows):
        sheet.row(90 + 20 * n, (40, label), (-560, value), size=10)
    return sheet.finish()


def water_bill() -> bytes:
    sheet = Sheet("Sample water bill")
    rows = (
        ("Account Number", "88-1200-4"),
        ("Bill Date", "02/11/2025"),
        ("Due Date", "03/04/2025"),
        ("Meter 40418   previous 610 present 622", "12 HCF"),
        ("Water Charges", "$48.12"),
        ("Sewer Charges", "$31.07"),
        ("Total Current Charges", "$79.19"),
        ("Amount Due", "$79.19"),
    )
    sheet.text(40, 40, "Exampleburg Water Department", size=16, font=BOLD)
    for n, (label, value) in enumerate(rows):
        sheet.row(90 + 18 * n, (40, label), (-560, value), size=10)
    return sheet.finish()
