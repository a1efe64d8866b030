"""What strangers write into a payment stays a text in every file of it."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from accounts.models import BankAccount, Company
from tests import builders
from tests.statements.exports.booking import book
from tests.statements.exports.reading import CODES, csv_rows, document, messages, written

pytestmark = pytest.mark.django_db

NAME, IBAN, TEXT, REFERENCE = 3, 4, 5, 6  # columns of a sheet
COLUMNS = pytest.mark.parametrize("column", [NAME, IBAN, TEXT, REFERENCE])
FORMULA = "=cmd|'/c calc'!A0"


@pytest.fixture
def account() -> BankAccount:
    return builders.account(builders.company("ALFA SHPK"))


def booked(account: BankAccount, column: int, text: str) -> None:
    field = {NAME: "name", IBAN: "iban", TEXT: "text", REFERENCE: "reference"}[column]
    texts: dict[str, Any] = {field: text}
    book(account, 1_00, **texts)


@COLUMNS
@pytest.mark.parametrize("code", ["csv", "csv_rfc4180"])
@pytest.mark.parametrize("text", [FORMULA, f"  {FORMULA}", f"\u00a0{FORMULA}", "+1", "-1", "＝1"])
def test_no_text_of_a_csv_is_a_formula(account: BankAccount, column: int, code: str, text: str) -> None:
    booked(account, column, text)

    assert csv_rows(code, written(account, code))[2][column] == f"'{text}"


@COLUMNS
def test_leading_noughts_stay_in_a_csv_for_excel_and_in_an_xlsx(account: BankAccount, column: int) -> None:
    booked(account, column, "0012345678")
    sheet = load_workbook(io.BytesIO(written(account, "xlsx"))).active

    assert csv_rows("csv", written(account, "csv"))[2][column] == "'0012345678"
    assert csv_rows("csv_rfc4180", written(account, "csv_rfc4180"))[2][column] == "0012345678"
    assert sheet.cell(3, column + 1).value == "'0012345678"


@pytest.mark.parametrize("code", ["csv", "csv_rfc4180"])
def test_a_csv_split_at_another_delimiter_has_no_formula_either(account: BankAccount, code: str) -> None:
    book(account, 1_00, name=f"a,{FORMULA},b", text=f"a; {FORMULA};b")

    for delimiter in ",;|":
        text = written(account, code).decode()
        cells = [cell.strip(' "') for line in text.splitlines()[1:] for cell in line.split(delimiter)]
        assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []


@COLUMNS
@pytest.mark.parametrize("text", [FORMULA, "<r></r></is></c><c><f>1</f></c>"[:34], "<r>&</r>", "_x003D_1"])
def test_no_text_of_an_xlsx_is_a_formula_or_markup(account: BankAccount, column: int, text: str) -> None:
    booked(account, column, text)

    cell = load_workbook(io.BytesIO(written(account, "xlsx"))).active.cell(3, column + 1)

    assert (cell.data_type, unescape(cell.value).removeprefix("'")) == ("s", text)


@pytest.mark.parametrize("code", CODES)
def test_control_signs_are_blanks_and_break_no_line(account: BankAccount, code: str) -> None:
    book(account, 1_00, name="A\r\n:61:B\x85\u2028C", text="-\r\n-\r\n\x01\x7f\ufffe", reference="R\n-\n1")

    content = written(account, code)

    if code == "mt940":
        assert len(messages(content)) == 1
        assert content.count(b"\r\n:61:") == 1
    elif code == "camt053":
        assert document(content) is not None
    elif code == "xlsx":
        assert load_workbook(io.BytesIO(content)).active.cell(3, TEXT + 1).value.startswith("'-")
    else:
        assert len(csv_rows(code, content)) == 5


def test_a_company_with_a_strange_name_breaks_no_schema(account: BankAccount) -> None:
    Company.objects.filter(bank_accounts=account).update(name="A\x0b<B> & \ufffeÇ")
    account = BankAccount.objects.select_related("company").get(pk=account.pk)

    assert "A &lt;B&gt; &amp;  Ç" in written(account, "camt053").decode()
