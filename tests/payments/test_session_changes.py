"""Clearing sessions to come: a rail's whole set, by two, never for today, never ending before a cut-off."""

from datetime import date, time, timedelta

import pytest

from accounts import four_eyes
from accounts.four_eyes import ProposerCannotDecide, Stale
from accounts.models import AuditEvent, Proposal
from payments import rule_changes, selectors, session_changes
from payments.last_sessions import CutOffAfterLastSession
from payments.models import ClearingSession, CutOff
from payments.models.orders import Rail
from payments.session_changes import Session
from tests import builders

pytestmark = pytest.mark.django_db

AT = builders.AT
TODAY = date(2026, 11, 20)
TOMORROW = TODAY + timedelta(days=1)


def propose(*sessions: Session, rail: Rail = Rail.AECH, valid_from: date = TOMORROW) -> Proposal:
    return session_changes.propose(
        rail=rail,
        sessions=sessions,
        valid_from=valid_from,
        source="Njoftim i operatorit",
        reason="Njoftim i operatorit",
        actor=builders.STAFF,
        at=AT,
    )


def approve(proposal: Proposal, *, actor=builders.SECOND, at=AT) -> Proposal:
    return four_eyes.approve(proposal_id=proposal.pk, actor=actor, at=at)


def moments(on: date = TOMORROW) -> list[time]:
    return [session.at_time for session in selectors.sessions(Rail.AECH, on=on)]


def test_a_set_to_come_is_new_changed_and_taken_back_by_two():
    before = moments()
    proposal = propose(Session(time(11)), Session(time(15)))
    assert moments() == before

    approve(proposal)
    assert moments() == [time(11), time(15)]
    approve(propose(Session(time(14, 30))))
    assert moments() == [time(14, 30)]
    approve(propose())

    assert moments() == before
    trail = AuditEvent.objects.filter(event__startswith="payments.sessions.").order_by("pk")
    assert [one.event.rsplit(".", 1)[1] for one in trail] == ["set", "set", "removed"]


def test_nobody_approves_the_sessions_that_she_proposed():
    with pytest.raises(ProposerCannotDecide):
        approve(propose(Session(time(15))), actor=builders.STAFF)
    assert not ClearingSession.objects.filter(valid_from=TOMORROW).exists()


def test_the_colleague_sees_the_whole_set():
    approve(propose(Session(time(15))))

    rows = four_eyes.in_words(propose(Session(time(8), time(15)), Session(time(16))), is_masked=False)

    assert [(old, new) for _label, old, new in rows[2:4]] == [("15:00", "08:00–15:00"), ("", "16:00")]
    assert rows[0][2] == "AECH"


@pytest.mark.parametrize(
    "sessions",
    [
        [Session(time(15)), Session(time(15))],
        [Session(time(15)), Session(time(11))],
        [Session(time(15), time(15))],
        [Session(time(8), time(14)), Session(time(13))],
    ],
)
def test_sessions_that_overlap_are_refused(sessions):
    with pytest.raises(session_changes.SessionsOverlap):
        propose(*sessions)


def test_no_set_begins_today_not_even_by_a_late_approval():
    with pytest.raises(rule_changes.RuleBeginsTomorrow):
        propose(Session(time(15)), valid_from=TODAY)
    proposal = propose(Session(time(15)))

    with pytest.raises(rule_changes.RuleBeginsTomorrow):
        approve(proposal, at=AT + timedelta(days=1))


def test_a_set_that_would_end_before_a_cut_off_is_refused_when_proposed_and_when_approved():
    with pytest.raises(CutOffAfterLastSession):
        propose(Session(time(13, 59)))
    proposal = propose(Session(time(14)))
    CutOff.objects.create(kind="domestic", at_time=time(14, 1), valid_from=TOMORROW + timedelta(days=5))

    with pytest.raises(CutOffAfterLastSession):
        approve(proposal)


def test_a_set_that_made_room_for_a_later_cut_off_is_not_taken_back():
    approve(propose(Session(time(16))))
    for rail in (Rail.AIPS, Rail.AIPS_EURO):
        approve(propose(Session(time(8), time(17)), rail=rail))
    CutOff.objects.create(kind="domestic", at_time=time(15, 30), valid_from=TOMORROW)

    with pytest.raises(CutOffAfterLastSession):
        propose()


def test_what_was_changed_meanwhile_or_is_the_same_is_not_approved():
    proposal = propose(Session(time(15)))
    ClearingSession.objects.create(rail="aech", at_time=time(16), valid_from=TOMORROW)

    with pytest.raises(Stale):
        approve(proposal)
    with pytest.raises(rule_changes.RuleIsTheSame):
        propose(Session(time(16)))
