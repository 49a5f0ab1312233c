"""Saying in words which setting to change when a port cannot be listened on."""

import contextlib
from collections.abc import Iterator

from ingest.errors import NotReady


@contextlib.contextmanager
def port_errors(section: str, host: str, port: int) -> Iterator[None]:
    """A port that cannot be listened on, in words that name the setting."""
    try:
        yield
    except OSError as error:
        raise NotReady(f"{section}: cannot listen on {host}:{port}: {error.strerror}; set {section}.port") from error
