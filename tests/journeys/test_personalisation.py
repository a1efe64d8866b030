"""Personalizime as a person uses it: her stamp, language, authenticator and notices, and the way out of everywhere."""

import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from accounts.models import User
from auth_flow.models import LoginAttempt
from tests.journeys.conftest import Open
from tests.journeys.test_every_page import look_at
from tests.journeys.visitor import Visitor

WORD = "Gjirokastra"


def app_code(device: TOTPDevice, *, periods: int = 0) -> str:
    """What her app shows, so many periods from now."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + periods * device.step
    return f"{totp.token():06d}"


def follow(visitor: Visitor, name: str) -> None:
    visitor.main.get_by_role("link", name=name).click()


def test_her_stamp_says_that_it_is_the_bank_who_asks_for_the_code(sole: Visitor, open_browser: Open) -> None:
    sole.go("/personalisation/")
    follow(sole, "Zgjidh vulën")
    look_at(sole)
    sole.press("Ruaj")
    look_at(sole)
    sole.page.get_by_label("Hëna").check()
    sole.page.get_by_label("Fjala").fill(WORD)
    sole.press("Ruaj")
    expect(sole.main.get_by_text(WORD)).to_be_visible()
    look_at(sole)

    again = open_browser(sole.user)
    again.read = sole.read
    again.identify()
    expect(again.main).not_to_contain_text(WORD)
    again.give_password()
    expect(again.main.get_by_text(WORD)).to_be_visible()
    look_at(again)


def test_an_app_takes_the_place_of_the_sms_and_goes_again(sole: Visitor, open_browser: Open) -> None:
    sole.go("/personalisation/")
    follow(sole, "Ndrysho hapin e tretë")
    look_at(sole)
    sole.press("Dërgo FNP-në dhe vazhdo")
    look_at(sole)
    sole.type_code(sole.next_code(), button="Konfirmo")
    expect(sole.page.get_by_role("img", name="Figurë QR me çelësin e aplikacionit")).to_be_visible()
    look_at(sole)
    device = TOTPDevice.objects.get(user=sole.user)
    sole.page.get_by_label("Kodi i aplikacionit").fill(app_code(device))
    sole.press("Konfirmo")
    expect(sole.main).to_contain_text("Aplikacion kodesh")

    again = open_browser(sole.user)
    again.read = sole.read
    again.identify()
    again.give_password()
    expect(again.heading).to_have_text("Shkruani kodin e aplikacionit")
    look_at(again)
    again.page.get_by_label("Kodi i aplikacionit").fill(app_code(device, periods=1))
    again.press("Hyr")
    expect(again.heading).to_have_text("Mirëdita, Elira.")

    again.go("/personalisation/factor/")
    look_at(again)
    again.press("Dërgo FNP-në dhe vazhdo")
    again.type_code(again.next_code(), button="Konfirmo")
    expect(again.main).to_contain_text("FNP me SMS")


def test_her_language_is_the_same_in_every_browser(sole: Visitor, open_browser: Open) -> None:
    sole.go("/personalisation/")
    sole.press("English")
    expect(sole.page.locator("html")).to_have_attribute("lang", "en")

    again = open_browser(sole.user)
    again.read = sole.read
    again.identify()
    expect(again.page.locator("html")).to_have_attribute("lang", "sq")
    again.give_password()
    again.type_code(again.next_code(), button="Hyr")
    expect(again.page.locator("html")).to_have_attribute("lang", "en")


def test_a_new_browser_is_told_and_read(sole: Visitor) -> None:
    bell = sole.page.get_by_role("banner").get_by_role("link", name="Njoftime")
    expect(bell).to_contain_text("1")
    bell.click()
    expect(sole.main).to_contain_text("nga një shfletues i ri: Chrome, Linux")
    look_at(sole)

    sole.press("I lexova")

    expect(bell).not_to_contain_text("1")
    expect(sole.page.get_by_role("button", name="I lexova")).to_have_count(0)
    look_at(sole)


def test_she_leaves_everywhere_at_once(sole: Visitor) -> None:
    sole.go("/personalisation/")
    look_at(sole)
    follow(sole, "Ku keni hyrë")
    look_at(sole)

    sole.press("Dil nga të gjitha")

    expect(sole.heading).to_have_text("Hyni në degën tuaj")
    expect(sole.main).to_contain_text("Dolët nga të gjithë shfletuesit.")
    assert not LoginAttempt.objects.filter(user=sole.user, ended_at=None).exists()


def test_it_all_works_without_javascript(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user, java_script_enabled=False).sign_in()

    visitor.go("/personalisation/stamp/")
    visitor.page.get_by_label("Ura").check()
    visitor.page.get_by_label("Fjala").fill(WORD)
    visitor.press("Ruaj")
    expect(visitor.main.get_by_text(WORD)).to_be_visible()
    visitor.go("/personalisation/sessions/")
    visitor.press("Dil nga të gjitha")
    expect(visitor.heading).to_have_text("Hyni në degën tuaj")
