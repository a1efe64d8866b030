"""The laws of calls, digits, acts and permits, tried past the ORM."""

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from accounts.models import User
from auth_flow import desk
from auth_flow.models import Call, CallAct, CallDigits, CustomerLook, DeskAlarm, ResetPermit
from tests import builders
from tests.auth_flow import callers, steps
from tests.auth_flow.test_laws import law_of

pytestmark = pytest.mark.django_db

INSERT_CALL = (
    "INSERT INTO auth_flow_call (id, agent_id, user_id, channel, began_by_customer, reason, opened_at, expires_at) "
    "VALUES (gen_random_uuid(), %s, %s, 'phone', true, 'x', now(), now() + interval '1 hour')"
)
INSERT_ACT = (
    "INSERT INTO auth_flow_callact (call_id, what, reason, at) SELECT id, '{what}', 'x', {at} FROM auth_flow_call"
)


@pytest.fixture
def staff() -> User:
    return builders.staff()


@pytest.fixture
def call(user: User, staff: User, now: datetime) -> Call:
    return callers.call_with(user, agent=staff, at=now)


@pytest.fixture
def digits(call: Call, now: datetime) -> CallDigits:
    return callers.send(call, at=now)


@pytest.fixture
def checked(user: User, staff: User, now: datetime) -> Call:
    return callers.checked_call(user, agent=staff, at=now)


def test_a_call_is_between_staff_and_a_customer(user: User, staff: User) -> None:
    other = builders.user()
    for agent, subject in ((user, other), (staff, builders.staff())):
        law = law_of(INSERT_CALL, agent.pk, subject.pk)
        assert law == "a_call_is_between_staff_and_a_customer"


def test_nobody_calls_herself(staff: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE auth_flow_call DISABLE TRIGGER a_call_is_between_staff_and_a_customer")

    assert law_of(INSERT_CALL, staff.pk, staff.pk) == "nobody_calls_herself"


def test_an_agent_has_one_open_call(call: Call, user: User, staff: User) -> None:
    assert law_of(INSERT_CALL, staff.pk, user.pk) == "an_agent_has_one_open_call"


@pytest.mark.parametrize(
    "change",
    [
        "began_by_customer = false",
        "channel = 'email'",
        "user_id = user_id + 1",
        "expires_at = now() + interval '1 year'",
        "opened_at = now() - interval '1 day'",
    ],
)
def test_a_call_stays_what_it_was(call: Call, change: str) -> None:
    assert law_of(f"UPDATE auth_flow_call SET {change} WHERE id = %s", call.pk) == "a_call_stays_what_it_was"


def test_an_ended_call_stays_ended(call: Call, now: datetime) -> None:
    Call.objects.filter(pk=call.pk).update(ended_at=now)

    law = law_of("UPDATE auth_flow_call SET ended_at = NULL WHERE id = %s", call.pk)
    assert law == "a_call_stays_what_it_was"


def test_a_caller_is_checked_by_her_digits(call: Call, digits: CallDigits) -> None:
    law = law_of("UPDATE auth_flow_call SET checked_at = now() WHERE id = %s", call.pk)

    assert law == "a_caller_is_checked_by_her_digits"


def test_only_who_called_by_phone_is_checked(checked: Call) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE auth_flow_call DISABLE TRIGGER a_call_stays_what_it_was")

    law = law_of("UPDATE auth_flow_call SET began_by_customer = false WHERE id = %s", checked.pk)
    assert law == "only_who_called_by_phone_is_checked"


@pytest.mark.parametrize(("channel", "began_by_customer"), [("phone", False), ("email", True)])
def test_digits_are_sent_to_who_called(
    user: User, staff: User, now: datetime, channel: str, began_by_customer: bool
) -> None:
    call = callers.call_with(user, agent=staff, at=now, channel=channel, began_by_customer=began_by_customer)

    law = law_of(
        "INSERT INTO auth_flow_calldigits (id, nonce, call_id, phone, key_id, created_at, expires_at, attempts, "
        "attempts_max, sends) VALUES (gen_random_uuid(), 'x', %s, '+355', 'x', now(), now(), 0, 3, 1)",
        call.pk,
    )
    assert law == "digits_are_sent_to_who_called"


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("attempts = attempts - 1", "digits_ask_what_they_asked"),
        ("attempts = attempts_max + 1", "digits_are_tried_no_more_than_allowed"),
        ("attempts_max = 99", "digits_ask_what_they_asked"),
        ("phone = '+355670000000'", "digits_ask_what_they_asked"),
        ("expires_at = expires_at + interval '1 hour'", "digits_ask_what_they_asked"),
        ("used_at = now()", "digits_are_tried_before_they_are_used"),
        ("attempts = 1, used_at = expires_at", "digits_are_tried_before_they_are_used"),
    ],
)
def test_digits_stay_what_they_were(digits: CallDigits, change: str, law: str) -> None:
    assert law_of(f"UPDATE auth_flow_calldigits SET {change} WHERE id = %s", digits.pk) == law


def test_digits_are_used_once(checked: Call) -> None:
    law = law_of("UPDATE auth_flow_calldigits SET used_at = NULL WHERE call_id = %s", checked.pk)

    assert law == "digits_are_used_once"


@pytest.mark.parametrize("what", ["unblock", "thaw", "reset", "remove_app"])
def test_an_act_that_opens_needs_a_checked_caller(call: Call, what: str) -> None:
    assert law_of(INSERT_ACT.format(at="opened_at", what=what)) == "an_act_that_opens_needs_a_checked_caller"


@pytest.mark.parametrize("at", ["expires_at", "opened_at - interval '1 second'"])
def test_an_act_needs_an_open_call(call: Call, at: str) -> None:
    assert law_of(INSERT_ACT.format(at=at, what="freeze")) == "an_act_needs_an_open_call"


def test_an_act_needs_a_call_that_was_not_ended(checked: Call, now: datetime) -> None:
    Call.objects.update(ended_at=now)

    assert law_of(INSERT_ACT.format(at="opened_at", what="unblock")) == "an_act_needs_an_open_call"


def test_a_permit_is_for_a_checked_caller(call: Call, user: User) -> None:
    insert = (
        "INSERT INTO auth_flow_resetpermit (call_id, user_id, given_at, expires_at) "
        "VALUES (%s, %s, now(), now() + interval '30 minutes')"
    )

    assert law_of(insert, call.pk, user.pk) == "a_permit_is_for_a_checked_caller"


def test_a_permit_is_for_the_customer_of_its_call(checked: Call) -> None:
    insert = (
        "INSERT INTO auth_flow_resetpermit (call_id, user_id, given_at, expires_at) "
        "VALUES (%s, %s, now(), now() + interval '30 minutes')"
    )

    assert law_of(insert, checked.pk, builders.user().pk) == "a_permit_is_for_a_checked_caller"


@pytest.mark.parametrize("change", ["used_at = NULL", "expires_at = expires_at + interval '1 day'"])
def test_a_permit_is_used_once(checked: Call, now: datetime, change: str) -> None:
    permit = desk.allow_reset(**callers.facts(checked, at=now))
    if change.startswith("used_at"):
        ResetPermit.objects.update(used_at=now)

    law = law_of(f"UPDATE auth_flow_resetpermit SET {change} WHERE id = %s", permit.pk)
    assert law == "a_permit_is_used_once"


def test_an_sms_has_a_code_or_digits_never_both(digits: CallDigits, now: datetime) -> None:
    company = builders.company(at=now)
    challenge = steps.challenge_of(steps.with_password(steps.customer_of(company), company, at=now))

    law = law_of("UPDATE auth_flow_smsmessage SET challenge_id = %s WHERE digits_id = %s", challenge.pk, digits.pk)
    assert law == "an_sms_has_a_code_or_digits_never_both"


@pytest.mark.parametrize("model", [Call, CallDigits, CallAct, CustomerLook, DeskAlarm, ResetPermit])
def test_the_portal_itself_may_delete_nothing_of_a_call(model: type[Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute(f"DELETE FROM {model._meta.db_table}")


@pytest.mark.parametrize("model", [CallAct, CustomerLook, DeskAlarm])
def test_what_was_looked_at_and_done_is_only_added_to(model: type[Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute(f"UPDATE {model._meta.db_table} SET at = now()")


def test_the_portal_itself_may_take_a_call(user: User, staff: User, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    call = callers.checked_call(user, agent=staff, at=now)
    desk.unblock(**callers.facts(call, at=now))
    assert CallAct.objects.count() == 1
