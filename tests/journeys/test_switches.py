"""Language, theme and company: three switches, and each is remembered."""

import re

from playwright.sync_api import expect

from accounts.models import User
from tests import builders
from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor
from tests.portal import Portal


def test_the_portal_speaks_albanian_until_english_is_chosen(sole: Visitor) -> None:
    html = sole.page.locator("html")
    expect(html).to_have_attribute("lang", "sq")
    expect(sole.main).to_contain_text("E premte, 20 nëntor 2026")

    sole.page.get_by_role("button", name="EN").click()

    expect(html).to_have_attribute("lang", "en")
    expect(sole.main).to_contain_text("Friday 20 November 2026")
    sole.go("/accounts/")
    expect(html).to_have_attribute("lang", "en")
    sole.page.get_by_role("button", name="SQ").click()
    expect(html).to_have_attribute("lang", "sq")
    expect(sole.heading).to_have_text("Llogaritë rrjedhëse")


def test_the_theme_is_chosen_and_stays(sole: Visitor) -> None:
    html = sole.page.locator("html")
    expect(html).to_have_attribute("data-theme", "auto")
    light = background(sole)

    sole.page.get_by_role("button", name="e errët").click()

    expect(html).to_have_attribute("data-theme", "dark")
    assert background(sole) != light
    sole.go("/payments/")
    expect(html).to_have_attribute("data-theme", "dark")
    sole.page.get_by_role("button", name="sipas pajisjes").click()
    expect(html).to_have_attribute("data-theme", "auto")


def test_one_person_works_for_two_companies_one_at_a_time(portal: Portal, open_browser: Open) -> None:
    user = user_of_two_companies()
    visitor = open_browser(user).sign_in()
    switch = visitor.page.locator("details.switch")
    expect(switch).to_contain_text("ALFA SHPK")

    switch.locator("summary").click()
    switch.get_by_role("button", name=re.compile("BETA")).click()

    expect(switch.locator("summary")).to_contain_text("BETA SHPK")
    expect(visitor.page.locator(".tiles .figure")).to_have_text("222,00 EUR")
    alfa = user.mandates.get(company__name="ALFA SHPK").company.bank_accounts.get()
    assert visitor.go(f"/accounts/{alfa.uuid}/activity/") == 404


def background(visitor: Visitor) -> str:
    return str(visitor.page.evaluate("getComputedStyle(document.body).backgroundColor"))


def user_of_two_companies() -> User:
    alfa, beta = builders.company("ALFA SHPK"), builders.company("BETA SHPK")
    builders.funded(alfa, 11_100)
    builders.funded(beta, 22_200, "EUR")
    user = builders.user(alfa, prepares=True, signs=True)
    builders.mandate(user, beta)
    return user
