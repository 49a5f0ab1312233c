"""Con Edison's meters: a table of readings since about 2020, a list of them before, or a table where there are several.

All of a meter stands in one row, with the types of its two readings; the power of one has rows of its own.
"""

from parsers.locate import each_meter, in_line, rows, section, street_right_of

SIDE_BY_SIDE = ("Your Supply Charges", "Your Delivery Charges")
READINGS = section("Electric Meter Detail", until=(*SIDE_BY_SIDE, "Gas Meter Detail"), onward=True)
OLD_ELECTRIC = section("Your electricity charges", until=("Your gas charges", "Meter Detail"), onward=True)
GAS_DETAIL = section(
    "Gas Meter Detail", "Your gas charges", until=(*SIDE_BY_SIDE, "Your electricity charges"), onward=True
)

METER_PERIOD = in_line(r"billing period from {billing_period_from} to {billing_period_to}")
ELECTRIC_PERIOD = METER_PERIOD.within(READINGS).of_bill() | METER_PERIOD.within(OLD_ELECTRIC).of_bill()
DAY = r"(?: {month_day}(?:, ?\d\d)?)?"  # with its year, or none beside each of several meters, until 2023
READ = in_line(
    rf"^(?:[LHP] ?- ?|(?:E )?(?:[LHP] )?)(?P<id>\d{{6,}}) {{reading}} [A-Z][a-z]+{DAY} {{prior_reading}} [A-Z][a-z]+"
    rf"{DAY} {{difference}}(?: {{multiplier}})? {{consumption}}(?: kWh)?(?: {{demand_kw}}(?: ?- ?| )[A-Z][a-z]+)?$"
)
# the type of a reading stands beside its day, or before difference, multiplier and use
A_READ = r"^(?!(?:[DR]|Total)\b).*\b[A-Z][a-z]+ (?:[A-Z][a-z]{2} \d{1,2}\b|\d\S* \d\S* \d)"

# of several meters; behind the use its shares on and off peak, in other rows the demand (D) and the reactive power (R)
OLD_READ = in_line(
    r"^E (?:[LHP] )?(?P<id>\d{6,}) {reading} [A-Z][a-z]+ {prior_reading} [A-Z][a-z]+ {difference} {multiplier}"
    r" {consumption}(?: {number}){0,2}$"
)
OLD_DETAIL = section("Meter Detail", until=("Your electricity supply detail", "Your gas"))
OLD_USE = in_line(r"(?:Your|Total) electricity use {consumption} kWh(?: {demand_kw} kW)?$").within(OLD_ELECTRIC)
METER = in_line(r"^(?:Meter ?# ?)?(?P<id>\d{6,})(?: .*[A-Z][a-z]{2} \d.*)?$")

ADDRESS = street_right_of("Service delivered to:").of_bill()
SHARED = {
    "days": in_line(r"Electricity charges - for {days} days").of_bill(),
    "billing_period_from": ELECTRIC_PERIOD,
    "billing_period_to": ELECTRIC_PERIOD,
    "tariff": in_line(r"(?:Your electricity breakdown Rate|Your electric rate): {tariff}$").of_bill(),
    "address": ADDRESS,
}

ELECTRIC = (
    each_meter(
        rows(READ, within=READINGS),
        type="electric",
        every=rows(A_READ, within=READINGS),
        id=READ,
        consumption=READ,
        demand_kw=READ,
        difference=READ,
        multiplier=READ,
        shared=SHARED,
    )
    | each_meter(
        rows(OLD_READ, within=OLD_DETAIL),
        type="electric",
        every=rows(A_READ, within=OLD_DETAIL),
        at_least=2,
        id=OLD_READ,
        consumption=OLD_READ,
        difference=OLD_READ,
        multiplier=OLD_READ,
        shared=SHARED,
    )
    | each_meter(OLD_ELECTRIC, type="electric", id=METER, consumption=OLD_USE, demand_kw=OLD_USE, shared=SHARED)
)
GAS = each_meter(
    GAS_DETAIL,
    type="gas",
    unit="therms",
    id=METER,
    consumption=in_line(r"(?:Total [Gg]as [Uu]se|Your gas use) {consumption} therms"),
    days=in_line(r"Gas charges - for {days} days").of_bill(),
    billing_period_from=METER_PERIOD,
    billing_period_to=METER_PERIOD,
    tariff=in_line(r"(?:Your gas breakdown Rate|Your gas rate): {tariff}$").of_bill(),
    address=ADDRESS,
)
