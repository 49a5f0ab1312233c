"""The sample bills of National Grid (New York): invented customers, meters and amounts."""

import datetime as dt

from samples import expectation
from samples.files import Sample
from samples.layouts.national_grid.draw import draw
from samples.layouts.national_grid.model import Carried, Electric, Gas, Line, NgBill

PAPERLESS = Line("Paperless Billing Credit", fixed=-41)
BASIC_GAS = Line("Basic Service Charge (including first 3 therms)", fixed=26_00)

ELECTRIC_ONLY = NgBill(  # with demand, supplied by National Grid; a part of the last bill is still open
    account="99100-00017",
    customer="EXAMPLE MACHINE SHOP INC",
    street="400 SAMPLE ST, SHOP",
    town="ALBANY",
    postal_code="12203",
    mailing=("400 SAMPLE ST", "ALBANY NY 12203-0001"),
    issued=dt.date(2025, 6, 11),
    due=dt.date(2025, 7, 5),
    previous=1_204_10,
    paid=1_150_00,
    electric=Electric(
        meter="99000017",
        start=dt.date(2025, 5, 9),
        end=dt.date(2025, 6, 10),
        next_read=dt.date(2025, 7, 12),
        reading=7_713,
        previous=7_628,
        multiplier=80,
        demand=("8.15", "8.01"),
        rate="Electric SC2D",
        delivery=(
            Line("Customer", fixed=53_57),
            Line("Demand", "15.49", "11.2", "kW"),
            Line("SBC", "0.007485", "6800", "kWh"),
            Line("RDM", "-0.17", "11.2", "kW"),
            Line("Legacy Transition Chrg", "0.001545", "6800", "kWh"),
            Line("Transmission Rev Adj", "-0.00359", "6800", "kWh"),
        ),
        supply=(
            Line("Electricity Supply", "0.05218", "6800", "kWh"),
            Line("Merchant Function", "0.00046093", "6800", "kWh"),
            Line("ESRM", "0.021009", "6800", "kWh"),
        ),
    ),
    other=(PAPERLESS,),
    late=81,
)

BOTH = NgBill(  # electric and gas; a supplier of its own bills the gas
    account="99200-00028",
    customer="SAMPLE BOOKSHOP LLC",
    street="12 DEMO RD",
    town="SCHENECTADY",
    postal_code="12305",
    mailing=("12 DEMO RD", "SCHENECTADY NY 12305-0002"),
    issued=dt.date(2025, 6, 11),
    due=dt.date(2025, 7, 5),
    previous=64_03,
    paid=64_03,
    electric=Electric(
        meter="99000028",
        start=dt.date(2025, 5, 9),
        end=dt.date(2025, 6, 10),
        next_read=dt.date(2025, 7, 12),
        reading=20_477,
        previous=20_405,
        multiplier=1,
        rate="Electric SC2",
        delivery=(
            Line("Customer", fixed=21_02),
            Line("Delivery", "0.089859", "72", "kWh"),
            Line("Legacy Transition Chrg", "0.001545", "72", "kWh"),
            Line("Transmission Rev Adj", "-0.00382", "72", "kWh"),
            Line("SBC", "0.007407", "72", "kWh"),
        ),
        supply=(
            Line("Electricity Supply", "0.07021", "72", "kWh"),
            Line("ESRM", "0.029409", "72", "kWh"),
            Line("Merchant Function", "0.00210525", "72", "kWh"),
        ),
    ),
    gas=Gas(
        meter="0X900028",
        start=dt.date(2025, 5, 10),
        end=dt.date(2025, 6, 11),
        next_read=dt.date(2025, 7, 12),
        reading=3_120,
        previous=3_101,
        multiplier="1.025",
        factor="1.02642",
        rate="Gas SC2 Comm Heat Monthly Balancing",
        delivery=(
            BASIC_GAS,
            Line("Over/Last 17 Therms", "0.42349", "17", "therms"),
            Line("Delivery Service Adj(s)", "-0.015708", "20", "therms"),
        ),
    ),
    other=(PAPERLESS,),
)

CREDIT = NgBill(  # a credit of community distributed generation (CDG); the supplier bills apart; nothing was paid
    account="99300-00039",
    customer="EXAMPLE COLLEGE",
    street="700 SAMPLE AVE, UNION",
    town="TROY",
    postal_code="12180",
    mailing=("OFFICE OF FACILITIES", "700 SAMPLE AVE", "TROY NY 12180-0003"),
    issued=dt.date(2025, 6, 3),
    due=dt.date(2025, 6, 27),
    previous=1_870_25,
    paid=0,
    electric=Electric(
        meter="99000039",
        start=dt.date(2025, 4, 30),
        end=dt.date(2025, 5, 30),
        next_read=dt.date(2025, 7, 1),
        reading=51_260,
        previous=51_010,
        multiplier=160,
        demand=("33.10", "32.25"),
        rate="Electric SC3 T&D",
        delivery=(
            Line("Customer", fixed=675_00),
            Line("Demand", "12.60766665", "136.0", "kW"),
            Line("SBC", "0.007485", "40000", "kWh"),
            Line("Legacy Transition Chrg", "0.002079", "40000", "kWh"),
            Line("Transmission Rev Adj", "-0.0031", "40000", "kWh"),
            Line("RDM", "-0.08", "136.0", "kW"),
        ),
        credit=Carried(before=18_404_10, current=2_910_55, fee=2_439_12),
    ),
)

GAS_WITH_NOTICE = NgBill(  # page 1 is a notice and the summary stands on page 2
    account="99400-00040",
    customer="EXAMPLE HOUSING CORP",
    street="55 DEMO AVE, HSE",
    town="ALBANY",
    postal_code="12206",
    mailing=("1 SAMPLE PLZ", "ALBANY NY 12207-0004"),
    issued=dt.date(2025, 6, 11),
    due=dt.date(2025, 7, 5),
    previous=120_55,
    paid=120_55,
    gas=Gas(
        meter="T9000040",
        start=dt.date(2025, 5, 9),
        end=dt.date(2025, 6, 11),
        next_read=dt.date(2025, 7, 12),
        reading=5_310,
        previous=5_101,
        factor="1.02646",
        rate="Gas SC2 Comm Non Heat Monthly Balancing",
        delivery=(
            BASIC_GAS,
            Line("Over/Last 212 Therms", "0.42349", "212", "therms"),
            Line("Delivery Service Adj(s)", "-0.015708", "215", "therms"),
        ),
    ),
    other=(PAPERLESS,),
    notice=(
        "GAS SERVICE INSPECTION NOTIFICATION",
        "Our inspection of the gas line inside your building is due this year.",
        "Please call us to agree on a day. This notice is invented.",
    ),
)

GAS_TWO_LINES = NgBill(  # a service address of two lines; nothing under OTHER, so the columns stand elsewhere
    account="99400-00051",
    customer="EXAMPLE HOUSING CORP",
    street="1 SAMPLE PLZ",
    building="BOILER HOUSE",
    town="ALBANY",
    postal_code="12207",
    mailing=("1 SAMPLE PLZ", "ALBANY NY 12207-0004"),
    issued=dt.date(2025, 6, 12),
    due=dt.date(2025, 7, 6),
    previous=26_26,
    paid=26_26,
    gas=Gas(
        meter="09000051",
        start=dt.date(2025, 5, 10),
        end=dt.date(2025, 6, 11),
        next_read=dt.date(2025, 7, 12),
        reading=1_877,
        previous=1_877,
        multiplier="1.127",
        factor="1.02642",
        rate="Gas SC2 Small Gen Comm Heat",
        delivery=(BASIC_GAS,),
        by_supplier=False,
    ),
)

ELECTRIC_IN_BATCH = NgBill(  # delivery only; the supplier bills apart
    account="99400-00062",
    customer="EXAMPLE HOUSING CORP",
    street="221 DEMO ST, ANNEX",
    town="ALBANY",
    postal_code="12203",
    mailing=("1 SAMPLE PLZ", "ALBANY NY 12207-0004"),
    issued=dt.date(2025, 6, 11),
    due=dt.date(2025, 7, 5),
    previous=201_40,
    paid=201_40,
    electric=Electric(
        meter="99000062",
        start=dt.date(2025, 5, 9),
        end=dt.date(2025, 6, 10),
        next_read=dt.date(2025, 7, 12),
        reading=2_250,
        previous=2_219,
        multiplier=80,
        demand=("4.41", "4.30"),
        rate="Electric SC2D T&D",
        delivery=(
            Line("Customer", fixed=53_57),
            Line("Demand", "15.49", "8.8", "kW"),
            Line("SBC", "0.007485", "2480", "kWh"),
        ),
    ),
    other=(PAPERLESS,),
)

DOCUMENTS = {
    "2025-06_electric": (ELECTRIC_ONLY,),
    "2025-06_electric_and_gas": (BOTH,),
    "2025-05_community_credit": (CREDIT,),
    "2025-06_batch_of_three": (GAS_WITH_NOTICE, GAS_TWO_LINES, ELECTRIC_IN_BATCH),
}


def samples() -> list[Sample]:
    return [
        Sample(f"national_grid_new_york/{name}.pdf", draw(*bills), expectation.document(*(b.expected() for b in bills)))
        for name, bills in DOCUMENTS.items()
    ]
