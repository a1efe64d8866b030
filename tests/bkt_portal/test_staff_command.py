"""`manage.py staff`: who comes in at the staff's door, and with which roles."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import AuditEvent, User
from tests import builders

pytestmark = pytest.mark.django_db


def staff(*arguments: str) -> str:
    said = StringIO()
    call_command("staff", *arguments, stdout=said)
    return said.getvalue()


def test_a_new_colleague_gets_a_password_an_authenticator_and_her_role():
    said = staff("lule.dega", "--role", "Degë")

    user = User.objects.get(username="lule.dega")
    assert user.check_password(said.split("password: ")[1].split()[0])
    assert TOTPDevice.objects.filter(user=user, confirmed=True).count() == 1
    assert user.has_perm("accounts.change_phone")
    assert not user.is_superuser


def test_another_role_replaces_the_first_and_shows_no_secret_again():
    staff("lule.dega", "--role", "Degë")

    said = staff("lule.dega", "--role", "Auditor")

    user = User.objects.get(username="lule.dega")
    assert [group.name for group in user.groups.all()] == ["Auditor"]
    assert "password" not in said
    assert TOTPDevice.objects.filter(user=user).count() == 1
    trail = AuditEvent.objects.filter(event="staff.roles.set", subject=f"user:{user.pk}")
    assert '"before":["Degë"]' in bytes(trail.latest("id").record).decode()


def test_who_leaves_comes_in_no_more():
    staff("lule.dega", "--role", "Degë")

    staff("lule.dega", "--off")

    user = User.objects.get(username="lule.dega")
    assert not user.is_active
    assert not user.has_perm("accounts.change_phone")


@pytest.mark.parametrize(
    "arguments", [("lule.dega",), ("lule.dega", "--off"), ("lule.dega", "--role", "Degë", "--off")]
)
def test_half_an_order_is_refused(arguments):
    with pytest.raises(CommandError):
        staff(*arguments)
    assert not User.objects.filter(username="lule.dega").exists()


def test_a_customer_never_becomes_staff():
    customer = builders.user()

    with pytest.raises(CommandError, match="customer"):
        staff(customer.username, "--role", "Degë")
    assert not customer.groups.exists()
