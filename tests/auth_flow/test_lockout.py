"""How many wrong tries there may be, and how long a block holds."""

from datetime import datetime, timedelta

import pytest

from accounts import clock
from auth_flow import lockout
from auth_flow.models import FailureCounter

pytestmark = pytest.mark.django_db

QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(hours=24)


@pytest.fixture
def now() -> datetime:
    return clock.machine()


def fail(identity: str, times: int, at: datetime, lane: str = lockout.OTHERS) -> None:
    for _time in range(times):
        lockout.reserve(identity, lane, at)


def test_five_failures_in_a_row_block_for_a_quarter_of_an_hour(now: datetime) -> None:
    fail("a", 5, now)

    with pytest.raises(lockout.SignInBlocked) as refusal:
        lockout.reserve("a", lockout.OTHERS, now)
    assert refusal.value.until == now + QUARTER
    assert len(refusal.value.reference) == 8


def test_blocks_grow_and_stay_at_a_day(now: datetime) -> None:
    spans, at = [], now
    for _block in range(4):
        fail("a", 5, at)
        block = lockout.block_of("a", lockout.OTHERS, at)
        assert block
        spans.append(block.until - at)
        at = block.until

    assert spans == [QUARTER, HOUR, DAY, DAY]


def test_a_block_is_not_prolonged_by_tries_under_it(now: datetime) -> None:
    fail("a", 5, now)
    for minute in range(14):
        with pytest.raises(lockout.SignInBlocked) as refusal:
            lockout.reserve("a", lockout.OTHERS, now + timedelta(minutes=minute))
        assert refusal.value.until == now + QUARTER

    assert FailureCounter.objects.get(identity="a").failures == 5


def test_a_right_try_is_given_back_with_the_block_it_caused(now: datetime) -> None:
    fail("a", 5, now)
    lockout.give_back("a", lockout.OTHERS)

    assert lockout.block_of("a", lockout.OTHERS, now) is None
    assert FailureCounter.objects.get(identity="a").failures == 4
    fail("a", 1, now)
    assert lockout.block_of("a", lockout.OTHERS, now)


def test_a_success_clears_its_own_lane_alone(now: datetime) -> None:
    fail("a", 3, now, lockout.KNOWN)
    fail("a", 3, now, lockout.OTHERS)
    lockout.clear("a", lockout.KNOWN)

    assert FailureCounter.objects.get(identity="a", lane=lockout.KNOWN).failures == 0
    assert FailureCounter.objects.get(identity="a", lane=lockout.OTHERS).failures == 3


def test_identities_do_not_share_a_count(now: datetime) -> None:
    fail("a", 5, now)

    lockout.reserve("b", lockout.OTHERS, now)


def test_an_identity_tells_nothing_and_does_not_run_together() -> None:
    identity = lockout.identity_of("000000001")

    assert "000000001" not in identity
    assert identity != lockout.identity_of_staff("000000001")


def test_a_network_that_fails_twenty_times_is_slowed_for_ten_minutes(now: datetime) -> None:
    for _time in range(20):
        lockout.refuse_crowded_network("198.51.100.7", now)
        lockout.count_network("198.51.100.7", now)

    with pytest.raises(lockout.TooManyFromHere):
        lockout.refuse_crowded_network("198.51.100.7", now + timedelta(minutes=9))
    lockout.refuse_crowded_network("198.51.100.8", now)
    lockout.refuse_crowded_network("198.51.100.7", now + timedelta(minutes=10))


def test_the_count_of_a_network_starts_anew_after_its_window(now: datetime) -> None:
    for minute in range(25):
        lockout.count_network("198.51.100.7", now + timedelta(minutes=minute))

    lockout.refuse_crowded_network("198.51.100.7", now + timedelta(minutes=25))


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("192.0.2.9", "192.0.2.9"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("", "unknown"),
    ],
)
def test_a_subscriber_is_one_network(ip: str, network: str) -> None:
    assert lockout.network_of(ip) == network
