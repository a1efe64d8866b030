"""The same small period in each format, byte for byte as it lies beside this file (golden/).

A change of a format is a change that customers' programs meet: it shows here, and in the difference of these files.
"""

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from accounts import enrolment, ledger
from accounts.models import BankAccount
from accounts.models.ledger import Kind
from tests import builders
from tests.builders import AT, STAFF
from tests.statements.exports.booking import book
from tests.statements.exports.reading import written
from tests.statements.exports.telling import IBAN

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parent / "golden"
FILES = {
    "csv": "excel.csv",
    "csv_rfc4180": "rfc4180.csv",
    "xlsx": "xlsx.txt",
    "camt053": "camt053.xml",
    "mt940": "mt940.sta",
}


@pytest.fixture
def account() -> BankAccount:
    """Lines that come and go, a fee, one taken back, and texts that would like to be something else."""
    company = enrolment.enrol_company(name="ÇELËSI & BIJTË SHPK", nipt="L71234567A", actor=STAFF, at=AT)
    account = enrolment.open_account(
        company=company, iban=IBAN, currency="ALL", name="Llogaria rrjedhëse", actor=STAFF, at=AT
    )
    book(account, 1_250_000_00, kind=Kind.INCOMING, name="SHËRBIME DETARE & CO", reference="DI2611200001")
    book(account, -123_450, kind=Kind.DOMESTIC, name="BETA NDËRTIM SHPK", reference="REF-7", fee_minor=30_00)
    book(account, -99, kind=Kind.BUDGET, name="=1+1", text="0012345678", reference="1E10", iban="0012345678")
    wrong = book(account, 500_00, kind=Kind.CORE, name="", iban="", text='Interes "vjetor"; nëntor')
    ledger.reverse(posting=wrong, key=f"golden:{builders.unique()}", value_on=AT.date(), at=AT, reason="gabim")
    return account


@pytest.mark.parametrize("code", FILES)
def test_a_period_is_written_as_it_always_was(account: BankAccount, code: str) -> None:
    content = written(account, code)
    if code == "xlsx":
        content = cells_of(content)
    if code == "camt053":  # a posting's number is drawn by lot
        content = re.sub(rb"(?<=<AcctSvcrRef>)[0-9a-f]{32}", b"0" * 32, content)

    assert content == (GOLDEN / FILES[code]).read_bytes()


def cells_of(content: bytes) -> bytes:
    """Every cell of the sheet with its place, its type and its look, for a ZIP has its own times in it."""
    sheet = load_workbook(io.BytesIO(content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    lines = [f"{cell.coordinate}\t{cell.data_type}\t{cell.number_format}\t{cell.value}\n" for cell in cells]
    return "".join(lines).encode()
