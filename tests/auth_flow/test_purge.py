"""What the front door forgets, and what it keeps."""

from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, transaction

from accounts import clock
from accounts.models import Company, User
from auth_flow import case_work, cases, lockout, tasks
from auth_flow.models import FailureCounter, LoginAttempt, NetworkCounter, SecurityCase
from auth_flow.purge import KINDS, purge
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


def test_sign_ins_of_nobody_go_after_a_day_and_hers_stay(company: Company, now: datetime) -> None:
    old = now - DAY - timedelta(seconds=1)
    hers = steps.identified(builders.user(company, at=old), company, at=old)
    steps.unknown(at=old)
    young = steps.unknown(at=now)

    assert purge(at=now)["sign_ins"] == 1
    assert set(LoginAttempt.objects.values_list("id", flat=True)) == {hers.id, young.id}


def test_the_portals_own_role_may_do_it_and_no_more(company: Company, now: datetime) -> None:
    hers = steps.identified(builders.user(company, at=now - 9 * DAY), company, at=now - 9 * DAY)
    steps.unknown(at=now - 9 * DAY)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    assert purge(at=now)["sign_ins"] == 1
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        LoginAttempt.objects.filter(id=hers.id)._raw_delete("default")


def test_dead_ends_of_nobody_go_after_a_day_and_every_other_case_stays(company: Company, now: datetime) -> None:
    old = now - DAY - timedelta(seconds=1)
    hers = steps.customer_of(company)
    kept = [
        a_case("AAAA2222", user=hers, at=old),
        a_case("AAAA3333", user=None, at=now),
        a_case("AAAA4444", user=None, at=old, kind=cases.Kind.UNEXPECTED_CODE),
    ]
    a_case("AAAA5555", user=None, at=old)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    assert purge(at=now)["dead_ends"] == 1
    assert set(SecurityCase.objects.all()) == set(kept)


def test_a_case_goes_years_after_it_was_closed_and_an_open_one_never(company: Company, now: datetime) -> None:
    user = steps.customer_of(company)
    old, young, still_open = (
        a_case(f"AAAA666{number}", user=user, at=now - 99 * DAY, kind=cases.Kind.LOST_PHONE) for number in (2, 3, 4)
    )
    for case, at in ((old, now - 10 * DAY - timedelta(seconds=1)), (young, now - 10 * DAY)):
        case_work.take(case_id=case.pk, actor=builders.STAFF, at=at)
        case_work.close(case_id=case.pk, outcome="u fol", actor=builders.STAFF, at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    assert KINDS["cases"](now - 10 * DAY, 100) == 1
    assert set(SecurityCase.objects.all()) == {young, still_open}


def test_the_portals_own_role_deletes_no_case_itself(company: Company, now: datetime) -> None:
    a_case("AAAA6662", user=steps.customer_of(company), at=now)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        SecurityCase.objects.all()._raw_delete("default")


def a_case(reference: str, *, user: User | None, at: datetime, kind: str = cases.Kind.DEAD_END) -> SecurityCase:
    return cases.open_case(kind=kind, reference=reference, user=user, network="192.0.2.1", at=at)


def test_counters_go_alike_for_everybody(company: Company, now: datetime) -> None:
    user = steps.customer_of(company)
    for identity in (lockout.identity_of_user(user), lockout.identity_of("990000001")):
        lockout.reserve(identity, lockout.OTHERS, now - 31 * DAY)
        lockout.reserve(identity, lockout.KNOWN, now - 29 * DAY)

    assert purge(at=now)["counters"] == 2
    assert set(FailureCounter.objects.values_list("lane", flat=True)) == {lockout.KNOWN}


def test_networks_sessions_and_records_go(now: datetime) -> None:
    lockout.count_network("192.0.2.1", now - 2 * DAY)
    lockout.count_network("192.0.2.2", now)
    Session.objects.create(session_key="old", session_data="x", expire_date=now - DAY)
    Session.objects.create(session_key="new", session_data="x", expire_date=now + DAY)
    for name in ("a", "b"):
        AccessAttempt.objects.create(username=name, failures_since_start=1, ip_address="192.0.2.1")
    AccessAttempt.objects.filter(username="a").update(attempt_time=now - 31 * DAY)

    gone = purge(at=now)

    assert (gone["networks"], gone["sessions"], gone["failures"]) == (1, 1, 1)
    assert NetworkCounter.objects.get().network == "192.0.2.2"
    assert Session.objects.get().session_key == "new"
    assert AccessAttempt.objects.get().username == "b"


def test_the_second_tick_finds_nothing(now: datetime) -> None:
    steps.unknown(at=now - 2 * DAY)

    assert tasks.purge() == 1
    assert tasks.purge() == 0
