"""JSON of a row that is decoded when somebody looks at it.

A bill's reading, the API's answer and its record have some 25 kB, and who asks for one of them gets all three.
"""

import functools
import json
from collections.abc import Callable
from types import MemberDescriptorType
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic_core import PydanticSerializationError, to_json

T = TypeVar("T")


class Undecoded:
    """JSON as the database has it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def decoded(value: Any) -> Any:
    """What it says; any other value as it is."""
    return json.loads(value.text) if isinstance(value, Undecoded) else value


def encoded(value: Any) -> str:
    """JSON, four times as fast as Python's; that still writes what UTF-8 has no bytes for (one half of a pair)."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:
        return json.dumps(value)


class Json(sa.TypeDecorator[Any]):
    """A column of JSON. PostgreSQL's driver gives it ``Undecoded`` (``ingest.store.engine``), SQLite's as text."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(none_as_null=True)

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """What is inside the JSON is no JSON of this kind."""
        return self.impl_instance.coerce_compared_value(op, value)

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:  # noqa: ARG002
        """Instead of JSON's own."""
        return lambda value: decoded(_undecoded(value))


class LateJson(Json):
    """The same, with values that come as ``Undecoded``."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:  # noqa: ARG002
        """Nothing is decoded."""
        return _undecoded


def _undecoded(value: Any) -> Any:
    return Undecoded(value) if isinstance(value, str) else value


class _Late:
    """A slot that decodes what is in it at the first look."""

    def __init__(self, member: MemberDescriptorType) -> None:
        self.member = member

    def __get__(self, row: Any, kind: type) -> Any:
        if row is None:
            return self
        value = self.member.__get__(row, kind)
        if isinstance(value, Undecoded):
            value = decoded(value)
            self.member.__set__(row, value)
        return value

    def __set__(self, row: Any, value: Any) -> None:
        self.member.__set__(row, value)


def late(*names: str) -> Callable[[type[T]], type[T]]:
    """For a dataclass with slots: these of its fields may be given ``Undecoded``."""

    def with_late_fields(row: type[T]) -> type[T]:
        for name in names:
            setattr(row, name, _Late(row.__dict__[name]))
        return row

    return with_late_fields


def changed(row: T, **values: Any) -> T:
    """``dataclasses.replace``, which would look at every field."""
    kind = type(row)
    members = _members(kind)  # type: ignore[arg-type] # a class is hashable
    if unknown := values.keys() - members.keys():
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    made = object.__new__(kind)
    for name, member in members.items():
        member.__set__(made, values[name] if name in values else member.__get__(row, kind))
    return made


@functools.cache
def _members(kind: type) -> dict[str, MemberDescriptorType]:
    fields = {name: each.__dict__[name] for each in kind.__mro__ for name in getattr(each, "__slots__", ())}
    return {name: field.member if isinstance(field, _Late) else field for name, field in fields.items()}
