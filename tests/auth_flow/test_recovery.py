"""S'kujtoj fjalëkalimin: card and FNP lead to a new password, never to a session, and tell a stranger nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEvent, Company, Notice, User
from auth_flow.models import AccessBlock, FnpChallenge, LoginAttempt, SecurityCase, SmsMessage
from tests import builders
from tests.auth_flow import doorways, steps

pytestmark = pytest.mark.django_db

WAY = "/password/forgot/"


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return doorways.eligible(company, password=builders.PASSWORD)


def start(client: Client, user: User, company: Company, **changes: str) -> Any:
    return client.post(WAY, doorways.typed(user, company, **changes))


def finish(client: Client, text: str = doorways.NEW) -> Any:
    return client.post(f"{WAY}new/", doorways.new_password(text))


def seen(response: Any) -> tuple[object, ...]:
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())
    html = re.sub(r"\b[2-9A-HJKMNP-Z]{8}\b", "REFERENCE", html)
    return response.status_code, response.headers.get("Location", ""), html, sorted(response.cookies)


def test_card_code_and_a_new_password_lead_to_the_door(client: Client, user: User, company: Company) -> None:
    assert start(client, user, company).headers["Location"] == "/password/forgot/code/"
    response = client.post(f"{WAY}code/", {"code": doorways.code_of(user)})
    assert response.headers["Location"] == "/password/forgot/new/"
    response = finish(client)

    assert response.headers["Location"] == "/login/"
    assert "_auth_user_id" not in client.session
    user.refresh_from_db()
    assert user.check_password(doorways.NEW)


def test_then_a_full_sign_in_with_the_new_password_alone(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    finish(client)

    steps.browse_to_password(client, user, company)
    assert client.post("/login/password/", {"password": builders.PASSWORD}).status_code == 200
    client.post("/login/password/", {"password": doorways.NEW})
    assert client.post("/login/code/", {"code": doorways.code_of(user)}).headers["Location"] == "/"


def test_the_step_of_the_code_asks_for_a_code_of_recovery(client: Client, user: User, company: Company) -> None:
    start(client, user, company)

    challenge = FnpChallenge.objects.get(user=user)
    assert challenge.purpose == "recovery"
    assert "fjalekalim te ri" in challenge.sms_sentence


def spoil(user: User, why: str) -> dict[str, str]:
    number, nipt = steps.stranger_pair()
    match why:
        case "unknown_pair":
            return {"customer_number": number, "nipt": nipt}
        case "wrong_card":
            return {"card_number": "000000"}
        case "not_registered":
            user.set_unusable_password()
            user.save()
        case "no_phone":
            user.person.phone = ""
            user.person.save()
        case "closed_access":
            user.is_active = False
            user.save()
        case "blocked":
            AccessBlock.objects.create(
                user=user,
                kind=AccessBlock.Kind.AGENT,
                reference=f"A{builders.unique():07d}",
                reason="x",
                placed_by="x",
                placed_at=clock.machine(),
            )
    return {}


REASONS = ["unknown_pair", "wrong_card", "not_registered", "no_phone", "closed_access", "blocked"]


@pytest.mark.parametrize("why", REASONS)
def test_every_no_is_one_and_the_same_page_and_no_sms(user: User, company: Company, why: str) -> None:
    number, nipt = steps.stranger_pair()
    plain = start(Client(), user, company, customer_number=number, nipt=nipt)
    changes = spoil(user, why)

    response = start(Client(), user, company, **changes)

    assert seen(response) == seen(plain)
    assert response.status_code == 403
    assert SecurityCase.objects.get(reference=response.context["reference"]).why == why
    assert not SmsMessage.objects.filter(challenge__user=user).exists()


@pytest.mark.parametrize("why", REASONS)
def test_every_no_does_the_same_work(user: User, company: Company, why: str) -> None:
    changes = spoil(user, why)
    number, nipt = steps.stranger_pair()
    counts = []

    for typed in (changes, {"customer_number": number, "nipt": nipt}):
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            start(Client(), user, company, **typed)
        counts.append([query["sql"].split()[0] for query in queries])

    assert counts[0] == counts[1]


def test_whoever_is_blocked_at_the_door_cannot_reset(client: Client, user: User, company: Company) -> None:
    steps.browse_to_password(client, user, company)
    for _try in range(5):
        client.post("/login/password/", {"password": "Gabim-2026-x"})

    response = start(Client(), user, company)

    assert response.status_code == 403
    assert not FnpChallenge.objects.filter(user=user).exists()


def test_a_block_placed_on_the_way_stops_it(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    spoil(user, "blocked")

    assert finish(client).headers["Location"] == WAY
    user.refresh_from_db()
    assert user.check_password(builders.PASSWORD)


def test_a_new_phone_on_the_way_stops_it(client: Client, user: User, company: Company) -> None:
    start(client, user, company)
    code = doorways.code_of(user)
    user.person.phone = "+355672099999"
    user.person.save()

    assert client.post(f"{WAY}code/", {"code": code}).headers["Location"] == WAY


def test_a_new_phone_after_the_code_stops_it(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    user.person.phone = "+355672099999"
    user.person.save()

    assert finish(client).headers["Location"] == WAY
    user.refresh_from_db()
    assert user.check_password(builders.PASSWORD)


def test_an_access_closed_after_the_code_stops_it(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    spoil(user, "closed_access")

    assert finish(client).headers["Location"] == WAY
    user.refresh_from_db()
    assert user.check_password(builders.PASSWORD)


def test_a_new_password_on_the_way_stops_it(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    user.set_password("Tjeter-fjale-2026")
    user.save()

    assert finish(client).headers["Location"] == WAY
    user.refresh_from_db()
    assert user.check_password("Tjeter-fjale-2026")


def test_nobody_without_the_code_reaches_the_password(client: Client, user: User, company: Company) -> None:
    assert client.get(f"{WAY}new/").headers["Location"] == WAY
    start(client, user, company)

    assert finish(client).headers["Location"] == f"{WAY}code/"


def test_a_code_of_another_attempt_opens_nothing(user: User, company: Company) -> None:
    owner, thief = Client(), Client()
    start(thief, user, company)
    start(owner, user, company)

    assert thief.post(f"{WAY}code/", {"code": doorways.code_of(user)}).status_code == 200


def test_a_reset_ends_every_session_and_tells_her_and_her_colleagues(user: User, company: Company) -> None:
    colleague = builders.user(company, signs=True, at=clock.now())
    inside, outside = Client(), Client()
    steps.browse_in(inside, user, company)

    doorways.to_password(outside, WAY, user, company)
    finish(outside)

    assert inside.get("/accounts/").headers["Location"] == "/login/"
    assert Notice.objects.filter(user=user, kind="auth.password.reset").exists()
    assert Notice.objects.filter(user=colleague, kind="auth.password.colleague_reset", company=company).exists()
    assert SmsMessage.objects.filter(to=user.person.phone, challenge=None).count() == 1


def test_a_reset_lowers_her_limit_for_a_day(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    finish(client)

    user.refresh_from_db()
    assert user.password_changed_at is not None
    assert user.low_limit_until == user.password_changed_at + timedelta(hours=24)


def test_the_old_password_is_not_taken_as_the_new(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)

    response = finish(client, builders.PASSWORD)

    assert {rule.name for rule in response.context["rules"] if rule.state == "broken"} == {"history"}


def test_an_attempt_sets_one_password(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    token = client.cookies["recovery"].value
    finish(client)

    thief = Client()
    thief.cookies["recovery"] = token
    assert finish(thief, "Kodra-e-dyte-77").headers["Location"] == WAY
    user.refresh_from_db()
    assert user.check_password(doorways.NEW)
    assert LoginAttempt.objects.get(user=user, kind="recovery").ended_at


def test_no_secret_stands_in_a_row_or_in_the_trail(client: Client, user: User, company: Company) -> None:
    doorways.to_password(client, WAY, user, company)
    code = doorways.code_of(user)
    finish(client)

    user.refresh_from_db()
    written = [bytes(event.record).decode() for event in AuditEvent.objects.all()]
    written += [f"{notice.facts}" for notice in Notice.objects.filter(user=user)]
    written += [message.body_template for message in SmsMessage.objects.filter(to=user.person.phone)]
    for secret in (doorways.NEW, doorways.DIGITS, user.password):
        assert not any(secret in line for line in written)
    assert not any(f'"{code}"' in line or f"FNP {code}" in line for line in written)


def test_both_steps_of_the_sign_in_lead_here(client: Client, user: User, company: Company) -> None:
    assert f'href="{WAY}"' in client.get("/login/").content.decode()
    steps.browse_to_password(client, user, company)

    assert f'href="{WAY}"' in client.get("/login/password/").content.decode()
