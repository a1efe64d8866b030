"""A long period, from the statement's page to the file on her own disk; every state of it readable by everybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from playwright.sync_api import expect

from accounts import clock
from accounts.models import BankAccount, User
from statements import export_jobs
from statements.models import Export
from tests import builders
from tests.journeys.conftest import Open
from tests.journeys.test_every_page import look_at
from tests.journeys.visitor import Visitor
from tests.portal import until
from tests.statements.exports.reading import read

Status = Export.Status


def test_a_long_period_is_asked_for_waited_for_and_taken(sole: Visitor) -> None:
    account, page = sole.account, sole.page
    sole.go(f"/accounts/{account.uuid}/exports/?from=01.11.2026&to=20.11.2026&format=csv")
    look_at(sole)

    with no_worker_may_make_files():
        sole.press("Përgatit")
        expect(page.get_by_role("heading", level=2)).to_have_text("Në radhë")
        look_at(sole)
        Export.objects.update(status=Status.RUNNING, lines=2_000_000, done=750_000)
        page.get_by_role("link", name="Rifresko").click()
        expect(page.get_by_role("progressbar")).to_be_visible()
        look_at(sole)
    until(lambda: Export.objects.filter(status=Status.READY).exists())
    page.get_by_role("link", name="Rifresko").click()
    look_at(sole)
    with page.expect_download() as download:
        page.get_by_role("link", name="Shkarko", exact=True).click()

    assert download.value.suggested_filename == f"{account.iban}-20261101-20261120.csv"
    found = read("csv", download.value.path().read_bytes())
    assert (found.opening_minor, found.closing_minor) == (0, account.balance_minor)


def test_a_short_period_is_taken_at_once_in_every_format(sole: Visitor) -> None:
    page = sole.page
    sole.go(f"/accounts/{sole.account.uuid}/statements/?from=01.11.2026&to=20.11.2026")
    names = ("CSV për Excel", "CSV për programe", "XLSX", "camt.053", "MT940")

    for name, code in zip(names, ("csv", "csv_rfc4180", "xlsx", "camt053", "mt940"), strict=True):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert read(code, download.value.path().read_bytes()).closing_minor == sole.account.balance_minor


def test_what_failed_and_what_is_gone_is_readable_by_everybody(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user).sign_in()
    account = visitor.account
    failed = ended(sole_user, account, Status.FAILED, failure="MT940 nuk mban shuma mbi 999.999.999.999,99.")
    faulty, gone = ended(sole_user, account, Status.FAILED), ended(sole_user, account, Status.EXPIRED)

    visitor.go(f"/accounts/{account.uuid}/exports/")
    look_at(visitor)
    for export, said in ((failed, "Skedari nuk u bë"), (faulty, "Skedari nuk u bë"), (gone, "Skedari u fshi")):
        visitor.go(f"/accounts/{account.uuid}/exports/{export.pk}/")
        expect(visitor.page.get_by_role("heading", level=2)).to_have_text(said)
        look_at(visitor)
    visitor.main.get_by_role("link", name="Kërko përsëri").click()
    expect(visitor.main.get_by_role("button", name="Përgatit")).to_be_visible()


@contextmanager
def no_worker_may_make_files() -> Iterator[None]:
    """As if another worker were making one all the time."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", [export_jobs.MAKERS])
        yield
    finally:
        other.close()


def ended(user: User, account: BankAccount, status: Export.Status, *, failure: str = "") -> Export:
    """A file that was asked for some days ago."""
    at = clock.machine() - timedelta(days=2)
    return Export.objects.create(
        user=user,
        company=builders.mandate_of(user).company,
        account=account,
        first_on=builders.AT.date().replace(day=1),
        last_on=builders.AT.date(),
        format="camt053",
        language="sq",
        status=status,
        lines=1_234_567,
        failure=failure,
        asked_at=at,
        ended_at=at,
    )
