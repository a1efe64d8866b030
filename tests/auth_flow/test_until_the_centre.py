"""When failures end at the contact centre, in which lane, and when they never do."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Company, User
from auth_flow import blocks, claims, fnp, lockout, login
from auth_flow.models import AccessBlock, FailureCounter, FnpChallenge, LoginAttempt
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

WRONG = "Gabim-2026-x"
DAY = timedelta(days=1)


def fail(attempt: LoginAttempt, at: datetime, times: int = 1) -> Exception:
    """Wrong passwords; how the last was refused."""
    for _time in range(times):
        with pytest.raises((login.SignInRefused, lockout.SignInBlocked, blocks.AccessFrozen)) as refusal:
            login.check_password(attempt=attempt, password=WRONG, at=at)
    return refusal.value


def networks() -> Callable[[], str]:
    """Another address every time, so that no brake of a network stands in the way."""
    numbers = iter(range(1, 60_000))
    return lambda: f"10.{(n := next(numbers)) >> 8}.{n & 255}.7"


def wrong_codes(user: User, company: Company, at: datetime, times: int, browser: Client | None = None) -> Exception:
    """A run of wrong FNPs after the right password, past the blocks of minutes and hours."""
    refusal: Exception = RuntimeError()
    for _time in range(times):
        attempt = steps.with_password(user, company, at=at)
        with pytest.raises((fnp.WrongCode, lockout.SignInBlocked, blocks.AccessFrozen)) as caught:
            login.check_code(attempt=attempt, code=steps.wrong_code(steps.challenge_of(attempt)), at=at)
        refusal = caught.value
    return refusal


def test_wrong_codes_end_at_the_contact_centre_after_it_was_announced(
    user: User, company: Company, now: datetime
) -> None:
    first = wrong_codes(user, company, now, 5)
    second = wrong_codes(user, company, now + DAY, 5)
    third = wrong_codes(user, company, now + 3 * DAY, 5)

    assert isinstance(first, lockout.SignInBlocked)
    assert not first.centre_is_next
    assert isinstance(second, lockout.SignInBlocked)
    assert second.centre_is_next
    assert isinstance(third, blocks.AccessFrozen)
    later = now + 10 * DAY
    with pytest.raises(blocks.AccessFrozen, match="reference"):
        steps.with_password(user, company, at=later)
    assert isinstance(fail(steps.identified(user, company, at=later), later), login.SignInRefused), (
        "told after the password"
    )


def test_what_a_thief_with_the_password_burns_leaves_the_owners_browser_and_session(
    own_browser: Client, user: User, company: Company, now: datetime
) -> None:
    steps.browse_in(own_browser, user, company)
    for round_at in (now, now + DAY, now + 3 * DAY):
        wrong_codes(user, company, round_at, 5)

    assert AccessBlock.objects.get(user=user, lifted_at=None).lane == lockout.OTHERS
    assert own_browser.get("/personalisation/").status_code == 200
    own_browser.post("/logout/")
    steps.browse_to_code(own_browser, user, company)
    hers = LoginAttempt.objects.get(user=user, known_browser__isnull=False, ended_at=None)
    assert own_browser.post("/login/code/", {"code": steps.right_code(hers)}).headers["Location"] == "/"


def test_wrong_passwords_alone_never_end_at_the_contact_centre(user: User, company: Company, now: datetime) -> None:
    address = networks()
    for day in range(8):
        at = now + 2 * day * DAY
        refusal = fail(steps.identified(user, company, at=at, network=address()), at, 5)
        assert isinstance(refusal, lockout.SignInBlocked)
        assert not refusal.centre_is_next

    assert not AccessBlock.objects.filter(user=user).exists()


def test_one_slip_of_the_owner_and_strangers_passwords_never_end_at_the_contact_centre(
    user: User, company: Company, now: datetime
) -> None:
    address = networks()
    wrong_codes(user, company, now, 1)
    fail(steps.identified(user, company, at=now, network=address()), now, 4)
    for day in range(1, 6):
        at = now + 2 * day * DAY
        assert isinstance(fail(steps.identified(user, company, at=at, network=address()), at, 5), lockout.SignInBlocked)

    assert not AccessBlock.objects.exists()


def test_strangers_passwords_after_the_announcement_do_not_end_at_the_contact_centre(
    user: User, company: Company, now: datetime
) -> None:
    address = networks()
    wrong_codes(user, company, now, 5)
    assert getattr(wrong_codes(user, company, now + DAY, 5), "centre_is_next", None)
    at = now + 3 * DAY
    fail(steps.identified(user, company, at=at, network=address()), at, 5)

    assert not AccessBlock.objects.exists()
    wrong_codes(user, company, now + 5 * DAY, 5)
    assert not AccessBlock.objects.exists(), "announced anew, and not yet handed over"
    wrong_codes(user, company, now + 7 * DAY, 5)
    assert AccessBlock.objects.get().lane == lockout.OTHERS


def test_a_block_of_one_lane_closes_that_lane_alone(user: User, now: datetime) -> None:
    AccessBlock.objects.create(
        user=user, kind="centre", lane="others", reference="K7M3P9QX", reason="x", placed_by="clock", placed_at=now
    )

    assert claims.is_blocked(user, lockout.OTHERS)
    assert not claims.is_blocked(user, lockout.KNOWN)


def test_an_old_device_cookie_does_not_block_the_live_session(
    own_browser: Client, user: User, company: Company, now: datetime
) -> None:
    session = steps.with_session(user, company, at=now)
    identity = lockout.identity_of_user(user)
    for _try in range(5):
        lockout.reserve(identity, lockout.KNOWN, now)
    assert lockout.block_of(identity, lockout.KNOWN, now)

    made = fnp.issue(user=user, purpose=fnp.PAYMENT, body=b"x", sms=f"FNP {fnp.MARK}", attempt=session, at=now)
    with pytest.raises(fnp.WrongCode):
        judge(made, steps.wrong_code(made), user, session, now)

    assert judge(made, fnp.derive(made), user, session, now).id == made.id
    assert FailureCounter.objects.get(identity=identity, lane=lockout.SESSION).failures == 1


def judge(challenge: FnpChallenge, code: str, user: User, attempt: LoginAttempt, at: datetime) -> FnpChallenge:
    return fnp.judge(challenge_id=challenge.id, code=code, user=user, attempt=attempt, purpose=challenge.purpose, at=at)


def test_after_three_blocks_of_a_session_it_gets_no_code(user: User, company: Company, now: datetime) -> None:
    session, identity = steps.with_session(user, company, at=now), lockout.identity_of_user(user)
    for at in (now, now + DAY, now + 3 * DAY):
        for _try in range(5):
            lockout.reserve(identity, lockout.SESSION, at)
    blocks.hand_over_if_due(user=user, lane=lockout.SESSION, at=now + 3 * DAY)

    assert AccessBlock.objects.get().lane == lockout.SESSION
    later = now + 9 * DAY
    with pytest.raises(blocks.AccessFrozen):
        fnp.issue(user=user, purpose=fnp.PAYMENT, body=b"x", sms=f"FNP {fnp.MARK}", attempt=session, at=later)
    assert steps.with_password(user, company, at=later).password_at == later, "the door is another lane"


def test_a_stranger_does_not_learn_that_the_password_was_right_before(
    user: User, company: Company, now: datetime
) -> None:
    wrong_codes(user, company, now, 5)
    wrong_codes(user, company, now + DAY, 5)
    refusal = fail(steps.identified(user, company, at=now + DAY), now + DAY)

    assert isinstance(refusal, lockout.SignInBlocked)
    assert FailureCounter.objects.get(identity=lockout.identity_of_user(user)).announced_level == 2
    assert not refusal.centre_is_next


def test_the_third_block_of_a_known_browser_is_the_contact_centres(
    own_browser: Client, user: User, company: Company, now: datetime
) -> None:
    tokens = own_browser.cookies["browser"].value.split(".")
    answers = []
    for at in (now, now + DAY, now + 3 * DAY):
        step = login.identify(
            customer_number=user.username,
            nipt=company.nipt,
            network="192.0.2.1",
            browser="",
            browser_tokens=tokens,
            at=at,
        )
        answers.append(fail(step.attempt, at, 5))

    assert [type(answer).__name__ for answer in answers] == ["SignInBlocked", "SignInBlocked", "AccessFrozen"]
    assert [getattr(answer, "centre_is_next", None) for answer in answers] == [False, True, None]
    assert AccessBlock.objects.get(user=user).lane == lockout.KNOWN
