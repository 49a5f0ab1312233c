"""An HTTP answer of the API as a value or as one of our errors. Pure: no network, every case in one place.

What decides is who speaks. An answer in the API's own form (a JSON object with an ``error_code``) is believed; a bare
404 or an HTML page comes from something in between and says nothing about the bill.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Literal

from ingest.bayou.errors import (
    AccountRefused,
    BayouError,
    BillNotFound,
    CallRefused,
    ExternalIdTaken,
    TemporaryFailure,
    Throttled,
    UploadRejected,
    UploadUnknown,
)
from ingest.reasons import Reason

Call = Literal["upload", "get", "patch"]

_ACCOUNT = frozenset({401, 402, 403})
_NO_SUCH_BILL = frozenset({"bill_id_invalid", "external_id_invalid"})
_NO_SUCH_CUSTOMER = frozenset({"customer_id_invalid", "customer_id_invalid_format", "external_id_invalid"})
_WRONG_ADDRESS = frozenset({"request_path_invalid", "method_not_allowed"})
_NOT_NOW = frozenset({408, 421, 425, 429})
_FINAL_WHATEVER_IT_SAYS = {413: Reason.TOO_LARGE, 415: Reason.REJECTED_BY_API}


class Garbage(ValueError):
    """A body that is not what the API sends; the message says what was seen, never its content."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and body of one answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def succeeded(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300


def decode(body: bytes) -> object:
    """The JSON value in ``body``, numbers with decimals as Decimal. Raises Garbage."""
    if not body.strip():
        raise Garbage("an empty body")
    try:
        value: object = json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise Garbage("a body that is not UTF-8") from error
    except RecursionError as error:
        raise Garbage("JSON nested beyond all measure") from error
    except (ValueError, InvalidOperation) as error:
        html = body.lstrip()[:1] == b"<"
        raise Garbage("an HTML page" if html else "a body that is not complete JSON") from error
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Seconds that ``Retry-After`` asks to wait (0 for a date that is past), or None where it does not say."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
    return max(0.0, (when - now).total_seconds())


def failure(call: Call, subject: str, answer: Answer, now: dt.datetime) -> BayouError:
    """The error that an answer without success means. ``subject``: the upload's external id, or the bill asked for."""
    code, kind, message = _spoken(answer)
    if answer.status in _ACCOUNT or kind == "auth_error":
        return AccountRefused(answer.status, code, message)
    if answer.status == 409 and call != "get":
        return ExternalIdTaken(subject, message)
    if not 400 <= answer.status < 500 or answer.status in _NOT_NOW or code in _WRONG_ADDRESS:
        return _again(call, answer, message, retry_after(answer.headers, now))
    if call == "upload":
        return _rejected(answer.status, code, message)
    if answer.status == 404 and code in _NO_SUCH_BILL:
        return BillNotFound(subject, str(code))
    return CallRefused(answer.status, code, message) if code else TemporaryFailure(message)


def _again(call: Call, answer: Answer, message: str, wait: float | None) -> BayouError:
    """A 4xx refused the upload before it was stored; behind a 3xx or a 5xx (a gateway's timeout) it may be stored."""
    if call == "upload" and not 400 <= answer.status < 500:
        return UploadUnknown(message, wait)
    if answer.status == 429:
        return Throttled(message, wait)
    return TemporaryFailure(message, wait)


def _rejected(status: int, code: str | None, message: str) -> BayouError:
    if status in _FINAL_WHATEVER_IT_SAYS:
        return UploadRejected(_FINAL_WHATEVER_IT_SAYS[status], status, code, message)
    if code is None:
        return TemporaryFailure(message)
    reason = Reason.CUSTOMER_ID_INVALID if code in _NO_SUCH_CUSTOMER else Reason.REJECTED_BY_API
    return UploadRejected(reason, status, code, message)


def _spoken(answer: Answer) -> tuple[str | None, str | None, str]:
    """Error code, error type and message in the API's own words; without them a message of ours and no code."""
    try:
        value = decode(answer.body)
    except Garbage as error:
        return None, None, f"answered {answer.status} with {error}{_to_where(answer)}"
    fields = value if isinstance(value, dict) else {}
    code, kind, message = (fields.get(name) for name in ("error_code", "error_type", "error_message"))
    if not isinstance(code, str) or not code:
        return None, None, f"answered {answer.status} without an error code{_to_where(answer)}"
    words = message if isinstance(message, str) and message else f"answered {answer.status} ({code}) without a message"
    return _short(code), _short(kind) if isinstance(kind, str) else None, _short(words)


def _to_where(answer: Answer) -> str:
    location = answer.headers.get("Location")
    return f", sending us to {_short(location)}: is the API's URL right?" if location else ""


def _short(words: str) -> str:
    """Fit for a log line and a database whatever the other side sent."""
    return "".join(c if c.isprintable() else " " for c in words[:500])
