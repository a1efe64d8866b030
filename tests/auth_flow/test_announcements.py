"""Notices by e-mail: for who wants them, in her language, and without what a stranger should not read."""

from datetime import timedelta

import pytest
from django.conf import settings

from accounts import clock, notices
from accounts.models import BankClock, User
from auth_flow.models import MailMessage, Preferences
from auth_flow.sessions import NEW_BROWSER
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db
FACTS = {"browser": "Firefox, Windows", "network": "192.0.2.7"}


@pytest.fixture
def user() -> User:
    return builders.user()


def test_a_notice_of_the_door_goes_out_in_words(user: User) -> None:
    notices.tell(user, NEW_BROWSER, FACTS, AT)

    mail = MailMessage.objects.get()
    assert user.person is not None
    assert mail.to == user.person.email
    assert "Firefox, Windows" in mail.body
    assert "http" not in mail.body


def test_a_notice_of_another_room_is_only_announced(user: User) -> None:
    notices.declare("tests.money.moved", "1.250.000,00 ALL te AL47212110090000000235698741")
    notices.tell(user, "tests.money.moved", {}, AT)

    body = MailMessage.objects.get().body
    assert "1.250.000" not in body
    assert "Keni një njoftim të ri" in body
    assert "Nuk ishit ju?" not in body, "nobody asks that of an incoming payment"
    assert f"Nuk e prisnit? Telefononi bankën, në çdo orë: {settings.BANK['phone_display']}." in body


def test_who_chose_none_gets_none(user: User) -> None:
    Preferences.objects.create(user=user, email_notices=False)
    notices.tell(user, NEW_BROWSER, FACTS, AT)

    assert not MailMessage.objects.exists()


def test_a_choice_against_one_kind_leaves_the_others(user: User) -> None:
    notices.declare("statements.balance.test", "x")
    Preferences.objects.create(user=user, email_low_balance=False)

    notices.tell(user, "statements.balance.test", {}, AT)
    assert not MailMessage.objects.exists()
    notices.tell(user, NEW_BROWSER, FACTS, AT)
    assert MailMessage.objects.count() == 1


def test_who_has_no_address_gets_none(user: User) -> None:
    assert user.person is not None
    user.person.email = ""
    notices.tell(user, NEW_BROWSER, FACTS, AT)

    assert not MailMessage.objects.exists()


def test_the_moment_of_the_mail_is_the_machines(user: User) -> None:
    BankClock.objects.update_or_create(id=1, defaults={"offset": AT - clock.machine()})
    notices.tell(user, NEW_BROWSER, FACTS, AT)

    assert abs(MailMessage.objects.get().created_at - clock.machine()) < timedelta(minutes=1)


def test_figures_that_look_like_an_account_stay_in_the_portal(user: User) -> None:
    notices.tell(user, NEW_BROWSER, FACTS | {"browser": "123456789012"}, AT)

    body = MailMessage.objects.get().body
    assert "123456789012" not in body
    assert "Personalizime" in body
