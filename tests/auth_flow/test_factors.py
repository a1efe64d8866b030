"""An authenticator in the place of the SMS at the door: how it comes, what it opens, and what it never does."""

import re
import time
from typing import Any

import pytest
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import clock, notices
from accounts.models import AuditEvent, Company, User
from auth_flow import blocks, factor_change, factors, fnp, lockout, login, qr
from auth_flow.models import AccessBlock, FailureCounter, FnpChallenge, LoginAttempt, Preferences, SmsMessage
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db
PAGE = "/personalisation/factor/"
SETTINGS = FnpChallenge.Purpose.SETTINGS


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


def code_of(device: TOTPDevice, *, periods: int = 0) -> str:
    """What the app shows now, or so many periods later."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + periods * device.step
    return f"{totp.token():06d}"


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def sms_code(user: User) -> str:
    return fnp.derive(FnpChallenge.objects.filter(user=user, purpose=SETTINGS).latest("created_at"))


def with_app(user: User) -> TOTPDevice:
    Preferences.objects.update_or_create(user=user, defaults={"factor": factors.TOTP})
    return TOTPDevice.objects.create(user=user, name="app", confirmed=True)


def add_app(browser: Client, user: User) -> TOTPDevice:
    """Up to the page that shows the secret."""
    browser.post(PAGE + "ask/", {"act": "add"})
    browser.post(PAGE + "code/", {"code": sms_code(user)})
    return TOTPDevice.objects.get(user=user, confirmed=False)


# --- It comes and goes -----------------------------------------------------------------------------------------------


def test_an_fnp_and_a_first_code_add_it(browser: Client, user: User) -> None:
    device = add_app(browser, user)
    shown = browser.get(PAGE + "app/").content.decode()
    assert factor_change.key_in_fours(device) in shown
    assert "<svg" in shown
    assert factors.chosen(user) == factors.SMS

    answer = browser.post(PAGE + "app/", {"code": code_of(device)})

    assert answer.headers["Location"] == "/personalisation/"
    assert factors.chosen(user) == factors.TOTP
    assert notices.of(user).first().kind == "auth.factor.added"
    assert browser.get(PAGE + "app/").headers["Location"] == PAGE, "the secret is shown no more"


def test_without_the_fnp_no_secret_is_shown(browser: Client, user: User) -> None:
    browser.post(PAGE + "ask/", {"act": "add"})
    answer = browser.post(PAGE + "code/", {"code": wrong(sms_code(user))})

    assert answer.status_code == 200
    assert answer.context["attempts_left"] == 4
    assert browser.get(PAGE + "app/").headers["Location"] == PAGE
    assert not TOTPDevice.objects.filter(user=user).exists()


def test_a_wrong_first_code_adds_nothing_and_counts(browser: Client, user: User) -> None:
    device = add_app(browser, user)

    answer = browser.post(PAGE + "app/", {"code": wrong(code_of(device))})

    assert "Prova të mbetura: 4" in answer.content.decode()
    assert factors.chosen(user) == factors.SMS


def test_what_was_begun_is_over_after_ten_minutes(browser: Client, user: User) -> None:
    device = add_app(browser, user)
    TOTPDevice.objects.filter(pk=device.pk).update(created_at=clock.machine() - factor_change.TAKEN_OVER_WITHIN)

    assert browser.get(PAGE + "app/").headers["Location"] == PAGE


def test_an_fnp_removes_it(browser: Client, user: User) -> None:
    with_app(user)
    browser.post(PAGE + "ask/", {"act": "remove"})

    browser.post(PAGE + "code/", {"code": sms_code(user)})

    assert factors.chosen(user) == factors.SMS
    assert not TOTPDevice.objects.filter(user=user).exists()
    assert notices.of(user).first().kind == "auth.factor.removed"


def test_the_fnp_for_adding_does_not_remove(browser: Client, user: User) -> None:
    browser.post(PAGE + "ask/", {"act": "add"})
    code = sms_code(user)
    with_app(user)
    browser.post(PAGE + "ask/", {"act": "remove"})
    browser.post(PAGE + "code/", {"code": code})

    assert factors.chosen(user) == factors.TOTP


@pytest.mark.parametrize("act", ["remove", "steal", ""])
def test_what_cannot_be_changed_sends_no_sms(browser: Client, user: User, act: str) -> None:
    browser.post(PAGE + "ask/", {"act": act})

    assert not FnpChallenge.objects.filter(user=user, purpose=SETTINGS).exists()


def test_looking_sends_no_sms(browser: Client, user: User) -> None:
    for path in (PAGE, PAGE + "code/", PAGE + "app/", PAGE + "ask/", PAGE + "code/resend/"):
        browser.get(path)

    assert not FnpChallenge.objects.filter(user=user, purpose=SETTINGS).exists()


@pytest.mark.parametrize("path", ["", "ask/", "code/", "code/resend/", "app/"])
def test_strangers_are_led_to_the_door(path: str) -> None:
    assert Client().post(PAGE + path, {"act": "add", "code": "123456"}).status_code in {302, 405}
    assert not FnpChallenge.objects.exists()


def test_a_second_session_does_not_see_the_secret(browser: Client, user: User, company: Company) -> None:
    add_app(browser, user)
    other = Client()
    steps.browse_in(other, user, company)

    assert other.get(PAGE + "app/").headers["Location"] == PAGE


def test_the_secret_is_told_to_nobody(browser: Client, user: User) -> None:
    device = add_app(browser, user)
    browser.post(PAGE + "app/", {"code": code_of(device)})

    trail = b"".join(bytes(event.record) for event in AuditEvent.objects.all())
    assert device.key.encode() not in trail
    assert not SmsMessage.objects.filter(body_template__contains=device.key).exists()
    assert device.key not in str(list(browser.session.items()))


# --- At the door -----------------------------------------------------------------------------------------------------


def test_who_has_an_app_gets_no_sms_and_comes_in(user: User, company: Company) -> None:
    device, browser = with_app(user), Client()
    page = steps.browse_to_code(browser, user, company)
    asked = browser.get("/login/code/").content.decode()
    answer = browser.post("/login/code/", {"code": code_of(device)})

    assert page.headers["Location"] == "/login/code/"
    assert "aplikacionit" in asked
    assert answer.headers["Location"] == "/"
    assert not SmsMessage.objects.filter(challenge__user=user).exists()
    assert browser.get("/personalisation/").status_code == 200


def test_a_code_opens_once(user: User, company: Company) -> None:
    device = with_app(user)
    first, second = Client(), Client()
    steps.browse_to_code(first, user, company)
    steps.browse_to_code(second, user, company)
    code = code_of(device)

    assert first.post("/login/code/", {"code": code}).status_code == 302
    assert second.post("/login/code/", {"code": code}).status_code == 200


def test_an_sms_may_take_its_place(user: User, company: Company) -> None:
    device, browser = with_app(user), Client()
    steps.browse_to_code(browser, user, company)
    browser.post("/login/code/resend/")
    attempt = LoginAttempt.objects.get(user=user)

    assert "SMS" in browser.get("/login/code/").content.decode()
    assert browser.post("/login/code/", {"code": code_of(device)}).status_code == 200, "now the SMS is asked"
    assert browser.post("/login/code/", {"code": steps.right_code(attempt)}).headers["Location"] == "/"


def test_five_wrong_codes_block_whatever_came_before(user: User, company: Company) -> None:
    device, browser = with_app(user), Client()
    steps.browse_to_code(browser, user, company)
    answers: list[Any] = [browser.post("/login/code/", {"code": wrong(code_of(device))}) for _try in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 403]
    assert browser.post("/login/code/", {"code": code_of(device)}).status_code == 403


def test_a_freeze_closes_this_door_too(user: User, company: Company) -> None:
    device, browser = with_app(user), Client()
    steps.browse_to_code(browser, user, company)
    typed = {"customer_number": user.username, "nipt": company.nipt, "password": builders.PASSWORD}
    Client().post("/security/freeze/", typed)

    assert browser.post("/login/code/", {"code": code_of(device)}).headers["Location"].startswith("/login/?")
    assert steps.browse_to_code(Client(), user, company).status_code == 403
    assert not LoginAttempt.objects.filter(user=user, signed_in_at__isnull=False).exists()


def test_no_code_of_an_app_is_judged_under_a_freeze(user: User, company: Company) -> None:
    device, now = with_app(user), clock.machine()
    attempt = steps.with_password(user, company, at=now)
    AccessBlock.objects.create(user=user, kind="freeze", reference="K7M3P9QX", reason="x", placed_by="x", placed_at=now)

    for code in (code_of(device), wrong(code_of(device))):
        with pytest.raises(blocks.AccessFrozen):
            login.check_code(attempt=attempt, code=code, at=now)

    assert not FailureCounter.objects.filter(identity=attempt.identity, failures__gt=0).exists()


def test_no_app_is_added_under_a_freeze(browser: Client, user: User) -> None:
    device, session = add_app(browser, user), LoginAttempt.objects.get(user=user)
    now = clock.machine()
    AccessBlock.objects.create(user=user, kind="freeze", reference="K7M3P9QX", reason="x", placed_by="x", placed_at=now)

    with pytest.raises(blocks.AccessFrozen):
        factor_change.confirm(attempt=session, device=device, code=code_of(device), at=now)

    assert factors.chosen(user) == factors.SMS


def test_the_librarys_own_brake_does_not_keep_the_owner_out(user: User, company: Company) -> None:
    device, browser = with_app(user), Client()
    steps.browse_to_code(browser, user, company)
    for _try in range(3):
        browser.post("/login/code/", {"code": wrong(code_of(device))})

    assert browser.post("/login/code/", {"code": code_of(device)}).headers["Location"] == "/"


def test_the_count_starts_anew_after_a_success(user: User, company: Company) -> None:
    device, browser = with_app(user), Client()
    steps.browse_to_code(browser, user, company)
    browser.post("/login/code/", {"code": wrong(code_of(device))})
    browser.post("/login/code/", {"code": code_of(device)})

    attempt = LoginAttempt.objects.get(user=user)
    assert factors.tries_left(attempt.identity, lockout.OTHERS) == 5


@pytest.mark.parametrize("state", ["unconfirmed", "of somebody else", "not chosen"])
def test_only_her_own_confirmed_and_chosen_app_counts(user: User, company: Company, state: str) -> None:
    device = with_app(user)
    if state == "unconfirmed":
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=False)
    elif state == "of somebody else":
        TOTPDevice.objects.filter(pk=device.pk).update(user=steps.customer_of(company))
    else:
        Preferences.objects.filter(user=user).update(factor=factors.SMS)

    assert factors.chosen(user) == factors.SMS


def test_an_app_of_staff_opens_no_customers_door() -> None:
    staff = builders.staff()
    TOTPDevice.objects.create(user=staff, name="x", confirmed=True)

    assert factors.device_of(staff) is None


def test_it_signs_no_order(user: User, company: Company) -> None:
    device, account = with_app(user), builders.funded(company, 9_000_000, at=clock.now())
    browser = Client()
    steps.browse_to_code(browser, user, company)
    browser.post("/login/code/", {"code": code_of(device)})
    mandate = builders.mandate_of(user)
    order = builders.draft(mandate, account, at=clock.now())

    browser.post(f"/payments/{order.pk}/review/", {"version": order.version})
    challenge = FnpChallenge.objects.get(user=user, purpose=fnp.PAYMENT)
    browser.post(f"/payments/{order.pk}/sign/", {"challenge_id": challenge.pk, "code": code_of(device, periods=1)})

    order.refresh_from_db()
    assert order.status in {"draft", "awaiting"}


# --- The picture -----------------------------------------------------------------------------------------------------


def test_the_picture_is_a_square_with_its_quiet_zone() -> None:
    picture = qr.picture_of("otpauth://totp/BKT:123?secret=ABC")

    starts = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h", picture.path)]
    assert min(min(point) for point in starts) == qr.QUIET_ZONE
    assert max(y for _x, y in starts) == picture.size - qr.QUIET_ZONE - 1
    assert re.fullmatch(r"(M\d+ \d+h\d+v1h-\d+z)+", picture.path)
