"""The one-time code: derived, judged, used once, for one thing (R25-R28)."""

import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts import clock
from accounts.models import AuditEvent, Company, Person, User
from auth_flow import codes, fnp, lockout
from auth_flow.models import FnpChallenge, LoginAttempt, SmsMessage
from auth_flow.sms import gsm7, outbox
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

BODY = b"1.250.000,00 ALL to ALBA CELIK SHPK"
SMS = f"BKT: FNP {fnp.MARK} per 1.250.000,00 ALL, ref {fnp.REFERENCE_MARK}"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


@pytest.fixture
def session(user: User, company: Company, now: datetime) -> LoginAttempt:
    return steps.with_session(user, company, at=now)


@pytest.fixture
def challenge(user: User, session: LoginAttempt, now: datetime) -> FnpChallenge:
    return issue(user, session, now)


def issue(
    user: User, session: LoginAttempt, at: datetime, body: bytes = BODY, subject: str = "order:1"
) -> FnpChallenge:
    return fnp.issue(user=user, purpose=fnp.PAYMENT, body=body, sms=SMS, attempt=session, subject=subject, at=at)


def judge(challenge: FnpChallenge, code: str, at: datetime, **changes: object) -> FnpChallenge:
    facts = {
        "challenge_id": challenge.id,
        "code": code,
        "user": challenge.user,
        "attempt": challenge.attempt,
        "purpose": challenge.purpose,
        "at": at,
    } | changes
    return fnp.judge(**facts)  # type: ignore[arg-type]  # the keywords of judge, changed by the test


def test_codes_are_six_digits_spread_evenly(user: User) -> None:
    made = FnpChallenge(user=user, purpose="payment", payload_hash=b"x" * 32, key_id="k", nonce=b"n" * 16)
    derived = []
    for number in range(20_000):
        made.id = uuid.UUID(int=number)
        derived.append(codes.derive(made))

    assert {len(code) for code in derived} == {6}
    assert all(code.isdigit() for code in derived)
    first_digits = Counter(code[0] for code in derived)
    assert min(first_digits.values()) > 1_800, "a zero in front is as likely as any other digit"
    assert max(first_digits.values()) < 2_200
    assert len(set(derived)) > 19_600


def test_the_same_challenge_always_has_the_same_code(challenge: FnpChallenge) -> None:
    assert fnp.derive(challenge) == fnp.derive(FnpChallenge.objects.get(id=challenge.id))


@pytest.mark.parametrize("field", ["id", "nonce", "user_id", "purpose", "payload_hash", "key_id"])
def test_every_part_of_a_challenge_changes_its_code(challenge: FnpChallenge, field: str) -> None:
    codes_seen = {fnp.derive(challenge)}
    others: dict[str, Callable[[], object]] = {
        "id": uuid.uuid4,
        "nonce": lambda: uuid.uuid4().bytes,
        "user_id": lambda: uuid.uuid4().int % 10**9,
        "purpose": lambda: uuid.uuid4().hex,
        "payload_hash": lambda: uuid.uuid4().bytes * 2,
        "key_id": lambda: uuid.uuid4().hex,
    }
    for _time in range(3):
        setattr(challenge, field, others[field]())
        codes_seen.add(fnp.derive(challenge))

    assert len(codes_seen) > 1


def test_the_right_code_is_judged_and_used_once(challenge: FnpChallenge, now: datetime) -> None:
    judged = judge(challenge, fnp.derive(challenge), now)
    fnp.consume(challenge=judged, body=BODY, at=now)

    with pytest.raises(fnp.CodeSpent):
        fnp.consume(challenge=judged, body=BODY, at=now)
    with pytest.raises(fnp.CodeSpent):
        judge(challenge, fnp.derive(challenge), now)


def test_a_code_that_was_not_judged_opens_nothing(challenge: FnpChallenge, now: datetime) -> None:
    with pytest.raises(fnp.CodeSpent):
        fnp.consume(challenge=challenge, body=BODY, at=now)


def test_a_code_is_for_the_body_it_was_made_for(challenge: FnpChallenge, now: datetime) -> None:
    judged = judge(challenge, fnp.derive(challenge), now)

    with pytest.raises(fnp.CodeForSomethingElse):
        fnp.consume(challenge=judged, body=BODY + b"!", at=now)
    fnp.consume(challenge=judged, body=BODY, at=now)


def test_a_code_serves_one_purpose_in_one_session_of_one_user(
    challenge: FnpChallenge, company: Company, now: datetime
) -> None:
    stranger = steps.customer_of(company)
    theirs = steps.with_session(stranger, company, at=now)

    for change in ({"purpose": fnp.SIGN_IN}, {"attempt": theirs}, {"user": stranger}, {"challenge_id": uuid.uuid4()}):
        with pytest.raises(fnp.CodeSpent):
            judge(challenge, fnp.derive(challenge), now, **change)


def test_a_wrong_code_counts_down(challenge: FnpChallenge, now: datetime) -> None:
    left = []
    for _try in range(5):
        with pytest.raises(fnp.WrongCode) as refusal:
            judge(challenge, steps.wrong_code(challenge), now)
        left.append(refusal.value.facts["attempts_left"])

    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(fnp.CodeSpent):
        judge(challenge, fnp.derive(challenge), now)


def test_wrong_codes_over_several_challenges_meet_the_block(user: User, session: LoginAttempt, now: datetime) -> None:
    first, second = (issue(user, session, now, subject=f"order:{order}") for order in (1, 2))
    for made in (first, first, first, second, second):
        with pytest.raises(fnp.WrongCode):
            judge(made, steps.wrong_code(made), now)

    with pytest.raises(lockout.SignInBlocked):
        judge(second, fnp.derive(second), now)


def test_strangers_at_the_door_do_not_stop_a_signature(
    challenge: FnpChallenge, user: User, company: Company, now: datetime
) -> None:
    for _try in range(5):
        lockout.reserve(lockout.identity_of_user(user), lockout.OTHERS, now)

    judge(challenge, fnp.derive(challenge), now)

    assert FnpChallenge.objects.get(id=challenge.id).judged_at == now


def test_a_code_lives_180_seconds(challenge: FnpChallenge, now: datetime) -> None:
    assert challenge.expires_at == now + timedelta(seconds=180)
    with pytest.raises(fnp.CodeExpired):
        judge(challenge, fnp.derive(challenge), now + timedelta(seconds=180))
    judge(challenge, fnp.derive(challenge), now + timedelta(seconds=179))


def test_a_new_code_voids_the_one_before(
    challenge: FnpChallenge, user: User, session: LoginAttempt, now: datetime
) -> None:
    newer = issue(user, session, now + timedelta(seconds=1))

    with pytest.raises(fnp.CodeSpent):
        judge(challenge, fnp.derive(challenge), now + timedelta(seconds=2))
    assert fnp.live(user=user, purpose=fnp.PAYMENT, attempt=session, subject="order:1", at=now) == newer


def test_a_challenge_under_a_key_that_is_gone_has_expired(
    challenge: FnpChallenge, now: datetime, settings: object
) -> None:
    code = fnp.derive(challenge)
    settings.FNP_KEY = "another-key-of-the-test-0123456789abcdef"  # type: ignore[attr-defined]  # pytest-django's

    with pytest.raises(fnp.CodeExpired):
        judge(challenge, code, now)


def test_resend_sends_the_same_code_after_a_pause(challenge: FnpChallenge, now: datetime) -> None:
    facts = {"challenge_id": challenge.id, "user": challenge.user, "attempt": challenge.attempt}

    with pytest.raises(fnp.ResendTooSoon) as refusal:
        fnp.resend(**facts, at=now + timedelta(seconds=29))  # type: ignore[arg-type]  # the keywords of resend
    fnp.resend(**facts, at=now + timedelta(seconds=30))  # type: ignore[arg-type]  # the keywords of resend

    assert refusal.value.facts == {"seconds": 1}
    messages = SmsMessage.objects.filter(challenge=challenge)
    assert messages.count() == 2
    assert len({message.body_template for message in messages}) == 1


def test_resend_goes_out_three_times_and_keeps_the_tries(challenge: FnpChallenge, now: datetime) -> None:
    facts = {"challenge_id": challenge.id, "user": challenge.user, "attempt": challenge.attempt}
    with pytest.raises(fnp.WrongCode):
        judge(challenge, steps.wrong_code(challenge), now)
    for seconds in (30, 60):
        fnp.resend(**facts, at=now + timedelta(seconds=seconds))  # type: ignore[arg-type]  # the keywords of resend

    with pytest.raises(fnp.NoMoreSends):
        fnp.resend(**facts, at=now + timedelta(seconds=90))  # type: ignore[arg-type]  # the keywords of resend
    again = FnpChallenge.objects.get(id=challenge.id)
    assert (again.sends, again.attempts, again.expires_at) == (3, 1, challenge.expires_at)


def test_nothing_is_sent_again_in_the_last_seconds(challenge: FnpChallenge, now: datetime) -> None:
    with pytest.raises(fnp.CodeExpired):
        fnp.resend(
            challenge_id=challenge.id,
            user=challenge.user,
            attempt=challenge.attempt,
            at=now + timedelta(seconds=151),
        )


def test_five_unused_codes_in_a_quarter_of_an_hour_are_enough(user: User, session: LoginAttempt, now: datetime) -> None:
    for second in range(1, 6):
        issue(user, session, now + timedelta(seconds=second))

    with pytest.raises(fnp.TooManyCodes):
        issue(user, session, now + timedelta(seconds=6))
    issue(user, session, now + timedelta(minutes=15, seconds=2))


def test_used_codes_cost_no_budget(user: User, session: LoginAttempt, now: datetime) -> None:
    for second in range(1, 8):
        at = now + timedelta(seconds=second)
        made = issue(user, session, at, subject=f"order:{second}")
        fnp.consume(challenge=judge(made, fnp.derive(made), at), body=BODY, at=at)

    assert FnpChallenge.objects.filter(user=user, consumed_at__isnull=False).count() == 8


def test_nobody_without_a_phone_gets_a_code(user: User, session: LoginAttempt, now: datetime) -> None:
    Person.objects.filter(user=user).update(phone="")

    with pytest.raises(fnp.NoPhone):
        issue(user, session, now)


@pytest.mark.parametrize("sms", ["no mark", f"{fnp.MARK}{fnp.MARK}", f"{fnp.MARK} pagesë", f"{fnp.MARK}{'x' * 155}"])
def test_a_text_that_cannot_go_out_is_a_bug(user: User, session: LoginAttempt, now: datetime, sms: str) -> None:
    with pytest.raises(ValueError, match="FNP text"):
        fnp.issue(user=user, purpose=fnp.PAYMENT, body=BODY, sms=sms, attempt=session, at=now)


def test_the_marks_take_the_room_of_what_replaces_them() -> None:
    assert (len(fnp.MARK), len(fnp.REFERENCE_MARK)) == (6, 8)
    assert fnp.MARK not in gsm7.transliterate(f"a{fnp.MARK}b{fnp.REFERENCE_MARK}")


def test_the_code_stands_nowhere_but_in_the_sms(challenge: FnpChallenge, user: User, now: datetime) -> None:
    code = fnp.derive(challenge)
    message = SmsMessage.objects.get(challenge=challenge)

    assert outbox._text(message).count(code) == 1
    assert code not in message.body_template
    assert code not in challenge.sms_sentence
    trail = AuditEvent.objects.filter(subject=f"challenge:{challenge.id}")
    assert trail.exists()
    assert all(code.encode() not in bytes(event.record) for event in trail)


def test_the_page_hears_where_the_sms_is(challenge: FnpChallenge, now: datetime) -> None:
    assert fnp.delivery(challenge, now).kind == "wait"

    SmsMessage.objects.filter(challenge=challenge).update(status="sent", sent_at=now)
    assert (fnp.delivery(challenge, now).kind, fnp.delivery(challenge, now).sent_at) == ("ok", now)

    SmsMessage.objects.filter(challenge=challenge).update(status="failed")
    assert fnp.delivery(challenge, now).kind == "stop"
