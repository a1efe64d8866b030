"""The staff's page of the close: who may begin it, what it shows, what it leaves in the trail; and the stranger."""

from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import day_close, day_watch
from accounts.clock import TIRANA
from accounts.models import AuditEvent, BankAccount, BankDay, DayClose, User
from tests import builders
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

PAGE = "/staff/accounts/bankday/close/"
FRIDAY = date(2026, 11, 20)
EVENING = datetime(2026, 11, 20, 20, 5, tzinfo=TIRANA)
BEGIN = {"day": "2026-11-20", "act": "begin", "is_meant": "on"}


@pytest.fixture
def account() -> BankAccount:
    return builders.funded(builders.company(), 9_000_00)


@pytest.fixture
def hurried(monkeypatch) -> list[str]:
    """How often a worker was asked to hurry."""
    asked: list[str] = []
    monkeypatch.setattr(day_close, "hurry", lambda: asked.append("now"))
    return asked


def member_of_staff(*permissions: str) -> User:
    staff = builders.staff(superuser=False)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return staff


@pytest.fixture
def closer() -> User:
    return member_of_staff("view_bankday", "close_bankday")


@pytest.fixture
def desk(closer) -> Client:
    return at_the_desk(closer)


def messages_of(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


def test_staff_begin_the_close_and_a_worker_is_hurried(account, desk, closer, hurried, clock_at):
    clock_at(EVENING)

    page = desk.post(PAGE, BEGIN, follow=True)

    assert BankDay.objects.get(day=FRIDAY).status == "closing"
    assert hurried == ["now"]
    trail = AuditEvent.objects.get(event="bank.day.closing")
    assert (trail.actor, trail.actor_role, trail.outcome) == (f"user:{closer.pk}", "staff", "done")
    assert closer.username in page.content.decode()
    assert "Provo përsëri" in page.content.decode()


def test_before_eight_in_the_evening_it_is_refused_with_its_sentence(account, desk, hurried, clock_at):
    clock_at(EVENING - timedelta(minutes=6))

    page = desk.post(PAGE, BEGIN, follow=True)

    assert messages_of(page) == ["Mbyllja e ditës mund të fillojë nga ora 20:00. Provoni përsëri atëherë."]
    assert (BankDay.objects.get(day=FRIDAY).status, hurried) == ("open", [])
    assert AuditEvent.objects.get(event="bank.day.closing").outcome == "refused"


def test_it_is_not_begun_without_a_confirmation_or_by_looking(account, desk, hurried, clock_at):
    clock_at(EVENING)

    looked = desk.get(PAGE)
    unconfirmed = desk.post(PAGE, {"day": "2026-11-20", "act": "begin"}, follow=True)

    assert looked.status_code == 200
    assert "Fillo mbylljen" in looked.content.decode()
    assert messages_of(unconfirmed) == ["Konfirmoni se doni ta mbyllni ditën."]
    assert (BankDay.objects.get(day=FRIDAY).status, hurried) == ("open", [])


def test_another_day_than_the_next_is_refused(account, desk, hurried, clock_at):
    clock_at(EVENING)

    page = desk.post(PAGE, BEGIN | {"day": "2020-01-02"}, follow=True)

    assert messages_of(page) == [str(day_close.NotADayToClose.sentence)]
    assert (list(BankDay.objects.values_list("day", "status")), hurried) == ([(FRIDAY, "open")], [])


def test_a_close_that_the_clock_began_is_not_begun_again(account, desk, hurried, clock_at):
    clock_at(EVENING)
    day_close.begin(day=FRIDAY, at=EVENING)

    page = desk.post(PAGE, BEGIN, follow=True)

    assert messages_of(page) == [str(day_close.DayIsNotOpen.sentence)]
    assert DayClose.objects.get(pk=FRIDAY).begun_by == "clock"


def test_the_page_shows_how_far_the_close_has_come(account, desk, clock_at):
    clock_at(EVENING)
    day_close.begin(day=FRIDAY, at=EVENING)
    DayClose.objects.filter(pk=FRIDAY).update(accounts_done=4, accounts_count=22)

    page = desk.get(PAGE).content.decode()

    assert "<b>4</b> nga 22" in page
    assert "Totalet po shkruhen." in page


def test_the_page_shows_the_totals_of_closed_days(account, desk, clock_at):
    clock_at(EVENING)
    day_close.close_due(at=EVENING)

    page = desk.get(PAGE).content.decode()

    assert "20.11.2026" in page
    assert "9.000,00 ALL" in page
    assert "automatikisht" in page
    assert "Asnjë ditë e bankës nuk pret mbylljen." in page


def test_trouble_is_shown_and_staff_let_it_be_tried_again(account, desk, hurried, clock_at):
    clock_at(EVENING)
    day_close.begin(day=FRIDAY, at=EVENING)
    DayClose.objects.filter(pk=FRIDAY).update(trouble="every_posting_sums_to_zero: posting 7", trouble_at=EVENING)

    shown = desk.get(PAGE).content.decode()
    desk.post(PAGE, {"day": "2026-11-20", "act": "resume"})

    assert "totalet e ditës nuk përputhen me veprimet (every_posting_sums_to_zero: posting 7)" in shown
    assert DayClose.objects.get(pk=FRIDAY).trouble_at is None
    assert hurried == ["now"]
    assert AuditEvent.objects.filter(event="bank.day.resumed", actor_role="staff").exists()


def test_a_late_day_stands_on_every_page_of_the_staff(account, desk, clock_at):
    midnight = datetime(2026, 11, 21, tzinfo=TIRANA)
    clock_at(midnight)
    before = desk.get(reverse("admin:index")).content.decode()
    day_watch.watch(at=midnight)

    pages = [desk.get(address).content.decode() for address in (reverse("admin:index"), PAGE)]

    words = "Dita e bankës 20.11.2026 nuk u mbyll deri në mesnatë."
    assert words not in before
    assert all(words in page for page in pages)
    assert "Njoftoni kujdestarin e sistemit." in pages[1]


# --- Who may not -----------------------------------------------------------------------------------------------------


def test_who_may_only_look_sees_no_button_and_begins_nothing(account, hurried, clock_at):
    clock_at(EVENING)
    desk = at_the_desk(member_of_staff("view_bankday"))

    page, answer = desk.get(PAGE), desk.post(PAGE, BEGIN)

    assert page.status_code == 200
    assert "Fillo mbylljen" not in page.content.decode()
    assert answer.status_code == 403
    assert (BankDay.objects.get(day=FRIDAY).status, hurried) == ("open", [])


def test_staff_without_a_permission_see_nothing(account, clock_at):
    clock_at(EVENING)
    desk = at_the_desk(member_of_staff("view_company"))

    assert desk.get(PAGE).status_code == 403
    assert desk.post(PAGE, BEGIN).status_code == 403
    assert BankDay.objects.get(day=FRIDAY).status == "open"


def test_customers_and_staff_without_an_authenticator_are_led_to_the_door(account, clock_at):
    clock_at(EVENING)
    customer, staff = Client(), Client()
    customer.force_login(builders.user(account.company), backend="auth_flow.backends.CustomerBackend")
    staff.force_login(builders.staff(), backend="auth_flow.backends.StaffBackend")

    for browser in (customer, staff):
        browser.cookies[settings.STAFF_COOKIE_NAME] = browser.cookies["portal"].value
        for answer in (browser.get(PAGE), browser.post(PAGE, BEGIN)):
            assert answer.status_code == 302
            assert "/staff/login/" in answer["Location"]
    assert BankDay.objects.get(day=FRIDAY).status == "open"
