"""Reports of the provider: signed, once each, and never backwards."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts import clock
from auth_flow.models import SmsCallback, SmsMessage
from auth_flow.sms import callbacks, outbox
from auth_flow.sms.receipts import Receipt
from tests.auth_flow.twilio_fake import TwilioFake

pytestmark = pytest.mark.django_db
Word = tuple[str, dict[str, str], str]


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def message(now: datetime, twilio: TwilioFake) -> SmsMessage:
    """A message that the provider took."""
    queued = outbox.queue(to="+355672000018", body_template="BKT: fjale", at=now, expires_at=now + timedelta(minutes=2))
    assert outbox.deliver(message_id=str(queued.id)) == "sent"
    return queued


def post(word: Word, **changes: str) -> int:
    """The word as it comes in from the provider; some other host stands in its request, as behind a proxy."""
    url, form, signature = word
    parts = urlsplit(url)
    return (
        Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True)
        .post(f"{parts.path}?{parts.query}", form | changes, headers={"X-Twilio-Signature": signature})
        .status_code
    )


def status(message: SmsMessage) -> str:
    return SmsMessage.objects.get(id=message.id).status


def test_a_signed_word_is_believed(message: SmsMessage, twilio: TwilioFake, now: datetime) -> None:
    assert post(twilio.report("delivered")) == 204

    delivered = SmsMessage.objects.get(id=message.id)
    assert delivered.status == "delivered"
    assert delivered.delivered_at
    assert delivered.delivered_at >= now


def test_a_word_with_another_signature_is_refused(message: SmsMessage, twilio: TwilioFake) -> None:
    url, form, signature = twilio.report("delivered")

    assert post((url, form, "")) == 403
    assert post((url, form, signature[::-1])) == 403
    assert post((url, form, signature), MessageStatus="failed") == 403
    assert post((url.replace("message=", "message=x"), form, signature)) == 403
    assert status(message) == "sent"
    assert not SmsCallback.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [("PUBLIC_URL", ""), ("PUBLIC_URL", "https://other.bank.example"), ("TWILIO_AUTH_TOKEN", "yesterday's")],
)
def test_what_is_signed_for_somebody_else_is_refused(
    message: SmsMessage, twilio: TwilioFake, settings: Any, name: str, value: str
) -> None:
    setattr(settings, name, value)

    assert post(twilio.report("delivered")) == 403


def test_an_account_without_a_token_has_signed_nothing(message: SmsMessage, twilio: TwilioFake, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = twilio.token = ""

    assert post(twilio.report("delivered")) == 403


def test_the_deputys_reports_are_checked_with_its_own_token(
    message: SmsMessage, twilio: TwilioFake, second_twilio: TwilioFake
) -> None:
    second_twilio.taken, second_twilio.asked = twilio.taken, twilio.asked
    assert post(second_twilio.report("delivered")) == 204

    second_twilio.token = twilio.token
    assert post(second_twilio.report("failed")) == 403


def test_looking_at_the_address_shows_nothing(client: Client) -> None:
    assert client.get("/hooks/twilio/status/").status_code == 405
    assert client.post("/hooks/twilio/status/").status_code == 403


def test_a_word_heard_twice_changes_nothing(message: SmsMessage, twilio: TwilioFake) -> None:
    word = twilio.report("delivered")
    post(word)
    first = SmsMessage.objects.get(id=message.id).delivered_at

    assert post(word) == 204
    assert SmsMessage.objects.get(id=message.id).delivered_at == first
    assert SmsCallback.objects.count() == 1


@pytest.mark.parametrize(
    ("states", "end"),
    [
        (["queued", "sent", "delivered"], "delivered"),
        (["delivered", "sent", "queued"], "delivered"),
        (["sent", "undelivered"], "failed"),
        (["failed", "sent"], "failed"),
        (["delivered", "failed"], "delivered"),
        (["failed", "delivered"], "failed"),
        (["read"], "delivered"),
        (["accepted", "sending", "invented"], "sent"),
    ],
)
def test_a_message_goes_forward_and_its_first_end_stays(
    message: SmsMessage, twilio: TwilioFake, states: list[str], end: str
) -> None:
    assert [post(twilio.report(state)) for state in states] == [204] * len(states)

    assert status(message) == end


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("30003", "Celulari është i fikur ose jashtë mbulimit"),
        ("30006", "Numri nuk është celular"),
        ("99999", "SMS-ja nuk u dorëzua"),
        ("", "SMS-ja nuk u dorëzua"),
    ],
)
def test_why_it_did_not_arrive_is_kept_in_words(message: SmsMessage, twilio: TwilioFake, code: str, words: str) -> None:
    post(twilio.report("undelivered", error_code=code))

    failed = SmsMessage.objects.get(id=message.id)
    assert (failed.status, failed.error_code, failed.error_words) == ("failed", code, words)


def test_a_word_that_is_faster_than_our_own_row_is_not_lost(now: datetime, twilio: TwilioFake) -> None:
    message = outbox.queue(
        to="+355672000018", body_template="BKT: fjale", at=now, expires_at=now + timedelta(minutes=2)
    )
    claimed = outbox.claim(now, message_id=message.id)
    assert claimed
    outbox.send(claimed)
    url, form, signature = twilio.report("delivered")
    SmsMessage.objects.filter(id=message.id).update(status="queued", provider_id="", lease_token=claimed.lease_token)
    assert post((url, form, signature)) == 204
    assert status(message) == "queued"

    outbox._taken(claimed, "twilio", Receipt(form["MessageSid"]), now)

    assert status(message) == "delivered"


def test_a_receipt_that_got_lost_is_made_up_for_by_a_word(now: datetime, twilio: TwilioFake) -> None:
    message = outbox.queue(
        to="+355672000018", body_template="BKT: fjale", at=now, expires_at=now + timedelta(minutes=2)
    )
    twilio.plays.append("taken_then_500")
    assert outbox.deliver(message_id=str(message.id)) == "queued"

    assert post(twilio.report("delivered")) == 204
    SmsMessage.objects.filter(id=message.id).update(not_before=clock.machine())
    outbox.deliver(message_id=str(message.id))

    assert len(twilio.asked) == 1, "the phone gets it once"
    found = SmsMessage.objects.get(id=message.id)
    assert (found.status, found.gateway, found.provider_id) == ("delivered", "twilio", twilio.taken[0]["sid"])


def test_a_word_about_nobodys_message_is_kept_and_does_nothing(message: SmsMessage, now: datetime) -> None:
    assert callbacks.record(provider_id="SM0", state="delivered", error_code="", message_id=None, at=now)

    assert status(message) == "sent"


def test_one_callback_per_message_and_state(message: SmsMessage, twilio: TwilioFake) -> None:
    post(twilio.report("delivered"))

    law = pytest.raises(IntegrityError, match="one_callback_per_message_and_state")
    with law, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO auth_flow_smscallback (provider_id, state, error_code, received_at) "
            "SELECT provider_id, state, error_code, received_at FROM auth_flow_smscallback"
        )


def test_a_failing_gateway_has_its_moments() -> None:
    law = pytest.raises(IntegrityError, match="a_failing_gateway_has_its_moments")
    with law, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_flow_gatewayhealth (gateway, failures) VALUES ('twilio', 1)")
