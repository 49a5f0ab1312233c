"""Secrets that stand in files (``api_key_file``, ``…_API_KEY_FILE``), as container platforms hand them over."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_settings import PydanticBaseSettingsSource

from ingest.errors import ConfigError


class SecretFiles(PydanticBaseSettingsSource):
    """Replaces each ``<key>_file`` by the content of that file under ``<key>``."""

    def __init__(self, inner: PydanticBaseSettingsSource) -> None:
        super().__init__(inner.settings_cls)
        self._inner = inner

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:  # pragma: no cover
        return self._inner.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        opened = _open_files(self._inner())
        assert isinstance(opened, dict)  # noqa: S101 - a mapping in, a mapping out
        return opened


def _open_files(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    result: dict[str, Any] = {}
    for key, inner in value.items():
        if key.endswith("_file") and isinstance(inner, str):
            result[key.removesuffix("_file")] = read_secret(key, Path(inner))
        else:
            result[key] = _open_files(inner)
    return result


def read_secret(key: str, file: Path) -> str:
    """What stands in a file. Raises ConfigError, in which nothing of it is shown."""
    try:
        # some editors begin a file with a mark that is no part of the secret
        return file.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ConfigError(f"{key}: cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{key}: {file} is no text in UTF-8; save it as UTF-8") from None
