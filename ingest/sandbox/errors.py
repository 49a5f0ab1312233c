"""The error answers of the API, in its documentation's own words."""

from collections.abc import Iterable, Mapping
from typing import Literal

from aiohttp import web

ErrorType = Literal["invalid_input", "invalid_request", "auth_error", "api_error"]

DOCS = "https://docs.bayou.energy/docs/error-codes#"


class ApiError(Exception):
    """An answer without success. Every field of the documented form is filled."""

    def __init__(
        self, status: int, kind: ErrorType, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, kind, code, message, headers)
        self.status = status
        self.kind = kind
        self.code = code
        self.message = message
        self.headers = headers

    def response(self) -> web.Response:
        """The answer on the wire."""
        body = {
            "error_type": self.kind,
            "error_code": self.code,
            "error_message": self.message,
            "docs_url": DOCS + self.code,
        }
        return web.json_response(body, status=self.status, headers=self.headers)


def bill_id_invalid() -> ApiError:
    """No bill has this numeric id."""
    return ApiError(
        404, "invalid_request", "bill_id_invalid", "The bill_id you provided in the request does not exist."
    )


def bill_id_invalid_format() -> ApiError:
    """A bill's id that is neither a number nor ``external_id:…``."""
    message = "The bill_id you provided in the request is not a valid integer."
    return ApiError(400, "invalid_input", "bill_id_invalid_format", message)


def customer_id_invalid() -> ApiError:
    """No such customer, asked for by its number or, in an upload, by an external id."""
    message = "The customer_id you provided in the request does not exist."
    return ApiError(404, "invalid_request", "customer_id_invalid", message)


def customer_id_invalid_format() -> ApiError:
    """A customer's id that is neither a number nor ``external_id:…``."""
    message = "The customer_id you provided in the request is not a valid integer."
    return ApiError(400, "invalid_input", "customer_id_invalid_format", message)


def external_id_invalid() -> ApiError:
    """No bill has this external id."""
    message = "The external_id you provided in the request does not exist."
    return ApiError(404, "invalid_request", "external_id_invalid", message)


def external_id_invalid_format() -> ApiError:
    """An external id that is no text. (The documentation's words, although any text is a valid one.)"""
    message = "The external_id you provided in the request is not a valid integer."
    return ApiError(400, "invalid_input", "external_id_invalid_format", message)


def external_id_not_unique(owner: str) -> ApiError:
    """Another record, ``owner``, has this external id."""
    message = f"The external_id you provided in the request isn\u2019t unique and belongs to {owner}."
    return ApiError(409, "invalid_input", "external_id_not_unique", message)


def no_file_provided() -> ApiError:
    """An upload without a file."""
    return ApiError(400, "invalid_input", "no_file_provided", "No file was provided in your request to post a bill.")


def unsupported_file_format() -> ApiError:
    """An upload of something else than a PDF."""
    message = "The file you provided is not in a format we support. PDF\u2019s are the only format supported right now."
    return ApiError(415, "invalid_input", "unsupported_file_format", message)


def request_path_invalid() -> ApiError:
    """No such route."""
    message = "The requested route cannot be found. Refer to Bayou\u2019s documentation for available API requests."
    return ApiError(404, "invalid_request", "request_path_invalid", message)


def method_not_allowed(method: str, allowed: Iterable[str]) -> ApiError:
    """The route exists, with other methods."""
    names = ", ".join(sorted(allowed))
    message = f"The method {method} is not allowed for this endpoint. The allowed methods are {names}"
    return ApiError(405, "invalid_request", "method_not_allowed", message, {"Allow": names})


# The documentation names no code for the following: status and error_type are its, code and message are ours.


def api_key_invalid(status: int = 401) -> ApiError:
    """No key, or a wrong one (401), or one that may not do this (403)."""
    if status == 403:
        message = "The API key doesn\u2019t have permission to perform the requested action."
        return ApiError(403, "auth_error", "api_key_not_permitted", message)
    headers = {"WWW-Authenticate": 'Basic realm="sandbox"'}
    return ApiError(401, "auth_error", "api_key_invalid", "No valid API key provided.", headers)


def file_too_large(largest: int) -> ApiError:
    """An upload over the limit."""
    return ApiError(413, "invalid_input", "file_too_large", f"The file is larger than {largest} bytes.")


def failed(status: int, retry_after: str | None) -> ApiError:
    """What a fault answers: too many requests, or something internal."""
    headers = {"Retry-After": retry_after} if retry_after is not None else None
    if status == 429:
        return ApiError(429, "api_error", "too_many_requests", "Too many requests.", headers)
    return ApiError(status, "api_error", "internal_error", "Something went wrong on our side.", headers)
