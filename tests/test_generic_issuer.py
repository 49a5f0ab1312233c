"""Who issued a bill that no parser knows: the name that is printed, and its code."""

from pathlib import Path

import pytest
from drawn import Row, sheets

from parsers.finding.outcome import Found, Missing
from parsers.generic.companies import BY_STATE, KNOWN, of_state, snake_case
from parsers.generic.issuer import read_issuer
from parsers.registry import UTILITIES


def issuer(folder: Path, *lines: str, state: str | None = None) -> object:
    rows: list[Row] = [(40 + 20 * n, [(40, line)]) for n, line in enumerate(lines)]
    with sheets(folder, rows) as drawn:
        outcome = read_issuer(drawn, state)
    return outcome.value if isinstance(outcome, Found) else outcome


@pytest.mark.parametrize("utility", UTILITIES, ids=lambda utility: utility.code)
def test_the_name_of_each_parser_has_its_code(utility: type) -> None:
    code = KNOWN.get(utility.name, snake_case(utility.name))
    assert utility.code in {code, *BY_STATE.get(code, {}).values()}


def test_a_code_is_the_name_in_snake_case() -> None:
    assert snake_case("Sample Valley Electric Co.") == "sample_valley_electric"
    assert snake_case("The Sample Light & Power Company, Inc.") == "sample_light_and_power"


def test_a_known_name_gives_its_code(tmp_path: Path) -> None:
    assert issuer(tmp_path, "Your Portland General Electric bill", "portlandgeneral.com") == "portland_general_electric"


def test_a_name_of_several_companies_needs_the_state(tmp_path: Path) -> None:
    assert issuer(tmp_path, "Duke Energy", state="FL") == "duke_energy_florida"
    assert isinstance(issuer(tmp_path, "Duke Energy"), Missing)
    assert of_state("duke_energy", {"NC", "SC"}) == "duke_energy_carolinas"
    assert of_state("duke_energy", {"NC", "OH"}) is None


def test_a_supplier_on_a_utilitys_bill_did_not_issue_it(tmp_path: Path) -> None:
    lines = ("Ohio Edison", "Supplier: Constellation", "Constellation charges", "Constellation, phone 555-0100")
    assert issuer(tmp_path, *lines) == "ohio_edison"
    assert issuer(tmp_path, "Constellation invoice", "Make checks payable to: Constellation") == "constellation"


def test_an_unknown_name_is_that_of_the_payee_or_of_the_head(tmp_path: Path) -> None:
    assert issuer(tmp_path, "Bill", "Make check payable to Example Valley Electric Cooperative.") == (
        "example_valley_electric_cooperative"
    )
    assert issuer(tmp_path, "Example Valley Power", "Account 1") == "example_valley_power"
    assert isinstance(issuer(tmp_path, "Your bill", "Account 1"), Missing)
