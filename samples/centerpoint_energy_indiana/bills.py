"""The sample bills of CenterPoint Energy in Indiana: invented customers, meters and amounts."""

import dataclasses

from samples import expectation
from samples.files import Sample
from samples.layouts.case import Rows, draw_rows
from samples.layouts.gas import GasCase, home, works
from samples.money import charge, dollars

CODE, SITE = "centerpoint_energy_indiana", "CenterPointEnergy.com   800-227-1376   Relay Indiana"
LONG, SHORT = "%b %d, %Y", "%m/%d/%y"
OLD, NEW = "##-#########-########", "########-#"
KWH = 1_840


def _electric() -> int:
    return charge(KWH, "0.1523")


def _both(case: GasCase) -> bytes:
    """The layout of 2023, with gas and electricity."""
    due, late = dollars(case.amount_due + _electric()), dollars(case.amount_due + _electric() + 9_00)
    front: Rows = [
        ((40, f"Billing Date: {case.billed:{LONG}}"), (300, f"Date Due: {case.due:{LONG}}")),
        ((40, f"Amount Due: {due}"), (300, f"Amount Due After {case.due:{LONG}} {late}")),
        ((40, "Your Account Information"),),
        ((40, f"Account Number: {case.account(OLD)}"),),
        ((40, "Service Address:"), (140, case.customer)),
        ((140, case.street),),
        ((140, f"{case.town}, {case.state} {case.postal_code}"),),
        ((40, "Previous Bill Amount"), (-400, dollars(case.previous))),
        ((40, "Payment(s) Received"), (-400, dollars(-case.paid))),
        ((40, "Balance Carried Forward"), (-400, dollars(case.balance))),
        ((40, "Charges This Period"), (-400, dollars(case.total + _electric()))),
        ((40, "Total Amount Due:"), (-400, due)),
    ]
    period = (95.0, f"{case.start:{SHORT}}"), (140.0, f"{case.end:{SHORT}}"), (190.0, str(case.days))
    readings = (215.0, f"{case.before}A"), (260.0, f"{case.now}A"), (305.0, str(case.ccf))
    detail: Rows = [
        ((40, "Meter Number"), (95, "Service Period"), (305, "CCF Used"), (470, "Therms Used This Period")),
        (
            (40, case.meter),
            *period,
            *readings,
            (340, "1.040000"),
            (390, "1.000000"),
            (435, "COM 120"),
            (-570, str(case.therms)),
        ),
        ((40, "Total Gas Charges"), (-570, dollars(case.total))),
        ((40, "Meter Number"), (95, "Service Period"), (305, "Multiplier"), (470, "kWh Used This Period")),
        (
            (40, "E5550099"),
            *period,
            (215, "100A"),
            (260, "146A"),
            (305, "40"),
            (340, "SGS"),
            (400, "Energy"),
            (-570, f"{KWH:,}"),
        ),
        ((40, "Total Electric Charges"), (-570, dollars(_electric()))),
    ]
    return draw_rows([front, detail], head="CenterPoint Energy", site=SITE)


def _gas(case: GasCase) -> bytes:
    """The layout of 2024, for gas alone."""
    front: Rows = [
        ((40, "ACCOUNT NUMBER"), (180, "DATE MAILED"), (300, "AUTOPAY DATE"), (430, "AMOUNT DUE")),
        (
            (40, case.account(NEW)),
            (180, f"{case.billed:{LONG}}"),
            (300, f"{case.due:{LONG}}"),
            (430, dollars(case.amount_due)),
        ),
        ((40, "ACCOUNT SUMMARY"),),
        ((40, "Previous Gas Amount Due"), (-400, dollars(case.previous))),
        ((40, f"Payment {case.start:{LONG}} Thank you!"), (-400, dollars(-case.paid))),
        ((40, "Current Gas Charges (Details on page 2)"), (-400, dollars(case.total))),
        ((40, "Total Amount Due"), (-400, dollars(case.amount_due))),
    ]
    steps = f"{case.start:{SHORT}}-{case.end:{SHORT}} {case.now} A {case.before} A {case.ccf} 1 1"
    detail: Rows = [
        ((40, "Meter Number"), (200, "Days in Billing Period")),
        ((40, case.meter), (200, str(case.days))),
        ((40, "Billing Period"), (140, "Current Reading - Previous Reading = CCF Used x Multiplier x Pressure Factor")),
        ((40, steps),),
        ((40, f"{case.ccf} x {case.factor} (Therm Conversion) = Therms Used of {case.therms}"),),
        ((40, "Total Current Gas Charges"), (-400, dollars(case.total))),
    ]
    return draw_rows([front, detail], head="CenterPoint Energy", site=SITE)


def samples() -> list[Sample]:
    alone = dataclasses.replace(home(81, "IN"))
    together = works(82, "IN")
    both = together.expected(CODE, together.account(OLD))
    [bill] = both["bills"]  # type: ignore[misc]  # of an expectation, which is plain JSON
    meter = expectation.meter(
        id="E5550099",
        type="electric",
        billing_period_from=together.start,
        billing_period_to=together.end,
        consumption=KWH * 1000,
        address=bill["meters"][0]["address"],
    )
    bill |= {
        "electricity_consumption": KWH * 1000,
        "electricity_amount": _electric(),
        "total_amount": together.total + _electric(),
        "amount_due": together.amount_due + _electric(),
        "meters": [meter, *bill["meters"]],
    }
    return [
        Sample(
            f"{CODE}/2023-01_gas_autopay.pdf",
            _gas(alone),
            alone.expected(CODE, alone.account(NEW), meter={"address": None}),
        ),
        Sample(f"{CODE}/2023-06_gas_and_electric.pdf", _both(together), both),
    ]
