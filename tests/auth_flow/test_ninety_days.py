"""Ninety days: warned from day 76 on, then only the change opens, and signatures that already wait (R42, N14)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from auth_flow import passwords
from payments.models.orders import OrderStatus
from tests import builders, doors
from tests.auth_flow import doorways

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
CHANGE = "/personalisation/password/"
Clock = Callable[[datetime], None]


@pytest.fixture
def company():
    return builders.company(other_signers=1)


@pytest.fixture
def user(company) -> User:
    return builders.user(company, prepares=True, signs=True)


def aged(user: User, days: float) -> User:
    """Her password was made so many days before the tests' moment."""
    user.password_changed_at = builders.AT - timedelta(days=days)
    user.save(update_fields=["password_changed_at"])
    return user


@pytest.fixture
def expired_browser(user: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(aged(user, 91))


# --- The rule, to the second ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "expired"),
    [(0 * DAY, False), (90 * DAY - SECOND, False), (90 * DAY, True), (90 * DAY + SECOND, True), (400 * DAY, True)],
)
def test_a_password_holds_for_ninety_days(user: User, age: timedelta, expired: bool) -> None:
    assert passwords.is_expired(user, builders.AT + age) is expired


@pytest.mark.parametrize(
    ("age", "days_left"),
    [
        (75 * DAY, None),
        (76 * DAY - SECOND, None),
        (76 * DAY, 14),
        (76 * DAY + SECOND, 14),
        (77 * DAY, 13),
        (83 * DAY, 7),
        (87 * DAY, 3),
        (89 * DAY, 1),
        (90 * DAY - SECOND, 1),
        (90 * DAY, None),
    ],
)
def test_she_is_warned_in_the_last_fourteen_days(user: User, age: timedelta, days_left: int | None) -> None:
    reminder = passwords.warning(user, builders.AT + age)

    assert (reminder.days_left if reminder else None) == days_left


def test_the_hour_of_day_stays_when_the_clocks_change(user: User) -> None:
    # From Friday 20 November at 10:00 in winter time to Monday 31 May at 10:00 in summer time: 192 days.
    assert passwords.expires_at(user).hour == 10
    user.password_changed_at = datetime.fromisoformat("2026-03-01T09:00:00+01:00")
    assert passwords.expires_at(user).isoformat() == "2026-05-30T09:00:00+02:00"


def test_nought_days_let_passwords_grow_old(user: User, settings: Settings) -> None:
    settings.PASSWORD_MAX_AGE_DAYS = 0

    assert not passwords.is_expired(user, builders.AT + 400 * DAY)
    assert passwords.warning(user, builders.AT + 89 * DAY) is None


def test_who_has_no_password_yet_has_none_that_is_too_old(user: User) -> None:
    user.password_changed_at = None

    assert not passwords.is_expired(user, builders.AT)


# --- Before -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/", "/personalisation/"])
def test_the_warning_stands_on_the_page(user: User, signed_in: Callable[[User], Client], page: str) -> None:
    browser = signed_in(aged(user, 78.5))

    html = browser.get(page).content.decode()
    assert "Fjalëkalimi skadon pas 12 ditësh" in html
    assert f'href="{CHANGE}"' in html


def test_nothing_is_said_before(user: User, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(aged(user, 70))

    assert "skadon pas" not in browser.get("/").content.decode()


# --- After ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["home", "statements:accounts", "payments:orders", "payments:new_domestic", "auth_flow:personalisation"],
)
def test_every_page_leads_to_the_change(expired_browser: Client, name: str) -> None:
    assert expired_browser.get(reverse(name)).headers["Location"] == CHANGE


def test_the_change_and_the_way_out_stay_open(expired_browser: Client) -> None:
    assert "më i vjetër se 90 ditë" in expired_browser.get(CHANGE).content.decode()
    assert expired_browser.get(reverse("complaints:contact")).status_code == 200
    assert expired_browser.post(reverse("auth_flow:logout")).headers["Location"] == "/"


def test_it_expires_under_an_open_session(user: User, signed_in: Callable[[User], Client], clock_at: Clock) -> None:
    browser = signed_in(aged(user, 89.9))
    assert browser.get("/accounts/").status_code == 200

    clock_at(builders.AT + DAY)

    assert browser.get("/accounts/").headers["Location"] == CHANGE


def test_after_the_change_every_page_is_open_again(expired_browser: Client, user: User) -> None:
    expired_browser.post(CHANGE, {"old_password": builders.PASSWORD, **doorways.new_password()})
    expired_browser.post(f"{CHANGE}code/", {"code": doorways.code_of(user)})

    assert expired_browser.get("/accounts/").status_code == 200


def test_a_forgotten_one_may_be_replaced_however_old(user: User, company) -> None:
    doorways.card(aged(user, 91))
    browser = Client()

    doorways.to_password(browser, "/password/forgot/", user, company)
    response = browser.post("/password/forgot/new/", doorways.new_password())

    assert response.headers["Location"] == "/login/"


# --- The signature that already waits ---------------------------------------------------------------------------------


@pytest.fixture
def order(company):
    preparer = builders.mandate_of(builders.user(company, prepares=True))
    return builders.submitted(preparer, builders.funded(company, 1_000_000_00))


def test_a_signature_that_waits_may_be_given_first(expired_browser: Client, user: User, order) -> None:
    assert expired_browser.get(reverse("payments:approvals")).status_code == 200
    assert expired_browser.get(reverse("payments:order", args=[order.pk])).status_code == 200
    expired_browser.post(reverse("payments:review", args=[order.pk]), {"version": order.version})
    challenge = doors.last_challenge(user, "payment")
    expired_browser.post(
        reverse("payments:sign", args=[order.pk]),
        {"challenge_id": str(challenge.pk), "code": doorways.code_of(user)},
    )

    order.refresh_from_db()
    assert order.status == OrderStatus.RELEASED
    assert expired_browser.get(reverse("payments:order", args=[order.pk])).headers["Location"] == CHANGE


def test_no_signature_comes_before_the_change_of_a_password_that_others_may_know(
    expired_browser: Client, user: User, order
) -> None:
    User.objects.filter(pk=user.pk).update(must_change_password=True)

    for address in (reverse("payments:approvals"), reverse("payments:review", args=[order.pk])):
        assert expired_browser.get(address).headers["Location"] == CHANGE


def test_a_reported_code_makes_her_change_however_young_it_is(user: User, signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(user)
    User.objects.filter(pk=user.pk).update(must_change_password=True)

    assert browser.get("/").headers["Location"] == CHANGE
    assert "dikush mund ta dijë" in browser.get(CHANGE).content.decode()
    browser.post(CHANGE, {"old_password": builders.PASSWORD, **doorways.new_password()})
    browser.post(f"{CHANGE}code/", {"code": doorways.code_of(user)})
    assert browser.get("/").status_code == 200


def test_the_page_of_the_change_points_to_it(expired_browser: Client, order) -> None:
    assert f'href="{reverse("payments:approvals")}"' in expired_browser.get(CHANGE).content.decode()


def test_no_order_that_does_not_wait_for_her_is_open(expired_browser: Client, user: User, company) -> None:
    own = builders.submitted(builders.mandate_of(user), builders.funded(company, 1_000_000_00))
    draft = builders.draft(builders.mandate_of(user), builders.funded(company, 1_000_000_00))

    for order in (own, draft):
        for page in ("order", "review"):
            address = reverse(f"payments:{page}", args=[order.pk])
            assert expired_browser.get(address).headers["Location"] == CHANGE
    assert expired_browser.post(reverse("payments:review", args=[draft.pk])).headers["Location"] == CHANGE
    assert (
        expired_browser.post(reverse("payments:cancel", args=[own.pk]), {"reason": "x"}).headers["Location"] == CHANGE
    )


def test_another_companys_order_is_no_way_out_of_it(expired_browser: Client) -> None:
    other = builders.company(other_signers=1)
    preparer = builders.mandate_of(builders.user(other, prepares=True))
    order = builders.submitted(preparer, builders.funded(other, 1_000_000_00))

    assert expired_browser.get(reverse("payments:review", args=[order.pk])).headers["Location"] == CHANGE


def test_a_stranger_is_led_to_the_door_and_not_to_the_change(client: Client, order) -> None:
    assert client.get(reverse("payments:review", args=[order.pk])).headers["Location"] == "/login/"
