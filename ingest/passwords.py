"""Passwords that are tried on PDFs which open only with one. They are shown nowhere."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr, TypeAdapter, ValidationError

from ingest.config.kinds import SecretLines
from ingest.errors import ConfigError
from ingest.parsing import ParserPool
from ingest.secret_files import read_secret
from parsers.errors import DocumentError
from parsers.model import DocumentKind


class Passwords:
    """In the order of the settings, in which they are tried."""

    def __init__(self, secrets: Sequence[SecretStr] = ()) -> None:
        self._secrets = tuple(secrets)

    async def unlock(self, pool: ParserPool, path: Path, copy: Path, name: str) -> str:
        """Writes ``copy`` without encryption and returns, as one sentence, which password did it.

        Raises ``DocumentError`` (password_required, damaged) with a detail for people, who know the file as ``name``.
        """
        number = await pool.unlock(path, copy, [secret.get_secret_value() for secret in self._secrets])
        if number is None:
            raise DocumentError(DocumentKind.PASSWORD_REQUIRED, self._none_fits(name))
        if number == 0:
            return "It was opened with the empty password."
        return f"It was opened with password {number} of the account's {len(self._secrets)}."

    def _none_fits(self, name: str) -> str:
        match len(self._secrets):
            case 0:
                return f"{name!r} opens only with one, and the account has none."
            case 1:
                return f"The account's one password does not open {name!r}."
            case count:
                return f"None of the account's {count} passwords opens {name!r}."


def passwords_of_file(option: str, file: Path) -> tuple[SecretStr, ...]:
    """One a line. Raises ConfigError, which names the ``option`` that the file was given by and shows nothing of it."""
    try:
        return TypeAdapter(SecretLines).validate_python(read_secret(option, file))
    except ValidationError as error:
        raise ConfigError(f"{option}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
