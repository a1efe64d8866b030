"""The way in through a browser: what each step shows, to the customer and to a stranger."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import clock
from accounts.models import Company, User
from auth_flow.models import FnpDevice, LoginAttempt, SmsMessage
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def session_of(user: User) -> LoginAttempt:
    return LoginAttempt.objects.get(user=user, signed_in_at__isnull=False, ended_at=None)


def chosen(client: Client) -> Company:
    """The company that the session acts for."""
    request: Any = client.get("/personalisation/").wsgi_request
    company: Company = request.company
    return company


def answer(response: Any) -> tuple[object, ...]:
    """What a stranger could tell two answers apart by: status, way on, template, names of cookies."""
    templates = sorted(t.name for t in getattr(response, "templates", []) if t.name)
    return response.status_code, response.headers.get("Location", ""), templates, sorted(response.cookies)


def test_three_steps_lead_home(client: Client, user: User, company: Company) -> None:
    response = steps.browse_in(client, user, company)

    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert client.get("/personalisation/").status_code == 200


def test_nobody_is_signed_in_before_step_three(client: Client, user: User, company: Company) -> None:
    steps.browse_to_code(client, user, company)

    assert "_auth_user_id" not in client.session
    assert client.get("/personalisation/").headers["Location"] == "/login/"


def test_the_session_is_verified_by_the_fnp_device_alone(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)

    request_user: Any = client.get("/personalisation/").wsgi_request.user
    assert request_user.is_verified()
    assert isinstance(request_user.otp_device, FnpDevice)


def test_a_totp_device_does_not_make_a_customer_session(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    device = TOTPDevice.objects.create(user=user, name="stray")
    session = client.session
    session["otp_device_id"] = device.persistent_id
    session.save()

    assert client.get("/personalisation/").headers["Location"] == "/login/"


def test_every_step_changes_the_cookie_and_the_session_key(client: Client, user: User, company: Company) -> None:
    client.get("/login/")
    steps.browse_to_password(client, user, company)
    first, before = client.cookies["attempt"].value, client.session.session_key
    client.post("/login/password/", {"password": builders.PASSWORD})
    second = client.cookies["attempt"].value
    attempt = LoginAttempt.objects.get(user=user)
    client.post("/login/code/", {"code": steps.right_code(attempt)})

    assert first != second
    assert client.cookies["attempt"].value == ""
    assert client.session.session_key != before


def test_the_cookie_of_an_earlier_step_opens_nothing(client: Client, user: User, company: Company) -> None:
    steps.browse_to_password(client, user, company)
    old = client.cookies["attempt"].value
    client.post("/login/password/", {"password": builders.PASSWORD})
    thief = Client()
    thief.cookies["attempt"] = old

    assert thief.get("/login/code/").headers["Location"] == "/login/"


def test_an_unknown_pair_gets_the_same_answers(user: User, company: Company) -> None:
    known, stranger = Client(), Client()
    number, nipt = steps.stranger_pair()

    first = steps.browse_to_password(known, user, company)
    second = stranger.post("/login/", {"customer_number": number, "nipt": nipt})
    assert answer(first) == answer(second)

    for _try in range(6):
        first = known.post("/login/password/", {"password": "Gabim-2026-x"})
        second = stranger.post("/login/password/", {"password": "Gabim-2026-x"})
        assert answer(first) == answer(second)
    assert first.status_code == 403, "the sixth try meets the block, for both"


def test_a_refused_password_does_the_same_work_for_everybody(user: User, company: Company) -> None:
    known, stranger = Client(), Client()
    number, nipt = steps.stranger_pair()
    steps.browse_to_password(known, user, company)
    stranger.post("/login/", {"customer_number": number, "nipt": nipt})

    counts = []
    for client in (known, stranger):
        with CaptureQueriesContext(connection) as queries:
            client.post("/login/password/", {"password": "Gabim-2026-x"})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_no_sms_before_the_password_is_right(client: Client, user: User, company: Company) -> None:
    steps.browse_to_password(client, user, company)
    client.post("/login/password/", {"password": "Gabim-2026-x"})

    assert not SmsMessage.objects.filter(challenge__user=user).exists()


def test_no_get_sends_an_sms(client: Client, user: User, company: Company) -> None:
    steps.browse_to_code(client, user, company)
    for _time in range(3):
        client.get("/login/code/")
    assert client.get("/login/code/resend/").status_code == 405

    assert SmsMessage.objects.filter(challenge__user=user).count() == 1


def test_a_step_out_of_order_leads_to_the_right_one(client: Client, user: User, company: Company) -> None:
    assert client.get("/login/code/").headers["Location"] == "/login/"
    steps.browse_to_password(client, user, company)
    assert client.get("/login/code/").headers["Location"] == "/login/password/"
    client.post("/login/password/", {"password": builders.PASSWORD})
    assert client.get("/login/password/").headers["Location"] == "/login/code/"


def test_shape_alone_is_criticised_at_step_one(client: Client) -> None:
    response = client.post("/login/", {"customer_number": "12", "nipt": "?"})

    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"customer_number", "nipt"}
    assert not LoginAttempt.objects.exists()


def test_a_wrong_code_says_how_many_tries_are_left(client: Client, user: User, company: Company) -> None:
    steps.browse_to_code(client, user, company)
    challenge = steps.challenge_of(LoginAttempt.objects.get(user=user))

    response = client.post("/login/code/", {"code": steps.wrong_code(challenge)})

    assert response.status_code == 200
    assert response.context["attempts_left"] == 4


def test_five_wrong_codes_meet_the_block(client: Client, user: User, company: Company) -> None:
    steps.browse_to_code(client, user, company)
    challenge = steps.challenge_of(LoginAttempt.objects.get(user=user))

    for _try in range(5):
        response = client.post("/login/code/", {"code": steps.wrong_code(challenge)})

    assert response.status_code == 403
    assert len(response.context["reference"]) == 8


def test_signing_out_ends_the_session_on_the_server(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    copy = Client()
    copy.cookies["portal"] = client.cookies["portal"].value

    response = client.post("/logout/")

    assert "storage" in response.headers["Clear-Site-Data"]
    assert copy.get("/personalisation/").headers["Location"] == "/login/"
    assert LoginAttempt.objects.get(user=user).end_reason == LoginAttempt.Ended.SIGNED_OUT


def test_signing_out_takes_a_post(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)

    assert client.get("/logout/").status_code == 405
    assert client.get("/personalisation/").status_code == 200


def test_a_second_sign_in_ends_the_first_and_says_so(user: User, company: Company) -> None:
    first, second = Client(), Client()
    steps.browse_in(first, user, company)
    steps.browse_in(second, user, company)

    response = first.get("/personalisation/", follow=True)

    assert response.redirect_chain == [("/login/", 302)]
    assert "shfletues tjetër" in response.content.decode()
    assert second.get("/personalisation/").status_code == 200


def test_five_minutes_without_a_move_end_the_session(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    key = client.session.session_key
    LoginAttempt.objects.filter(user=user).update(last_seen_at=clock.machine() - timedelta(seconds=301))

    response = client.get("/personalisation/", follow=True)

    assert response.redirect_chain == [("/login/", 302)]
    assert "5 minuta" in response.content.decode()
    assert LoginAttempt.objects.get(user=user).end_reason == LoginAttempt.Ended.IDLE
    assert not Session.objects.filter(session_key=key).exists()


def test_eight_hours_end_the_session(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    LoginAttempt.objects.filter(user=user).update(expires_at=clock.machine() - timedelta(seconds=1))

    assert client.get("/personalisation/").headers["Location"] == "/login/"
    assert LoginAttempt.objects.get(user=user).end_reason == LoginAttempt.Ended.ABSOLUTE


def test_a_page_keeps_the_session_alive(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    before = clock.machine() - timedelta(seconds=200)
    LoginAttempt.objects.filter(user=user).update(last_seen_at=before)

    client.get("/personalisation/")

    assert session_of(user).last_seen_at > before


def test_a_new_password_ends_the_session(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    user.set_password("Tjeter-Fjale-2026")
    user.save()

    assert client.get("/personalisation/").headers["Location"] == "/login/"
    assert LoginAttempt.objects.get(user=user).end_reason == LoginAttempt.Ended.CHANGED


@pytest.mark.parametrize("what", ["user", "company", "mandate"])
def test_who_may_no_longer_act_is_seen_out(client: Client, user: User, company: Company, what: str) -> None:
    steps.browse_in(client, user, company)
    if what == "user":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif what == "company":
        Company.objects.filter(pk=company.pk).update(status=Company.Status.CLOSED)
    else:
        user.mandates.update(valid_until=clock.tirana_day(clock.now()) - timedelta(days=1))

    assert client.get("/personalisation/").headers["Location"] == "/login/"
    assert client.get("/personalisation/").headers["Location"] == "/login/"


def test_a_session_without_its_three_steps_is_no_session(client: Client, user: User) -> None:
    client.force_login(user, backend="auth_flow.backends.CustomerBackend")

    assert client.get("/personalisation/").headers["Location"] == "/login/"


def test_staff_have_no_customer_pages(client: Client) -> None:
    client.force_login(builders.staff(), backend="auth_flow.backends.StaffBackend")

    assert client.get("/personalisation/").headers["Location"] == "/login/"
    assert "_auth_user_id" in client.session, "their own session goes on"


def test_another_company_of_hers_is_one_press_away(client: Client, user: User, company: Company) -> None:
    other = builders.company(at=clock.now())
    mandate = builders.mandate(user, other, at=clock.now())
    steps.browse_in(client, user, company)
    key = client.session.session_key

    response = client.post("/company/", {"mandate": str(mandate.pk)})

    assert response.headers["Location"] == "/"
    assert chosen(client) == other
    assert client.session.session_key != key


def test_a_company_of_somebody_else_does_not_exist(client: Client, user: User, company: Company) -> None:
    stranger = builders.user(builders.company(at=clock.now()), at=clock.now())
    steps.browse_in(client, user, company)

    response = client.post("/company/", {"mandate": str(builders.mandate_of(stranger).pk)})

    assert response.status_code == 404
    assert chosen(client) == company


def test_personalisation_hides_most_of_the_phone(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)

    page = client.get("/personalisation/").content.decode()

    assert user.person is not None
    assert user.person.full_name in page
    assert user.person.phone not in page


def test_asking_who_is_signed_in_takes_two_queries(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    with CaptureQueriesContext(connection) as queries:
        client.get("/logout/")

    tables = ("auth_flow_loginattempt", "accounts_mandate")
    asked = [query["sql"] for query in queries if any(table in query["sql"] for table in tables)]
    assert len(asked) == 2, "one statement that touches the session, one that reads the mandates"
