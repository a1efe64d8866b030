"""Tables for a spreadsheet: no text acts, no number is a guess, and what is long goes on in the next sheet."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings, strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from accounts.sheets import (
    EXACT_MINOR_MAX,
    EXCEL_SQ,
    FORMULA,
    FORMULA_OR_FIGURES,
    RFC_4180,
    SPLIT,
    SPLIT_GUARDED,
    Book,
    Column,
    Sum,
    csv_line,
    guarded,
    sum_text,
)

COLUMNS = [
    Column("Nr.", "number", 8),
    Column("Dita", "day", 12),
    Column("Teksti", "text", 30),
    Column("Shuma", "sum", 12),
]
FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "=cmd|'/c calc'!A0",
    "  =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n@A1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u3000=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠A1",
    '=HYPERLINK("http://x";"Kliko")',
]
FIGURES = [
    "0012345678",
    " 0012",
    "1E10",
    "1e5",
    "3/4",
    "12-05",
    "10:30",
    "10:30 PM",
    "1.234,50",
    ".5",
    ",5",
    "(100)",
    "100 €",
    "$100",
    "50%",
    "5 mars 2026",
    "5MAR",
    "DEC1",
    "nëntor 2026",
    "March 2026",
    "1-shk-26",
    "150,-",
]
PLAIN = [
    "",
    "AL33212110090000000235698741",
    "DI2611200001",
    "Fatura 2026/1147",
    "Marsela 2",
    "Dhjetor",
    "12 copë",
    "A/1147",
    "a=b",
    "Çmimi 150,-",
    "OMEGA, BETA - GAMA",
    "maj",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert guarded(text) == guarded(text, FORMULA) == f"'{text}"


@pytest.mark.parametrize("text", FIGURES)
def test_a_text_that_a_spreadsheet_would_turn_into_a_number_or_a_day_is_guarded(text: str) -> None:
    assert (guarded(text), guarded(text, FORMULA)) == (f"'{text}", text)


@pytest.mark.parametrize("text", PLAIN)
def test_every_other_text_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Fatura;=1+1", "Fatura;'=1+1"),
        ("a, =cmd|'/c calc'!A0", "a,' =cmd|'/c calc'!A0"),
        ("a|-2+3;@A1", "a|'-2+3;'@A1"),
        (";;+1", ";;'+1"),
    ],
)
def test_a_formula_behind_a_sign_that_splits_the_line_is_guarded(text: str, said: str) -> None:
    assert guarded(text, FORMULA) == said


@pytest.mark.django_db
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.sampled_from([*FORMULAS, *FIGURES, *PLAIN]),
        st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12),
        st.text("=+-@,;|'1a \u00a0\u200b(.%€mars", max_size=8),
    ),
    risky=st.sampled_from([FORMULA, FORMULA_OR_FIGURES]),
)
@example(text=",-\u00a0", risky=FORMULA)
@example(text=",-\u200b", risky=FORMULA)
def test_postgresql_guards_what_python_guards(text: str, risky: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN %(text)s ~ %(risky)s THEN '''' ELSE '' END"
            " || regexp_replace(%(text)s, %(split)s, %(split_guarded)s, 'g')",
            {"text": text, "risky": risky, "split": SPLIT, "split_guarded": SPLIT_GUARDED},
        )
        assert cursor.fetchone() == (guarded(text, risky),)


@pytest.mark.parametrize(
    ("minor", "mark", "said"),
    [
        (0, ",", "0,00"),
        (5, ".", "0.05"),
        (-5, ",", "-0,05"),
        (-123_450, ",", "-1234,50"),
        (10**15, ".", "1" + "0" * 13 + ".00"),
    ],
)
def test_a_sum_has_two_decimals_and_no_thousands(minor: int, mark: str, said: str) -> None:
    assert sum_text(minor, mark) == said


def test_a_line_for_excel_and_one_for_programs() -> None:
    cells: list[str | date | None] = [date(2026, 11, 20), 'Fatura "A"; 1,5', Sum("-1,50"), None, "007"]

    assert csv_line(cells, EXCEL_SQ) == b'20.11.2026;"Fatura ""A""; 1,5";-1,50;;\'007\r\n'
    assert csv_line(cells, RFC_4180) == b'2026-11-20,"Fatura ""A""; 1,5","-1,50",,007\r\n'


# --- XLSX ------------------------------------------------------------------------------------------------------------


def sheets_of(path: Path, *lines, lines_max: int = 10):
    with Book(path, "Veprimet", COLUMNS, lines_max=lines_max) as book:
        for line in lines:
            book.add(line)
    return load_workbook(path).worksheets


def test_numbers_are_numbers_days_are_days_and_texts_are_texts(tmp_path: Path) -> None:
    (sheet,) = sheets_of(tmp_path / "a.xlsx", (7, date(2026, 11, 20), "0012", -123_450))

    cells = sheet[2]
    assert [cell.data_type for cell in cells] == ["n", "d", "s", "n"]
    assert [cells[0].value, cells[1].value.date(), cells[2].value, cells[3].value] == [
        7,
        date(2026, 11, 20),
        "'0012",
        -1234.5,
    ]


@pytest.mark.parametrize("text", [*FORMULAS, "<r><t>a</t></r>", "<r>&</r>", "_x003D_1+1", "http://x", "{=1}"])
def test_no_text_of_a_sheet_is_a_formula_a_link_or_markup(tmp_path: Path, text: str) -> None:
    (sheet,) = sheets_of(tmp_path / "a.xlsx", (1, None, text, None))

    cell = sheet["C2"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert unescape(cell.value).removeprefix("'") == text


def test_a_cell_cannot_be_left_by_a_text_that_looks_like_markup(tmp_path: Path) -> None:
    breaks_out = '<r></r></is></c><c r="D2"><f>1+1</f></c><c r="E2" t="inlineStr"><is><r></r>'

    (sheet,) = sheets_of(tmp_path / "a.xlsx", (1, None, breaks_out, None))

    assert sheet["C2"].value == f"'{breaks_out}"
    assert sheet["D2"].value is None


def test_a_sum_that_no_double_holds_is_a_text(tmp_path: Path) -> None:
    (sheet,) = sheets_of(
        tmp_path / "a.xlsx", *[(None, None, None, minor) for minor in (EXACT_MINOR_MAX - 1, EXACT_MINOR_MAX)]
    )

    assert [sheet["D2"].value, sheet["D3"].value] == [9_999_999_999_999.99, "10000000000000,00"]


def test_what_one_sheet_cannot_carry_goes_on_in_the_next_under_the_same_head(tmp_path: Path) -> None:
    found = sheets_of(tmp_path / "a.xlsx", *[(number, None, None, None) for number in range(1, 6)], lines_max=2)

    assert [sheet.title for sheet in found] == ["Veprimet", "Veprimet 2", "Veprimet 3"]
    assert [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in found] == [
        ["Nr.", 1, 2],
        ["Nr.", 3, 4],
        ["Nr.", 5],
    ]


def test_a_book_that_broke_off_is_not_packed(tmp_path: Path) -> None:
    def breaks_off() -> None:
        with Book(tmp_path / "a.xlsx", "Veprimet", COLUMNS) as book:
            book.add((1, None, None, None))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks_off()

    assert not (tmp_path / "a.xlsx").exists()


def test_a_line_is_read_back_as_it_was_written() -> None:
    line = csv_line(["a;b", "x\ny", '"'], EXCEL_SQ).decode()

    assert list(csv.reader(io.StringIO(line, newline=""), delimiter=";", strict=True)) == [["a;b", "x\ny", '"']]
