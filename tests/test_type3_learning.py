"""``python -m parsers.type3.learn``: what it finds unknown, what it takes up, and what it refuses."""

from pathlib import Path

import pytest
from PIL import Image
from type3_paper import key, paper, table

from parsers.type3.learn import answers, main
from parsers.type3.table import read_table, write_table
from samples.dots import FACE

LINE = "Total Amount Due by 01/30/2031"


@pytest.fixture
def bill(tmp_path: Path) -> Path:
    path = tmp_path / "bill.pdf"
    path.write_bytes(paper((0, 50, 700, LINE)))
    return path


@pytest.fixture
def known(tmp_path: Path) -> Path:
    path = tmp_path / "known.tsv"
    write_table(path, table(1, but="8$"))
    return path


def test_it_tells_how_much_is_known(bill: Path, known: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(bill), "--table", str(known)]) == 0
    drawings = len(FACE) - 1
    assert capsys.readouterr().out == f"bill.pdf: {drawings - 2} of {drawings} drawings known\n"


def test_what_a_person_writes_into_its_list_is_learnt(bill: Path, known: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unknown"
    assert main([str(bill), "--table", str(known), "--show", str(folder)]) == 0
    listed = (folder / "unknown.tsv").read_text("utf-8").splitlines()[1:]
    assert listed == [f"{key(char)}\t" for char in FACE if char in "8$"]
    with Image.open(folder / "unknown.png") as picture:
        assert picture.getextrema() == (0, 255)
    filled = [row + char for row, char in zip(listed, (char for char in FACE if char in "8$"), strict=True)]
    (folder / "unknown.tsv").write_text("\n".join(filled), "utf-8")
    assert main(["--table", str(known), "--answers", str(folder / "unknown.tsv")]) == 0
    assert read_table(known) == table(1)


def test_a_row_without_an_answer_stays_unknown() -> None:
    assert answers(f"# drawing\tcharacter\n{key('a')}\t\n{key('b')}\tb\n{key('c')}\n") == {key("b"): "b"}


def test_a_file_whose_map_is_true_teaches_by_itself(tmp_path: Path) -> None:
    true = tmp_path / "true.pdf"
    true.write_bytes(paper((0, 50, 700, LINE), says=dict(enumerate(FACE, start=1))))
    learnt = tmp_path / "new.tsv"
    assert main([str(true), "--table", str(learnt), "--trust"]) == 0
    assert read_table(learnt) == table(1)


def test_a_drawing_that_the_table_has_otherwise_is_refused(
    known: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = known.read_text("utf-8")
    wrong = tmp_path / "answers.tsv"
    wrong.write_text(f"{key('8')}\t8\n{key('0')}\tO\n", "utf-8")
    assert main(["--table", str(known), "--answers", str(wrong)]) == 1
    assert key("0") in capsys.readouterr().err
    assert known.read_text("utf-8") == before


def test_recognition_suggests_characters(tmp_path: Path) -> None:
    pytest.importorskip("tesserocr")
    from parsers.type3.suggesting import suggestions

    path = tmp_path / "bill.pdf"
    path.write_bytes(paper(*((0, 50, 700 - 20 * n, word) for n, word in enumerate(("TOTAL", "AMOUNT", "TOTAL DUE")))))
    suggested = suggestions([path])
    right = [char for char in "TOALMUNDE" if suggested.get(key(char)) == char]
    assert len(right) >= 6
