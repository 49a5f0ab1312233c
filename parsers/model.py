"""What a document says: bills with their values, and for each value where it was read.

The names, types and units are those of the Bayou bill object (money in integer cents, electricity in integer
watt-hours, gas in therms or ccf); ``due_on``, ``amount_due``, ``past_due``, ``supplier_name`` and ``demand_kw`` are
ours. Every value is what is printed. A value that is not printed, or could not be read for certain, is ``None``,
and ``Bill.missing`` says why.
"""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer


class DocumentKind(StrEnum):
    """``bill``, or the reason why a document holds none (a code of ``ingest.reasons.Reason``)."""

    BILL = "bill"
    NOT_A_BILL = "not_a_bill"
    NO_ENERGY = "no_energy"
    UNKNOWN_UTILITY = "unknown_utility"
    NEEDS_OCR = "needs_ocr"
    NOT_A_PDF = "not_a_pdf"
    PASSWORD_REQUIRED = "password_required"  # noqa: S105 - a reason code
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


Quantity = Annotated[Decimal, PlainSerializer(_number, when_used="json")]
"""Therms, ccf or kW: exact in memory, a JSON number outside."""

Box = tuple[float, float, float, float]
"""``(x0, top, x1, bottom)`` in points from the page's upper left corner, as in pdfplumber."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Model):
    """Where a value was read."""

    page: int = Field(ge=1, description="page of the whole document, counted from 1")
    box: Box
    text: str = Field(description="the text as printed")
    rule: str = Field(description="the rule of the parser that read it")
    grounds: tuple[str, ...] = Field((), description="what speaks for the value and against it: ``parsers.confidence``")
    confidence: float = Field(0.0, ge=0, le=1, description="the share of such values that are right; 0: not rated")


class Check(_Model):
    """One sum that the bill's own numbers must satisfy, with the numbers."""

    name: str
    holds: bool
    detail: str = Field(description="the sum written out, as '2465 + 390 = 2855'")
    fields: tuple[str, ...] = Field((), description="paths of the record's values that take part in it")


class Address(_Model):
    """A service address."""

    line_1: str | None = None
    line_2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    postal_code_suffix: str | None = None


class Meter(_Model):
    """One physical or virtual meter of one energy service."""

    id: str | None = None
    type: Literal["electric", "gas"]
    billing_period_from: dt.date | None = None
    billing_period_to: dt.date | None = None
    consumption: Quantity | None = Field(None, description="Wh for electric, therms or ccf for gas")
    demand_kw: Quantity | None = None
    tariff: str | None = None
    address: Address | None = None
    additional_attributes: dict[str, str] = Field(default_factory=dict)


class Bill(_Model):
    """One statement for one account number."""

    utility: str | None = None
    account_number: str | None = None
    billed_on: dt.date | None = None
    due_on: dt.date | None = None
    billing_period_from: dt.date | None = None
    billing_period_to: dt.date | None = None
    electricity_consumption: int | None = None
    electricity_amount: int | None = None
    delivery_charge: int | None = None
    supply_charge: int | None = None
    community_solar_bill_credit: int | None = None
    gas_consumption: Quantity | None = None
    gas_consumption_unit: Literal["therms", "ccf"] | None = None
    gas_amount: int | None = None
    outstanding_balance: int | None = None
    total_amount: int | None = None
    amount_due: int | None = None
    past_due: bool | None = None
    supplier_name: str | None = None
    meters: tuple[Meter, ...] = ()

    pages: tuple[int, int] = Field(description="first and last page of the document, counted from 1")
    sources: dict[str, Source] = Field(
        default_factory=dict, description="by path: 'total_amount', 'meters.0.address.line_1'"
    )
    missing: dict[str, str] = Field(default_factory=dict, description="by path: why a value is None")
    checks: tuple[Check, ...] = ()
    reasons: tuple[str, ...] = Field((), description="flags of a delivered bill, as 'does_not_add_up'")


class Document(_Model):
    """All that was read from one PDF."""

    document: DocumentKind
    page_count: int | None = None
    parser: str | None = Field(None, description="code of the parser that read it")
    detail: str | None = Field(None, description="for what is not a bill: one sentence that says what was seen")
    bills: tuple[Bill, ...] = ()
    unread_pages: tuple[int, ...] = Field((), description="pages that show something and have no text that can be read")

    def to_json(self) -> dict[str, Any]:
        """The document as plain JSON values, in the form that the labels of a corpus have."""
        return self.model_dump(mode="json")


class Piece(_Model):
    """Pages to be cut out of a PDF, counted from 1, and where they go.

    ``mark`` is written into the piece where several of the same pages must differ in their bytes.
    """

    first: int
    last: int
    target: Path
    mark: str | None = None


class Inspection(_Model):
    """What can be told of a PDF without reading its pages."""

    page_count: int
    encrypted: bool = Field(description="encrypted at all; it opened with the empty password")
