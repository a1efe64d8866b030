"""The three steps as verbs: what each refuses, and what makes a pending sign-in void."""

from datetime import datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client

from accounts import audit, clock
from accounts.models import AuditEvent, Company, Person, User
from auth_flow import companies, fnp, lockout, login, selectors
from auth_flow.models import FnpChallenge, LoginAttempt, SmsMessage
from auth_flow.sms import gsm7
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

WRONG = "Gabim-2026-x"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def test_the_sms_of_a_sign_in_reads_as_the_bank_wants_it() -> None:
    text = login.sms_text().replace(fnp.MARK, "483920").replace(fnp.REFERENCE_MARK, "K7M3P9QX")

    assert text == (
        "BKT: FNP 483920 per hyrje ne Degen Internet. Vlen 3 min. Mos ia jepni askujt. "
        "Nuk e kerkuat ju? 042266288, ref K7M3P9QX"
    )
    assert gsm7.fits(text)


def test_the_nipt_of_step_one_chooses_the_company(user: User, company: Company, now: datetime) -> None:
    other = builders.company(at=now)
    builders.mandate(user, other, at=now)

    session = steps.with_session(user, other, at=now)

    assert session.mandate is not None
    assert session.mandate.company == other


def test_the_right_number_with_a_wrong_nipt_is_nobody(user: User, company: Company, now: datetime) -> None:
    other = builders.company(at=now)

    attempt = steps.identified(user, other, at=now)

    assert attempt.user is None
    with pytest.raises(login.SignInRefused):
        login.check_password(attempt=attempt, password=builders.PASSWORD, at=now)
    assert steps.with_password(user, company, at=now).password_at == now


def test_a_mandate_that_is_over_is_nobody(user: User, company: Company, now: datetime) -> None:
    user.mandates.update(valid_until=clock.tirana_day(now) - timedelta(days=1))

    assert steps.identified(user, company, at=now).user is None


def test_a_mandate_that_ends_during_the_sign_in_stops_it(user: User, company: Company, now: datetime) -> None:
    attempt = steps.identified(user, company, at=now)
    user.mandates.update(valid_until=clock.tirana_day(now) - timedelta(days=1))

    with pytest.raises(login.SignInRefused):
        login.check_password(attempt=attempt, password=builders.PASSWORD, at=now)


def test_who_has_made_no_password_yet_is_refused_like_all(company: Company, user: User, now: datetime) -> None:
    user.set_unusable_password()
    user.save()

    with pytest.raises(login.SignInRefused):
        steps.with_password(user, company, at=now)


def test_staff_do_not_enter_by_the_customers_door(company: Company, now: datetime) -> None:
    staff = builders.staff("stafi")

    step = login.identify(customer_number=staff.username, nipt=company.nipt, network="", browser="", at=now)

    assert step.attempt.user is None


def test_letters_typed_in_parts_are_the_same_password(company: Company, now: datetime) -> None:
    user = builders.user(company, password="Fjalëkalim-çdo-2026", at=now)  # composed
    attempt = steps.identified(user, company, at=now)

    step = login.check_password(attempt=attempt, password="Fjale\u0308kalim-c\u0327do-2026", at=now)

    assert step.attempt.password_at == now


def test_a_right_password_does_not_wash_away_wrong_codes(user: User, company: Company, now: datetime) -> None:
    for wrong in range(5):
        attempt = steps.with_password(user, company, at=now)
        with pytest.raises((fnp.WrongCode, lockout.SignInBlocked)) as refusal:
            login.check_code(attempt=attempt, code=steps.wrong_code(steps.challenge_of(attempt)), at=now)
        assert (refusal.type is lockout.SignInBlocked) == (wrong == 4)

    with pytest.raises(lockout.SignInBlocked):
        steps.with_password(user, company, at=now)


def test_a_full_sign_in_clears_the_count(user: User, company: Company, now: datetime) -> None:
    attempt = steps.identified(user, company, at=now)
    for _try in range(4):
        with pytest.raises(login.SignInRefused):
            login.check_password(attempt=attempt, password=WRONG, at=now)
    steps.with_session(user, company, at=now)

    attempt = steps.identified(user, company, at=now)
    for _try in range(4):
        with pytest.raises(login.SignInRefused):
            login.check_password(attempt=attempt, password=WRONG, at=now)


def test_under_a_block_the_right_password_helps_nobody(user: User, company: Company, now: datetime) -> None:
    attempt = steps.identified(user, company, at=now)
    for _try in range(5):
        with pytest.raises((login.SignInRefused, lockout.SignInBlocked)):
            login.check_password(attempt=attempt, password=WRONG, at=now)

    with pytest.raises(lockout.SignInBlocked):
        login.check_password(attempt=attempt, password=builders.PASSWORD, at=now)
    attempt = steps.identified(user, company, at=now + timedelta(minutes=15))
    login.check_password(attempt=attempt, password=builders.PASSWORD, at=now + timedelta(minutes=15))


def test_an_unknown_pair_is_blocked_like_anybody(now: datetime) -> None:
    attempt = steps.unknown(at=now)
    for _try in range(4):
        with pytest.raises(login.SignInRefused):
            login.check_password(attempt=attempt, password=WRONG, at=now)

    with pytest.raises(lockout.SignInBlocked) as refusal:
        login.check_password(attempt=attempt, password=WRONG, at=now)
    assert refusal.value.until == now + timedelta(minutes=15)


def test_another_company_of_hers_is_the_same_count(user: User, company: Company, now: datetime) -> None:
    other = builders.company(at=now)
    builders.mandate(user, other, at=now)

    assert steps.identified(user, company, at=now).identity == steps.identified(user, other, at=now).identity


@pytest.mark.parametrize("change", ["password", "phone", "active", "mandate"])
def test_a_change_between_the_steps_voids_the_sign_in(user: User, company: Company, now: datetime, change: str) -> None:
    attempt = steps.with_password(user, company, at=now)
    code = steps.right_code(attempt)
    if change == "password":
        user.set_password("Tjeter-Fjale-2026")
        user.save()
    elif change == "phone":
        Person.objects.filter(user=user).update(phone="+355672099999")
    elif change == "active":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        user.mandates.update(valid_until=clock.tirana_day(now) - timedelta(days=1))

    attempt = LoginAttempt.objects.get(id=attempt.id)
    with pytest.raises(login.SignInExpired):
        login.check_code(attempt=attempt, code=code, at=now)
    assert LoginAttempt.objects.get(id=attempt.id).end_reason == LoginAttempt.Ended.CHANGED


def test_a_sign_in_takes_ten_minutes_at_most(user: User, company: Company, now: datetime) -> None:
    attempt = steps.identified(user, company, at=now)
    late = now + timedelta(seconds=600)

    assert selectors.pending(attempt.key_hash, at=late) is None
    with pytest.raises(login.SignInExpired):
        login.check_password(attempt=attempt, password=builders.PASSWORD, at=late)


def test_a_new_code_comes_when_the_old_one_is_too_old(user: User, company: Company, now: datetime) -> None:
    attempt = steps.with_password(user, company, at=now)
    first = steps.challenge_of(attempt)
    later = now + timedelta(seconds=160)

    login.resend_code(attempt=attempt, at=later)

    second = steps.challenge_of(attempt)
    assert second != first
    assert login.check_code(attempt=attempt, code=fnp.derive(second), at=later).signed_in_at == later


def test_no_code_is_sent_under_a_block(user: User, company: Company, now: datetime) -> None:
    attempt = steps.with_password(user, company, at=now)
    for _try in range(5):
        lockout.reserve(attempt.identity, lockout.OTHERS, now)

    with pytest.raises(lockout.SignInBlocked):
        login.resend_code(attempt=attempt, at=now + timedelta(seconds=40))


def test_a_second_sign_in_ends_the_first(user: User, company: Company, now: datetime) -> None:
    first = steps.with_session(user, company, at=now)
    second = steps.with_session(user, company, at=now + timedelta(seconds=1))

    assert LoginAttempt.objects.get(id=first.id).end_reason == LoginAttempt.Ended.REPLACED
    assert LoginAttempt.objects.get(id=second.id).ended_at is None


def test_changing_the_company_voids_open_codes(user: User, company: Company, now: datetime) -> None:
    other = builders.mandate(user, builders.company(at=now), at=now)
    session = steps.with_session(user, company, at=now)
    made = fnp.issue(user=user, purpose=fnp.PAYMENT, body=b"order", sms=f"FNP {fnp.MARK}", attempt=session, at=now)

    companies.switch_company(attempt_id=session.id, mandate_id=other.pk, actor=audit.THE_CLOCK, at=now)

    assert FnpChallenge.objects.get(id=made.id).void_reason == FnpChallenge.Voided.CHANGED


def test_a_crowded_network_is_slowed_before_hashing(user: User, company: Company, now: datetime) -> None:
    for _time in range(20):
        lockout.count_network("198.51.100.20", now)
    attempt = steps.identified(user, company, at=now, network="198.51.100.20")

    with pytest.raises(lockout.TooManyFromHere):
        login.check_password(attempt=attempt, password=builders.PASSWORD, at=now)
    assert lockout.block_of(attempt.identity, lockout.OTHERS, now) is None


def test_a_crowded_network_gets_429(client: Client, user: User, company: Company, now: datetime) -> None:
    for _time in range(20):
        lockout.count_network("127.0.0.1", now)

    response = steps.browse_to_code(client, user, company)

    assert response.status_code == 429


def test_the_trail_names_a_refused_visitor_by_a_keyed_hash_alone(user: User, company: Company, now: datetime) -> None:
    attempt = steps.identified(user, company, at=now)
    with pytest.raises(login.SignInRefused):
        login.check_password(attempt=attempt, password=WRONG, at=now)

    event = AuditEvent.objects.get(event="auth.sign_in.refused", subject=f"sign_in:{attempt.id}")
    assert (event.outcome, event.reason, event.actor) == ("refused", "sign_in_refused", "visitor")
    assert WRONG.encode() not in bytes(event.record)
    assert user.username.encode() not in bytes(event.record)


def test_axes_records_without_what_was_typed(client: Client, user: User, company: Company) -> None:
    steps.browse_to_password(client, user, company)
    client.post("/login/password/", {"password": WRONG})

    kept = AccessAttempt.objects.get(username=lockout.identity_of_user(user))
    assert WRONG not in f"{kept.post_data} {kept.get_data}"


def test_the_last_sign_in_is_the_one_before_this(user: User, company: Company, now: datetime) -> None:
    steps.with_session(user, company, at=now)
    second = steps.with_session(user, company, at=now + timedelta(minutes=1))

    assert second.signed_in_at
    assert selectors.last_sign_in(user, before=second.signed_in_at) == now
    assert SmsMessage.objects.filter(challenge__user=user).count() == 2
