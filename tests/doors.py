"""The way in for tests: the real pages, one after the other, with the code that the phone would show."""

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

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


def at_the_desk(user: User) -> Client:
    """A browser of staff, past password and authenticator, with the staff's own cookie."""
    device = TOTPDevice.objects.create(user=user, name="authenticator", confirmed=True)
    desk = Client()
    desk.force_login(user, backend="auth_flow.backends.StaffBackend")
    session = desk.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    desk.cookies[settings.STAFF_COOKIE_NAME] = desk.cookies.pop(settings.SESSION_COOKIE_NAME).value
    return desk
