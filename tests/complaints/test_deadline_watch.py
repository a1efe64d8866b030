"""Deadlines are told of once: when they come near, and when they have passed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.models import AuditEvent
from auth_flow.models import MailMessage
from bkt_portal.ticks import TICKS
from complaints import answers, deadline_watch, tasks
from complaints.models import Case
from tests.builders import AT
from tests.complaints import room

pytestmark = pytest.mark.django_db
MAILBOX = "ankesat@bank.example"


@pytest.fixture(autouse=True)
def with_a_mailbox(settings: Settings) -> None:
    settings.EMAIL_URL = "smtp://mail.example"
    settings.COMPLAINTS = settings.COMPLAINTS | {"mailbox": MAILBOX, "reply_days": 15, "warn_days": 3}


def on(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00+00:00")


@pytest.fixture
def case() -> Case:
    return room.filed(email="", phone="+355 67 200 0018")


def test_a_case_is_told_of_when_its_day_comes_near_and_when_it_has_passed(case: Case) -> None:
    early = deadline_watch.watch(at=AT)
    near = deadline_watch.watch(at=on(str(case.answer_by - timedelta(days=1))))
    late = deadline_watch.watch(at=on(str(case.answer_by + timedelta(days=1))))

    assert early == ([], [])
    assert near == ([case.number], [])
    assert late == ([], [case.number])


def test_nothing_is_told_twice(case: Case) -> None:
    late = on(str(case.answer_by + timedelta(days=1)))

    first, second = deadline_watch.watch(at=late), deadline_watch.watch(at=late + timedelta(days=1))

    assert first == ([], [case.number])
    assert second == ([], [])
    assert MailMessage.objects.filter(to=MAILBOX).count() == 1
    assert AuditEvent.objects.filter(event="complaints.case.overdue").count() == 1


def test_the_letter_names_numbers_and_nobody(case: Case) -> None:
    deadline_watch.watch(at=on(str(case.answer_by + timedelta(days=1))))

    letter = MailMessage.objects.get(to=MAILBOX)
    assert case.number in letter.body
    assert case.name not in letter.body


def test_what_has_its_final_answer_is_told_of_no_more(case: Case) -> None:
    room.answered(case, is_final=True)

    assert deadline_watch.watch(at=on(str(case.answer_by + timedelta(days=1)))) == ([], [])


def test_a_case_opened_again_is_told_of_again(case: Case) -> None:
    late = on(str(case.answer_by + timedelta(days=1)))
    deadline_watch.watch(at=late)
    room.answered(case, is_final=True, at=late)
    reopened = answers.reopen(case_id=case.pk, reason="Dokumente të reja.", actor=room.AGENT, at=late)

    assert deadline_watch.watch(at=on(str(reopened.answer_by + timedelta(days=1)))) == ([], [case.number])


def test_the_tick_asks_the_banks_clock(case: Case, clock_at: Callable[[datetime], None]) -> None:
    clock_at(on(str(case.answer_by + timedelta(days=1))))

    tasks.watch_deadlines()

    case.refresh_from_db()
    assert case.overdue_at is not None
    assert TICKS["watch-deadlines"]["task"] == tasks.watch_deadlines.name
