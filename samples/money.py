"""Amounts in integer cents: reckoned from quantity and price, and printed."""

from decimal import ROUND_HALF_UP, Decimal


def charge(quantity: Decimal | int | str, price: Decimal | str) -> int:
    """Quantity times price in dollars, in cents, rounded as bills round: half up."""
    return int((Decimal(quantity) * Decimal(price) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def percent(amount: int, rate: str) -> int:
    """A percentage of an amount in cents, as of a tax or a surcharge."""
    return charge(Decimal(amount) / 100, Decimal(rate) / 100)


def number(amount: int) -> str:
    """``1,234.50``, with a minus in front when negative."""
    return f"{Decimal(amount) / 100:,.2f}"


def dollars(amount: int) -> str:
    """``$1,234.50``, ``-$3.00``."""
    return f"{'-' if amount < 0 else ''}${number(abs(amount))}"
