"""The outbox of SMS: nothing lost, nothing late, nobody's work finished by a worker that slept."""

import json
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import clock
from accounts.models import User
from auth_flow import fnp, tasks
from auth_flow.models import FnpChallenge, SmsMessage
from auth_flow.sms import gateways, outbox
from tests import builders
from tests.auth_flow import steps


class Phone:
    """A gateway that remembers, and fails as it is told."""

    name = "phone"

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.trouble: gateways.NotSent | None = None

    def send(self, *, to: str, body: str, at: datetime, our_id: str) -> gateways.Receipt:
        if self.trouble:
            raise self.trouble
        self.bodies.append(body)
        return gateways.Receipt(provider_id="SM1")


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    phone = Phone()
    monkeypatch.setattr(gateways, "the_gateway", lambda: phone)
    return phone


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def user(db: None, now: datetime) -> User:
    return builders.user(builders.company(at=now), at=now)


@pytest.fixture
def challenge(user: User, now: datetime) -> FnpChallenge:
    company = builders.mandate_of(user).company
    return steps.challenge_of(steps.with_password(user, company, at=now))


@pytest.fixture
def message(challenge: FnpChallenge) -> SmsMessage:
    return challenge.messages.get()


def reread(message: SmsMessage) -> SmsMessage:
    return SmsMessage.objects.get(id=message.id)


def test_the_worker_derives_the_code_at_the_last_moment(
    message: SmsMessage, challenge: FnpChallenge, phone: Phone
) -> None:
    assert outbox.deliver(message_id=str(message.id)) == "sent"

    assert phone.bodies == [message.body_template.replace(fnp.MARK, fnp.derive(challenge))]
    assert challenge.reference in phone.bodies[0]
    sent = reread(message)
    assert (sent.status, sent.gateway, sent.provider_id, sent.lease_token) == ("sent", "phone", "SM1", None)
    assert sent.sent_at is not None


def test_a_second_errand_does_nothing(message: SmsMessage, phone: Phone) -> None:
    outbox.deliver(message_id=str(message.id))

    assert outbox.deliver(message_id=str(message.id)) == "not due"
    assert len(phone.bodies) == 1


def test_a_lost_errand_is_swept_up(message: SmsMessage, phone: Phone) -> None:
    assert tasks.sweep_sms() == 1

    assert reread(message).status == "sent"
    assert tasks.sweep_sms() == 0


def test_a_dead_worker_is_replaced_when_its_lease_is_over(message: SmsMessage, phone: Phone, now: datetime) -> None:
    assert outbox.claim(now, message_id=message.id)
    assert outbox.claim(now + timedelta(seconds=29), message_id=message.id) is None

    assert outbox.claim(now + timedelta(seconds=31), message_id=message.id)


def test_a_worker_that_slept_may_not_finish(message: SmsMessage, phone: Phone, now: datetime) -> None:
    sleeper = outbox.claim(now, message_id=message.id)
    other = outbox.claim(now + timedelta(seconds=31), message_id=message.id)
    assert sleeper
    assert other
    phone.trouble = gateways.NotSent("permanent", code="21610")

    assert outbox.send(sleeper) == "taken over"
    assert reread(message).status == "queued"
    phone.trouble = None
    assert outbox.send(other) == "sent"


def test_a_late_sms_is_not_sent(message: SmsMessage, challenge: FnpChallenge, phone: Phone) -> None:
    assert message.expires_at == challenge.expires_at - timedelta(seconds=30)
    SmsMessage.objects.filter(id=message.id).update(expires_at=clock.machine() - timedelta(milliseconds=1))

    assert outbox.deliver(message_id=str(message.id)) == "expired"
    assert phone.bodies == []


@pytest.mark.parametrize("end", [{"voided_at": True, "void_reason": "replaced"}, {"consumed_at": True}])
def test_a_code_that_is_over_is_not_sent(
    message: SmsMessage, challenge: FnpChallenge, phone: Phone, end: dict[str, Any], now: datetime
) -> None:
    changes = {name: now if value is True else value for name, value in end.items()}
    FnpChallenge.objects.filter(id=challenge.id).update(judged_at=now, **changes)

    assert outbox.deliver(message_id=str(message.id)) == "expired"
    assert phone.bodies == []


def test_temporary_trouble_is_tried_again_later_and_later(message: SmsMessage, phone: Phone) -> None:
    phone.trouble = gateways.NotSent("temporary", code="429", words="busy")
    waits = []
    for _try in range(5):
        SmsMessage.objects.filter(id=message.id).update(not_before=clock.machine())
        before = clock.machine()
        assert outbox.deliver(message_id=str(message.id)) == "queued"
        waits.append(round((reread(message).not_before - before).total_seconds()))

    assert waits == [2, 5, 10, 20, 20]
    assert outbox.deliver(message_id=str(message.id)) == "not due"


def test_permanent_trouble_stops_at_once_and_says_why(message: SmsMessage, phone: Phone) -> None:
    phone.trouble = gateways.NotSent("permanent", code="21211", words="Numri nuk është i vlefshëm")

    assert outbox.deliver(message_id=str(message.id)) == "failed"
    failed = reread(message)
    assert (failed.error_code, failed.error_words) == ("21211", "Numri nuk është i vlefshëm")


def test_what_cannot_go_out_in_time_has_failed(message: SmsMessage, phone: Phone) -> None:
    phone.trouble = gateways.NotSent("unknown", code="ReadTimeout")
    SmsMessage.objects.filter(id=message.id).update(expires_at=clock.machine() + timedelta(seconds=1))

    assert outbox.deliver(message_id=str(message.id)) == "failed"


def test_the_queue_hears_an_id_and_nothing_else(
    user: User, now: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    hurried: list[dict[str, str]] = []
    monkeypatch.setattr(outbox.deliver, "delay", lambda **arguments: hurried.append(arguments))

    with django_capture_on_commit_callbacks(execute=True):
        attempt = steps.with_password(user, builders.mandate_of(user).company, at=now)

    message = steps.challenge_of(attempt).messages.get()
    assert hurried == [{"message_id": str(message.id)}]


@pytest.mark.parametrize("trouble", [OSError, OperationalError, RedisError])
def test_a_queue_that_is_down_stops_nobody(
    user: User,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
    trouble: type[Exception],
) -> None:
    def broken(**_arguments: str) -> None:
        raise trouble

    monkeypatch.setattr(outbox.deliver, "delay", broken)
    with django_capture_on_commit_callbacks(execute=True):
        attempt = steps.with_password(user, builders.mandate_of(user).company, at=now)

    assert steps.challenge_of(attempt).messages.get().status == "queued"


def test_an_unknown_message_is_not_due(db: None) -> None:
    assert outbox.deliver(message_id=str(uuid.uuid4())) == "not due"


def test_the_code_is_in_no_row_of_the_database(message: SmsMessage, challenge: FnpChallenge, phone: Phone) -> None:
    outbox.deliver(message_id=str(message.id))
    code = fnp.derive(challenge)
    needle = f"(^|[^0-9.]){code}([^0-9]|$)"  # not the fraction of a second

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE to_jsonb(t)::text ~ %s', [needle])
            found += [table] * cursor.fetchone()[0]

    assert len(tables) > 20
    assert found == []


def test_the_file_of_the_demo_gets_the_message(message: SmsMessage, challenge: FnpChallenge) -> None:
    outbox.deliver(message_id=str(message.id))

    last = json.loads(Path(portal.SMS_FILE).read_text().splitlines()[-1])
    assert last["to"] == challenge.phone
    assert fnp.derive(challenge) in last["body"]
