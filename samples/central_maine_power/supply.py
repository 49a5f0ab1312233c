"""Draws the page of a competitive supplier, as the last page of a bill of Central Maine Power."""

from samples.central_maine_power.model import CmpBill, Supplier
from samples.central_maine_power.words import INDENT, RIGHT, STEP, payments, signed
from samples.drawing import BOLD, Sheet
from samples.money import dollars


def supply_page(sheet: Sheet, bill: CmpBill, supplier: Supplier) -> None:
    (page_of_2022 if bill.old_words else page_of_2023)(sheet, bill, supplier)


def page_of_2022(sheet: Sheet, bill: CmpBill, supplier: Supplier) -> None:
    sheet.text(19.8, 37.2, "Your Electricity Supply Account Detail", size=12, font=BOLD)
    sheet.text(19.8, 63.5, f"You have chosen {supplier.name} as your electricity supplier", size=10)
    sheet.lines(19.8, 86.5, ("Customer Support Hours: 8:00 AM TO 5:00 PM M-F", f"Phone: {supplier.phone}"), size=10)
    place = f"{bill.street} {bill.town} ME {bill.postal_code}"
    about = f"Your {supplier.name} Account Number: {supplier.account}", bill.customer, place
    sheet.lines(19.8, 132.5, about, size=10)
    charges(sheet, supplier, 189.9, prior="", new="New Supply Charges")
    sheet.text(19.8, 318.4, "Messages About Your Electricity Supply", size=12, font=BOLD)
    sheet.text(19.8, 332.1, f"CMP delivers your electricity. Your electricity supply is provided by {supplier.name}.")


def page_of_2023(sheet: Sheet, bill: CmpBill, supplier: Supplier) -> None:
    sheet.text(19.8, 37.1, f"You have chosen to purchase your electricity supply from: {supplier.name}.")
    sheet.text(19.8, 69, f"Supplier: {supplier.name}", size=12, font=BOLD)
    sheet.lines(19.8, 82, ("Customer Support Hours: 8:00 AM TO 5:00 PM M-F", f"Phone: {supplier.phone}"))
    place = f"{bill.street} {bill.town} ME {bill.postal_code}"
    sheet.lines(19.8, 125.9, (f"{supplier.name} Account Number: {supplier.account}", bill.customer, place), size=10)
    charges(sheet, supplier, 183.2, prior=" Supplier", new="New Supplier Charges")
    sheet.text(19.8, 313.2, "Supplier Information", size=12, font=BOLD)
    sheet.text(19.8, 326.3, f"Your electricity is supplied by {supplier.name}.")


def charges(sheet: Sheet, supplier: Supplier, top: float, *, prior: str, new: str) -> None:
    """The supplier's charges; ``prior`` and ``new`` are the words that changed in 2023."""
    paid, total = supplier.prior, dollars(supplier.total)
    sheet.row(top, (19.8, f"Prior Balance for {supplier.name}{prior}"), (-RIGHT, dollars(supplier.prior)), font=BOLD)
    payments(sheet, top + STEP, paid)
    sheet.row(top + 2 * STEP, (19.8, "Balance Forward"), (-RIGHT, "$0.00"), font=BOLD)
    sheet.text(19.8, top + 3 * STEP, new, font=BOLD)
    sheet.text(19.8, top + 4 * STEP, f"{INDENT}Rate {supplier.rate}")
    cells = (-384.2, f"{supplier.kwh:,} KWH"), (402.2, f"@${supplier.price}"), (-RIGHT, signed(supplier.energy))
    sheet.row(top + 5 * STEP, (19.8, f"{INDENT}Energy Charge"), *cells)
    top += 6 * STEP
    if supplier.tax:
        sheet.row(top, (19.8, f"{INDENT}Maine Sales Tax"), (-RIGHT, signed(supplier.tax)))
        top += STEP
    sheet.row(top, (19.8, f"Total {new}"), (-RIGHT, total), font=BOLD)
    sheet.row(top + 18, (19.8, f"{supplier.name}{prior} Account Balance"), (-RIGHT, total), font=BOLD)
