"""The life of a standing order: written down, its days left out, stopped."""

from datetime import date, timedelta

import pytest

from accounts.models import AuditEvent, Mandate
from payments import limits, orders, skipped_days, standing
from payments.models import PaymentLimit
from payments.models.orders import OrderKind
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.conftest import make_firm
from tests.payments.standing_cast import TUESDAY, tirana

pytestmark = pytest.mark.django_db
KEY = "a-submit-key-of-a-form"


def stop(series, mandate, *, with_orders=False, at=builders.AT):
    return standing.stop(standing_id=series.pk, mandate=mandate, reason="Mbaroi", with_orders=with_orders, at=at)


def skip(series, mandate, day, *, at=builders.AT):
    return skipped_days.skip(standing_id=series.pk, mandate=mandate, nominal_on=day, at=at)


# --- Written down ------------------------------------------------------------------------------------------------


def test_a_draft_says_what_was_asked_and_moves_nothing(firm):
    series = cast.draft(firm, times=12, cap_minor=1_000_000)

    assert (series.status, series.number[:7], series.rhythm, series.times) == ("draft", "S-2026-", "monthly", 12)
    assert (series.amount_minor, series.cap_minor, series.first_on) == (123_450, 1_000_000, TUESDAY)
    assert series.look_on is None


def test_the_second_click_is_the_same_series_and_other_content_edits_it(firm):
    first, second = cast.draft(firm, key=KEY), cast.draft(firm, key=KEY)
    third = cast.draft(firm, key=KEY, times=3)

    assert first == second == third
    assert (second.version, third.version, third.times) == (1, 2, 3)


def test_a_form_whose_series_went_on_cannot_make_another(firm):
    series = cast.submitted(firm, key=KEY)

    assert cast.draft(firm, key=KEY) == series
    with pytest.raises(orders.OrderAlreadySent):
        cast.draft(firm, key=KEY, times=3)


def test_somebody_elses_key_gives_nothing_away(firm):
    cast.draft(firm, key=KEY)

    with pytest.raises(orders.OrderAlreadySent) as refused:
        cast.draft(make_firm(), key=KEY)

    assert "S-" not in str(refused.value.sentence)


@pytest.mark.parametrize(
    ("first_on", "prefers_previous"),
    [
        (builders.AT.date(), False),
        (date(2026, 11, 19), False),
        # Monday is a feast: paid the working day before, it would be due today.
        (date(2026, 11, 23), True),
    ],
)
def test_the_first_payment_is_tomorrow_at_the_earliest(firm, first_on, prefers_previous):
    with pytest.raises(standing.FirstDayHasPassed):
        cast.draft(firm, first_on=first_on, wish={"prefers_previous": prefers_previous})


def test_who_only_signs_prepares_nothing(firm):
    signer = make_firm()
    signer.preparer = signer.signers[0]

    with pytest.raises(orders.MayNotPrepare):
        cast.draft(signer)


def test_another_companys_account_cannot_be_debited(firm):
    with pytest.raises(orders.AccountNotUsable):
        cast.draft(firm, wish={"debit_account": make_firm().account.uuid})


def test_what_no_signature_could_release_is_refused_early(firm):
    PaymentLimit.objects.create(
        scope="company", company=firm.company, currency="ALL", single_minor=100_000, valid_from=date(2026, 1, 1)
    )

    with pytest.raises(limits.OverTheLimit):
        cast.draft(firm)


# --- Left out, stopped, expired ----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["preparer", "signer"])
def test_preparer_and_signer_leave_out_a_day_once(firm, who):
    series = cast.running(firm)
    mandate = firm.preparer if who == "preparer" else firm.signers[0]

    skip(series, mandate, TUESDAY)
    skip(series, mandate, TUESDAY)

    assert series.skipped_days.get().skipped_by == mandate.user
    assert AuditEvent.objects.filter(event="payments.standing.skipped").count() == 1


@pytest.mark.parametrize("day", [date(2026, 11, 25), date(2026, 10, 24), date(2026, 12, 25)])
def test_a_day_that_the_rhythm_does_not_name_cannot_be_left_out(firm, day):
    with pytest.raises(skipped_days.NoSuchDay):
        skip(cast.running(firm), firm.preparer, day)


def test_a_day_whose_order_is_made_cannot_be_left_out(firm):
    series = cast.running(firm)
    cast.run(tirana(11, 24))

    with pytest.raises(skipped_days.DayHasItsOrder):
        skip(series, firm.preparer, TUESDAY, at=tirana(11, 24, 1))


def test_a_colleague_who_neither_prepared_nor_signs_stops_nothing(firm):
    series = cast.running(firm)
    colleague = builders.mandate_of(builders.user(firm.company, prepares=True))

    with pytest.raises(orders.MayNotCancel):
        stop(series, colleague)
    with pytest.raises(orders.MayNotCancel):
        skip(series, colleague, TUESDAY)


@pytest.mark.parametrize("who", ["preparer", "signer"])
def test_preparer_and_signer_stop_it_at_once(firm, who):
    series = cast.running(firm)

    stopped = stop(series, firm.preparer if who == "preparer" else firm.signers[0])

    cast.run(tirana(11, 24), tirana(11, 24, 9))
    assert (stopped.status, stopped.end_reason, stopped.look_on) == ("stopped", "Mbaroi", None)
    assert not series.orders.exists()


@pytest.mark.parametrize(("with_orders", "status"), [(True, "cancelled"), (False, "released")])
def test_the_order_of_the_day_is_cancelled_with_it_only_if_wanted(firm, with_orders, status):
    series = cast.running(firm)
    cast.run(tirana(11, 24))

    stop(series, firm.signers[0], with_orders=with_orders, at=tirana(11, 24, 7))

    assert series.orders.get().status == status
    cast.run(tirana(11, 24, 8))
    assert series.orders.get().status == ("executed" if status == "released" else status)


def test_a_released_order_is_cancelled_with_its_series_by_a_signer_alone(firm):
    series = cast.running(firm)
    cast.run(tirana(11, 24))

    with pytest.raises(standing.ReleasedIsForSigners):
        stop(series, firm.preparer, with_orders=True, at=tirana(11, 24, 7))

    assert stop(series, firm.preparer, at=tirana(11, 24, 7)).status == "stopped"
    assert series.orders.get().status == "released"


def test_one_that_does_not_run_yet_is_cancelled(firm):
    assert stop(cast.draft(firm), firm.preparer).status == "cancelled"
    assert stop(cast.submitted(firm), firm.signers[0]).status == "cancelled"


def test_what_has_ended_is_not_stopped_again(firm):
    series = stop(cast.running(firm), firm.preparer)

    with pytest.raises(orders.OrderHasMovedOn):
        stop(series, firm.preparer)


def test_a_stranger_does_nothing(firm):
    series, stranger = cast.running(firm), make_firm()

    with pytest.raises(standing.NoSuchStandingOrder):
        stop(series, stranger.signers[0])
    with pytest.raises(standing.NoSuchStandingOrder):
        skip(series, stranger.preparer, TUESDAY)


def test_a_right_that_ended_stops_nothing(firm):
    series = cast.running(firm)
    Mandate.objects.filter(pk=firm.preparer.pk).update(valid_until=date(2026, 11, 19))

    with pytest.raises(orders.MandateEnded):
        stop(series, firm.preparer)


@pytest.mark.parametrize(
    ("first_on", "at", "status"),
    [
        (TUESDAY, tirana(11, 23, 23, 59), "awaiting"),
        (TUESDAY, tirana(11, 24), "expired"),
        (date(2027, 5, 5), builders.AT + timedelta(days=29), "awaiting"),
        (date(2027, 5, 5), builders.AT + timedelta(days=30), "expired"),
    ],
)
def test_what_nobody_signed_in_time_expires(firm, first_on, at, status):
    series = cast.submitted(firm, first_on=first_on)

    standing.expire_due(at=at)

    series.refresh_from_db()
    assert series.status == status


def test_between_own_accounts_it_needs_no_payee(firm):
    own = builders.account(firm.company)

    series = cast.running(firm, wish={"kind": OrderKind.OWN, "beneficiary_iban": own.iban})

    cast.run(tirana(11, 24), tirana(11, 24, 8))
    own.refresh_from_db()
    assert (series.orders.get().fee_minor, own.balance_minor) == (0, 123_450)
