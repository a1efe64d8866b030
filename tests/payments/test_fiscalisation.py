"""The day's report to the tax authority: once, after the close, complete, and the same bytes for ever."""

import csv
import io
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction

from accounts import corrections, day_close, four_eyes
from accounts.models import AuditEvent
from payments import execution, fiscalisation
from payments.models import FiscalReport
from payments.models.orders import OrderKind
from tests import builders, doors
from tests.accounts.closing_day import EVENING

TODAY = date(2026, 11, 20)
CODE = "3f2b8c1e-77aa-4d09-9b61-0c5d2e8f4a17"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


def executed(firm, **changes):
    order = firm.sign(builders.submitted(firm.preparer, firm.account, invoice_code=CODE, **changes))
    return execution.execute(order_id=order.pk, at=builders.AT)


def released_to_a_neighbour(firm):
    """Within the bank: the clearing house has nothing to do with it."""
    payee = builders.account(builders.company())
    return executed(firm, kind=OrderKind.INTERNAL, beneficiary_iban=payee.iban)


def rows() -> list[dict[str, str]]:
    content = bytes(FiscalReport.objects.get(day=TODAY).content).decode()
    return list(csv.DictReader(io.StringIO(content)))


def closed() -> None:
    day_close.close_due(at=EVENING)


def test_after_the_close_each_payment_of_an_invoice_stands_in_the_report(firm):
    order = executed(firm)
    plain = firm.sign(builders.submitted(firm.preparer, firm.account))
    execution.execute(order_id=plain.pk, at=builders.AT)
    closed()

    fiscalisation.make_due(at=builders.AT)

    (row,) = rows()
    assert (row["event"], row["invoice_code"], row["order_number"]) == ("paid", CODE, order.number)
    assert (row["payer_nipt"], row["amount"], row["currency"]) == (firm.company.nipt, "1234.50", "ALL")
    assert row["executed_at"] == "2026-11-20T10:00:00+01:00"


def test_what_staff_gave_back_stands_in_the_report_of_that_day(firm):
    order = released_to_a_neighbour(firm)
    proposal = corrections.propose_reversal(posting=order.posting, reason="Gabim", actor=builders.STAFF, at=builders.AT)
    four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=builders.AT)
    closed()

    fiscalisation.make_due(at=builders.AT)

    assert [(row["event"], row["order_number"]) for row in rows()] == [
        ("paid", order.number),
        ("returned", order.number),
    ]


def test_before_the_close_there_is_no_report(firm):
    executed(firm)

    assert fiscalisation.make_due(at=builders.AT) == 0
    with pytest.raises(fiscalisation.DayIsNotClosed):
        fiscalisation.make(day=TODAY, at=builders.AT)


def test_a_day_without_invoices_has_an_empty_report_and_each_day_has_one(firm):
    closed()

    assert [fiscalisation.make_due(at=builders.AT) for _tick in range(2)] == [1, 0]
    assert rows() == []


def test_the_copy_is_private_whole_and_written_once(firm, tmp_path):
    executed(firm)
    closed()
    fiscalisation.make_due(at=builders.AT)

    assert [fiscalisation.write_out(at=builders.AT) for _tick in range(2)] == [1, 0]

    file = tmp_path / "fiscalisation" / "2026-11-20.csv"
    assert file.read_bytes() == bytes(FiscalReport.objects.get().content)
    assert file.stat().st_mode & 0o777 == 0o600


def test_another_file_of_that_name_is_told_and_not_written_over(firm, tmp_path, caplog):
    closed()
    fiscalisation.make_due(at=builders.AT)
    other = fiscalisation.folder() / "2026-11-20.csv"
    other.write_text("something else")

    assert fiscalisation.write_out(at=builders.AT) == 0
    assert other.read_text() == "something else"
    assert [record.event for record in caplog.records] == ["fiscal.report.not_written"]


def test_a_name_that_a_spreadsheet_would_run_is_only_text(firm):
    executed(firm, beneficiary_name="+HYPERLINK")
    closed()
    fiscalisation.make_due(at=builders.AT)

    assert rows()[0]["payee_name"] == "'+HYPERLINK"


@pytest.mark.parametrize(
    ("law", "statement"),
    [
        ("fiscal_reports_stay_as_made", "UPDATE payments_fiscalreport SET content = ''"),
        ("fiscal_reports_are_never_deleted", "DELETE FROM payments_fiscalreport"),
        (
            "fiscal_report_is_of_a_closed_day",
            "INSERT INTO payments_fiscalreport (day, name, count, digest, content, made_at)"
            " VALUES ('2026-11-23', 'x', 0, repeat('0', 64), '', now())",
        ),
        (
            "a_fiscal_report_knows_its_digest",
            "INSERT INTO payments_fiscalreport (day, name, count, digest, content, made_at)"
            " VALUES ('2026-11-20', 'x', 0, 'none', '', now())",
        ),
    ],
)
def test_the_database_keeps_reports_as_they_were_made(firm, law, statement):
    closed()
    if not statement.startswith("INSERT"):
        fiscalisation.make(day=TODAY, at=builders.AT)

    with pytest.raises(IntegrityError, match=law), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_staff_take_the_file_along_and_leave_a_trace(firm):
    closed()
    fiscalisation.make_due(at=builders.AT)
    address = "/staff/payments/fiscalreport/2026-11-20/file/"
    agent, nobody = (builders.staff(superuser=False) for _one in range(2))
    agent.user_permissions.set(Permission.objects.filter(codename="view_fiscalreport"))

    answer = doors.at_the_desk(agent).get(address)

    assert answer.content == bytes(FiscalReport.objects.get().content)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert AuditEvent.objects.filter(event="payments.fiscal.taken").count() == 1
    assert doors.at_the_desk(nobody).get(address).status_code == 403
