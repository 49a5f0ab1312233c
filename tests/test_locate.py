"""The vocabulary of finding values, on drawn pages."""

from collections.abc import Callable
from pathlib import Path

import pytest
from drawn import read, scope

from parsers.errors import DeclarationError
from parsers.finding.lines import UNKNOWN_LETTER, Word, lines_of
from parsers.finding.outcome import Found, Missing, Outcome
from parsers.finding.patterns import InLine
from parsers.finding.rules import Rule
from parsers.finding.sections import Blocks, Rows
from parsers.locate import (
    HEADING,
    absent,
    address_below,
    address_right_of,
    below,
    blocks,
    cell,
    in_column,
    in_line,
    is_zero,
    named,
    prints,
    right_of,
    row_end,
    rows,
    same_as,
    section,
    settled,
    street_right_of,
)
from parsers.model import Address


def value(outcome: Outcome) -> object:
    assert isinstance(outcome, Found), outcome
    return outcome.value


def reason(outcome: Outcome) -> str:
    assert isinstance(outcome, Missing), outcome
    return outcome.reason


def test_right_of_takes_the_first_value_and_row_end_the_last(tmp_path: Path) -> None:
    row = (50, [(30, "Energy"), (120, "100 kWh at 0.12345"), (-300, "12.00"), (-400, "13.50")])
    with scope(tmp_path, [row]) as where:
        assert value(read(right_of("Energy"), where)) == 1200
        assert value(read(row_end("Energy"), where)) == 1350


def test_a_value_keeps_where_it_was_read(tmp_path: Path) -> None:
    with scope(tmp_path, [(20, [(30, "page one")])], [(50, [(30, "Total due"), (-400, "$ 1,020.50")])]) as where:
        outcome = read(right_of("Total due"), where, "amount_due")
    assert isinstance(outcome, Found)
    source = outcome.source
    assert (source.page, source.text, source.rule) == (2, "$ 1,020.50", "label 'Total due'")
    x0, top, x1, bottom = source.box
    assert 340 < x0 < x1 == pytest.approx(400, abs=1)
    assert 48 < top < bottom < 62


def test_a_value_on_another_baseline_still_stands_to_the_right(tmp_path: Path) -> None:
    with scope(tmp_path, [(50, [(30, "Total due")]), (53, [(200, "$5.00")])]) as where:
        assert value(read(right_of("Total due"), where)) == 500


@pytest.mark.parametrize("printed", ["Amount Due", "Am ount Due", "AmountDue", "Amount  Due"])
def test_spaces_in_a_label_do_not_matter(tmp_path: Path, printed: str) -> None:
    with scope(tmp_path, [(50, [(30, printed), (300, "$5.00")])]) as where:
        assert value(read(right_of("Amount Due"), where)) == 500


@pytest.mark.parametrize("printed", ["amount due", "Amount Dues", "Pre-Amount Duet"])
def test_case_and_the_ends_of_words_do(tmp_path: Path, printed: str) -> None:
    with scope(tmp_path, [(50, [(30, printed), (300, "$5.00")])]) as where:
        assert reason(read(right_of("Amount Due"), where)) == "label 'Amount Due' not found"


def test_a_label_that_begins_a_phrase_wins_over_one_inside_another(tmp_path: Path) -> None:
    page = [(50, [(30, "Total Current Charges"), (300, "9.00")]), (70, [(30, "Current Charges"), (300, "5.00")])]
    with scope(tmp_path, page) as where:
        assert value(read(right_of("Current Charges"), where)) == 500


def test_a_wrapped_label(tmp_path: Path) -> None:
    page = [
        (50, [(30, "Total Electric"), (300, "other column")]),
        (60, [(30, "Generation"), (300, "still other")]),
        (70, [(30, "Charges"), (200, "5.00")]),
    ]
    with scope(tmp_path, page) as where:
        assert value(read(right_of("Total Electric Generation Charges"), where)) == 500


def test_places_that_disagree_are_no_value(tmp_path: Path) -> None:
    first, second = [(50, [(30, "Due"), (90, "5.00")])], [(50, [(30, "Due"), (90, "6.00")])]
    with scope(tmp_path, first, second) as where:
        assert reason(read(right_of("Due"), where)) == "label 'Due': 2 places disagree (pages 1, 2)"
        assert value(read(right_of("Due").first(), where)) == 500
        assert value(read(right_of("Due").last(), where)) == 600
        assert value(read(right_of("Due").summed(), where)) == 1100
        assert value(read(right_of("Due").largest(), where)) == 600
        assert value(read(right_of("Due").smallest(), where)) == 500


def test_places_that_agree_are_one_value(tmp_path: Path) -> None:
    page = [(50, [(30, "Due"), (90, "$5.00")]), (70, [(30, "Due"), (90, "5.00")])]
    with scope(tmp_path, page) as where:
        assert value(read(right_of("Due"), where)) == 500


def test_below_takes_the_nearest_phrase_under_the_label(tmp_path: Path) -> None:
    page = [
        (50, [(30, "Bill date"), (200, "Due date")]),
        (52, [(400, "another column")]),
        (62, [(30, "07/04/25"), (200, "07/24/25")]),
        (74, [(30, "01/01/25")]),
    ]
    with scope(tmp_path, page) as where:
        assert str(value(read(below("Due date"), where, "due_on"))) == "2025-07-24"
        assert str(value(read(below("Bill date"), where, "billed_on"))) == "2025-07-04"
        assert str(value(read(below("Bill date", skip=1), where, "billed_on"))) == "2025-01-01"
        assert reason(read(below("Bill date"), where)) == "label 'Bill date' without amount below it"


def test_a_value_far_below_is_another_one(tmp_path: Path) -> None:
    with scope(tmp_path, [(50, [(30, "Due date")]), (150, [(30, "07/04/25")])]) as where:
        assert reason(read(below("Due date"), where, "due_on")) == "label 'Due date' without date below it"


def test_a_shape(tmp_path: Path) -> None:
    page = [(50, [(30, "Account")]), (62, [(30, "99 99-0000 12345")])]
    with scope(tmp_path, page) as where:
        assert value(read(below("Account").shaped(r"\d{2}-\d{4}"), where, "account_number")) == "99-0000"
        assert "number of an account" in reason(read(below("Account").shaped(r"\d{9}"), where, "account_number"))


def test_stray_spaces_inside_numbers_are_repaired(tmp_path: Path) -> None:
    """A bold number drawn over the space before it: its first digit comes apart in the order of the characters."""
    page = [(50, [(30, "Account"), (80, "9"), (85.0, "9999-00000")])]
    with scope(tmp_path, page) as where:
        assert value(read(right_of("Account"), where, "account_number")) == "99999-00000"


@pytest.mark.parametrize(
    ("apart", "texts"), [(1.2, ["$2,345.67"]), (2.5, ["$2,3", "45.67"])], ids=["a piece of it", "a column of its own"]
)
def test_the_pieces_of_a_number_are_put_together(apart: float, texts: list[str]) -> None:
    pieces = [Word("$2,3", 30, 10, 50, 20, 18, 10), Word("45.67", 50 + apart, 10, 75, 20, 18, 10)]
    (line,) = lines_of(1, pieces)
    assert [word.text for word in line.words] == texts


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [("4/15/2021", "4/14/21", 2), ("ITEM", "1", 2), ("SC2", "Heat", 2), ("X90", "0001", 1), ("X", "900001", 1)],
)
def test_words_that_stand_close_stay_apart_but_for_the_pieces_of_a_code(left: str, right: str, words: int) -> None:
    pieces = [Word(left, 30, 10, 70, 20, 18, 10), Word(right, 71.2, 10, 100, 20, 18, 10)]
    (line,) = lines_of(1, pieces)
    assert len(line.words) == words


@pytest.mark.parametrize(("apart", "known"), [(0.0, False), (4.0, False), (6.0, True)])
def test_an_unknown_character_spoils_what_it_stands_at(apart: float, known: bool) -> None:
    number = Word("PE100200", 30, 10, 80, 20, 18, 10)
    mark = Word(UNKNOWN_LETTER, 80 + apart, 10, 85 + apart, 20, 18, 10)
    (line,) = lines_of(1, [number, mark])
    assert line.span(0, len(number.text)).unreadable is not known


def test_a_value_may_touch_its_label(tmp_path: Path) -> None:
    with scope(tmp_path, [(50, [(30, "Account:99999-00000")]), (70, [(30, "Meter #900001 Read")])]) as where:
        assert value(read(right_of("Account"), where, "account_number")) == "99999-00000"
        assert value(read(right_of("Meter #"), where, "account_number")) == "900001"


SUMMARY = [
    (40, [(300, "SUPPLY"), (400, "OTHER")]),
    (50, [(200, "DELIVERY"), (300, "SERVICES"), (400, "CHARGES"), (500, "TOTAL")]),
    (64, [(30, "Electric Service"), (-240, "20.00"), (-330, "5.00"), (-530, "25.00")]),
    (78, [(30, "Gas Service"), (-240, "30.00"), (242, "Billed by supplier"), (-530, "30.00")]),
    (92, [(30, "Total"), (-240, "$ 50.00"), (-330, "$ 5.00"), (-440, "-$ 0.50"), (-530, "$ 54.50")]),
]


@pytest.mark.parametrize(
    ("row", "column", "cents"),
    [
        ("Electric Service", "DELIVERY", 2000),
        ("Electric Service", "SUPPLY SERVICES", 500),
        ("Gas Service", "DELIVERY", 3000),
        ("Gas Service", "TOTAL", 3000),
        ("Total", "OTHER CHARGES", -50),
        (("No such", "Gas Service"), ("No such", "TOTAL"), 3000),
    ],
)
def test_cell(tmp_path: Path, row: str | tuple[str, ...], column: str | tuple[str, ...], cents: int) -> None:
    with scope(tmp_path, SUMMARY) as where:
        assert value(read(cell(row, column), where)) == cents


def test_words_in_a_cell_are_the_reason(tmp_path: Path) -> None:
    with scope(tmp_path, SUMMARY) as where:
        assert "'Billed by supplier' where amount would stand" in reason(read(cell("Gas Service", "SUPPLY"), where))
        assert "nothing where amount would stand" in reason(read(cell("Electric Service", "OTHER"), where))


def test_in_line_reads_all_its_holes(tmp_path: Path) -> None:
    line = in_line(r"^For (?P<account_number>\d{5}-\d) from {billing_period_from} to {due_on:month_day} {amount_due}")
    text = "For 99999-0   from 06/05/25 to Jul 2 $ 7,000.50"
    with scope(tmp_path, [(50, [(30, text)])]) as where:
        assert value(read(line, where, "account_number")) == "99999-0"
        assert str(value(read(line, where, "billing_period_from"))) == "2025-06-05"
        assert value(read(line, where, "due_on")) == (7, 2)
        assert value(read(line, where, "amount_due")) == 700050


@pytest.mark.parametrize(
    "pattern", ["{no_such_field}", "{due_on:no_such_kind}", "{due_on} {due_on}", "(?P<no_such_field>x)"]
)
def test_a_wrong_hole_is_refused_when_it_is_written(pattern: str) -> None:
    with pytest.raises(DeclarationError):
        in_line(pattern)


@pytest.mark.parametrize(
    "make", [lambda: InLine("( {due_on}"), lambda: blocks("("), lambda: blocks("x", end="("), lambda: rows("(")]
)
def test_a_pattern_that_is_none_is_refused_when_it_is_needed(make: Callable[[], InLine | Blocks | Rows]) -> None:
    with pytest.raises(DeclarationError):
        make().compile()


@pytest.mark.parametrize(
    "rule", [in_line("Due {due_on}"), right_of(""), below(), cell("Total", ""), same_as("total_amount"), named()]
)
def test_a_rule_that_cannot_give_the_field_is_refused(rule: Rule) -> None:
    with pytest.raises(DeclarationError):
        rule.check("total_amount")


COLUMNS = [
    (30, [(30, "Left heading"), (300, "Right heading")]),
    (50, [(30, "Balance"), (120, "1.00"), (300, "Balance"), (-500, "2.00")]),
    (70, [(30, "End of it"), (300, "Balance"), (-500, "3.00")]),
    (90, [(30, "Balance"), (120, "4.00")]),
]


def test_sections_are_found_by_what_stands_at_their_edges(tmp_path: Path) -> None:
    with scope(tmp_path, COLUMNS, [(50, [(30, "Balance"), (120, "5.00")])]) as where:
        left = section("Left heading", until="End of it", right="Right heading")
        assert value(read(right_of("Balance").within(left), where)) == 100
        right = section("Right heading", left=HEADING)
        assert value(read(right_of("Balance").within(right).summed(), where)) == 500
        page = section("Left heading", right="Right heading")
        assert value(read(right_of("Balance").within(page).summed(), where)) == 500
        onward = section("Left heading", right="Right heading", onward=True)
        assert value(read(right_of("Balance").within(onward).summed(), where)) == 1000
        assert reason(read(right_of("Balance").within(section("None")), where)) == "section 'None' not found"


def test_a_column_has_the_lines_of_its_page(tmp_path: Path) -> None:
    """Columns are set on slightly different baselines: a crop must cut where the whole page would."""
    page = [
        (30, [(300, "Summary")]),
        (50, [(300, "Previous"), (-500, "7.00")]),
        (49.2, [(30, "left column")]),
        (64, [(300, "Remaining"), (-500, "2.00")]),
        (63.2, [(30, "left column")]),
    ]
    with scope(tmp_path, page) as where:
        paid = section("Previous", until="Remaining", within=section("Summary", left=HEADING))
        texts = [line.text for part in paid.parts(where.region) for line in part.lines()]
    assert texts == ["Previous 7.00"]


def test_a_closed_section_needs_its_end(tmp_path: Path) -> None:
    first = [(50, [(30, "Supplier: One")]), (70, [(30, "Prior balance"), (200, "1.00")])]
    second = [(50, [(30, "Supplier: Two")]), (70, [(30, "New charges"), (200, "2.00")])]
    with scope(tmp_path, first, second) as where:
        closed = section("Supplier:", until="New charges", closed=True)
        assert value(read(right_of("Supplier:").within(closed), where, "supplier_name")) == "Two"
        assert value(read(right_of("New charges").within(closed), where)) == 200


def test_blocks_end_at_a_line_that_belongs_to_them(tmp_path: Path) -> None:
    page = [
        (30, [(30, "Reading"), (200, "1.00")]),
        (42, [(30, "RATE A")]),
        (54, [(30, "Charge"), (200, "9.00")]),
        (66, [(30, "Reading"), (200, "2.00")]),
        (78, [(30, "RATE B")]),
        (90, [(30, "Amount"), (200, "3.00")]),
        (102, [(30, "RATE C")]),
    ]
    with scope(tmp_path, page) as where:
        parts = blocks("^Reading", end="^RATE").parts(where.region)
        texts = [[line.text for line in part.lines()] for part in parts]
        open_ended = blocks("^Reading").parts(where.region)
        rates = rows("^RATE").parts(where.region)
    assert texts == [["Reading 1.00", "RATE A"], ["Reading 2.00", "RATE B"], ["Amount 3.00", "RATE C"]]
    assert len(open_ended) == 2
    assert len(rates) == 3


def test_conditions(tmp_path: Path) -> None:
    total, why = right_of("Total"), "it is billed apart"
    with scope(tmp_path, [(50, [(30, "Total"), (90, "5.00")]), (70, [(30, "Supplier page")])]) as where:
        assert value(read(total.unless(prints("Other"), why), where)) == 500
        assert reason(read(total.unless(prints("Supplier page"), why), where)) == why
        assert reason(read(total.only_if(prints("Other") | is_zero("past_due"), why), where)) == why
        assert value(read(total.only_if(~prints("Other"), why), where)) == 500
        assert value(read(absent("no such line") | total, where)) == 500
        assert (
            reason(read(absent("no such line") | right_of("Other"), where)) == "no such line; label 'Other' not found"
        )


def test_names(tmp_path: Path) -> None:
    with scope(tmp_path, [(50, [(30, "Supplier"), (120, "Example Power")])]) as where:
        assert value(read(named("Other Power", "Example Power"), where, "supplier_name")) == "Example Power"
        own = right_of("Supplier").except_for("Example Power", reason="the utility itself")
        assert reason(read(own, where, "supplier_name")) == "the utility itself"


@pytest.mark.parametrize(("paid", "outcome"), [("-40.00", 0), ("- 39.00", None)])
def test_a_settled_balance_is_zero_only_where_payments_cancel_it(
    tmp_path: Path, paid: str, outcome: int | None
) -> None:
    page = [(50, [(30, "Previous"), (-200, "40.00")]), (70, [(30, "Paid"), (-200, paid)])]
    rule = settled(right_of("Previous"), right_of("Paid").summed())
    with scope(tmp_path, page) as where:
        read_back = read(rule, where, "outstanding_balance")
    assert (read_back.value if isinstance(read_back, Found) else None) == outcome


@pytest.mark.parametrize(
    ("block", "skip", "address"),
    [
        (
            ["EXAMPLE CO", "1 TEST ST UNIT 2", "BANGOR ME 04400"],
            1,
            Address(line_1="1 TEST ST UNIT 2", city="BANGOR", state="ME", postal_code="04400"),
        ),
        (
            ["EXAMPLE CO", "DIVISION OF TESTS", "16 EXAMPLE ST", "EASTON, PA 18000-0001"],
            1,
            Address(line_1="16 EXAMPLE ST", city="EASTON", state="PA", postal_code="18000", postal_code_suffix="0001"),
        ),
        (
            ["EXAMPLE CO", "700 TEST AVE,", "LIBRARY", "UTICA NY 13500"],
            1,
            Address(line_1="700 TEST AVE", line_2="LIBRARY", city="UTICA", state="NY", postal_code="13500"),
        ),
        (
            ["EXAMPLE CO", "TEST AVE LAMPS", "UTICA NY 13501"],
            1,
            Address(line_1="TEST AVE LAMPS", city="UTICA", state="NY", postal_code="13501"),
        ),
        (  # a name that begins as a street does
            ["EXAMPLE CO", "12 OAKS SOCIETY", "700 TEST AVE", "UTICA NY 13500"],
            1,
            Address(line_1="700 TEST AVE", city="UTICA", state="NY", postal_code="13500"),
        ),
        (
            ["EXAMPLE CO", "C/O 9 TEST HOLDINGS", "TEST RD", "UTICA NY 13500"],
            1,
            Address(line_1="TEST RD", city="UTICA", state="NY", postal_code="13500"),
        ),
        (  # nothing tells which of the two is the name
            ["EXAMPLE CO", "SOCIETY OF TESTS", "OLD MILL", "UTICA NY 13500"],
            1,
            Address(city="UTICA", state="NY", postal_code="13500"),
        ),
        (  # nor whether the name goes on, or what stands there is a street without its number
            ["EXAMPLE CO", "SOCIETY OF TESTS", "UTICA NY 13500"],
            1,
            Address(city="UTICA", state="NY", postal_code="13500"),
        ),
        (["OLD MILL", "UTICA NY 13500"], 0, Address(line_1="OLD MILL", city="UTICA", state="NY", postal_code="13500")),
        (["EXAMPLE CO", "1 TEST ST", "SOMEWHERE"], 1, None),
        (["EXAMPLE CO", "1 TEST ST", "BANGOR ZZ 04400"], 1, None),
    ],
)
def test_addresses(tmp_path: Path, block: list[str], skip: int, address: Address | None) -> None:
    page = [(50, [(30, "Service to:"), (300, "another")])]
    page += [(62 + 11 * n, [(30, line), (300, "1 OTHER ST")]) for n, line in enumerate(block)]
    page += [(150, [(30, "9 FAR AWAY ST")]), (161, [(30, "BOSTON MA 02210")])]
    with scope(tmp_path, page) as where:
        outcome = read(address_below("Service to:", skip=skip), where, "address")
    assert (outcome.value if isinstance(outcome, Found) else None) == address


@pytest.mark.parametrize(
    ("lines", "address"),
    [
        (
            ["1 TEST ST, UNIT 2, NEW HAVEN, CT 06510"],
            Address(line_1="1 TEST ST", line_2="UNIT 2", city="NEW HAVEN", state="CT", postal_code="06510"),
        ),
        (["1 TEST ST, SALEM OR 97301"], Address(line_1="1 TEST ST", city="SALEM", state="OR", postal_code="97301")),
        (["1 TEST ST", "SALEM OR 97301"], Address(line_1="1 TEST ST", city="SALEM", state="OR", postal_code="97301")),
        (["1 TEST ST, UNIT 2, NEW HAVEN"], None),
        (["1 TEST ST NEW HAVEN CT 06510"], None),
    ],
)
def test_addresses_beside_their_label(tmp_path: Path, lines: list[str], address: Address | None) -> None:
    page = [(50 + 11 * n, [(120, line)]) for n, line in enumerate(lines)]
    with scope(tmp_path, [*page, (50, [(30, "Service address:")])]) as where:
        outcome = read(address_right_of("Service address:"), where, "address")
    assert (outcome.value if isinstance(outcome, Found) else None) == address


@pytest.mark.parametrize(
    ("below", "address"),
    [
        (64, Address(line_1="12 Sample St Apt 4")),  # a label of its own stands in the next line
        (60, None),  # so near it can be the rest of a wrapped street
    ],
)
def test_a_street_without_its_city(tmp_path: Path, below: float, address: Address | None) -> None:
    page = [(50, [(30, "Delivered to: 12 Sample St Apt 4"), (300, "Other")]), (below, [(30, "Next reading: May 4")])]
    with scope(tmp_path, page) as where:
        outcome = read(street_right_of("Delivered to:"), where, "address")
    assert (outcome.value if isinstance(outcome, Found) else None) == address


def test_none_in_the_place_of_an_amount_is_0(tmp_path: Path) -> None:
    page = [(50, [(30, "Balance"), (-200, "None")]), (70, [(30, "Total"), (-200, "Nonesuch")])]
    with scope(tmp_path, page) as where:
        assert value(read(right_of("Balance").read_as("none"), where)) == 0
        assert isinstance(read(right_of("Total").read_as("none"), where), Missing)


def test_a_column_is_read_in_the_rows_of_a_part(tmp_path: Path) -> None:
    page = [
        (30, [(100, "Meter"), (200, "Read"), (300, "Kilowatt-")]),
        (40, [(100, "Number"), (200, "Date"), (300, "Hours")]),
        (60, [(30, "Use"), (100, "900001"), (200, "01/02/25"), (300, "1,000")]),
        (74, [(30, "Use"), (100, "900002"), (300, "500")]),
    ]
    with scope(tmp_path, page) as where:
        parts = [where.confined(part) for part in rows("^Use").parts(where.region)]
        energy = [value(read(in_column("Kilowatt-Hours"), part, "electricity_consumption")) for part in parts]
        days = [read(in_column("Read Date"), part, "billed_on") for part in parts]
    assert energy == [1_000_000, 500_000]
    assert isinstance(days[0], Found)
    assert reason(days[1]) == "column 'Read Date' not found"


def test_a_day_without_its_year(tmp_path: Path) -> None:
    with scope(tmp_path, [(50, [(30, "Read on"), (120, "Aug 13")])]) as where:
        assert "without date" in reason(read(right_of("Read on"), where, "billed_on"))
        assert value(read(right_of("Read on").read_as("month_day"), where, "billed_on")) == (8, 13)
    with pytest.raises(DeclarationError):
        right_of("Read on").read_as("moon_phase")
