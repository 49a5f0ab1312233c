"""What can come back from the API, told apart by what the caller must do next.

BayouError
├── AccountRefused        401, 402, 403: the key. Stop the account; the bill itself is fine
├── UploadRejected        the API will never take this document as it is; ``reason`` is final
├── ExternalIdTaken       409: ask for the bill under that external id, then adopt or flag it
├── ExternalIdMismatch    the upload was taken, but under an external id that is not ours
├── BillNotFound          the API says, in its own words, that it has no such bill
├── CallRefused           the API finds the call itself wrong; the same call will not work later
├── TemporaryFailure      try the same call again later; from ``upload``: certainly nothing was taken
│   └── Throttled         429: the account calls too often, so all of its calls should slow down
└── UploadUnknown         an upload that may or may not have been taken: resolve it before another one

Arguments are positional, so that every one of them pickles.
"""

from ingest.errors import IngestError
from ingest.reasons import Reason


class BayouError(IngestError):
    """Anything that the API, or the way to it, answered."""


class _Answered(BayouError):
    """An answer in the API's own words."""

    def __init__(self, status: int, code: str | None, message: str) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.status} {self.code or 'without a code'}: {self.message}"


class AccountRefused(_Answered):
    """The key is missing, wrong, or may not do this. No bill of the account can go on."""

    reason = Reason.ACCOUNT_STOPPED


class UploadRejected(BayouError):
    """The document was not taken and will not be: ``reason`` is final for the bill."""

    def __init__(self, reason: Reason, status: int, code: str | None, message: str) -> None:
        super().__init__(reason, status, code, message)
        self.reason = reason
        self.status = status
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.status} {self.code or 'without a code'}: {self.message}"


class ExternalIdTaken(BayouError):
    """409: a bill with this external id exists already, which may well be our own from before."""

    def __init__(self, external_id: str, message: str) -> None:
        super().__init__(external_id, message)
        self.external_id = external_id
        self.message = message

    def __str__(self) -> str:
        return f"external id {self.external_id} is taken: {self.message}"


class ExternalIdMismatch(BayouError):
    """The upload was taken as bill ``bill_id``, but the answer names another external id than the one sent."""

    def __init__(self, bill_id: int, sent: str, received: str) -> None:
        super().__init__(bill_id, sent, received)
        self.bill_id = bill_id
        self.sent = sent
        self.received = received

    def __str__(self) -> str:
        return f"bill {self.bill_id} was sent as {self.sent} and answered as {self.received}"


class BillNotFound(BayouError):
    """The API has no such bill. Raised only on the documented codes, never on a bare 404 of something in between."""

    def __init__(self, bill: str, code: str) -> None:
        super().__init__(bill, code)
        self.bill = bill
        self.code = code

    def __str__(self) -> str:
        return f"no bill {self.bill} ({self.code})"


class CallRefused(_Answered):
    """The API calls the request wrong (a GET or PATCH; an upload is ``UploadRejected``)."""


class _Again(BayouError):
    """Something to try again; ``retry_after`` is the API's own wish in seconds, or None."""

    def __init__(self, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail, retry_after)
        self.detail = detail
        self.retry_after = retry_after

    def __str__(self) -> str:
        wish = "" if self.retry_after is None else f" (asked to wait {self.retry_after:g} s)"
        return f"{self.detail}{wish}"


class TemporaryFailure(_Again):
    """The call had no result. From an upload it proves that nothing was taken, so that it may simply be sent again."""


class Throttled(TemporaryFailure):
    """429: too many calls for this key."""


class UploadUnknown(_Again):
    """The upload was under way when it failed. Ask by external id before sending it again."""
