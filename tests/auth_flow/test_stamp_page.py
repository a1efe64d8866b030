"""The digital stamp: chosen by its owner, shown to her after the password, and to nobody before it."""

import json

import pytest
from django.test import Client

from accounts import clock
from accounts.models import AuditEvent, Company, User
from auth_flow import stamps
from auth_flow.models import Preferences
from tests import builders
from tests.auth_flow import steps
from tests.house.sources import TEMPLATES

pytestmark = pytest.mark.django_db
PAGE = "/personalisation/stamp/"
WORD = "Gjirokastra"


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


@pytest.fixture
def browser(client: Client, user: User, company: Company) -> Client:
    steps.browse_in(client, user, company)
    return client


def test_there_are_twelve_pictures_and_each_is_drawn() -> None:
    files = {path.stem for path in (TEMPLATES / "icons" / "stamps").glob("*.svg")}

    assert set(stamps.PICTURES) == files
    assert len(files) == 12


def test_the_stamp_is_seen_on_every_page_after_it_was_chosen(browser: Client, user: User) -> None:
    answer = browser.post(PAGE, {"picture": "moon", "word": f"  {WORD} "})

    assert answer.headers["Location"] == "/personalisation/"
    assert Preferences.objects.get(user=user).stamp_word == WORD
    for path in ("/", "/accounts/", "/personalisation/"):
        assert WORD in browser.get(path).content.decode()


def test_it_is_shown_after_the_password_and_never_before(user: User, company: Company) -> None:
    Preferences.objects.create(user=user, stamp_picture="boat", stamp_word=WORD)
    browser = Client()
    before = [browser.get("/login/"), steps.browse_to_password(browser, user, company), browser.get("/login/password/")]
    before.append(browser.post("/login/password/", {"password": "Gabim-2026-x"}))
    browser.post("/login/password/", {"password": builders.PASSWORD})

    assert all(WORD not in answer.content.decode() for answer in before)
    assert WORD in browser.get("/login/code/").content.decode()


def test_the_stranger_sees_her_own_or_none(browser: Client, user: User) -> None:
    browser.post(PAGE, {"picture": "moon", "word": WORD})
    other_company = builders.company(at=clock.now())
    stranger = Client()
    steps.browse_in(stranger, steps.customer_of(other_company), other_company)

    assert WORD not in stranger.get("/").content.decode()


@pytest.mark.parametrize(
    ("picture", "word"),
    [("", WORD), ("../lock", WORD), ("moon", ""), ("moon", "x"), ("moon", "x" * 31), ("moon", "<b>mal</b>")],
)
def test_what_is_no_stamp_is_not_kept(browser: Client, user: User, picture: str, word: str) -> None:
    answer = browser.post(PAGE, {"picture": picture, "word": word})

    assert answer.status_code == 422
    assert not Preferences.objects.filter(user=user).exists()


def test_the_trail_knows_that_it_changed_and_not_the_word(browser: Client) -> None:
    browser.post(PAGE, {"picture": "moon", "word": WORD})

    event = AuditEvent.objects.get(event="auth.preferences.changed")
    assert json.loads(bytes(event.record))["details"] == {"what": ["stamp_picture", "stamp_word"]}
