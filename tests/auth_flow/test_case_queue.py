"""The queue of security: who takes a case, hands it over and closes it; what its page shows and never shows."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts import audit, clock, notices
from accounts.models import AuditEvent, Notice, User
from auth_flow import case_work, cases, fnp
from auth_flow.case_work import CaseIsTaken, NobodyToTakeIt, TakeTheCaseFirst
from auth_flow.cases import CaseIsClosed
from auth_flow.models import CaseNote, LoginAttempt, SecurityCase
from tests import builders
from tests.auth_flow import steps
from tests.auth_flow.callers import DESK, WHY
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

QUEUE = "admin:auth_flow_securitycase_changelist"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def pending(now: datetime) -> LoginAttempt:
    """A customer who waits for her code."""
    company = builders.company(at=now)
    return steps.with_password(steps.customer_of(company), company, at=now)


@pytest.fixture
def case(pending: LoginAttempt, now: datetime) -> SecurityCase:
    """ "Nuk isha unë", about that code."""
    cases.report_code(reference=steps.challenge_of(pending).reference, network="192.0.2.9", at=now)
    return SecurityCase.objects.get()


def agent(*codenames: str) -> User:
    user = builders.staff(superuser=False)
    names = codenames or ("view_securitycase", "work_securitycase")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return User.objects.get(pk=user.pk)


def act_page(case: SecurityCase, act: str) -> str:
    return reverse(f"admin:auth_flow_securitycase_{act}", args=[case.pk])


def page_of(case: SecurityCase) -> str:
    return reverse("admin:auth_flow_securitycase_change", args=[case.pk])


def by(user: User, now: datetime) -> dict[str, Any]:
    return {"actor": audit.actor_of(user), "at": now}


# --- Verbs -----------------------------------------------------------------------------------------------------------


def test_of_two_who_take_a_case_the_second_finds_it_taken(case: SecurityCase, now: datetime) -> None:
    first, second = agent(), agent()

    assert case_work.take(case_id=case.pk, **by(first, now)).taken_by == f"user:{first.pk}"
    assert case_work.take(case_id=case.pk, **by(first, now)).taken_by == f"user:{first.pk}"
    with pytest.raises(CaseIsTaken):
        case_work.take(case_id=case.pk, **by(second, now))


def test_only_whoever_has_it_in_hand_closes_it(case: SecurityCase, now: datetime) -> None:
    first, second = agent(), agent()
    with pytest.raises(TakeTheCaseFirst):
        case_work.close(case_id=case.pk, outcome="asgjë", **by(first, now))
    case_work.take(case_id=case.pk, **by(first, now))
    with pytest.raises(TakeTheCaseFirst):
        case_work.close(case_id=case.pk, outcome="asgjë", **by(second, now))

    closed = case_work.close(case_id=case.pk, outcome="Klientja e kërkoi vetë", **by(first, now))

    assert (closed.status, closed.closed_by, closed.outcome) == ("closed", f"user:{first.pk}", "Klientja e kërkoi vetë")


def test_its_customer_hears_that_it_is_closed_and_not_what_came_of_it(case: SecurityCase, now: datetime) -> None:
    mine = agent()
    case_work.take(case_id=case.pk, **by(mine, now))
    case_work.close(case_id=case.pk, outcome="Dyshim i pabazë", **by(mine, now))

    told = Notice.objects.get(user=case.user, kind=case_work.CLOSED)

    assert case.reference in notices.in_words(told)
    assert "pabazë" not in notices.in_words(told)


def test_a_case_is_handed_to_a_colleague_who_works_with_cases(case: SecurityCase, now: datetime) -> None:
    first, second, auditor = agent(), agent(), agent("view_securitycase")
    case_work.take(case_id=case.pk, **by(first, now))
    with pytest.raises(NobodyToTakeIt):
        case_work.hand_over(case_id=case.pk, colleague=auditor, reason="turni", **by(first, now))
    with pytest.raises(CaseIsTaken):
        case_work.hand_over(case_id=case.pk, colleague=second, reason="turni", **by(second, now))

    handed = case_work.hand_over(case_id=case.pk, colleague=second, reason="Mbaroi turni", **by(first, now))

    assert handed.taken_by == f"user:{second.pk}"
    assert CaseNote.objects.get().text == "Mbaroi turni"


def test_a_closed_case_takes_nothing_more(case: SecurityCase, now: datetime) -> None:
    mine = agent()
    case_work.take(case_id=case.pk, **by(mine, now))
    case_work.close(case_id=case.pk, outcome="asgjë", **by(mine, now))

    with pytest.raises(CaseIsClosed):
        case_work.take(case_id=case.pk, **by(mine, now))
    with pytest.raises(CaseIsClosed):
        case_work.note(case_id=case.pk, text="vonë", **by(mine, now))
    with pytest.raises(CaseIsClosed):
        case_work.close(case_id=case.pk, outcome="vonë", **by(mine, now))


def test_every_act_leaves_its_trace(case: SecurityCase, now: datetime) -> None:
    mine, colleague = agent(), agent()
    case_work.take(case_id=case.pk, **by(mine, now))
    case_work.note(case_id=case.pk, text="Foli me telefon", **by(mine, now))
    case_work.hand_over(case_id=case.pk, colleague=colleague, reason="Mbaroi turni", **by(mine, now))
    case_work.close(case_id=case.pk, outcome="asgjë", **by(colleague, now))

    events = AuditEvent.objects.filter(subject=f"case:{case.reference}").order_by("pk")
    assert [event.event for event in events] == [
        "staff.case.taken", "staff.case.noted", "staff.case.handed_over", "staff.case.closed",
    ]  # fmt: skip
    assert b"Foli me telefon" not in b"".join(bytes(event.record) for event in events)


# --- Laws ------------------------------------------------------------------------------------------------------------


def law_of(row: Model, change: str) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {change} WHERE id = %s", [row.pk])
    return str(getattr(getattr(refusal.value.__cause__, "diag", None), "constraint_name", ""))


@pytest.mark.parametrize("change", ["status = 'open'", "outcome = 'tjetër'", "taken_by = ''"])
def test_a_closed_case_stays_as_it_was_closed(case: SecurityCase, now: datetime, change: str) -> None:
    mine = agent()
    case_work.take(case_id=case.pk, **by(mine, now))
    case_work.close(case_id=case.pk, outcome="asgjë", **by(mine, now))

    assert law_of(case, change) == "a_closed_case_stays_as_it_was_closed"


def test_notes_of_a_case_are_never_changed(case: SecurityCase, now: datetime) -> None:
    note = case_work.note(case_id=case.pk, text="Foli me telefon", **by(agent(), now))

    assert law_of(note, "text = 'tjetër'") == "notes_of_a_case_are_never_changed"


@pytest.mark.parametrize("change", ["taken_by = 'user:1'", "taken_at = now()"])
def test_a_case_in_hand_is_in_somebodys_hand(case: SecurityCase, change: str) -> None:
    assert law_of(case, change) == "a_case_in_hand_is_in_somebodys_hand"


# --- Pages -----------------------------------------------------------------------------------------------------------


def test_the_queue_shows_the_open_ones_first_and_who_has_them(case: SecurityCase, now: datetime) -> None:
    mine = agent()
    case_work.take(case_id=case.pk, **by(mine, now))
    cases.open_case(kind="lost_phone", reference="BBBB2222", user=case.user, network="", at=now - timedelta(days=1))

    page = at_the_desk(mine).get(reverse(QUEUE)).content.decode()

    assert page.index("BBBB2222") < page.index(case.reference)
    assert f">{mine.username}<" in page


@pytest.mark.parametrize(("whose", "is_there"), [("mine", True), ("nobody", False)])
def test_the_queue_can_be_narrowed_to_ones_own(case: SecurityCase, now: datetime, whose: str, is_there: bool) -> None:
    mine = agent()
    case_work.take(case_id=case.pk, **by(mine, now))

    page = at_the_desk(mine).get(reverse(QUEUE), {"whose": whose}).content.decode()

    assert (case.reference in page) is is_there


def test_the_evidence_is_all_on_one_page_and_no_code_among_it(
    case: SecurityCase, pending: LoginAttempt, now: datetime
) -> None:
    LoginAttempt.objects.filter(pk=pending.pk).update(browser="Mozilla/5.0 (Windows NT 10.0) Firefox/130.0")
    challenge = steps.challenge_of(pending)

    page = at_the_desk(agent()).get(page_of(case)).content.decode()

    for shown in ("192.0.2.9", "192.0.2.1", "Firefox, Windows", challenge.reference, pending.user.username):
        assert shown in page
    assert fnp.derive(challenge) not in page
    assert pending.user.person.phone not in page


def test_looking_at_the_evidence_is_a_look_at_the_customer(case: SecurityCase) -> None:
    looker = agent()

    at_the_desk(looker).get(page_of(case))

    event = AuditEvent.objects.get(event="staff.user.looked_at")
    assert (event.subject, event.actor, event.reason) == (f"user:{case.user_id}", f"user:{looker.pk}", case.reference)
    assert json.loads(bytes(event.record))["details"]["by"] == "case"


def test_a_case_is_taken_noted_and_closed_by_its_pages(case: SecurityCase) -> None:
    mine = agent()
    desk = at_the_desk(mine)

    assert act_page(case, "close") not in desk.get(page_of(case)).content.decode()
    desk.post(act_page(case, "take"), {"csrfmiddlewaretoken": "x"})
    desk.post(act_page(case, "note"), {"text": "Foli me telefon"})
    page = desk.get(page_of(case)).content.decode()
    assert "Foli me telefon" in page
    assert act_page(case, "close") in page
    answer = desk.post(act_page(case, "close"), {"outcome": "E kërkoi vetë"}, follow=True)

    assert "E kërkoi vetë" in answer.content.decode()
    assert SecurityCase.objects.get().closed_by == f"user:{mine.pk}"


def test_a_case_is_handed_over_by_its_page(case: SecurityCase) -> None:
    mine, colleague, auditor = agent(), agent(), agent("view_securitycase")
    desk = at_the_desk(mine)

    form = desk.get(act_page(case, "hand-over")).content.decode()
    assert colleague.username in form
    assert auditor.username not in form
    desk.post(act_page(case, "hand-over"), {"colleague": colleague.pk, "reason": "Mbaroi turni"})

    assert SecurityCase.objects.get().taken_by == f"user:{colleague.pk}"


def test_a_refusal_is_told_on_the_page(case: SecurityCase, now: datetime) -> None:
    case_work.take(case_id=case.pk, **by(agent(), now))

    answer = at_the_desk(agent()).post(act_page(case, "take"), {"csrfmiddlewaretoken": "x"})

    assert "Rastin e ka në dorë një koleg" in answer.content.decode()
    assert answer.status_code == 200


@pytest.mark.parametrize("act", ["take", "note", "hand-over", "close"])
def test_whoever_only_looks_does_nothing(case: SecurityCase, act: str) -> None:
    auditor = at_the_desk(agent("view_securitycase"))

    assert auditor.get(page_of(case)).status_code == 200
    assert auditor.post(act_page(case, act), {"text": "shënim", "outcome": "përfundim"}).status_code == 403
    assert SecurityCase.objects.get().taken_by == ""


def test_whoever_may_not_see_cases_sees_none(case: SecurityCase) -> None:
    desk: Client = at_the_desk(agent("view_company"))

    assert desk.get(reverse(QUEUE)).status_code == 403
    assert desk.get(page_of(case)).status_code == 403
    assert not AuditEvent.objects.filter(event="staff.user.looked_at").exists()


def test_a_case_of_nobody_has_a_page_too(now: datetime) -> None:
    case = cases.open_case(kind="dead_end", reference="CCCC2222", user=None, network="192.0.2.7", at=now)

    page = at_the_desk(agent()).get(page_of(case))

    assert page.status_code == 200
    assert "askush" in page.content.decode()


# --- Dead ends, closed at the desk by the reference that a caller reads out -------------------------------------------


def a_dead_end(at: datetime) -> SecurityCase:
    return cases.open_case(kind=cases.Kind.DEAD_END, reference="K7M3P9QX", user=None, network="192.0.2.1", at=at)


def test_a_dead_end_of_nobody_is_closed_by_its_reference(now: datetime) -> None:
    case = a_dead_end(now)
    form = {"reference": "k7m3 p9qx", "reason": WHY}
    for codenames in (["view_accessblock"], ["view_accessblock", "change_accessblock"], ["work_securitycase"]):
        assert at_the_desk(agent(*codenames)).post(f"{DESK}dead-end/", form).status_code == 403
    browser = at_the_desk(agent("view_accessblock", "change_accessblock", "work_securitycase"))

    browser.post(f"{DESK}dead-end/", form)
    again = browser.post(f"{DESK}dead-end/", form, follow=True)

    case.refresh_from_db()
    assert (case.status, case.outcome) == (SecurityCase.Status.CLOSED, WHY)
    assert str(cases.CaseIsClosed.sentence) in again.content.decode()


def test_a_dead_end_that_a_colleague_has_in_hand_is_hers_to_close(now: datetime) -> None:
    case = a_dead_end(now)
    case_work.take(case_id=case.pk, **by(agent(), now))

    with pytest.raises(CaseIsTaken):
        case_work.close_dead_end(reference=case.reference, outcome=WHY, **by(agent(), now))
