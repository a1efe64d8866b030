"""The laws of the front door, tried past the ORM."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import clock
from auth_flow.models import FnpChallenge, LoginAttempt
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def session(now: datetime) -> LoginAttempt:
    company = builders.company(at=now)
    return steps.with_session(steps.customer_of(company), company, at=now)


@pytest.fixture
def used(session: LoginAttempt) -> FnpChallenge:
    return steps.challenge_of(session)


def law_of(statement: str, *values: UUID | int) -> str:
    """The name of the law that refuses this statement."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [str(value) for value in values])
    cause = refusal.value.__cause__
    return str(getattr(getattr(cause, "diag", None), "constraint_name", ""))


@pytest.mark.parametrize("column", ["consumed_at = NULL", "consumed_at = now()", "attempts = attempts + 1"])
def test_fnp_is_consumed_once(used: FnpChallenge, column: str) -> None:
    assert law_of(f"UPDATE auth_flow_fnpchallenge SET {column} WHERE id = %s", used.id) == "fnp_is_consumed_once"


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("attempts = attempts_max + 1", "fnp_is_judged_no_more_than_its_attempts"),
        ("attempts = -1", "fnp_attempts_only_grow"),
        ("attempts_max = 99", "fnp_asks_what_it_asked"),
        ("payload_hash = 'x'", "fnp_asks_what_it_asked"),
        ("phone = '+355670000000'", "fnp_asks_what_it_asked"),
        ("expires_at = expires_at + interval '1 hour'", "fnp_asks_what_it_asked"),
        ("consumed_at = now()", "fnp_is_judged_before_it_is_consumed"),
        ("voided_at = now(), consumed_at = now(), judged_at = now()", "fnp_is_consumed_or_voided_never_both"),
    ],
)
def test_a_challenge_stays_what_it_was(now: datetime, change: str, law: str) -> None:
    company = builders.company(at=now)
    challenge = steps.challenge_of(steps.with_password(steps.customer_of(company), company, at=now))

    assert law_of(f"UPDATE auth_flow_fnpchallenge SET {change} WHERE id = %s", challenge.id) == law


def test_a_void_code_stays_void(now: datetime) -> None:
    company = builders.company(at=now)
    challenge = steps.challenge_of(steps.with_password(steps.customer_of(company), company, at=now))
    FnpChallenge.objects.filter(id=challenge.id).update(voided_at=now, void_reason="replaced")

    assert law_of("UPDATE auth_flow_fnpchallenge SET voided_at = NULL WHERE id = %s", challenge.id) == "fnp_stays_void"


def test_nobody_is_signed_in_before_step_three(now: datetime) -> None:
    attempt = steps.unknown(at=now)

    law = law_of("UPDATE auth_flow_loginattempt SET signed_in_at = now() WHERE id = %s", attempt.id)
    assert law == "nobody_is_signed_in_before_step_three"


def test_an_ended_session_stays_ended(session: LoginAttempt, now: datetime) -> None:
    LoginAttempt.objects.filter(id=session.id).update(ended_at=now, end_reason="idle")

    law = law_of("UPDATE auth_flow_loginattempt SET ended_at = NULL WHERE id = %s", session.id)
    assert law == "an_ended_session_stays_ended"


def test_a_session_is_never_given_to_somebody_else(session: LoginAttempt, now: datetime) -> None:
    other = builders.user(builders.company(at=now), at=now)

    law = law_of("UPDATE auth_flow_loginattempt SET user_id = %s WHERE id = %s", other.pk, session.id)
    assert law == "a_sign_in_belongs_to_one_user"


@pytest.mark.parametrize("table", ["auth_flow_fnpchallenge", "auth_flow_loginattempt"])
def test_the_portal_itself_may_not_delete_them(session: LoginAttempt, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute(f"DELETE FROM {table}")


def test_the_portal_itself_may_do_the_rest(session: LoginAttempt, now: datetime) -> None:
    company = builders.company(at=now)
    user = steps.customer_of(company)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    assert steps.with_session(user, company, at=now).signed_in_at == now
