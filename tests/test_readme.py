"""The README is under test: every setting, command and reason stands in it, in today's words.

``python tests/test_readme.py`` writes its tables and lists anew.
"""

import re
from pathlib import Path

import typer
from pydantic import BaseModel
from typer.main import get_command

from ingest.cli import app
from ingest.config import Account, Settings
from ingest.reasons import Reason
from parsers.registry import UTILITIES

README = Path(__file__).parents[1] / "README.md"


def settings_table() -> str:
    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for key, model in [("", Settings), ("accounts.NAME.", Account)]:
        rows.extend(_rows(model, key))
    return "\n".join(rows)


def _rows(model: type[BaseModel], prefix: str) -> list[str]:
    rows = []
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            rows.extend(_rows(type(field.default), f"{prefix}{name}."))
        else:
            default = "" if field.default in (None, ()) or field.default_factory else f"`{field.default}`"
            rows.append(f"| `{prefix}{name}` | {default} | {field.description} |")
    return rows


def reasons_table() -> str:
    rows = ["| code | what it says | next step |", "|---|---|---|"]
    rows.extend(f"| `{reason}` | {reason.sentence} | {reason.next_step} |" for reason in Reason)
    return "\n".join(rows)


def utilities_list() -> str:
    """The companies with a parser of their own: those that real bills have proven, then the others."""
    ordered = sorted(UTILITIES, key=lambda utility: utility.name.casefold())
    proven, unproven = ([one.name for one in ordered if one.proven is known] for known in (True, False))
    return f"Proven by real bills: {', '.join(proven)}.\n\nNot yet proven (`unproven`): {', '.join(unproven)}."


def section(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name}: begin -->\n).*?(?=<!-- {name}: end -->)", re.DOTALL)


def test_every_setting_stands_in_the_readme() -> None:
    [found] = section("settings").findall(README.read_text())
    assert found.strip() == settings_table()


def test_every_reason_stands_in_the_readme() -> None:
    [found] = section("reasons").findall(README.read_text())
    assert found.strip() == reasons_table()


def test_every_utility_stands_in_the_readme() -> None:
    [found] = section("utilities").findall(README.read_text())
    assert found.strip() == utilities_list()


def test_every_command_and_option_stands_in_the_readme() -> None:
    text = README.read_text()
    group = get_command(app)
    context = typer.Context(group)
    for name in group.list_commands(context):  # type: ignore[attr-defined]
        assert f"bill-ingest {name}" in text
        command = group.get_command(context, name)  # type: ignore[attr-defined]
        for parameter in command.params:
            if getattr(parameter, "hidden", False) or parameter.param_type_name != "option":
                continue
            assert any(option in text for option in parameter.opts), f"{name} {parameter.opts}"


def generated() -> dict[str, str]:
    return {"settings": settings_table(), "reasons": reasons_table(), "utilities": utilities_list()}


if __name__ == "__main__":
    text = README.read_text()
    for name, table in generated().items():
        text = section(name).sub(lambda _, table=table: f"{table}\n", text)  # type: ignore[misc]
    README.write_text(text)
