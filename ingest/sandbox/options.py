"""How a sandbox behaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.config import Account
from ingest.sandbox.faults import Fault

DEFAULT_KEY = "sandbox"
MiB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """All that can be chosen; the defaults are those of the embedded sandbox.

    ``create_customers``: an upload for ``external_id:<name>`` makes that customer where there is none, so that a
    watched folder's name just works. Without it, as with the real API, the customer must exist (``customers``). A
    numeric id must always exist.
    """

    keys: frozenset[str] = frozenset({DEFAULT_KEY})
    data_dir: Path | None = field(default=None)  # without one, everything is forgotten at the end
    delay_seconds: float = 1.0  # how long a bill stays "unparsed" at least
    not_supported: frozenset[str] = frozenset()  # utilities; "*" for all
    locked: frozenset[str] = frozenset()  # utilities; "*" for all
    customers: tuple[str, ...] = ()  # external ids, made for each key
    create_customers: bool = True
    webhook_urls: tuple[str, ...] = ()
    webhook_pauses: tuple[float, ...] = (0.5, 2.0, 8.0)  # seconds before each further try
    canned: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by SHA-256 or by filename pattern
    faults: tuple[Fault, ...] = ()
    max_document_bytes: int = 50 * MiB


def key_of(name: str, account: Account) -> str:
    """The account's own key, or the one under which the built-in sandbox keeps it apart from the others."""
    return account.api_key.get_secret_value() if account.api_key else f"{DEFAULT_KEY}-{name}"
