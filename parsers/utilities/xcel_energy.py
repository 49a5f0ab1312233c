"""Xcel Energy: a balance on page 1, then each service of each premises with its meter, readings and charges.

Minnesota and Colorado print one template. With several premises the bill totals each of them, and no service.
"""

from parsers.locate import (
    HEADING,
    Utility,
    absent,
    below,
    beside,
    blocks,
    each_meter,
    in_line,
    of_meters,
    prints,
    right_of,
    row_end,
    section,
    undivided_address_right_of,
)

BALANCE = section("ACCOUNT BALANCE", until=("PREMISES SUMMARY", "INFORMATION ABOUT YOUR BILL"), left=HEADING)
CHARGED = section("SUMMARY OF CURRENT CHARGES", until=("INFORMATION ABOUT YOUR BILL", "RETURN BOTTOM PORTION"))
MANY_PREMISES = prints("PREMISES SUMMARY")
APART = "the bill totals its premises, not its services"

METER = in_line(
    r"\bMETER (?P<id>[A-Z0-9]*\d{4,}[A-Z0-9]*)\b.* Read Dates: {billing_period_from} ?- ?{billing_period_to}"
    r"(?: \({days} Days\))?"
)
A_SERVICE = r"\b(?:ELECTRICITY|NATURAL GAS) SERVICE DETAILS\b"
SERVICES = blocks(A_SERVICE, within=blocks(r"\bSERVICE ADDRESS:"), headed=True)
METERS = blocks(METER, within=SERVICES, headed=True)
GAS = prints("NATURAL GAS SERVICE DETAILS")
ADJUSTED = section("NATURAL GAS ADJUSTMENTS", until="NATURAL GAS CHARGES")
HEAT = prints("therms", "Therms", within=ADJUSTED)
KIND = r"(?:Actual|Estimated?|Customer|Prorated?|Adjusted)"  # of a reading; other words tell what is measured
USED = in_line(rf"\bTotal Energy (?:{{number}} {KIND} {{number}} {KIND} (?:{{number}} )?|{KIND} )?{{consumption}} kWh$")
BESIDE_PERIODS = r"^TotalEnergy|^(?!.*(?:(?:On|Off|Mid)-?P(?:k|eak)|Shoulder)).*\dkWh$"  # their sum is Total Energy
READ = in_line(r"\bTotal Energy {reading} [A-Z][a-z]+ {prior_reading} [A-Z][a-z]+ ")
THERMS = in_line(r"{number} ccf x {number} {consumption} [Tt]herms$")
CCF = in_line(r"\bTotal Energy .*?{consumption} ccf$")
SHARED = {
    "id": METER,
    "billing_period_from": METER,
    "billing_period_to": METER,
    "days": METER,
    "tariff": in_line(r"\b(?:ELECTRICITY|NATURAL GAS) CHARGES RATE: {tariff}$").first(),
    "address": undivided_address_right_of("SERVICE ADDRESS:"),
}
PREMISES = {"premises_number": right_of("PREMISES NUMBER:")}


class XcelEnergy(Utility):
    code = "xcel_energy"
    name = "Xcel Energy"
    marks = ("xcelenergy.com", "STATEMENT NUMBER", "STATEMENT DATE", "ACCOUNT BALANCE")
    services = ("electric", "gas")

    account_number = below("ACCOUNT NUMBER").shaped(r"\d{2}-\d{7,10}-\d")
    billed_on = below("STATEMENT DATE")
    due_on = below("DUE DATE")
    amount_due = row_end("Amount Due").within(BALANCE) | below("AMOUNT DUE")
    outstanding_balance = row_end("Balance Forward").within(BALANCE)
    total_amount = row_end("Current Charges").within(BALANCE)
    electricity_amount = row_end("Electricity Service").within(CHARGED).summed().unless(MANY_PREMISES, APART)
    gas_amount = row_end("Natural Gas Service").within(CHARGED).summed().unless(MANY_PREMISES, APART)
    electricity_consumption = (
        in_line(r"\bElectricity Service {date} ?- ?{date} {electricity_consumption} kWh")
        .within(CHARGED)
        .summed()
        .covering(r"ElectricityService\d")
        .unless(MANY_PREMISES, APART)
        | of_meters()
    )
    delivery_charge = absent("delivery and supply are listed line by line")
    supply_charge = absent("delivery and supply are listed line by line")
    community_solar_bill_credit = absent("no total of such credits is known on these bills")
    supplier_name = absent("no supplier is named on these bills")

    meters = (
        each_meter(
            METERS,
            type="electric",
            where=~GAS,
            every=blocks(A_SERVICE),
            consumption=USED.summed().covering(BESIDE_PERIODS),
            reading=READ,
            prior_reading=READ,
            multiplier=right_of("Multiplier x"),
            demand_kw=in_line(r"\bDemand\b.*? {demand_kw} kW$").largest(),
            attributes=PREMISES,
            shared=SHARED,
        ),
        each_meter(
            METERS,
            type="gas",
            unit="therms",
            where=HEAT,
            every=blocks(A_SERVICE),
            consumption=THERMS,
            attributes=PREMISES,
            shared=SHARED,
        ),
        each_meter(
            METERS,
            type="gas",
            unit="ccf",
            where=~(HEAT | ~GAS),
            every=blocks(A_SERVICE),
            consumption=CCF,
            attributes=PREMISES,
            shared=SHARED,
        ),
    )
    evidence = beside(
        previous_balance=row_end("Previous Balance").within(BALANCE),
        payments=in_line(r"\b(?:No )?Payments? Received\b.*? {payments}$").within(BALANCE).summed(),
    )
