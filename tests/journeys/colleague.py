"""One of the bank's staff at a browser of her own, with her authenticator at hand."""

from django.contrib.auth.models import Group
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect

from accounts.models import User
from tests import builders
from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor


def at_work(open_browser: Open, role: str) -> Visitor:
    """A new member of staff with this role, past password and authenticator."""
    staff = builders.staff(superuser=False)
    staff.groups.add(Group.objects.get(name=role))
    visitor = open_browser(staff)
    enter(visitor.page, visitor.portal.url, staff)
    return visitor


def enter(page: Page, url: str, staff: User) -> None:
    """The staff's own door: name, password and a code of the device."""
    device = TOTPDevice.objects.create(user=staff, name="authenticator", confirmed=True)
    page.goto(f"{url}/staff/")
    page.locator("input[name=username]").fill(staff.username)
    page.locator("input[name=password]").fill(builders.PASSWORD)
    page.locator("input[name=otp_token]").fill(f"{totp(device.bin_key):06d}")
    page.locator("#login-form input[type=submit], #login-form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tavolina e stafit")
