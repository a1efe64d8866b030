"""Twilio's own library against a fake that keeps Twilio's published contract: each answer has kind and words."""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from auth_flow.sms import gateways, twilio as library
from auth_flow.sms.receipts import NotSent, Receipt
from tests.auth_flow.conftest import PUBLIC_URL
from tests.auth_flow.twilio_fake import FORM, TwilioFake

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TO, BODY = "+355672000018", "BKT: FNP 483920 per hyrje"
OURS = "7d0f8f0e-0b1d-4f0e-9f57-1c1f1f3d2a11"


def send() -> Receipt:
    return gateways.the_gateway().send(to=TO, body=BODY, at=AT, our_id=OURS)


def refusal_of(twilio: TwilioFake, play: int | str) -> NotSent:
    twilio.plays.append(play)
    with pytest.raises(NotSent) as problem:
        send()
    return problem.value


def test_a_message_is_taken_and_gets_its_name_there(twilio: TwilioFake) -> None:
    receipt = send()

    assert twilio.asked == [
        {"To": TO, "From": "BKT", "Body": BODY, "StatusCallback": f"{PUBLIC_URL}/hooks/twilio/status/?message={OURS}"}
    ]
    assert receipt.provider_id == twilio.taken[0]["sid"]


def test_nobody_is_to_report_where_no_address_is_public(twilio: TwilioFake, settings: Any) -> None:
    settings.PUBLIC_URL = ""

    send()

    assert "StatusCallback" not in twilio.asked[0]


@pytest.mark.parametrize(
    ("play", "code", "kind", "elsewhere", "words"),
    [
        (21211, "21211", "permanent", False, library.INVALID),
        (21408, "21408", "permanent", True, library.NOT_THERE),
        (21610, "21610", "permanent", False, library.STOPPED),
        (21612, "21612", "permanent", True, library.NOT_BY_US),
        (20003, "20003", "temporary", True, library.NO_ACCESS),
        (20429, "429", "temporary", False, library.BUSY),
        (20500, "20500", "unknown", False, library.SILENT),
        (20503, "20503", "unknown", False, library.SILENT),
        ("taken_then_500", "20500", "unknown", False, library.SILENT),
        ("no_code", "503", "unknown", False, library.SILENT),
        ("no_json", "JSONDecodeError", "unknown", False, library.SILENT),
    ],
)
def test_each_answer_has_its_kind_and_its_words(
    twilio: TwilioFake, play: int | str, code: str, kind: str, elsewhere: bool, words: str
) -> None:
    problem = refusal_of(twilio, play)

    assert (problem.code, problem.kind, problem.elsewhere, problem.words) == (code, kind, elsewhere, words)
    assert TO not in problem.words


def test_the_words_are_albanian_and_can_be_translated(twilio: TwilioFake) -> None:
    words = refusal_of(twilio, 21211).words

    with translation.override("sq"):
        assert translation.gettext(words) == "Numri nuk është i vlefshëm"


def test_twilio_may_say_how_long_to_stay_away(twilio: TwilioFake) -> None:
    assert refusal_of(twilio, 20429).wait == timedelta(seconds=7)

    twilio.retry_after = "Fri, 20 Nov 2026 09:00:00 GMT"
    assert refusal_of(twilio, 20429).wait == timedelta(0)


def test_a_silent_twilio_is_left_after_a_while(twilio: TwilioFake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "TIMEOUT_SECONDS", 0.3)
    begun = time.monotonic()

    problem = refusal_of(twilio, "hang")

    assert (problem.kind, problem.code) == ("unknown", "ReadTimeout")
    assert time.monotonic() - begun < 5


def test_a_slow_twilio_is_waited_for(twilio: TwilioFake) -> None:
    twilio.plays.append("slow")

    assert send().provider_id


def test_a_connection_that_never_stood_has_carried_nothing(twilio: TwilioFake, settings: Any) -> None:
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"

    with pytest.raises(NotSent) as problem:
        send()
    assert (problem.value.kind, problem.value.code) == ("temporary", "ConnectionError")


def test_a_wrong_token_is_our_own_fault(twilio: TwilioFake, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = "yesterday's"

    with pytest.raises(NotSent) as problem:
        send()
    assert (problem.value.kind, problem.value.elsewhere, problem.value.code) == ("temporary", True, "20003")


def test_the_deputy_sends_by_its_own_account(twilio: TwilioFake, second_twilio: TwilioFake) -> None:
    deputy = gateways.the_deputy()

    assert deputy is not None
    assert deputy.send(to=TO, body=BODY, at=AT, our_id=OURS).provider_id == second_twilio.taken[0]["sid"]
    assert twilio.asked == []


def test_no_log_line_holds_code_phone_or_token(twilio: TwilioFake, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    send()
    refusal_of(twilio, 21211)

    assert not any(secret in caplog.text for secret in ("483920", TO, twilio.token))


@pytest.mark.parametrize("form", [{"To": "06720"}, {"Body": "x"}, {"To": TO, "Colour": "red"}])
def test_the_fake_sees_what_breaks_the_contract(form: dict[str, str]) -> None:
    fake = TwilioFake()
    try:
        fake.check("request", FORM, form)
    finally:
        fake.stop()

    assert fake.breaches
