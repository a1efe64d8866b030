"""Two gateways: who sends, who takes over, and what the pages say when neither works."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import clock
from auth_flow.models import GatewayHealth, SmsMessage
from auth_flow.sms import health, outbox, routes
from tests.auth_flow.twilio_fake import TwilioFake

pytestmark = pytest.mark.django_db
TO = "+355672000018"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def message(now: datetime) -> SmsMessage:
    return queued(now)


def queued(now: datetime) -> SmsMessage:
    return outbox.queue(to=TO, body_template="BKT: fjale", at=now, expires_at=now + timedelta(minutes=2))


def deliver(message: SmsMessage) -> str:
    """One errand, whatever the wait."""
    SmsMessage.objects.filter(id=message.id, status="queued").update(not_before=clock.machine())
    return outbox.deliver(message_id=str(message.id))


def reread(message: SmsMessage) -> SmsMessage:
    return SmsMessage.objects.get(id=message.id)


def disturb(gateway: str, at: datetime, times: int = 5) -> None:
    for _time in range(times):
        health.count_failure(gateway, at)


def test_the_deputy_rests_while_the_first_works(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake
) -> None:
    assert deliver(message) == "sent"

    assert (len(twilio.taken), second_twilio.asked) == (1, [])
    assert reread(message).gateway == "twilio"


@pytest.mark.parametrize("play", [20003, 21408, 21612])
def test_a_fault_of_our_account_brings_the_deputy_at_once(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake, play: int
) -> None:
    twilio.plays.append(play)

    assert [deliver(message), deliver(message)] == ["queued", "sent"]

    assert (twilio.taken, len(second_twilio.taken)) == ([], 1)
    assert reread(message).gateway == "twilio_second"


def test_two_temporary_failures_bring_the_deputy(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake
) -> None:
    twilio.plays.extend([20429, 20429])

    assert [deliver(message) for _try in range(3)] == ["queued", "queued", "sent"]
    assert (len(twilio.asked), len(second_twilio.taken)) == (2, 1)


def test_when_the_deputy_fails_too_the_first_has_another_go(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake
) -> None:
    twilio.plays.extend([20429, 20429])
    second_twilio.plays.extend([20429, 20429])

    assert [deliver(message) for _try in range(5)] == [*["queued"] * 4, "sent"]
    assert len(twilio.taken) == 1


@pytest.mark.parametrize("play", [21211, 21610])
def test_a_number_that_is_wrong_is_wrong_everywhere(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake, play: int
) -> None:
    twilio.plays.append(play)

    assert deliver(message) == "failed"
    assert second_twilio.asked == []


@pytest.mark.parametrize("play", ["taken_then_500", 20503, "no_json"])
def test_what_was_perhaps_taken_stays_where_it_is(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake, play: int | str
) -> None:
    twilio.plays.extend([play, 20429, 20429, 20003])

    assert [deliver(message) for _try in range(5)] == [*["queued"] * 4, "sent"]

    assert second_twilio.asked == []
    assert len({asked["Body"] for asked in twilio.asked}) == 1
    assert reread(message).perhaps_taken_by == "twilio"


def test_what_a_dying_worker_has_perhaps_sent_stays_where_it_is(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "_taken", die)
    with pytest.raises(KeyboardInterrupt):
        deliver(message)
    monkeypatch.undo()
    disturb("twilio", now)
    SmsMessage.objects.update(lease_until=now - timedelta(seconds=1))

    assert deliver(message) == "sent"
    assert (len(twilio.taken), second_twilio.asked) == (2, [])


def test_a_message_that_was_accepted_is_nobodys_any_more(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake
) -> None:
    deliver(message)
    twilio.plays.append(20003)

    assert deliver(message) == "not due"
    assert second_twilio.asked == []


def test_without_a_deputy_our_own_fault_is_tried_again(message: SmsMessage, twilio: TwilioFake) -> None:
    twilio.plays.append(20003)

    assert [deliver(message), deliver(message)] == ["queued", "sent"]


def test_without_a_deputy_a_country_that_is_not_allowed_is_the_end(message: SmsMessage, twilio: TwilioFake) -> None:
    twilio.plays.append(21408)

    assert deliver(message) == "failed"
    assert (reread(message).error_code, reread(message).error_words) == ("21408", "Vendi i numrit nuk lejohet")


def test_a_busy_provider_is_left_alone_as_long_as_it_asked(message: SmsMessage, twilio: TwilioFake) -> None:
    twilio.plays.append(20429)
    before = clock.machine()

    deliver(message)

    assert reread(message).not_before - before >= timedelta(seconds=7)


# --- Health ----------------------------------------------------------------------------------------------------------


def test_five_failures_in_a_row_within_a_minute_disturb_it(now: datetime) -> None:
    disturb("twilio", now, times=4)
    assert health.disturbed(["twilio"], now) == set()

    health.count_failure("twilio", now + timedelta(seconds=59))
    assert health.disturbed(["twilio", "twilio_second"], now + timedelta(seconds=59)) == {"twilio"}


def test_failures_that_lie_apart_do_not(now: datetime) -> None:
    for minute in range(6):
        health.count_failure("twilio", now + timedelta(minutes=minute, seconds=1))

    assert health.disturbed(["twilio"], now + timedelta(minutes=6)) == set()
    assert GatewayHealth.objects.get(gateway="twilio").failures == 1


def test_it_stays_disturbed_while_it_goes_on_failing(now: datetime) -> None:
    disturb("twilio", now)
    health.count_failure("twilio", now + timedelta(minutes=4))

    assert health.disturbed(["twilio"], now + timedelta(minutes=8)) == {"twilio"}
    assert health.disturbed(["twilio"], now + timedelta(minutes=9)) == set()


def test_a_success_heals_at_once(message: SmsMessage, twilio: TwilioFake, now: datetime) -> None:
    disturb("twilio", now)

    assert deliver(message) == "sent"
    assert health.disturbed(["twilio"], now) == set()


def test_a_wrong_number_says_nothing_about_the_gateway(message: SmsMessage, twilio: TwilioFake, now: datetime) -> None:
    disturb("twilio", now, times=4)
    twilio.plays.append(21211)

    deliver(message)

    assert GatewayHealth.objects.get(gateway="twilio").failures == 0


def test_of_many_one_probes_a_disturbed_gateway(now: datetime) -> None:
    disturb("twilio", now)

    assert not health.may_probe("twilio", now + timedelta(seconds=29))
    assert health.may_probe("twilio", now + timedelta(seconds=30))
    assert not health.may_probe("twilio", now + timedelta(seconds=31))
    assert health.may_probe("twilio", now + timedelta(seconds=60))


def test_new_messages_go_to_the_deputy_while_the_first_is_disturbed(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake, now: datetime
) -> None:
    disturb("twilio", now)

    assert deliver(message) == "sent"
    assert (twilio.asked, len(second_twilio.taken)) == ([], 1)


def test_pages_hear_of_it_when_no_gateway_works(second_twilio: TwilioFake, twilio: TwilioFake, now: datetime) -> None:
    disturb("twilio", now)
    assert not routes.are_disturbed(now)

    disturb("twilio_second", now)
    assert routes.are_disturbed(now)


def test_without_a_deputy_the_first_one_is_all(twilio: TwilioFake, now: datetime, settings: Any) -> None:
    settings.SMS_DISTURBED_AFTER = 2

    disturb("twilio", now, times=2)

    assert routes.are_disturbed(now)


def test_an_errand_whose_gateway_is_down_counts_against_it(
    message: SmsMessage, twilio: TwilioFake, now: datetime
) -> None:
    twilio.plays.extend([20503] * 5)

    assert [deliver(message) for _try in range(5)] == ["queued"] * 5
    assert routes.are_disturbed(clock.machine())
