"""``bill-ingest new-parser``: what it writes can be imported, passes the checks, and reads its own samples."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from program import PPL, SAMPLES

from ingest.errors import ConfigError
from ingest.new_parser.module import module
from ingest.new_parser.plan import Plan, code_of, plan
from ingest.new_parser.registration import registered
from ingest.new_parser.sample_files import files
from parsers.sketch import Idea, Placed, Sketch, sketch

ROOT = Path(__file__).parents[1]
UNKNOWN = SAMPLES / "_unknown" / "invented_utility.pdf"
LETTER = SAMPLES / "_unknown" / "letter.pdf"
CODE = "example_valley_light_and_water"
REGISTRY = """from parsers.utilities.able_power import AblePower
from parsers.utilities.zenith_gas import ZenithGas
from parsers.utility import Utility

UTILITIES: tuple[type[Utility], ...] = (
    AblePower,
    ZenithGas,
)
"""


def idea(field: str, label: str, words: str = "right_of", form: str = "money $", page: int = 1) -> Idea:
    label_at = Placed(page=page, x=40, top=100, size=9)
    value_at = Placed(page=page, x=300, top=100, size=9)
    return Idea(field=field, words=words, label=label, form=form, label_at=label_at, value_at=value_at)  # type: ignore[arg-type]


def seen(*ideas: Idea, pages: Sequence[Sequence[str]] = (("Able Power", "Amount Due", "Due Date"),)) -> Sketch:
    marks = tuple(map(tuple, pages))
    return Sketch(kind="bill", name="Able Power", services=("electric",), marks=marks, ideas=ideas)


def begun(*ideas: Idea) -> Plan:
    return plan([seen(*ideas)], None, None)


def run(root: Path, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    """The program of another tree."""
    env = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source in which a parser was begun."""
    root = tmp_path_factory.mktemp("checkout")
    for folder in ("ingest", "parsers", "samples", "tests"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    done = run(root, "-m", "ingest", "new-parser", UNKNOWN)
    assert done.returncode == 0, done.stderr
    assert f"parsers/utilities/{CODE}.py" in done.stdout
    assert run(root, "-m", "samples", "--only", CODE).returncode == 0
    return root


def test_it_is_registered_and_reads_its_samples_as_the_tests_of_all_expect(tree: Path) -> None:
    done = run(tree, "-m", "pytest", "-q", "tests/test_samples.py", "tests/test_registry.py", "-k", CODE)
    assert done.returncode == 0, done.stdout
    names = sorted(path.name for path in (tree / "samples" / CODE).glob("*.pdf"))
    assert len(names) == 2


def test_it_reads_the_document_that_it_was_begun_from_and_says_that_it_is_unproven(tree: Path) -> None:
    done = run(tree, "-m", "ingest", "parse", "--json", UNKNOWN)
    [bill] = json.loads(done.stdout)["bills"]
    assert (bill["utility"], bill["amount_due"], bill["due_on"]) == (CODE, 104_80, "2025-06-10")
    assert bill["meters"][0]["consumption"] == 645_000
    assert "unproven" in bill["reasons"]
    assert (
        bill["missing"]["supply_charge"] == "no label of it was found on the documents that this parser was begun with"
    )


def test_it_passes_the_checks_of_the_code(tree: Path) -> None:
    written = [f"parsers/utilities/{CODE}.py", f"samples/{CODE}", "parsers/registry.py"]
    for checks in (["ruff", "check"], ["ruff", "format", "--check"]):
        done = run(tree, "-m", *checks, *written)
        assert done.returncode == 0, done.stdout
    typed = run(tree, "-m", "mypy", "--follow-imports=silent", written[0])
    assert typed.returncode == 0, typed.stdout


def test_nothing_of_the_document_but_labels_is_written(tree: Path) -> None:
    folder = tree / "samples" / CODE
    texts = [path.read_text() for path in (tree / "parsers" / "utilities" / f"{CODE}.py", *folder.glob("*.py"))]
    for value in ("EX-000-111-222", "104.80", "5 Example Circle", "77001", "2025, 5, 20"):
        assert not any(value in text for text in texts), value


def test_nothing_is_overwritten(tree: Path) -> None:
    module_file = tree / "parsers" / "utilities" / f"{CODE}.py"
    registry = (tree / "parsers" / "registry.py").read_text()
    done = run(tree, "-m", "ingest", "new-parser", UNKNOWN)
    assert done.returncode == 2
    assert f"the parser {CODE} reads it already" in done.stderr
    other = tree / "other.pdf"
    other.write_bytes(UNKNOWN.read_bytes())
    (tree / "parsers" / "registry.py").write_text(
        registry.replace(f"    {''.join(word.capitalize() for word in CODE.split('_'))},\n", "")
    )
    before = module_file.read_text()
    again = run(tree, "-m", "ingest", "new-parser", other)
    (tree / "parsers" / "registry.py").write_text(registry)
    assert again.returncode == 2
    assert f"parsers/utilities/{CODE}.py and samples/{CODE} exists already" in again.stderr
    assert module_file.read_text() == before


def test_from_an_installed_package_it_says_what_it_needs(tmp_path: Path) -> None:
    for package in ("ingest", "parsers"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    done = run(tmp_path, "-m", "ingest", "new-parser", UNKNOWN)
    assert done.returncode == 2
    assert "runs from an installed package" in done.stderr
    assert "pip install -e .[dev]" in done.stderr


def test_what_is_no_bill_or_read_already_begins_nothing(tree: Path) -> None:
    for path, why in ((LETTER, "does not read as a bill"), (PPL, "ppl_electric reads it already"), (tree / "no", "")):
        done = run(tree, "-m", "ingest", "new-parser", path)
        assert done.returncode == 2
        assert str(path) in done.stderr
        assert why in done.stderr


def test_a_sketch_holds_forms_and_no_values() -> None:
    found = sketch(UNKNOWN)
    forms = {one.field: one.form for one in found.ideas}
    assert forms["account_number"] == "identifier AA-000-000-000"
    assert forms["due_on"] == "date %m/%d/%Y"
    assert forms["amount_due"] == "money $"
    assert "EX-000" not in found.model_dump_json()
    assert sketch(PPL).claimed_by == "ppl_electric"


def test_a_label_with_words_that_no_other_bill_prints_is_left_out() -> None:
    """It may be somebody's name."""
    from parsers.sketch import _harmless

    known = frozenset(["amount", "due"])
    assert _harmless("Amount Due", known)
    assert not _harmless("Amount Due Sam", known)
    assert not _harmless("Amount Due 12", known)


def test_the_rule_that_serves_most_documents_is_first_and_another_helps_the_rest() -> None:
    common, rare = idea("due_on", "Due Date"), idea("due_on", "Pay by")
    pages = [("Able Power", "Amount Due", "Due Date")]
    made = plan([seen(rare, pages=pages), seen(rare, common, pages=pages), seen(common, pages=pages)] * 1, None, None)
    assert 'due_on = right_of("Pay by") | right_of("Due Date")' in module(made)
    made = plan([seen(rare, pages=pages), seen(common, pages=pages), seen(common, pages=pages)], None, None)
    assert 'due_on = right_of("Due Date") | right_of("Pay by")' in module(made)


def test_marks_stand_on_one_page_of_every_document_and_name_the_company() -> None:
    first = seen(pages=[("Able Power", "Due Date"), ("Able Power", "Amount Due", "Account Number", "able.com")])
    second = seen(pages=[("Amount Due", "Able Power", "Account Number", "able.com", "paypal.com")])
    assert plan([first, second], None, None).marks == ("Able Power", "able.com", "Account Number", "Amount Due")
    with pytest.raises(ConfigError, match="too little in common on any page to be told by \\(not even 'Able Power'\\)"):
        plan([seen(pages=[("Amount Due", "Due Date", "Account Number")])], None, None)


def test_no_mark_is_part_of_another_one() -> None:
    page = ("Able Power", "Able Power Charges", "Total Amount Due", "Amount Due", "Due Date")
    assert plan([seen(pages=[page])], None, None).marks == ("Able Power", "Total Amount Due", "Due Date")


@pytest.mark.parametrize(
    ("name", "code"),
    [("Example Valley Light & Water", CODE), ("Sample's Gas Co.", "samples_gas_co"), ("ABC-1 Energy", "abc_1_energy")],
)
def test_the_code_is_the_name_in_snake_case(name: str, code: str) -> None:
    assert code_of(name) == code


def test_a_code_must_be_one() -> None:
    with pytest.raises(ConfigError, match="not in snake case"):
        plan([seen()], "Able Power", None)
    with pytest.raises(ConfigError, match="--name"):
        plan([Sketch(kind="bill")], None, None)


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("Able Power II", ["AblePower", "AblePowerIi", "ZenithGas"]),
        ("Aaa Electric", ["AaaElectric", "AblePower", "ZenithGas"]),
        ("Zz Light", ["AblePower", "ZenithGas", "ZzLight"]),
    ],
)
def test_the_registry_keeps_its_order(name: str, order: list[str]) -> None:
    made = Plan(code_of(name), name, (), ("electric",), "therms", {})
    text = registered(REGISTRY, made)
    assert [line.strip(" ,") for line in text.splitlines() if line.startswith("    ")] == order
    imports = [line for line in text.splitlines() if line.startswith("from parsers.utilities.")]
    assert imports == sorted(imports)
    with pytest.raises(ConfigError, match="registered already"):
        registered(text, made)
    with pytest.raises(ConfigError, match="by hand"):
        registered("UTILITIES = ()\n", made)


def test_two_services_leave_the_meters_to_the_newcomer() -> None:
    found = seen(idea("meter.consumption", "Total used", form="number"), idea("gas_amount", "Total Gas Charges"))
    both = plan([found.model_copy(update={"services": ("electric", "gas"), "gas_unit": "ccf"})], None, None)
    text = module(both)
    assert text.count("consumption=absent(NOT_FOUND)") == 2
    assert 'unit="ccf"' in text
    assert 'gas_amount = right_of("Total Gas Charges")' in text
    for made in files(both).values():
        compile(made, "sample", "exec")


def test_a_service_that_is_not_there_has_no_fields() -> None:
    gas = seen(idea("gas_amount", "Total Gas Charges"), idea("supply_charge", "Supply"))
    text = module(plan([gas.model_copy(update={"services": ("gas",)})], None, None))
    assert "supply_charge" not in text
    assert "community_solar" not in text


def test_amounts_of_the_samples_add_up() -> None:
    made = begun(
        idea("outstanding_balance", "Balance"), idea("total_amount", "New charges"), idea("amount_due", "Amount Due")
    )
    text = files(made)["bills.py"]
    assert "outstanding_balance=30_00," in text
    assert "total_amount=142_21," in text
    assert "amount_due=172_21," in text
