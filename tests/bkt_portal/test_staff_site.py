"""The staff's door: name, password and the code of an authenticator, and nobody else."""

import pytest
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import AuditEvent, User
from auth_flow import lockout
from auth_flow.models import FailureCounter
from tests import builders, doors

pytestmark = pytest.mark.django_db
WRONG = "nuk është i saktë"


@pytest.fixture
def staff() -> User:
    user = builders.staff()
    TOTPDevice.objects.create(user=user, name="test")
    return user


def code_of(user: User) -> str:
    return f"{totp(TOTPDevice.objects.get(user=user).bin_key):06d}"


def enter(client: Client, user: User, *, password: str = builders.PASSWORD, code: str = ""):
    form = {"username": user.username, "password": password, "otp_token": code or code_of(user), "next": "/staff/"}
    return client.post("/staff/login/", form)


def test_name_password_and_code_open_the_desk(client, staff):
    assert enter(client, staff).url == "/staff/"

    assert client.get("/staff/").status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "tjetër-12345"}, {"code": "000000"}])
def test_a_wrong_password_and_a_wrong_code_get_the_same_answer(client, staff, wrong):
    page = enter(client, staff, **wrong)

    assert WRONG in page.content.decode()
    assert client.get("/staff/").status_code == 302


def test_a_code_opens_the_desk_once(client, staff):
    code = code_of(staff)
    enter(client, staff, code=code)

    assert WRONG in enter(Client(), staff, code=code).content.decode()


def test_five_wrong_codes_block_the_name(client, staff):
    for _ in range(5):
        TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
        enter(client, staff, code="000000")
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)

    assert WRONG in enter(client, staff).content.decode()
    counter = FailureCounter.objects.get(identity=lockout.identity_of_staff(staff.username))
    assert counter.blocked_until is not None


def test_staff_without_an_authenticator_stay_outside(client):
    assert WRONG in enter(client, builders.staff(), code="123456").content.decode()


def test_a_customer_never_opens_the_desk(client, clock_at):
    clock_at(builders.AT)
    customer = builders.user(builders.company(), signs=True)
    TOTPDevice.objects.create(user=customer, name="test")
    browser = doors.walk_in(customer)

    assert WRONG in enter(client, customer).content.decode()
    assert browser.get("/staff/").status_code == 302


def test_there_is_no_second_door(client):
    for path in ("/admin/", "/admin/login/", "/accounts/login/", "/staff/password_change/"):
        assert client.get(path).status_code in {302, 404}


def test_no_device_and_no_group_can_be_edited(client, staff):
    enter(client, staff)

    for path in ("/staff/otp_totp/totpdevice/", "/staff/auth/group/"):
        assert client.get(path).status_code == 404


def test_the_password_is_not_changed_here(client, staff):
    enter(client, staff)

    assert client.get("/staff/password_change/").status_code == 404
    assert client.post("/staff/password_change/", {"old_password": builders.PASSWORD}).status_code == 404
    assert "password_change" not in client.get("/staff/").content.decode()


# --- Who came, who was refused, who left -----------------------------------------------------------------------------


def trail() -> list[tuple[str, str, str]]:
    events = AuditEvent.objects.filter(event__startswith="staff.").order_by("id")
    return [(event.event, event.reason, event.subject) for event in events]


def test_coming_in_and_going_out_leave_their_traces(client, staff):
    enter(client, staff)
    client.post("/staff/logout/")

    who = f"user:{staff.pk}"
    assert trail() == [("staff.sign_in.done", "", who), ("staff.signed_out", "asked", who)]


@pytest.mark.parametrize(("wrong", "why"), [({"password": "tjetër-12345"}, "password"), ({"code": "000000"}, "code")])
def test_a_refused_sign_in_leaves_its_trace(client, staff, wrong, why):
    enter(client, staff, **wrong)

    assert trail() == [("staff.sign_in.refused", why, f"user:{staff.pk}")]
    event = AuditEvent.objects.get(event="staff.sign_in.refused")
    assert (event.outcome, event.actor_role) == ("refused", "visitor")
    assert b"127.0.0.1" in bytes(event.record)


def test_what_names_no_staff_is_never_kept_as_it_was_typed(client):
    form = {"username": "Fjalekalimi-im-2026", "password": "x", "otp_token": "000000"}

    client.post("/staff/login/", form)

    event = AuditEvent.objects.get(event="staff.sign_in.refused")
    assert event.subject.startswith("unknown:")
    assert b"Fjalekalimi" not in bytes(event.record)


def test_no_list_of_people_completes_itself():
    agent = builders.staff()
    desk = doors.at_the_desk(agent)

    asked = {"app_label": "accounts", "model_name": "user", "field_name": "person", "term": "a"}
    assert desk.get("/staff/autocomplete/", asked).status_code == 404
    assert desk.get("/staff/r/1/1/").status_code == 404
