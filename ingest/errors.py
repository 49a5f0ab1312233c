"""The errors of ``ingest``. Arguments are positional, so that every one of them pickles.

IngestError
├── ConfigError           a setting is wrong; the message names the key and what is allowed
├── Refused               a document or message that will never be taken; ``reason`` says why
├── Unavailable           it cannot be taken now; the sender keeps it and tries again
│   ├── StorageFull       no space left
│   ├── LedgerBusy        the database is locked or out of reach
│   ├── DnsUnavailable    the DNS gave no answer in time (``ingest.mail.authentication.resolver``)
│   └── NotReady          a folder or service that must be there is not there
├── MalformedAddress      a mail address that two programs could read differently (``ingest.mail.addresses``)
├── StaleVersion          another writer changed the bill first; read it again
└── BayouError            what the API answered (``ingest.bayou.errors``)
"""

from ingest.reasons import Reason


class IngestError(Exception):
    """Anything that ``ingest`` raises on purpose."""


class ConfigError(IngestError):
    """A setting that is wrong; the message names the key and what is allowed."""


class Refused(IngestError):
    """A document or a message that will never be taken as it is."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return " ".join(filter(None, [self.reason.sentence, self.detail]))


class Unavailable(IngestError):
    """It cannot be taken now. Nothing was lost: whoever offered it still has it."""

    reason = Reason.UNAVAILABLE


class StorageFull(Unavailable):
    """No space left on the device that holds the documents or the ledger."""

    reason = Reason.STORAGE_FULL


class LedgerBusy(Unavailable):
    """The database is locked by another program, or out of reach."""


class NotReady(Unavailable):
    """A folder or a service that must be there is not there (an unmounted share, a stopped sandbox)."""


class StaleVersion(IngestError):
    """The bill was changed by another writer since it was read."""
