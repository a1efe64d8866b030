"""Njoftimet: in words, new until they were read, and by e-mail for who wants it."""

import pytest
from django.test import Client

from accounts import clock, notices
from accounts.models import Company, User
from auth_flow import preferences
from auth_flow.models import Preferences
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db
PAGE = "/personalisation/notices/"
KIND = "tests.page.told"
notices.declare(KIND, "Na u tha %(what)s.")


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


@pytest.fixture
def browser(client: Client, user: User, company: Company) -> Client:
    steps.browse_in(client, user, company)
    notices.mark_seen(user=user, at=clock.now())
    return client


def unseen(browser: Client) -> int:
    count: int = browser.get("/accounts/").context["header"].unseen_count
    return count


def test_a_notice_is_counted_on_every_page_until_it_was_read(browser: Client, user: User) -> None:
    notices.tell(user, KIND, {"what": "një gjë"}, clock.now())
    assert unseen(browser) == 1
    assert "Na u tha një gjë." in browser.get(PAGE).content.decode()
    assert unseen(browser) == 1, "looking alone reads nothing"

    assert browser.post(PAGE + "seen/").headers["Location"] == PAGE
    assert unseen(browser) == 0
    assert "Na u tha një gjë." in browser.get(PAGE).content.decode()


def test_the_stranger_sees_her_own_only(browser: Client, user: User) -> None:
    notices.tell(user, KIND, {"what": "një gjë"}, clock.now())
    other_company = builders.company(at=clock.now())
    stranger = Client()
    steps.browse_in(stranger, steps.customer_of(other_company), other_company)

    assert "një gjë" not in stranger.get(PAGE).content.decode()
    stranger.post(PAGE + "seen/")
    assert unseen(browser) == 1


def test_many_notices_stand_on_pages(browser: Client, user: User) -> None:
    for number in range(30):
        notices.tell(user, KIND, {"what": f"nr. {number}"}, clock.now())

    first, second = browser.get(PAGE), browser.get(PAGE + "?page=2")
    assert "nr. 29." in first.content.decode()
    assert "nr. 0." in second.content.decode()
    assert (first.context["older_url"], second.context["older_url"]) == ("?page=2", None)


@pytest.mark.parametrize("kind", preferences.MAIL_COLUMNS)
@pytest.mark.parametrize("wanted", [True, False])
def test_e_mail_is_a_choice_kind_by_kind(browser: Client, user: User, kind: str, wanted: bool) -> None:
    Preferences.objects.create(user=user, **dict.fromkeys(preferences.MAIL_COLUMNS, not wanted))
    others = [name for name in preferences.MAIL_COLUMNS if name != kind]

    browser.post(PAGE + "choose/", dict.fromkeys([kind] if wanted else others, "on"))

    chosen = Preferences.objects.get(user=user)
    assert {name: getattr(chosen, name) for name in preferences.MAIL_COLUMNS} == {
        kind: wanted,
        **dict.fromkeys(others, not wanted),
    }
