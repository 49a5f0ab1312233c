"""Duke Energy's two companies at the Ohio River, which deliver gas as well and, in Ohio, what suppliers sell.

Known from descriptions of business bills of Ohio (2020 to 2024); ``Total Current Charges`` of gas holds the supplier's.
"""

from parsers.families.duke_energy import ENDS, METER, RATE, SPAN, SUMMARY, DukeEnergy
from parsers.locate import (
    above,
    below,
    confirmed,
    each_meter,
    in_line,
    prints,
    right_of,
    row_end,
    section,
    sentence_after,
)

ELECTRIC_DETAIL = section("Billing details - Electric", until="Billing details -")
GAS_DETAIL = section("Billing details - Gas", until="Billing details -")
SUPPLIED = prints("Electric Generation Supply", "Billing details - Electric Supplier")

GAS_NAMED = ("Current Gas usage for meter number", "Current gas usage for meter number")
GAS = each_meter(
    section(*GAS_NAMED, until=(*GAS_NAMED, *ENDS, "Current electric usage", "Current Electric")),
    type="gas",
    unit="ccf",
    id=right_of(*GAS_NAMED),
    consumption=right_of("Gas Used", "Gas used"),
    reading=in_line(r"\b(?:Actual|Estimated) reading on {month_day}(?: -)? {reading}"),
    prior_reading=in_line(r"\bPrevious reading on {month_day}(?: -)? {prior_reading}"),
    tariff=sentence_after(RATE).within(GAS_DETAIL).of_bill(),
    shared=METER | SPAN,
)


class DukeEnergyWithGas(DukeEnergy, family=True):
    """A member adds its code, name and marks."""

    services = ("electric", "gas")
    proven = False

    electricity_amount = (
        right_of("Current Electric Charges")
        .within(SUMMARY)
        .unless(SUPPLIED, "the supplier's charges are not part of it")
    )
    gas_amount = right_of("Current Gas Charges").within(SUMMARY) | right_of("Total Current Charges").within(GAS_DETAIL)
    delivery_charge = right_of("Total Delivery Charges", "Total delivery charges").within(ELECTRIC_DETAIL) | row_end(
        "Electric Delivery"
    ).within(SUMMARY)
    supply_charge = row_end("Electric Generation Supply").within(SUMMARY) | right_of("Total Electric Supplier")
    supplier_name = confirmed(
        below("Billing details - Electric Supplier"), by=above("Electric Generation Supply").within(SUMMARY)
    )
    meters = (*DukeEnergy.meters, GAS)
