"""Regjistrohu: card, FNP, password, and then a normal sign-in; every step in its order (R19, R24)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import clock, enrolment
from accounts.models import AuditEvent, Card, Company, User
from auth_flow import fnp, proofs
from auth_flow.models import FnpChallenge, LoginAttempt, SmsMessage
from auth_flow.sms import gsm7
from tests import builders
from tests.auth_flow import doorways, steps

pytestmark = pytest.mark.django_db

WAY = "/register/"
TERMS = {"accept_terms": "on"}


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return doorways.eligible(company)


def start(client: Client, user: User, company: Company, **changes: str) -> Any:
    return client.post(WAY, doorways.typed(user, company, **changes))


def finish(client: Client, text: str = doorways.NEW) -> Any:
    return client.post("/register/password/", doorways.new_password(text, **TERMS))


def test_card_code_and_password_lead_to_the_door(client: Client, user: User, company: Company) -> None:
    assert start(client, user, company).headers["Location"] == "/register/code/"
    assert client.post("/register/code/", {"code": doorways.code_of(user)}).headers["Location"] == "/register/password/"
    response = finish(client)

    assert response.headers["Location"] == "/login/"
    user.refresh_from_db()
    assert user.check_password(doorways.NEW)
    assert "_auth_user_id" not in client.session
    assert client.cookies["registration"].value == ""


def test_then_a_normal_sign_in_follows(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    finish(client)

    steps.browse_to_password(client, user, company)
    client.post("/login/password/", {"password": doorways.NEW})
    response = client.post("/login/code/", {"code": doorways.code_of(user)})
    assert response.headers["Location"] == "/"


def test_the_card_of_the_company_proves_as_well(client: Client, user: User, company: Company) -> None:
    Card.objects.filter(person=user.person).update(status=Card.Status.ENDED)
    registration_card = enrolment.issue_card(
        owner=company,
        card_number_tail="112233",
        expires_on=date(2030, 1, 1),
        actor=builders.STAFF,
        at=clock.now(),
    )

    assert registration_card.company == company
    assert start(client, user, company, card_number="11 22-33", card_expiry="1/2030").status_code == 302


def test_wrong_cards_and_wrong_passwords_count_together(company: Company) -> None:
    user = doorways.eligible(company, password=builders.PASSWORD)
    for _try in range(5):
        start(Client(), user, company, card_number="000000")

    client = Client()
    steps.browse_to_password(client, user, company)
    assert client.post("/login/password/", {"password": builders.PASSWORD}).status_code == 403


def test_the_whole_card_number_is_refused_and_not_shown_again(client: Client, user: User, company: Company) -> None:
    response = start(client, user, company, card_number="4000 1234 1248 3920")

    page = response.content.decode()
    assert "PIN-in mos i shkruani kurrë" in page
    assert "4000 1234" not in page
    assert "3920" not in page
    assert not LoginAttempt.objects.filter(user=user).exists()


@pytest.mark.parametrize("month", ["13/31", "0/31", "september", "9", "09/1931", "٠٩/٣١"])
def test_a_month_that_is_none_has_a_sentence(client: Client, user: User, company: Company, month: str) -> None:
    response = start(client, user, company, card_expiry=month)

    assert response.status_code == 200
    assert "09/28" in response.content.decode()


@pytest.mark.parametrize("month", ["09/31", "9/31", "09/2031", "09-31", "0931", " 09 / 31 "])
def test_a_month_is_read_as_people_write_it(client: Client, user: User, company: Company, month: str) -> None:
    assert start(client, user, company, card_expiry=month).status_code == 302


def test_nobody_without_the_code_reaches_the_password(client: Client, user: User, company: Company) -> None:
    assert client.get("/register/password/").headers["Location"] == "/register/"
    start(client, user, company)

    assert client.get("/register/password/").headers["Location"] == "/register/code/"
    assert finish(client).headers["Location"] == "/register/code/"
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_a_wrong_code_counts_in_the_lane_of_the_door(client: Client, user: User, company: Company) -> None:
    start(client, user, company)
    wrong = steps.wrong_code(FnpChallenge.objects.get(user=user))

    for _try in range(4):
        assert client.post("/register/code/", {"code": wrong}).status_code == 200
    assert client.post("/register/code/", {"code": wrong}).status_code == 403

    assert start(Client(), user, company).status_code == 403


def test_the_last_step_shows_agreement_and_price(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)

    page = client.get("/register/password/").content.decode()
    assert "2026-1" in page
    assert page.count("0 Lek") == 2
    assert company.name in page


def test_nobody_registers_without_the_terms(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)

    response = client.post("/register/password/", doorways.new_password())

    assert response.status_code == 200
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_the_accepted_terms_stand_in_the_trail(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    finish(client)

    line = bytes(AuditEvent.objects.filter(event="auth.registration.done").latest("pk").record).decode()
    assert '"terms_accepted":"2026-1"' in line
    assert doorways.NEW not in line


def test_a_weak_password_shows_which_rules_it_breaks(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)

    response = finish(client, "pa-shifer")

    states = {rule.name: rule.state for rule in response.context["rules"]}
    assert (states["digit"], states["length"], states["letter"]) == ("broken", "broken", "met")
    assert 'data-state="broken"' in response.content.decode()
    assert finish(client).headers["Location"] == "/login/"


def test_two_different_passwords_are_none(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)

    typed = {"new_password1": doorways.NEW, "new_password2": f"{doorways.NEW}8", **TERMS}
    assert client.post("/register/password/", typed).status_code == 200


def test_the_cookie_leads_back_to_where_one_was(client: Client, user: User, company: Company) -> None:
    start(client, user, company)

    assert client.get(WAY).context["underway"] == "auth_flow:register_code"
    client.post("/register/code/", {"code": doorways.code_of(user)})
    assert client.get(WAY).context["underway"] == "auth_flow:register_password"
    assert client.get("/register/code/").headers["Location"] == "/register/password/"


def test_half_an_hour_is_all_there_is(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    attempt = LoginAttempt.objects.get(user=user)
    assert attempt.expires_at - attempt.started_at == timedelta(minutes=30)
    LoginAttempt.objects.filter(pk=attempt.pk).update(expires_at=clock.machine())

    assert finish(client).headers["Location"] == "/register/"
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_the_cookie_of_registration_opens_no_step_of_the_sign_in(client: Client, user: User, company: Company) -> None:
    start(client, user, company)
    thief = Client()
    thief.cookies["attempt"] = client.cookies["registration"].value
    thief.cookies["recovery"] = client.cookies["registration"].value

    assert thief.get("/login/password/").headers["Location"].startswith("/login/")
    assert thief.get("/password/forgot/code/").headers["Location"] == "/password/forgot/"


def test_the_cookie_changes_with_every_step(client: Client, user: User, company: Company) -> None:
    start(client, user, company)
    old = client.cookies["registration"].value
    client.post("/register/code/", {"code": doorways.code_of(user)})
    thief = Client()
    thief.cookies["registration"] = old

    assert client.cookies["registration"].value != old
    assert thief.get("/register/password/").headers["Location"] == "/register/"


def test_one_registration_makes_the_other_void(user: User, company: Company) -> None:
    first, second = Client(), Client()
    doorways.to_password(first, WAY, user, company)
    doorways.to_password(second, WAY, user, company)

    finish(first, "Kodra-e-pare-77")
    assert finish(second, "Kodra-e-dyte-77").headers["Location"] == "/register/"
    user.refresh_from_db()
    assert user.check_password("Kodra-e-pare-77")


def test_no_get_sends_an_sms(client: Client, user: User, company: Company) -> None:
    start(client, user, company)
    for _time in range(2):
        client.get("/register/code/")
    assert client.get("/register/code/resend/").status_code == 405

    assert SmsMessage.objects.filter(challenge__user=user).count() == 1


def test_asking_again_too_soon_sends_nothing(client: Client, user: User, company: Company) -> None:
    start(client, user, company)

    client.post("/register/code/resend/")

    assert SmsMessage.objects.filter(challenge__user=user).count() == 1


def test_a_signed_in_customer_has_no_need_of_it(client: Client, company: Company) -> None:
    user = steps.customer_of(company)
    steps.browse_in(client, user, company)

    assert client.get(WAY).headers["Location"] == "/"


def test_the_checklist_is_for_everybody(client: Client) -> None:
    assert "Çfarë duhet të sillni në degë" in client.get("/register/what-to-bring/").content.decode()


def test_the_landing_page_and_the_door_lead_to_it(client: Client) -> None:
    for address in ("/", "/login/"):
        assert 'href="/register/"' in client.get(address).content.decode()


def test_the_texts_fit_one_sms() -> None:
    for what in proofs.SMS_WHAT.values():
        text = proofs.sms_text(what).replace(fnp.MARK, "483920").replace(fnp.REFERENCE_MARK, "K7M3P9QX")
        assert gsm7.fits(text), text
