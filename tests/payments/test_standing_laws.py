"""The laws of standing orders, asked around the verbs: four eyes, what is frozen, and what the clock may release."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from payments import paydays, standing
from payments.models import SkippedDay, StandingOrder, StandingSignature
from payments.series import signing_body
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.conftest import make_firm
from tests.payments.standing_cast import TUESDAY, tirana

pytestmark = pytest.mark.django_db
MORNING = tirana(11, 24)


def refused(law):
    return pytest.raises(IntegrityError, match=law)


def forge(series, user, *, challenge=None, body=b""):
    return StandingSignature.objects.create(
        standing=series, user=user, challenge=challenge or series.pk, body=body, signed_at=builders.AT
    )


def change(series, **columns):
    with transaction.atomic():
        StandingOrder.objects.filter(pk=series.pk).update(**columns)


# --- The series --------------------------------------------------------------------------------------------------


def test_it_is_born_a_draft(firm):
    plain = cast.draft(firm)
    plain.pk, plain.number, plain.submit_key, plain.status = uuid4(), "S-2026-999999", "another", "awaiting"
    plain.other_signers = 0

    with refused("standing_order_is_born_a_draft"), transaction.atomic():
        plain.save(force_insert=True)


def test_it_debits_an_account_of_its_company(firm):
    with refused("standing_order_debits_its_companys_account"):
        change(cast.draft(firm), debit_account=make_firm().account)


@pytest.mark.parametrize(
    "columns",
    [
        {"amount_minor": 1},
        {"beneficiary_iban": "AL00"},
        {"rhythm": "daily"},
        {"first_on": TUESDAY.replace(day=25)},
        {"last_on": TUESDAY},
        {"times": 1},
        {"cap_minor": 10**9},
        {"prefers_previous": True},
        {"other_signers": 0},
    ],
)
def test_what_was_submitted_is_frozen(firm, columns):
    for series in (cast.submitted(firm), cast.running(firm)):
        with refused("standing_order_is_frozen_after_draft"):
            change(series, **columns)


@pytest.mark.parametrize("status", ["draft", "finished", "stopped"])
def test_its_status_goes_one_way(firm, status):
    with refused("standing_order_goes_one_way"):
        change(cast.submitted(firm), status=status)


def test_what_has_ended_stays_as_it_ended(firm):
    series = cast.submitted(firm)
    change(series, status="cancelled")

    with refused("standing_order_that_ended_stays_as_it_ended"):
        change(series, end_reason="Tjetër")


def test_it_takes_the_rule_in_force(firm):
    with refused("standing_order_takes_the_rule_in_force"):
        change(cast.draft(firm), status="awaiting", other_signers=0, submitted_at=builders.AT)


def test_it_runs_by_its_signatures(firm):
    with refused("standing_order_runs_by_its_signatures"):
        change(cast.submitted(firm), status="running", started_at=builders.AT, look_on=TUESDAY)


@pytest.mark.parametrize(
    ("columns", "law"),
    [
        ({"amount_minor": 0}, "standing_amount_is_positive"),
        ({"kind": "budget"}, "standing_order_is_of_a_kind_that_recurs"),
        ({"last_on": date(2027, 1, 1), "times": 2}, "standing_order_ends_in_one_way"),
        ({"last_on": date(2026, 11, 23)}, "standing_order_ends_after_it_begins"),
        ({"times": 0}, "standing_order_ends_after_it_begins"),
        ({"cap_minor": 123_449}, "standing_cap_allows_one_payment"),
        ({"look_on": TUESDAY}, "running_standing_order_has_its_next_look"),
        ({"status": "awaiting"}, "standing_order_takes_the_rule_in_force"),
    ],
)
def test_a_draft_that_makes_no_sense_is_not_kept(firm, columns, law):
    with refused(law):
        change(cast.draft(firm), **columns)


@pytest.mark.parametrize("table", ["payments_standingorder", "payments_standingsignature", "payments_skippedday"])
def test_nothing_of_it_is_deleted(firm, table):
    series = cast.running(firm)
    SkippedDay.objects.create(
        standing=series, nominal_on=TUESDAY, skipped_by=firm.preparer.user, skipped_at=builders.AT
    )

    with refused("never_deleted|append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


# --- Four eyes ---------------------------------------------------------------------------------------------------


def test_the_preparer_does_not_sign_her_own(firm):
    series = cast.submitted(firm)

    with refused("standing_signer_is_not_preparer_unless_sole"), transaction.atomic():
        forge(series, firm.preparer.user)


def test_a_stranger_does_not_sign(firm):
    series, stranger = cast.submitted(firm), builders.user(builders.company(), signs=True)

    with refused("standing_signer_has_a_mandate_to_sign"), transaction.atomic():
        forge(series, stranger)


def test_only_an_awaiting_one_is_signed(firm):
    series = cast.draft(firm)

    with refused("only_an_awaiting_standing_order_is_signed"), transaction.atomic():
        forge(series, firm.signers[0].user)


def test_a_signature_without_a_spent_code_is_none(firm):
    series = cast.submitted(firm)
    asked = cast.ask(firm, series)

    for challenge in (series.pk, asked.pk):
        with refused("standing_signature_carries_its_spent_code"), transaction.atomic():
            forge(series, firm.signers[0].user, challenge=challenge, body=signing_body(series))


def test_a_spent_code_signs_no_other_series(firm):
    spent = cast.running(firm).signatures.get()
    other = cast.submitted(firm)

    with refused("standing_signature_carries_its_spent_code"), transaction.atomic():
        forge(other, firm.signers[0].user, challenge=spent.challenge, body=bytes(spent.body))


def test_a_signature_is_never_changed(firm):
    cast.running(firm)

    with refused("standing_signatures_are_append_only"), transaction.atomic():
        StandingSignature.objects.update(body=b"other")


# --- Days left out -----------------------------------------------------------------------------------------------


def left_out(firm, series):
    with transaction.atomic():
        SkippedDay.objects.create(
            standing=series, nominal_on=TUESDAY, skipped_by=firm.preparer.user, skipped_at=MORNING
        )


def test_only_a_running_one_leaves_a_day_out(firm):
    with refused("only_a_running_standing_order_skips"):
        left_out(firm, cast.submitted(firm))


def test_a_day_is_left_out_before_its_order_is_made(firm):
    series = cast.running(firm)
    paydays.make_due(at=MORNING)

    with refused("a_day_is_skipped_before_its_order_is_made"):
        left_out(firm, series)


def test_a_day_left_out_is_only_taken_back_and_once(firm):
    series = cast.running(firm)
    left_out(firm, series)
    rows, back = SkippedDay.objects.filter(standing=series), {"taken_back_by": firm.preparer.user}

    with refused("skipped_day_is_only_taken_back"), transaction.atomic():
        rows.update(nominal_on=TUESDAY.replace(day=25), **back, taken_back_at=MORNING)
    rows.update(**back, taken_back_at=MORNING)
    with refused("skipped_day_is_only_taken_back"), transaction.atomic():
        rows.update(taken_back_by=None, taken_back_at=None)
    with refused("skipped_days_are_never_deleted"), transaction.atomic():
        rows.delete()


def test_a_day_is_taken_back_by_somebody(firm):
    series = cast.running(firm)
    left_out(firm, series)

    with refused("a_day_is_taken_back_by_somebody"), transaction.atomic():
        SkippedDay.objects.update(taken_back_at=MORNING)


def test_a_day_is_left_out_before_it_is_taken_back(firm):
    user, series = firm.preparer.user, cast.running(firm)

    with refused("day_is_skipped_before_it_is_taken_back"), transaction.atomic():
        SkippedDay.objects.create(
            standing=series,
            nominal_on=TUESDAY,
            skipped_by=user,
            skipped_at=MORNING,
            taken_back_by=user,
            taken_back_at=MORNING,
        )


def test_only_a_running_one_takes_a_day_back(firm):
    series = cast.running(firm)
    left_out(firm, series)
    standing.stop(standing_id=series.pk, mandate=firm.preparer, reason="x", with_orders=False, at=builders.AT)

    with refused("only_a_running_standing_order_takes_a_day_back"), transaction.atomic():
        SkippedDay.objects.update(taken_back_at=MORNING, taken_back_by=firm.preparer.user)


def test_the_portals_own_role_takes_a_day_back_and_changes_nothing_else(firm):
    series = cast.running(firm)
    left_out(firm, series)
    rows = SkippedDay.objects.filter(standing=series)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    assert rows.update(taken_back_at=MORNING, taken_back_by=firm.preparer.user) == 1
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows.update(nominal_on=TUESDAY.replace(day=25))
