"""The steps of the way in, as a person and as a program take them."""

from datetime import datetime
from typing import Any

from django.test import Client

from accounts import clock
from accounts.models import Company, User
from auth_flow import fnp, login
from auth_flow.models import FnpChallenge, LoginAttempt
from tests import builders


def customer_of(company: Company) -> User:
    return builders.user(company, prepares=True, signs=True, at=clock.now())


def identified(user: User, company: Company, *, at: datetime, network: str = "192.0.2.1") -> LoginAttempt:
    """Step one has passed."""
    number = user.person.customer_number if user.person else ""
    step = login.identify(customer_number=number, nipt=company.nipt, network=network, browser="test", at=at)
    return step.attempt


def stranger_pair() -> tuple[str, str]:
    """A well-formed pair that names nobody."""
    number = builders.unique()
    return f"99{number:07d}", f"M{number:08d}Z"


def unknown(*, at: datetime, network: str = "192.0.2.1") -> LoginAttempt:
    """Step one, for a pair that names nobody."""
    number, nipt = stranger_pair()
    return login.identify(customer_number=number, nipt=nipt, network=network, browser="test", at=at).attempt


def with_password(user: User, company: Company, *, at: datetime) -> LoginAttempt:
    """Steps one and two have passed."""
    return login.check_password(attempt=identified(user, company, at=at), password=builders.PASSWORD, at=at).attempt


def with_session(user: User, company: Company, *, at: datetime) -> LoginAttempt:
    """All three steps have passed."""
    attempt = with_password(user, company, at=at)
    return login.check_code(attempt=attempt, code=right_code(attempt), at=at)


def challenge_of(attempt: LoginAttempt) -> FnpChallenge:
    return FnpChallenge.objects.filter(attempt=attempt).latest("created_at")


def right_code(attempt: LoginAttempt) -> str:
    return fnp.derive(challenge_of(attempt))


def wrong_code(challenge: FnpChallenge) -> str:
    """Six digits that are not the code."""
    return f"{(int(fnp.derive(challenge)) + 1) % 10**6:06d}"


def browse_to_password(client: Client, user: User, company: Company) -> Any:
    """Step one, in a browser."""
    number = user.person.customer_number if user.person else ""
    return client.post("/login/", {"customer_number": number, "nipt": company.nipt})


def browse_to_code(client: Client, user: User, company: Company) -> Any:
    """Steps one and two, in a browser."""
    browse_to_password(client, user, company)
    return client.post("/login/password/", {"password": builders.PASSWORD})


def browse_in(client: Client, user: User, company: Company) -> Any:
    """All three steps, in a browser."""
    browse_to_code(client, user, company)
    attempt = LoginAttempt.objects.filter(user=user, signed_in_at=None, ended_at=None).latest("started_at")
    return client.post("/login/code/", {"code": right_code(attempt)})
