"""A provider whose answers never come: how often an SMS leaves, how it ends, and that nobody calls it delivered."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from accounts import clock
from auth_flow import fnp, tasks
from auth_flow.models import FnpChallenge, SmsMessage
from auth_flow.sms import twilio as library
from tests import builders
from tests.auth_flow import steps
from tests.auth_flow.twilio_fake import TwilioFake

pytestmark = pytest.mark.django_db

TICK = timedelta(seconds=2)
AGE = timedelta(minutes=6)


class Machine:
    """The machine's clock, in the test's hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def ticks(self, span: timedelta) -> Iterator[datetime]:
        end = self.at + span
        while self.at < end:
            self.at += TICK
            yield self.at


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(clock.machine())
    monkeypatch.setattr(clock, "machine", machine)
    return machine


@pytest.fixture
def challenge(machine: Machine) -> FnpChallenge:
    company = builders.company(at=machine.at)
    user = builders.user(company, at=machine.at)
    return steps.challenge_of(steps.with_password(user, company, at=machine.at))


def sweep(machine: Machine, span: timedelta) -> SmsMessage:
    for _moment in machine.ticks(span):
        tasks.sweep_sms()
    return SmsMessage.objects.get()


def test_it_is_asked_again_until_the_code_is_too_old_and_never_after(
    challenge: FnpChallenge, machine: Machine, twilio: TwilioFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "TIMEOUT_SECONDS", 0.05)
    twilio.plays.extend(["taken_then_hang"] * 99)

    while_it_lives = sweep(machine, timedelta(seconds=100))
    sweep(machine, timedelta(seconds=50))
    asked = len(twilio.asked)
    in_the_end = sweep(machine, AGE)

    assert (while_it_lives.status, in_the_end.status) == ("queued", "failed")
    assert asked == 10, "after 0, 2, 7, 17, 37 s and then every 20 s"
    assert len(twilio.asked) == asked
    assert {form["Body"] for form in twilio.asked} == {
        in_the_end.body_template.replace(fnp.MARK, fnp.derive(challenge))
    }
    assert (in_the_end.sent_at, in_the_end.delivered_at, in_the_end.provider_id) == (None, None, "")
    assert in_the_end.error_words == library.SILENT


def test_a_code_that_was_used_meanwhile_is_not_sent_again(
    challenge: FnpChallenge, machine: Machine, twilio: TwilioFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "TIMEOUT_SECONDS", 0.05)
    twilio.plays.extend(["taken_then_hang"] * 99)
    sweep(machine, TICK)
    FnpChallenge.objects.filter(id=challenge.id).update(judged_at=machine.at, consumed_at=machine.at)

    message = sweep(machine, AGE)

    assert len(twilio.asked) == 1
    assert (message.status, message.delivered_at) == ("expired", None)


def test_without_its_reports_a_message_stays_sent(
    challenge: FnpChallenge, machine: Machine, twilio: TwilioFake
) -> None:
    message = sweep(machine, AGE)

    assert len(twilio.asked) == 1
    assert (message.status, message.delivered_at) == ("sent", None)
