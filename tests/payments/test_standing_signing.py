"""A standing order is signed once, as an order is: by whom, to what a code is bound, and what the phone shows."""

import hashlib
from datetime import date

import pytest

from accounts import low_limit
from accounts.identifiers import make_albanian_iban
from accounts.models import AuditEvent, User
from auth_flow import fnp
from auth_flow.sms import gsm7
from payments import (
    approvals,
    cool_off,
    limits,
    order_warnings,
    orders,
    series as one_series,
    standing,
    standing_approvals,
)
from payments.models import ApprovalRule, PaymentLimit, StandingOrder
from payments.models.standing import Rhythm
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.conftest import make_firm
from tests.payments.standing_cast import TUESDAY, tirana

pytestmark = pytest.mark.django_db
KEY = "a-submit-key-of-a-form"
NEW_IBAN = make_albanian_iban("212", "1100", "0000000000000077")


def test_the_last_signature_lets_it_run(firm):
    series = cast.sign(firm, cast.submitted(firm))

    assert (series.status, series.other_signers, series.look_on) == ("running", 1, TUESDAY)
    signature = series.signatures.get()
    assert bytes(signature.body) == one_series.signing_body(series)
    event = AuditEvent.objects.get(event="payments.standing.signed", subject=f"standing:{series.pk}")
    assert hashlib.sha256(bytes(signature.body)).hexdigest().encode() in bytes(event.record)


def test_two_signers_are_two_people(db, clock_at):
    clock_at(builders.AT)
    firm = make_firm(other_signers=2)
    series = cast.submitted(firm)

    assert cast.sign(firm, series, firm.signers[0]).status == "awaiting"
    with pytest.raises(approvals.AlreadySigned):
        cast.ask(firm, series, firm.signers[0])
    assert cast.sign(firm, series, firm.signers[1]).status == "running"


def test_whoever_may_sign_alone_submits_and_signs_by_one_act(sole):
    series = cast.sign(sole, cast.draft(sole))

    assert (series.status, series.other_signers) == ("running", 0)


def test_the_preparer_cannot_sign_her_own(firm):
    firm.preparer = builders.mandate_of(builders.user(firm.company, prepares=True, signs=True))

    with pytest.raises(approvals.CannotSignOwnOrder):
        cast.ask(firm, cast.submitted(firm), firm.preparer)


def test_who_may_not_sign_gets_no_code(firm):
    with pytest.raises(approvals.MayNotSign):
        cast.ask(firm, cast.submitted(firm), firm.preparer)


def test_a_wrong_code_signs_nothing_and_is_counted(firm):
    series = cast.submitted(firm)
    challenge = cast.ask(firm, series)
    wrong = f"{(int(fnp.derive(challenge)) + 1) % 10**6:06d}"

    with pytest.raises(fnp.WrongCode):
        cast.type_code(firm, series, challenge, wrong)

    challenge.refresh_from_db()
    assert (challenge.attempts, series.signatures.count()) == (1, 0)


def test_the_code_of_one_series_signs_no_other_and_no_order(firm):
    small, large = cast.submitted(firm), cast.submitted(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 9_000_000})
    order = builders.submitted(firm.preparer, firm.account)
    challenge = cast.ask(firm, small)

    with pytest.raises(approvals.AskForANewCode):
        cast.type_code(firm, large, challenge)
    with pytest.raises(approvals.AskForANewCode):
        firm.type(order, firm.signers[0], challenge, fnp.derive(challenge))

    assert not large.signatures.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"rhythm": Rhythm.DAILY},
        {"first_on": date(2026, 12, 4)},
        {"last_on": date(2027, 12, 4)},
        {"times": 4},
        {"cap_minor": 900_000},
        {"wish": {"amount_minor": 123_451}},
        {"wish": {"beneficiary_name": "BETA NDËRTIMI SHPK"}},
        {"wish": {"prefers_previous": True}},
        {"wish": {"description": "Qira"}},
    ],
)
def test_a_signature_is_bound_to_every_part_of_the_series(firm, change):
    plain = cast.draft(firm, key=KEY)
    body = one_series.signing_body(plain)

    changed = cast.draft(firm, key=KEY, **change)

    version = one_series.signing_facts(plain) | {"version": changed.version}
    assert one_series.signing_body(changed) != body
    assert one_series.signing_facts(changed) != version


def test_a_first_day_that_came_meanwhile_is_not_signed(firm):
    series = cast.submitted(firm)

    with pytest.raises(standing.FirstDayHasPassed):
        cast.ask(firm, series, at=tirana(11, 24, 9))


def test_the_single_amount_counts_once_against_the_limit_of_its_signer(firm):
    PaymentLimit.objects.create(
        scope="signer", company=firm.company, currency="ALL", daily_minor=200_000, valid_from=date(2026, 1, 1)
    )
    cast.sign(firm, cast.submitted(firm))

    with pytest.raises(limits.OverTheLimit):
        cast.ask(firm, cast.submitted(firm, wish={"amount_minor": 123_451}))
    with pytest.raises(limits.OverTheLimit):
        firm.sign(builders.submitted(firm.preparer, firm.account))


def test_a_rejected_series_is_over_and_says_why(firm):
    series = cast.submitted(firm)

    standing_approvals.reject(standing_id=series.pk, mandate=firm.signers[0], reason="Qira e vjetër", at=builders.AT)

    series.refresh_from_db()
    assert (series.status, series.end_reason, series.ended_by) == ("rejected", "Qira e vjetër", firm.signers[0].user)
    with pytest.raises(orders.OrderHasMovedOn):
        cast.ask(firm, series)


def test_a_new_rule_touches_no_series_in_flight(firm):
    series = cast.submitted(firm)
    ApprovalRule.objects.create(company=firm.company, other_signers=2, valid_from=date(2026, 11, 20))

    assert cast.sign(firm, series).status == "running"


@pytest.mark.parametrize("rhythm", Rhythm)
@pytest.mark.parametrize(
    ("name", "amount"), [("BETA NDËRTIM SHPK", 123_450), ("Ç" * 70, 999_999_999_999_99), ("X [kod] ~ ^", 1)]
)
def test_the_sms_names_amount_rhythm_and_payee_and_fits_one_message(firm, rhythm, name, amount):
    series = StandingOrder(
        company=firm.company,
        currency="ALL",
        amount_minor=amount,
        beneficiary_name=name,
        beneficiary_iban=builders.OTHER_BANK_IBAN,
        rhythm=rhythm,
    )

    sms = one_series.sms_sentence(series)

    filled = sms.replace(fnp.MARK, "123456").replace(fnp.REFERENCE_MARK, "K7M3P9QX")
    assert gsm7.fits(filled)
    assert f"ALL {one_series.RHYTHM_IN_SMS[rhythm]} te " in filled
    assert f"te {gsm7.transliterate(name)[:2]}" in filled
    assert f"Vlen {fnp.life_in_sms()}." in filled
    assert "AL47..8741" in filled


def test_nobody_signs_it_in_the_hours_of_the_low_limit(firm):
    series = cast.submitted(firm, wish={"amount_minor": 1})
    low_limit.lower(User.objects.get(pk=firm.signers[0].user_id), at=builders.AT)

    with pytest.raises(standing_approvals.NotDuringTheLowLimit):
        cast.ask(firm, series)


def test_a_new_payee_gets_no_more_by_a_series_than_by_an_order(firm):
    large = cast.submitted(firm, wish={"amount_minor": 50_000_001})

    with pytest.raises(cool_off.PayeeIsUnknown):
        cast.ask(firm, large)
    assert cast.sign(firm, cast.submitted(firm, wish={"amount_minor": 50_000_000})).status == "running"


def test_a_name_that_does_not_fit_is_answered_for_before_it_goes_on(firm):
    payee = builders.account(builders.company("GAMA SHPK"))
    series = cast.draft(firm, wish={"kind": "internal", "beneficiary_iban": payee.iban, "beneficiary_name": "ZETA"})
    (finding,) = one_series.findings(series, at=builders.AT)
    send = {"standing_id": series.pk, "mandate": firm.preparer, "version": 1, "at": builders.AT}

    with pytest.raises(order_warnings.WarningNotAnswered):
        standing.submit(**send)

    assert standing.submit(**send, answered={finding.key}).status == "awaiting"
    event = AuditEvent.objects.get(event="payments.standing.submitted", outcome="done")
    assert finding.key.encode() in bytes(event.record)


@pytest.mark.parametrize("before", [cast.submitted, cast.running])
def test_another_series_that_pays_the_same_is_asked_about(firm, before):
    first = before(firm, first_on=date(2026, 12, 4))
    second = cast.draft(firm, wish={"description": "Tjetër"})

    (finding,) = one_series.findings(second, at=builders.AT)

    assert (finding.kind, finding.facts["number"]) == ("duplicate", first.number)
    with pytest.raises(order_warnings.WarningNotAnswered):
        standing.submit(standing_id=second.pk, mandate=firm.preparer, version=1, at=builders.AT)


@pytest.mark.parametrize(
    "wish", [{"amount_minor": 123_451}, {"beneficiary_iban": NEW_IBAN, "beneficiary_name": "ZETA"}]
)
def test_a_series_of_another_amount_or_payee_is_no_double(firm, wish):
    cast.submitted(firm)

    assert one_series.findings(cast.draft(firm, wish=wish), at=builders.AT) == []


def test_a_series_that_has_ended_and_another_companys_are_no_double(firm):
    ended = cast.running(firm)
    standing.stop(standing_id=ended.pk, mandate=firm.preparer, reason="x", with_orders=False, at=builders.AT)
    cast.running(make_firm())

    assert one_series.findings(cast.draft(firm), at=builders.AT) == []
