"""How a document came in, in lines for people: who sent it, how that was verified, what its mail said."""

from collections.abc import Iterator, Mapping
from typing import Any

from ingest.received import evidence, sender_in_words
from ingest.sources.names import printable


def lines(arrival: Mapping[str, Any]) -> list[str]:
    """An arrival as JSON values; the first line stands for itself, those of its mail are indented."""
    reason = f" ({arrival['reason']})" if arrival["reason"] else ""
    outcome = f"{arrival['outcome']}{reason}"
    first = f"{arrival['received_at']}  came by {arrival['source']} as {arrival['name']}: {outcome}"
    rest = [f"  {name + ':' if name else '':<13}{value}" for name, value in _facts(arrival) if value]
    return [printable(line) for line in (first, *rest)]  # what a stranger wrote must not steer the terminal


def _facts(arrival: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "detail", arrival["detail"]
    yield "customer", arrival["customer"]
    yield "external id", arrival["external_id"]
    if arrival["message"]:
        yield from _mail(arrival["message"])


def _mail(mail: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    verdict, envelope = mail.get("verdict") or {}, mail.get("envelope") or {}
    yield "from", mail.get("from")
    yield "sender", sender_in_words(verdict)
    for found in evidence(verdict):
        yield "", found
    yield "envelope", _envelope(envelope)
    yield "subject", mail.get("subject")
    yield "sent", mail.get("date")
    yield "message id", mail.get("message_id")
    yield "environment", mail.get("environment")
    yield "server", _server(mail)
    yield "kept as", mail.get("sha256") and f"messages/{mail['sha256']}, part {mail.get('part')}"


def _envelope(envelope: Mapping[str, Any]) -> str | None:
    if not envelope:
        return None
    return f"{envelope.get('from') or '<>'} to {', '.join(envelope.get('to') or ())}"


def _server(mail: Mapping[str, Any]) -> str | None:
    if not mail.get("peer"):
        return None
    tls = mail.get("tls") or {}
    secured = f"{tls.get('version') or 'TLS'}" if tls else "no TLS"
    return f"{mail.get('helo') or 'no name'} [{mail['peer']}], {secured}"
