"""The staff's desk for the books: looked at, never written; only the feasts to come are kept here."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import business_day, corrections, ledger
from accounts.ledger import Facts
from accounts.models import (
    AuditEvent,
    BankAccount,
    BankDay,
    BankHoliday,
    Banner,
    CalendarYear,
    Company,
    CoreFile,
    Entry,
    Hold,
    Mandate,
    Paper,
    Person,
    Posting,
    Proposal,
    ReconciliationItem,
    RefusedRecord,
    User,
)
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

LOOKED_AT_ONLY = [
    AuditEvent,
    BankAccount,
    BankDay,
    Company,
    Entry,
    Hold,
    Mandate,
    Person,
    Posting,
    Proposal,
    User,
    CoreFile,
    ReconciliationItem,
    RefusedRecord,
    Paper,
]
FEAST = date(2040, 5, 4)


@pytest.fixture
def desk() -> Client:
    return at_the_desk(builders.staff())


@pytest.fixture
def books() -> BankAccount:
    """A row in every table."""
    company = builders.company(other_signers=0)
    account = builders.funded(company, 9_000_00)
    builders.user(company, prepares=True, signs=True)
    ledger.hold(
        key=f"test:{account.pk}",
        account_id=account.pk,
        amount_minor=1_00,
        facts=Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE),
        expected_on=builders.AT.date(),
        at=builders.AT,
    )
    BankDay.objects.get_or_create(day=date(2026, 11, 20))
    corrections.propose_reversal(
        posting=Posting.objects.latest("id"), reason="Provë", actor=builders.STAFF, at=builders.AT
    )
    _brought_by_the_core(account)
    Paper.objects.create(
        number="KP-1",
        kind="payments.confirmation",
        company=company,
        subject="order:1",
        language="sq",
        facts={},
        fingerprint="f" * 64,
        sha256="a" * 64,
        content=b"%PDF",
        made_at=builders.AT,
    )
    return account


def _brought_by_the_core(account: BankAccount) -> None:
    file = CoreFile.objects.create(digest="d" * 64, name="x.xml", kind="camt.053", started_at=builders.AT)
    RefusedRecord.objects.create(file=file, line=1, field="Amt", reason="amount", refused_at=builders.AT)
    ReconciliationItem.objects.create(
        file=file,
        line=2,
        account=account,
        reference="R1",
        amount_minor=-1,
        value_on=builders.AT.date(),
        status="unmatched",
        why="no_original",
        brought_at=builders.AT,
    )


def page(model: type, name: str, *args: object) -> str:
    return reverse(f"admin:accounts_{model.__name__.lower()}_{name}", args=args)


@pytest.mark.parametrize("model", LOOKED_AT_ONLY)
def test_the_books_are_looked_at_and_not_written_even_by_a_superuser(
    model: type, books: BankAccount, desk: Client
) -> None:
    row = model.objects.last()  # type: ignore[attr-defined]  # every model has its manager
    listed = desk.get(page(model, "changelist"))

    assert listed.status_code == 200
    assert "delete_selected" not in listed.content.decode()
    assert desk.get(page(model, "add")).status_code == 403
    assert desk.get(page(model, "change", row.pk)).status_code == 200
    assert desk.post(page(model, "change", row.pk), {"name": "X", "may_sign": "on"}).status_code == 403
    assert desk.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_every_table_of_the_books_on_the_desk_is_read_only_but_banners_and_the_calendar() -> None:
    on_the_desk = {model for model in admin.site._registry if model._meta.app_label == "accounts"}

    assert on_the_desk == {*LOOKED_AT_ONLY, Banner, BankHoliday, CalendarYear}


def test_no_password_is_shown_and_none_can_be_set(books: BankAccount, desk: Client) -> None:
    customer = User.objects.filter(kind=User.Kind.CUSTOMER).latest("id")

    shown = desk.get(page(User, "change", customer.pk)).content.decode()

    assert customer.password not in shown
    assert 'name="password' not in shown
    assert desk.get(f"/staff/accounts/user/{customer.pk}/password/").status_code in {302, 404}


def test_a_feast_to_come_is_kept_by_staff_and_leaves_its_trace(desk: Client) -> None:
    fields = {"day": FEAST.isoformat(), "name": "Kurban Bajrami", "is_confirmed": "on", "source": "VKM 1/2040"}

    added = desk.post(page(BankHoliday, "add"), fields)
    feast = BankHoliday.objects.get(day=FEAST)
    changed = desk.post(page(BankHoliday, "change", feast.pk), fields | {"name": "Dita e Kurban Bajramit"})
    removed = desk.post(page(BankHoliday, "delete", feast.pk), {"post": "yes"})

    assert {answer.status_code for answer in (added, changed, removed)} == {302}
    assert not BankHoliday.objects.filter(day=FEAST).exists()
    events = AuditEvent.objects.filter(subject=f"holiday:{FEAST}").order_by("id")
    assert [event.event.rpartition(".")[2] for event in events] == ["added", "changed", "removed"]
    assert {event.actor_role for event in events} == {"staff"}


def test_a_feast_that_has_come_is_history(desk: Client, clock_at: Callable[[datetime], None]) -> None:
    clock_at(builders.AT)
    past = BankHoliday.objects.filter(day__lt=builders.AT.date()).latest("day")

    assert desk.get(page(BankHoliday, "change", past.pk)).status_code == 200
    assert desk.post(page(BankHoliday, "change", past.pk), {"name": "X"}).status_code == 403
    assert desk.post(page(BankHoliday, "delete", past.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("url", ["accounts_entry_changelist", "accounts_bankholiday_add"])
def test_the_desk_is_closed_to_customers_and_to_staff_without_an_authenticator(url: str) -> None:
    customer, staff = Client(), Client()
    customer.force_login(builders.user(builders.company()), backend="auth_flow.backends.CustomerBackend")
    staff.force_login(builders.staff(), backend="auth_flow.backends.StaffBackend")
    for browser in (customer, staff):
        browser.cookies[settings.STAFF_COOKIE_NAME] = browser.cookies["portal"].value

    for browser in (customer, staff):
        answer = browser.get(reverse(f"admin:{url}"))
        assert answer.status_code == 302
        assert "/staff/login/" in answer["Location"]


def test_staff_see_only_what_they_were_given(books: BankAccount) -> None:
    clerk = builders.staff(superuser=False)
    clerk.user_permissions.add(Permission.objects.get(codename="view_company"))
    desk = at_the_desk(clerk)

    assert desk.get(page(Company, "changelist")).status_code == 200
    assert desk.get(page(Entry, "changelist")).status_code == 403
    assert desk.get(page(BankHoliday, "add")).status_code == 403


def test_a_phone_is_shown_masked(desk: Client) -> None:
    person = builders.user(builders.company()).person
    assert person is not None

    shown = desk.get(page(Person, "change", person.pk)).content.decode()

    assert person.phone not in shown.replace(" ", "")
    assert f"•{person.phone[-3:]}" in shown


# --- The years that are complete -------------------------------------------------------------------------------------


def add_year(desk: Client, year: int) -> str:
    answer = desk.post(page(CalendarYear, "add"), {"year": str(year), "source": "VKM 1/2028"})
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_year_is_completed_after_its_feasts_and_leaves_its_trace(desk: Client) -> None:
    after = business_day.calendar_ends_on().year + 1

    assert "nuk ka ende festa" in add_year(desk, after)
    BankHoliday.objects.create(day=date(after, 1, 1), name="Viti i Ri")
    assert add_year(desk, after) == ""

    assert business_day.calendar_ends_on() == date(after, 12, 31)
    assert AuditEvent.objects.get(event="bank.calendar_year.added").subject == f"year:{after}"


def test_no_year_is_skipped(desk: Client) -> None:
    after = business_day.calendar_ends_on().year + 2
    BankHoliday.objects.create(day=date(after, 1, 1), name="Viti i Ri")

    assert "Viti që pritet" in add_year(desk, after)


def test_a_complete_year_is_neither_changed_nor_removed(desk: Client) -> None:
    last = CalendarYear.objects.latest("year")

    assert desk.post(page(CalendarYear, "change", last.pk), {"year": "2050"}).status_code == 403
    assert desk.post(page(CalendarYear, "delete", last.pk), {"post": "yes"}).status_code == 403
