"""Which values of a page that was read from its picture are believed.

A number on which two engines disagree is believed only where something else on the bill confirms it: a sum that holds,
or the same print in another place. Otherwise the value is taken back, with the reason.
"""

from collections.abc import Iterator

from parsers.checks import DOES_NOT_ADD_UP
from parsers.model import Address, Bill, Document, Meter

REASON = "read by one engine only"
CONFIRMED = frozenset({"adds_up", "printed_again"})
SUMS = {"electricity_consumption": "electric", "gas_consumption": "gas"}


def believed(document: Document) -> Document:
    """The document, rated already, without the values that nothing confirms."""
    return document.model_copy(update={"bills": tuple(map(_believed, document.bills))})


def _believed(bill: Bill) -> Bill:
    doubtful = {path for path, source in bill.sources.items() if "one_engine" in source.grounds and _is_read(path)}
    doubtful -= {path for path in doubtful if CONFIRMED & set(bill.sources[path].grounds)}
    doubtful |= set(_sums_of(bill, doubtful))
    return _without(bill, doubtful) if doubtful else bill


def _is_read(path: str) -> bool:
    """Not what is told by words all over the bill: who issued it, whether money is overdue, what a meter counts."""
    return path not in ("utility", "past_due") and not path.endswith(".type")


def _sums_of(bill: Bill, doubtful: set[str]) -> Iterator[str]:
    """Totals over meters of which one is not believed."""
    for name, commodity in SUMS.items():
        own = {f"meters.{at}.consumption" for at, meter in enumerate(bill.meters) if meter.type == commodity}
        if own & doubtful and name in bill.sources:
            yield name


def _without(bill: Bill, paths: set[str]) -> Bill:
    """The bill with these values taken back, and with the checks that do not need them."""
    checks = tuple(check for check in bill.checks if not paths & set(check.fields))
    reasons = tuple(
        reason for reason in bill.reasons if reason != DOES_NOT_ADD_UP or any(not check.holds for check in checks)
    )
    return bill.model_copy(
        update={
            **{path: None for path in paths if "." not in path},
            "meters": tuple(_meter(meter, f"meters.{at}", paths) for at, meter in enumerate(bill.meters)),
            "sources": {path: source for path, source in bill.sources.items() if path not in paths},
            "missing": bill.missing | dict.fromkeys(sorted(paths), REASON),
            "checks": checks,
            "reasons": reasons,
        }
    )


def _meter(meter: Meter, at: str, paths: set[str]) -> Meter:
    own = {path.removeprefix(f"{at}.") for path in paths if path.startswith(f"{at}.")}
    values: dict[str, object] = {name: None for name in own if "." not in name}
    if meter.address:
        values["address"] = _address(meter.address, own)
    attributes = meter.additional_attributes.items()
    values["additional_attributes"] = {
        name: value for name, value in attributes if f"additional_attributes.{name}" not in own
    }
    return meter.model_copy(update=values)


def _address(address: Address, own: set[str]) -> Address | None:
    parts = {name.removeprefix("address."): None for name in own if name.startswith("address.")}
    left = address.model_copy(update=parts)
    return left if any(left.model_dump().values()) else None
