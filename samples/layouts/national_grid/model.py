"""A bill of National Grid as numbers; what follows from them is reckoned here."""

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from samples import expectation
from samples.money import charge, percent

SURCHARGE = "1.0101"  # percent, on every list of charges


@dataclass(frozen=True)
class Line:
    """``SBC  0.007485 x 6400 kWh``, or a fixed amount."""

    label: str
    price: str = ""
    quantity: str = ""
    unit: str = ""
    fixed: int = 0

    @property
    def amount(self) -> int:
        return charge(self.quantity, self.price) if self.price else self.fixed


Lines = tuple[Line, ...]


@dataclass(frozen=True)
class Issuer:
    """What the bills of one company print in words of their own."""

    code: str
    state: str
    contact: tuple[tuple[float, float, str], ...]  # the left column of page 1: top, size, text
    sender: tuple[str, str]  # on the stub
    loadzone: str
    words: tuple[str, ...]  # of the last page


NEW_YORK = Issuer(
    "national_grid_new_york",
    "NY",
    (
        (77.9, 8, "www.nationalgridus.com"),
        (91.2, 7, "C & I BUSINESS TEAM M-F 8-5"),
        (101.6, 9, "1-800-555-0130"),
        (120.0, 7, "GAS EMERGENCIES"),
        (130.4, 9, "1-800-555-0131"),
        (167.0, 7, "OUTAGE AND ELECTRIC EMERGENCIES"),
        (177.5, 9, "1-800-555-0132"),
        (195.8, 7, "CORRESPONDENCE ADDRESS"),
        (205.8, 8, "300 Erie Blvd West"),
        (215.4, 8, "Syracuse, NY 13202"),
        (232.8, 7, "DATE BILL ISSUED"),
    ),
    ("300 Erie Blvd West", "Syracuse NY 13202-0960"),
    "Capital",
    (
        "Choose your way to pay: the words of this page are invented.",
        "Charges for electric or gas service are based on approved prices.",
        "kWh: the unit of electricity. Therm: a unit of heat content.",
        "Late Payment Charge: to avoid it, pay by the date shown on the front.",
    ),
)


def with_surcharge(lines: Lines) -> int:
    return sum(line.amount for line in lines) + surcharge(lines)


def surcharge(lines: Lines) -> int:
    return percent(sum(line.amount for line in lines), SURCHARGE)


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A community generation (CDG) credit that is carried from month to month."""

    before: int
    current: int
    fee: int


@dataclass(frozen=True, kw_only=True)
class Electric:
    meter: str
    start: dt.date
    end: dt.date
    next_read: dt.date
    reading: int
    previous: int
    multiplier: int
    demand: tuple[str, str] | None = None  # current and previous reading
    peak: int = 0  # kWh of a register that repeats a part of the energy; the rest stands in another
    rate: str
    delivery: Lines
    supply: Lines = ()  # empty: billed by the supplier
    credit: Carried | None = None

    @property
    def kwh(self) -> int:
        return (self.reading - self.previous) * self.multiplier

    @property
    def demand_difference(self) -> Decimal:
        assert self.demand is not None
        return Decimal(self.demand[0]) - Decimal(self.demand[1])

    @property
    def demand_kw(self) -> Decimal | None:
        return (self.demand_difference * self.multiplier).quantize(Decimal("0.1")) if self.demand else None

    @property
    def delivered(self) -> int:
        return with_surcharge(self.delivery)

    @property
    def supplied(self) -> int:
        return with_surcharge(self.supply)

    @property
    def by_supplier(self) -> bool:
        return not self.supply

    @property
    def applied(self) -> int:
        """What of the credit is used up by this bill: at most its delivery."""
        return min(self.delivered, self.credit.before + self.credit.current) if self.credit else 0


@dataclass(frozen=True, kw_only=True)
class Gas:
    meter: str
    start: dt.date
    end: dt.date
    next_read: dt.date
    reading: int
    previous: int
    multiplier: str = ""  # empty: the row that begins with the period instead
    factor: str
    rate: str
    delivery: Lines
    by_supplier: bool = True
    supply: Lines = ()

    @property
    def ccf(self) -> int:
        difference = Decimal(self.reading - self.previous) * Decimal(self.multiplier or 1)
        return int(difference.quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def therms(self) -> int:
        return int((self.ccf * Decimal(self.factor)).quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def delivered(self) -> int:
        return with_surcharge(self.delivery)

    @property
    def supplied(self) -> int:
        return with_surcharge(self.supply)


@dataclass(frozen=True, kw_only=True)
class NgBill:
    issuer: Issuer = NEW_YORK
    account: str
    customer: str
    street: str
    building: str = ""  # a second line of the service address
    town: str
    postal_code: str
    mailing: tuple[str, ...]
    issued: dt.date
    due: dt.date
    previous: int
    paid: int
    paid_on: str = "JUN 4"
    transfer: dt.date | None = None  # the day the bank pays
    electric: Electric | None = None
    gas: Gas | None = None
    other: Lines = ()
    late: int = 0
    notice: tuple[str, ...] = ()  # a first page of its own

    @property
    def start(self) -> dt.date:
        return min(part.start for part in (self.electric, self.gas) if part)

    @property
    def end(self) -> dt.date:
        return max(part.end for part in (self.electric, self.gas) if part)

    @property
    def adjustments(self) -> Lines:
        """The last list of charges, with what a community credit adds to it."""
        if not (self.electric and self.electric.credit):
            return self.other
        applied = Line("CDG Credit - Applied to This Bill", fixed=-self.electric.applied)
        return (applied, Line("CDG Subscription Fee", fixed=self.electric.credit.fee), *self.other)

    @property
    def late_total(self) -> int:
        return self.late + percent(self.late, SURCHARGE)

    @property
    def adjusted(self) -> int:
        return sum(line.amount for line in self.adjustments) + self.late_total

    @property
    def delivered(self) -> int:
        return sum(part.delivered for part in (self.electric, self.gas) if part)

    @property
    def supplied(self) -> int:
        return sum(part.supplied for part in (self.electric, self.gas) if part)

    @property
    def current(self) -> int:
        return self.delivered + self.supplied + self.adjusted

    @property
    def forward(self) -> int:
        return self.previous - self.paid

    @property
    def amount_due(self) -> int:
        return self.forward + self.current

    def expected(self) -> dict[str, Any]:
        """One bill; a document may hold several."""
        place = expectation.address(self.street, self.town, self.issuer.state, self.postal_code, self.building or None)
        values: dict[str, Any] = {"meters": []}
        if self.electric:
            values |= _electric(self.electric, values["meters"], place, self.issuer.loadzone)
        if self.gas:
            values |= _gas(self.gas, values["meters"], place)
        return expectation.bill(
            utility=self.issuer.code,
            account_number=self.account,
            billed_on=self.issued,
            due_on=self.transfer or self.due,
            billing_period_from=self.start,
            billing_period_to=self.end,
            outstanding_balance=self.forward,
            total_amount=self.current,
            amount_due=self.amount_due,
            **values,
        )


def _electric(part: Electric, meters: list[dict[str, Any]], place: dict[str, Any], loadzone: str) -> dict[str, Any]:
    meters.append(
        expectation.meter(
            id=part.meter,
            type="electric",
            billing_period_from=part.start,
            billing_period_to=part.end,
            consumption=part.kwh * 1000,
            demand_kw=part.demand_kw,
            tariff=part.rate,
            address=place,
            additional_attributes={"loadzone": loadzone},
        )
    )
    return {
        "electricity_consumption": part.kwh * 1000,
        "electricity_amount": part.delivered + part.supplied,
        "delivery_charge": part.delivered,
        "supply_charge": part.supplied if part.supply else None,
        "community_solar_bill_credit": -part.applied if part.credit else None,
    }


def _gas(part: Gas, meters: list[dict[str, Any]], place: dict[str, Any]) -> dict[str, Any]:
    meters.append(
        expectation.meter(
            id=part.meter,
            type="gas",
            billing_period_from=part.start,
            billing_period_to=part.end,
            consumption=part.therms,
            tariff=part.rate,
            address=place,
        )
    )
    return {
        "gas_consumption": part.therms,
        "gas_consumption_unit": "therms",
        "gas_amount": part.delivered + part.supplied,
    }
