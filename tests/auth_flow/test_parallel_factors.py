"""An authenticator's codes, many at once, with real commits: five are judged, and one opens once."""

from datetime import datetime

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import clock
from auth_flow import factors
from auth_flow.models import LoginAttempt
from tests import builders
from tests.auth_flow import steps
from tests.auth_flow.test_factors import code_of, with_app, wrong
from tests.auth_flow.test_parallel import at_once

pytestmark = pytest.mark.usefixtures("real_commits")


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def attempt(real_commits: None, now: datetime) -> LoginAttempt:
    company = builders.company(at=now)
    user = steps.customer_of(company)
    with_app(user)
    return steps.with_password(user, company, at=now)


def test_twenty_wrong_codes_at_once_are_five(attempt: LoginAttempt, now: datetime) -> None:
    code = wrong(code_of(TOTPDevice.objects.get(user=attempt.user)))

    ends = at_once(20, lambda: factors.judge_totp(attempt=attempt, code=code, at=now))

    assert ends == {"wrong_app_code": 5, "sign_in_blocked": 15}


def test_the_right_code_twenty_times_at_once_opens_once(attempt: LoginAttempt, now: datetime) -> None:
    code = code_of(TOTPDevice.objects.get(user=attempt.user))

    ends = at_once(20, lambda: factors.judge_totp(attempt=attempt, code=code, at=now))

    assert ends["done"] == 1
    assert ends["wrong_app_code"] <= 5
