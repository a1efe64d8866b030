"""What the tests of the front door share: a customer with a browser of her own, and a Twilio on loopback."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from accounts.models import Company, User
from auth_flow.sms import twilio as library
from tests import builders
from tests.auth_flow import steps
from tests.auth_flow.twilio_fake import TwilioFake

PUBLIC_URL = "https://biznes.bank.example"


@pytest.fixture
def twilio(settings: Any) -> Iterator[TwilioFake]:
    """The gateway of the settings; whoever broke Twilio's contract, the portal or the fake, fails the test."""
    fake = TwilioFake()
    settings.SMS_GATEWAY, settings.TWILIO_BASE_URL = "twilio", fake.url
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = fake.sid, fake.token, "BKT"
    settings.PUBLIC_URL = PUBLIC_URL
    yield fake
    fake.stop()
    library.client_of.cache_clear()
    assert fake.breaches == []


@pytest.fixture
def second_twilio(settings: Any) -> Iterator[TwilioFake]:
    """The deputy, with an account of its own."""
    fake = TwilioFake(sid="AC" + "1" * 32, token="twilio-token-of-the-deputy")
    settings.SMS_GATEWAY_FALLBACK, settings.TWILIO_SECOND_BASE_URL = "twilio_second", fake.url
    settings.TWILIO_SECOND_ACCOUNT_SID, settings.TWILIO_SECOND_AUTH_TOKEN = fake.sid, fake.token
    settings.TWILIO_SECOND_FROM = "BKT"
    yield fake
    fake.stop()
    library.client_of.cache_clear()
    assert fake.breaches == []


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
def own_browser(user: User, company: Company) -> Client:
    """The owner's own browser: it went through all three steps before."""
    browser = Client()
    steps.browse_in(browser, user, company)
    browser.post("/logout/")
    return browser
