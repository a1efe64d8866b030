"""Two lanes at the door: what a stranger burns, and what that leaves to the owner."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import clock
from accounts.models import AuditEvent, Company, Notice, User
from auth_flow import blocks, lockout, login
from auth_flow.models import FailureCounter, LoginAttempt, NetworkCounter, SmsMessage
from auth_flow.sms import gsm7
from tests import builders
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


def test_five_hundred_failures_of_strangers_leave_the_owners_own_browser_open(
    own_browser: Client, user: User, company: Company, now: datetime
) -> None:
    address = networks()
    for _try in range(500):
        fail(steps.identified(user, company, at=now, network=address()), now)

    assert lockout.block_of(lockout.identity_of_user(user), lockout.OTHERS, now)
    assert steps.browse_in(own_browser, user, company).headers["Location"] == "/"


def test_a_crowded_network_does_not_slow_a_known_browser(own_browser: Client, user: User, company: Company) -> None:
    for _time in range(30):
        lockout.count_network("127.0.0.1", clock.machine())

    assert steps.browse_to_code(Client(), user, company).status_code == 429
    assert steps.browse_in(own_browser, user, company).status_code == 302


def test_a_wrong_nipt_an_unknown_number_and_another_company_are_one_identity_a_number(
    user: User, company: Company, now: datetime
) -> None:
    stranger = builders.company(at=now)
    hers = steps.identified(user, company, at=now)
    wrong_nipt = steps.identified(user, stranger, at=now)

    assert hers.identity == wrong_nipt.identity == lockout.identity_of(user.username)
    assert wrong_nipt.user is None
    fail(wrong_nipt, now, 5)
    with pytest.raises(lockout.SignInBlocked):
        login.check_password(attempt=hers, password=builders.PASSWORD, at=now)


def test_one_unknown_number_with_many_nipts_is_one_count(now: datetime) -> None:
    number, _nipt = steps.stranger_pair()
    for tail in "ABCDE":
        step = login.identify(customer_number=number, nipt=f"L00000001{tail}", network="192.0.2.1", browser="", at=now)
        refusal = fail(step.attempt, now)

    assert isinstance(refusal, lockout.SignInBlocked)


def test_a_success_of_the_owner_leaves_the_strangers_lane_as_it_is(
    own_browser: Client, user: User, company: Company, now: datetime
) -> None:
    fail(steps.identified(user, company, at=now), now, 5)
    steps.browse_in(own_browser, user, company)

    assert FailureCounter.objects.get(identity=lockout.identity_of_user(user), lane=lockout.OTHERS).failures == 5


def test_the_last_try_of_a_run_is_announced_to_everybody_alike(user: User, company: Company) -> None:
    known, stranger = Client(), Client()
    number, nipt = steps.stranger_pair()
    steps.browse_to_password(known, user, company)
    stranger.post("/login/", {"customer_number": number, "nipt": nipt})

    pages = []
    for client in (known, stranger):
        pages.append([client.post("/login/password/", {"password": WRONG}).content.decode() for _try in range(5)])

    for answers in pages:
        assert ["Ju mbetet edhe një provë" in page for page in answers] == [False, False, False, True, False]


# --- Under a block (a flood that goes on) ----------------------------------------------------------------------------


def test_tries_under_a_block_count_for_the_network_and_stand_in_the_trail_once(
    user: User, company: Company, now: datetime
) -> None:
    attempt = steps.identified(user, company, at=now)
    fail(attempt, now, 5)
    fail(attempt, now, 10)

    assert NetworkCounter.objects.get(network=attempt.network).failures == 15
    refused = AuditEvent.objects.filter(event="auth.sign_in.refused", subject=f"sign_in:{attempt.id}")
    assert refused.filter(reason="sign_in_blocked").count() == 2, "the one that placed it, and the first that met it"
    assert FailureCounter.objects.get(identity=attempt.identity).refused == 10


def test_a_flood_under_a_block_ends_at_the_brake(user: User, company: Company, now: datetime) -> None:
    attempt = steps.identified(user, company, at=now)
    fail(attempt, now, 20)

    with pytest.raises(lockout.TooManyFromHere):
        login.check_password(attempt=attempt, password=WRONG, at=now)


def test_axes_gets_nothing_that_was_typed_and_no_row_that_grows(client: Client, user: User, company: Company) -> None:
    steps.browse_to_password(client, user, company)
    for number in range(4):
        form = {"password": WRONG, "sekret": "x" * 500, f"f{number}": "vlera-e-shkruar"}
        client.post("/login/password/?q=pyetje", form, headers={"user-agent": f"shfletues {number}"})

    kept = AccessAttempt.objects.get(username=lockout.identity_of_user(user))
    assert kept.failures_since_start == 4
    assert (kept.post_data, kept.get_data, kept.user_agent) == ("", "", "")


def test_a_staff_name_stands_in_the_failure_record_as_a_keyed_hash(client: Client) -> None:
    client.post("/staff/login/", {"username": "Fjalekalimi-im-1", "password": WRONG, "otp_token": "1"})

    kept = AccessAttempt.objects.get()
    assert kept.username == lockout.identity_of_staff("Fjalekalimi-im-1")
    assert "Fjalekalimi" not in f"{kept.post_data}{kept.get_data}"


# --- What the owner hears --------------------------------------------------------------------------------------------


def sent_without_code(user: User) -> list[str]:
    assert user.person is not None
    return list(SmsMessage.objects.filter(to=user.person.phone, challenge=None).values_list("body_template", flat=True))


def test_the_owner_hears_of_the_first_block_of_a_run_once(user: User, company: Company, now: datetime) -> None:
    address = networks()
    for at in (now, now + DAY):
        fail(steps.identified(user, company, at=at, network=address()), at, 5)
        blocks.tell_owners(at=at)
        blocks.tell_owners(at=at)

    assert len(sent_without_code(user)) == 1
    assert all(gsm7.fits(text) for text in sent_without_code(user))
    assert Notice.objects.filter(user=user, kind=blocks.BLOCKED).count() == 1


def test_the_notices_of_blocks_have_a_budget_of_their_own(user: User, company: Company, now: datetime) -> None:
    identity = lockout.identity_of_user(user)
    steps.identified(user, company, at=now)
    for _run in range(4):
        for _try in range(5):
            lockout.reserve(identity, lockout.OTHERS, now)
        blocks.tell_owners(at=now)
        lockout.clear(identity, lockout.OTHERS)

    assert len(sent_without_code(user)) == 2
    assert steps.with_password(user, company, at=now).password_at == now, "codes are not stopped by it"


def test_a_block_of_nobody_is_looked_at_and_forgotten(now: datetime) -> None:
    fail(steps.unknown(at=now), now, 5)

    assert blocks.tell_owners(at=now) == 1
    assert blocks.tell_owners(at=now) == 0
    assert not SmsMessage.objects.filter(challenge=None).exists()


def test_the_page_that_places_a_block_does_the_same_work_for_everybody(user: User, company: Company) -> None:
    known, stranger = Client(), Client()
    number, nipt = steps.stranger_pair()
    steps.browse_to_password(known, user, company)
    stranger.post("/login/", {"customer_number": number, "nipt": nipt})

    work: list[list[int]] = []
    for client in (known, stranger):
        work.append([])
        for _try in range(7):
            with CaptureQueriesContext(connection) as queries:
                client.post("/login/password/", {"password": WRONG})
            work[-1].append(len(queries))

    assert work[0] == work[1]


def test_a_network_that_begins_many_ways_in_has_to_wait(client: Client, settings: Any, now: datetime) -> None:
    settings.NETWORK_STARTS_MAX = 5
    for _start in range(5):
        steps.unknown(at=now, network="127.0.0.1")
    number, nipt = steps.stranger_pair()

    answer = client.post("/login/", {"customer_number": number, "nipt": nipt})

    assert answer.status_code == 429
    assert LoginAttempt.objects.count() == 5
    steps.unknown(at=now, network="192.0.2.77")


def test_addresses_of_one_machine_written_twice_are_one_network(now: datetime) -> None:
    attempt = steps.unknown(at=now, network="::ffff:192.0.2.9")

    assert attempt.subscriber == lockout.network_of("192.0.2.9") == "192.0.2.9"
