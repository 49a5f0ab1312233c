"""Rows of the ledger as JSON values for people and programs outside."""

import datetime as dt
from typing import Any

from ingest.reasons import Reason
from ingest.received import sender_in_words
from ingest.store.rows import Arrival, Delivery, Event, WholeBill


def bill_summary(bill: WholeBill) -> dict[str, Any]:
    """One line of the list of bills."""
    return {
        "id": bill.id,
        "account": bill.account,
        "name": bill.name,
        "source": bill.source,
        "customer": bill.customer,
        "step": bill.step.value,
        "reason": reason_view(bill.reason),
        "detail": bill.detail,
        "received_at": _time(bill.received_at),
        "updated_at": _time(bill.updated_at),
        "next_step_at": _time(bill.wake_at),
        "external_id": bill.external_id,
        "bayou_id": bill.bayou_id,
        "api_status": bill.api_status,
        "parent_id": bill.parent_id,
        "pages": [bill.first_page, bill.last_page] if bill.first_page is not None else None,
        "sha256": bill.sha256,
    }


def bill_view(
    bill: WholeBill, children: list[WholeBill], events: list[Event], deliveries: list[Delivery], arrivals: list[Arrival]
) -> dict[str, Any]:
    """Everything about one bill."""
    return {
        **bill_summary(bill),
        "record": bill.record,
        "bills": [bill_summary(child) for child in children],
        "events": [event_view(event) for event in events],
        "deliveries": [delivery_view(delivery) for delivery in deliveries],
        "arrivals": [arrival_view(arrival) for arrival in arrivals],
    }


def event_view(event: Event) -> dict[str, Any]:
    """One change of a bill."""
    return {
        "at": _time(event.at),
        "kind": event.kind,
        "step": event.step.value,
        "version": event.version,
        "data": event.data,
    }


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    """Where a delivery stands; its payload is the record of that moment."""
    return {
        "id": delivery.id,
        "event": delivery.event,
        "target": delivery.target,
        "final": delivery.final,
        "created_at": _time(delivery.created_at),
        "delivered_at": _time(delivery.delivered_at),
        "attempts": delivery.attempts,
        "next_at": _time(delivery.next_at),
        "last_error": delivery.last_error,
    }


def arrival_view(arrival: Arrival) -> dict[str, Any]:
    """A document that came in."""
    return {
        "id": arrival.id,
        "received_at": _time(arrival.received_at),
        "account": arrival.account,
        "source": arrival.source,
        "name": arrival.name,
        "customer": arrival.customer,
        "external_id": arrival.external_id,
        "message": arrival.message,
        "sender": sender_in_words(arrival.message.get("verdict") or {}) if arrival.message else None,
        "sha256": arrival.sha256,
        "outcome": arrival.outcome.value,
        "reason": reason_view(arrival.reason),
        "detail": arrival.detail,
        "bill_id": arrival.bill_id,
        "place": arrival.place,
    }


def reason_view(reason: Reason | None) -> dict[str, str] | None:
    """A reason with its words."""
    if reason is None:
        return None
    return {"code": reason.value, "sentence": reason.sentence, "next_step": reason.next_step}


def _time(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
