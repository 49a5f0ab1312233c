"""Lists as one parameter of a statement: JSON, taken apart by the database.

A list that SQLAlchemy expands is written into the statement anew each time, which takes longer than to run it.
"""

import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction


class _Each(GenericFunction[Any]):
    """The values of a JSON list, in a column ``value``."""

    inherit_cache = True
    name = "json_each"


@compiles(_Each, "postgresql")
def _on_postgresql(each: _Each, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_array_elements_text(CAST({compiler.process(each.clauses, **options)} AS json))"


def listed(name: str) -> sa.Select[Any]:
    """The texts in the parameter of this name, for ``in_``; it is given as ``as_list``."""
    return sa.select(_Each(sa.bindparam(name, type_=sa.Text())).table_valued("value").c.value)


def as_list(texts: Iterable[str]) -> str:
    """What such a parameter gets."""
    return json.dumps(list(texts))
