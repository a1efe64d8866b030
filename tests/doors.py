"""The way in for tests: the real pages, one after the other, with the code that the phone would show."""

from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import User
from auth_flow import fnp, login
from auth_flow.models import FnpChallenge, LoginAttempt
from tests import builders


def walk_in(user: User, *, nipt: str = "", password: str = builders.PASSWORD, client: Client | None = None) -> Client:
    """A browser that has gone through all three steps; for the user's first company unless a NIPT is given."""
    client = client or Client()
    identify(client, user, nipt=nipt)
    client.post(reverse("auth_flow:login_password"), {"password": password})
    response = client.post(reverse("auth_flow:login_code"), {"code": fnp.derive(last_challenge(user))})
    assert response.status_code == 302, "the three steps were not passed"
    return client


def identify(client: Client, user: User, *, nipt: str = "") -> None:
    """Step one for this user's pair."""
    assert user.person is not None, "a customer has a person"
    mandate = user.mandates.select_related("company").order_by("company__name").first()
    nipt = nipt or (mandate.company.nipt if mandate else "L00000000A")
    client.post(reverse("auth_flow:login"), {"customer_number": user.person.customer_number, "nipt": nipt})


def last_challenge(user: User, purpose: str = "") -> FnpChallenge:
    """The newest challenge of this user."""
    challenges = FnpChallenge.objects.filter(user=user)
    return (challenges.filter(purpose=purpose) if purpose else challenges).latest("created_at")


def session_of(user: User) -> LoginAttempt:
    """A signed-in session of this user, through the verbs alone."""
    mandate = user.mandates.select_related("company").order_by("company__name")[0]
    assert user.person is not None, "a customer has a person"
    step = login.identify(
        customer_number=user.person.customer_number,
        nipt=mandate.company.nipt,
        network="127.0.0.1",
        browser="test",
        at=clock.machine(),
    )
    step = login.check_password(attempt=step.attempt, password=builders.PASSWORD, at=clock.machine())
    return login.check_code(attempt=step.attempt, code=fnp.derive(last_challenge(user)), at=clock.machine())
