"""A permit of the contact centre stands for the card of a forgotten password: half an hour, once, never for the FNP."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Company, User
from auth_flow import desk, permits
from auth_flow.models import Call, FnpChallenge, LoginAttempt, ResetPermit, SecurityCase
from tests import builders
from tests.auth_flow import callers, doorways, steps
from tests.auth_flow.callers import facts

pytestmark = pytest.mark.django_db

WAY = "/password/forgot/"


@pytest.fixture
def call(user: User, now: datetime) -> Call:
    return callers.checked_call(user, agent=callers.agent(), at=now)


def start(client: Client, user: User, company: Company, **changes: str) -> Any:
    typed = {"customer_number": user.username, "nipt": company.nipt, "has_permit": "on"}
    return client.post(WAY, typed | changes)


def to_the_end(client: Client, user: User, company: Company) -> Any:
    start(client, user, company)
    client.post(f"{WAY}code/", {"code": doorways.code_of(user)})
    return client.post(f"{WAY}new/", doorways.new_password())


def test_with_a_permit_no_card_is_asked_and_the_fnp_is(
    call: Call, user: User, company: Company, client: Client, now: datetime
) -> None:
    permit = desk.allow_reset(**facts(call, at=now))
    assert permit.expires_at == now + timedelta(minutes=30)

    assert start(client, user, company).headers["Location"] == f"{WAY}code/"
    assert client.get(f"{WAY}new/").headers["Location"] == f"{WAY}code/", "not without the FNP"
    client.post(f"{WAY}code/", {"code": doorways.code_of(user)})
    assert client.post(f"{WAY}new/", doorways.new_password()).headers["Location"] == "/login/"

    user.refresh_from_db()
    permit.refresh_from_db()
    assert user.check_password(doorways.NEW)
    assert permit.used_at is not None
    assert "_auth_user_id" not in client.session


def test_without_a_permit_the_answer_is_that_of_a_wrong_card(user: User, company: Company) -> None:
    doorways.card(user)
    wrong = Client().post(WAY, doorways.typed(user, company, card_number="000000"))
    none = start(Client(), user, company)

    assert (none.status_code, wrong.status_code) == (403, 403)
    assert SecurityCase.objects.get(reference=none.context["reference"]).why == "no_permit"
    assert not FnpChallenge.objects.filter(user=user).exists()


def test_every_no_does_the_same_work(user: User, company: Company) -> None:
    counts = []
    number, nipt = steps.stranger_pair()
    for changes in ({}, {"customer_number": number, "nipt": nipt}):
        with CaptureQueriesContext(connection) as queries:
            start(Client(), user, company, **changes)
        counts.append([query["sql"].split()[0] for query in queries])

    assert counts[0] == counts[1]


def test_a_permit_lasts_half_an_hour(call: Call, user: User, company: Company, now: datetime) -> None:
    desk.allow_reset(**facts(call, at=now))

    assert permits.live(user.pk, now + timedelta(minutes=29, seconds=59))
    assert permits.live(user.pk, now + timedelta(minutes=30)) is None


def test_a_permit_makes_one_password(call: Call, user: User, company: Company, now: datetime) -> None:
    desk.allow_reset(**facts(call, at=now))
    first, second = Client(), Client()
    start(first, user, company)
    first.post(f"{WAY}code/", {"code": doorways.code_of(user)})
    ResetPermit.objects.update(used_at=now)

    assert first.post(f"{WAY}new/", doorways.new_password()).headers["Location"] == WAY
    assert start(second, user, company).status_code == 403
    user.refresh_from_db()
    assert user.check_password(builders.PASSWORD)


def test_a_reset_with_the_card_uses_the_permit_up(
    call: Call, user: User, company: Company, client: Client, now: datetime
) -> None:
    desk.allow_reset(**facts(call, at=now))
    doorways.card(user)

    doorways.to_password(client, WAY, user, company)
    client.post(f"{WAY}new/", doorways.new_password())

    assert permits.live(user.pk, now) is None
    assert LoginAttempt.objects.get(user=user, kind="recovery").permit is None


def test_a_permit_of_another_customer_helps_nobody(call: Call, company: Company, now: datetime) -> None:
    desk.allow_reset(**facts(call, at=now))
    other = steps.customer_of(company)

    assert start(Client(), other, company).status_code == 403


def test_a_permit_registers_nobody(call: Call, user: User, company: Company, now: datetime) -> None:
    desk.allow_reset(**facts(call, at=now))
    typed = {"customer_number": user.username, "nipt": company.nipt, "has_permit": "on"}

    assert Client().post("/register/", typed).context["form"].errors["card_number"]


def test_who_is_shut_out_gets_no_permit(call: Call, user: User, company: Company, now: datetime) -> None:
    desk.freeze(**facts(call, at=now))

    with pytest.raises(desk.ShutAnyway):
        desk.allow_reset(**facts(call, at=now))


def test_who_has_no_password_yet_gets_none(call: Call, user: User, now: datetime) -> None:
    user.set_unusable_password()
    user.save()

    with pytest.raises(desk.NotRegisteredYet):
        desk.allow_reset(**facts(call, at=now))
    assert not ResetPermit.objects.exists()


def test_a_freeze_after_the_permit_stops_it(call: Call, user: User, company: Company, now: datetime) -> None:
    desk.allow_reset(**facts(call, at=now))
    desk.freeze(**facts(call, at=now))

    assert start(Client(), user, company).status_code == 403


def test_the_page_keeps_what_was_typed_and_asks_for_the_rest(user: User, client: Client) -> None:
    page = client.post(WAY, {"customer_number": user.username, "has_permit": "on"})

    assert set(page.context["form"].errors) == {"nipt"}
    assert 'name="card_number"' in page.content.decode()
