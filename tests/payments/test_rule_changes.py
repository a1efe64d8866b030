"""Cut-offs and tariffs to come: set, changed and taken back by two, never for today."""

from contextlib import nullcontext
from datetime import date, time, timedelta

import pytest

from accounts import four_eyes
from accounts.four_eyes import Stale
from accounts.models import Proposal
from accounts.money import format_amount
from payments import last_sessions, rule_changes, tariffs
from payments.last_sessions import CutOffAfterLastSession
from payments.models import ClearingSession, CutOff, Tariff
from payments.rule_changes import Band
from tests import builders

pytestmark = pytest.mark.django_db

AT = builders.AT
TODAY = date(2026, 11, 20)
TOMORROW = TODAY + timedelta(days=1)
WHY = "Vendim i drejtorisë"


def approve(proposal: Proposal, at=AT) -> Proposal:
    return four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=at)


def propose_cut_off(at_time: time | None, valid_from: date = TOMORROW) -> Proposal:
    return rule_changes.propose_cut_off(
        kind="domestic",
        at_time=at_time,
        valid_from=valid_from,
        source="Vendim",
        reason=WHY,
        actor=builders.STAFF,
        at=AT,
    )


def propose_tariff(*bands: Band, valid_from: date = TOMORROW) -> Proposal:
    return rule_changes.propose_tariff(
        kind="domestic",
        currency="ALL",
        bands=bands,
        valid_from=valid_from,
        source="Vendim",
        reason=WHY,
        actor=builders.STAFF,
        at=AT,
    )


def test_a_cut_off_to_come_is_set_changed_and_taken_back_by_two():
    approve(propose_cut_off(time(13, 30)))
    approve(propose_cut_off(time(12, 0)))
    assert CutOff.objects.get(valid_from=TOMORROW).at_time == time(12, 0)

    approve(propose_cut_off(None))

    assert not CutOff.objects.filter(valid_from=TOMORROW).exists()


def test_a_tariff_is_set_as_a_whole_table_by_two():
    proposal = propose_tariff(Band(1_000, 10), Band(None, 50))
    assert not Tariff.objects.filter(valid_from=TOMORROW).exists()

    approve(proposal)

    fees = [tariffs.fee(kind="domestic", currency="ALL", amount_minor=minor, on=TOMORROW) for minor in (1_000, 1_001)]
    assert fees == [10, 50]


def test_a_tariff_to_come_is_replaced_and_taken_back():
    approve(propose_tariff(Band(1_000, 10), Band(None, 50)))
    approve(propose_tariff(Band(None, 7)))
    assert [row.fixed_minor for row in Tariff.objects.filter(valid_from=TOMORROW)] == [7]

    approve(propose_tariff())

    assert not Tariff.objects.filter(valid_from=TOMORROW).exists()


@pytest.mark.parametrize(
    "bands", [[Band(2, 1), Band(1, 1), Band()], [Band(1, 1)], [Band(), Band()], [Band(1), Band(1), Band()]]
)
def test_a_tariff_whose_bands_do_not_rise_to_an_open_end_is_refused(bands):
    with pytest.raises(rule_changes.BandsDoNotRise):
        propose_tariff(*bands)


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=30)])
def test_no_rule_of_the_bank_begins_today_or_before(day):
    with pytest.raises(rule_changes.RuleBeginsTomorrow):
        propose_cut_off(time(13), day)
    with pytest.raises(rule_changes.RuleBeginsTomorrow):
        propose_tariff(Band(), valid_from=day)


def test_an_approval_that_comes_too_late_changes_nothing():
    proposal = propose_cut_off(time(13, 30))

    with pytest.raises(rule_changes.RuleBeginsTomorrow):
        approve(proposal, at=AT + timedelta(days=1))
    assert not CutOff.objects.filter(valid_from=TOMORROW).exists()


def test_a_rule_that_was_changed_meanwhile_is_proposed_anew():
    proposal = propose_tariff(Band(None, 7))
    Tariff.objects.create(kind="domestic", currency="ALL", fixed_minor=1, valid_from=TOMORROW)

    with pytest.raises(Stale):
        approve(proposal)


@pytest.mark.parametrize(("kind", "at_time", "is_late"), [
    ("domestic", time(15, 0), False),
    ("domestic", time(15, 1), True),
    ("budget", time(16, 0), True),
    ("urgent", time(15, 30), False),
    ("urgent", time(15, 31), True),
    ("internal", time(20, 0), False),
])  # fmt: skip
def test_no_cut_off_is_later_than_what_its_rails_still_take(kind, at_time, is_late):
    with pytest.raises(CutOffAfterLastSession) if is_late else nullcontext():
        last_sessions.require_cut_off(kind, at_time, valid_from=TOMORROW)


def test_a_cut_off_after_the_last_session_is_neither_proposed_nor_approved():
    with pytest.raises(CutOffAfterLastSession):
        propose_cut_off(time(16, 0))
    proposal = propose_cut_off(time(14, 30))
    ClearingSession.objects.create(rail="aech", at_time=time(14, 0), valid_from=TOMORROW)

    with pytest.raises(CutOffAfterLastSession):
        approve(proposal)


def test_a_cut_off_that_made_room_for_shorter_sessions_is_not_taken_back():
    approve(propose_cut_off(time(12, 0)))
    ClearingSession.objects.create(rail="aech", at_time=time(13, 0), valid_from=TOMORROW)

    with pytest.raises(CutOffAfterLastSession):
        propose_cut_off(None)


def test_a_cut_off_is_asked_only_for_the_days_on_which_it_rules():
    approve(propose_cut_off(time(12, 0), TOMORROW + timedelta(days=9)))
    ClearingSession.objects.create(rail="aech", at_time=time(13, 0), valid_from=TOMORROW + timedelta(days=9))

    assert propose_cut_off(time(14, 30)).status == "pending"


def test_a_tariff_whose_least_is_above_its_most_is_refused_before_a_colleague_sees_it():
    with pytest.raises(rule_changes.LeastAboveMost):
        propose_tariff(Band(None, 0, 100, 500, 200))


@pytest.mark.parametrize("band", [Band(None, 0, 0, 50_000), Band(None, 900, 0, 0, 500)])
def test_whatever_decides_the_fee_is_shown_to_the_colleague(band):
    proposal = propose_tariff(band)

    shown = " ".join(new for _label, _old, new in four_eyes.in_words(proposal, is_masked=False))
    approve(proposal)

    fee = tariffs.fee(kind="domestic", currency="ALL", amount_minor=1, on=TOMORROW)
    assert format_amount(fee) in shown
