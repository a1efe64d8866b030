"""What stands on every page: whose session it is, what waits, and the close of the day."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts import business_day, clock, day_close
from accounts.models import BankClock, User
from bkt_portal import banners, header
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
EVENING = AT + timedelta(hours=11)


def test_the_company_and_the_person_are_always_in_sight(signed_in: SignIn) -> None:
    user = builders.user(builders.company("ALFA SHPK"), first_name="Elira", last_name="Hoxha")

    page = signed_in(user).get(reverse("statements:accounts")).content.decode()

    assert "ALFA SHPK" in page
    assert "Elira Hoxha" in page


def test_who_acts_for_two_companies_is_offered_the_other(signed_in: SignIn) -> None:
    user = builders.user(builders.company("ALFA SHPK"))
    browser = signed_in(user)
    other = builders.mandate(user, builders.company("SIGMA SHPK"))

    page = browser.get(reverse("statements:accounts"))

    assert [mandate.company.name for mandate in page.context["header"].mandates] == ["ALFA SHPK", "SIGMA SHPK"]
    assert f'value="{other.pk}">' in page.content.decode()
    present = page.context["header"].mandates[0]
    assert f'value="{present.pk}" aria-current="true">' in page.content.decode()


def test_the_count_is_of_ones_own_signatures_only(signed_in: SignIn) -> None:
    company = builders.company(other_signers=1)
    account = builders.funded(company, 9_000_00)
    preparer, signer = builders.user(company, prepares=True, signs=True), builders.user(company, signs=True)
    for _order in range(2):
        builders.submitted(builders.mandate_of(preparer), account)

    counts = [
        signed_in(user).get(reverse("statements:accounts")).context["header"].awaiting_count
        for user in (signer, preparer, builders.user(builders.company(), signs=True))
    ]

    assert counts == [2, 0, 0]


@pytest.mark.parametrize(
    ("address", "section"),
    [
        ("home", "home"),
        ("statements:accounts", "accounts"),
        ("payments:orders", "payments"),
        ("payments:approvals", "approvals"),
        ("auth_flow:personalisation", "personalisation"),
        ("complaints:contact", ""),
    ],
)
def test_the_menu_marks_where_one_is(address: str, section: str, signed_in: SignIn) -> None:
    user = builders.user(builders.company(), prepares=True, signs=True)

    page = signed_in(user).get(reverse(address))

    assert page.context["header"].section == section


def test_nobody_is_signed_in_before_the_door(client: Client) -> None:
    assert client.get(reverse("home")).context["header"] is None


def test_a_page_that_shows_nothing_of_it_asks_the_database_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    mandate = builders.mandate(builders.user(), builders.company())
    request = RequestFactory().get("/")
    request.resolver_match = None  # as it is before the address is resolved
    request.mandate = mandate  # type: ignore[attr-defined]  # put there by the middleware

    with django_assert_num_queries(0):
        context = header.header(request)

    assert context["header"].company_name == mandate.company.name


def test_the_close_of_the_day_is_told_while_it_runs_and_afterwards() -> None:
    today = business_day.accounting_day(AT)

    before = header.day_status_at(EVENING)
    day_close.begin(day=today, at=EVENING)
    meanwhile, at_noon = header.day_status_at(EVENING), header.day_status_at(AT)
    day_close.carry_on(day=today, at=EVENING)
    afterwards, at_midnight = header.day_status_at(EVENING), header.day_status_at(EVENING + timedelta(hours=4))

    assert "Mbyllja ditore" in str(banners.of_the_day(meanwhile)[0].text)
    assert "Dita e bankës u mbyll" in str(banners.of_the_day(afterwards)[0].text)
    assert [banners.of_the_day(status) for status in (before, at_noon, at_midnight)] == [[], [], []]


def test_what_a_customer_reads_during_the_close_is_what_the_books_do(signed_in: SignIn) -> None:
    company = builders.company()
    account, browser = builders.funded(company, 9_000_00), signed_in(builders.user(company))
    day_close.begin(day=AT.date(), at=EVENING)
    BankClock.objects.update(offset=EVENING - clock.machine())

    page = browser.get(reverse("home")).content.decode()
    builders.credit(account, 1_00, at=EVENING)

    assert "veprimet e tanishme mund të reflektohen ditën tjetër të punës" in page
    assert account.entries.latest("sequence").booked_on == date(2026, 11, 24)
