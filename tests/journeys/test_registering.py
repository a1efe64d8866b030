"""A first password, a forgotten one and one that grew too old: each ends with a person who is in (R19, R31, R42)."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.models import Company, User
from tests import builders
from tests.auth_flow import doorways
from tests.journeys.conftest import Open
from tests.journeys.test_every_page import look_at
from tests.journeys.visitor import Visitor
from tests.portal import Portal


@pytest.fixture
def company(portal: Portal) -> Company:
    return builders.company(other_signers=0)


def prove(visitor: Visitor, *, digits: str = doorways.DIGITS, month: str = doorways.TYPED_MONTH) -> None:
    """Fill in who and which card, on the page that is open."""
    mandate = builders.mandate_of(visitor.user)
    visitor.page.get_by_label("Numri i klientit").fill(visitor.user.username)
    visitor.page.get_by_label("NIPT-i i kompanisë").fill(mandate.company.nipt)
    visitor.page.get_by_label("Shifrat e fundit të kartës").fill(digits)
    visitor.page.get_by_label("Karta vlen deri më").fill(month)
    visitor.press("Vazhdo")


def choose(visitor: Visitor, text: str = doorways.NEW) -> None:
    visitor.page.get_by_label("Fjalëkalimi i ri", exact=True).fill(text)
    visitor.page.get_by_label("Edhe një herë").fill(text)


def enter(visitor: Visitor, password: str = doorways.NEW) -> None:
    """A full sign-in from step one; what else the phone shows in between is no code."""
    visitor.identify()
    visitor.give_password(password)
    visitor.type_code(next_code(visitor), button="Hyr")


def next_code(visitor: Visitor) -> str:
    """The code of the next SMS that holds one; a notice about the password may lie before it."""
    text = visitor.next_sms()
    while "FNP " not in text:
        text = visitor.next_sms()
    return text.split("FNP ")[1][:6]


def test_who_has_everything_registers_and_signs_in(open_browser: Open, company: Company) -> None:
    visitor = open_browser(doorways.eligible(company))
    visitor.go("/")
    visitor.page.get_by_role("link", name="Regjistrohu").first.click()
    look_at(visitor)

    prove(visitor)
    visitor.page.wait_for_url("**/register/code/")
    look_at(visitor)
    visitor.type_code(next_code(visitor), button="Vazhdo")
    visitor.page.wait_for_url("**/register/password/")
    look_at(visitor)
    choose(visitor)
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Regjistrohu")
    expect(visitor.main).to_contain_text("U regjistruat.")

    enter(visitor)
    expect(visitor.heading).to_have_text(re.compile("Mirëdita"))


def test_the_rules_tick_as_one_types(open_browser: Open, company: Company) -> None:
    visitor = open_browser(doorways.eligible(company))
    visitor.go("/register/")
    prove(visitor)
    visitor.type_code(next_code(visitor), button="Vazhdo")
    length, letter, digit = (visitor.page.locator(f"[data-rule={rule}]") for rule in ("length", "letter", "digit"))

    visitor.page.get_by_label("Fjalëkalimi i ri", exact=True).press_sequentially("kodra")
    expect(letter).to_have_attribute("data-state", "met")
    expect(digit).to_have_attribute("data-state", "open")
    visitor.page.get_by_label("Fjalëkalimi i ri", exact=True).press_sequentially("-e-diellit-7")
    expect(length).to_have_attribute("data-state", "met")
    expect(digit).to_have_attribute("data-state", "met")


def test_a_refused_card_and_a_refused_password_are_pages_for_everybody(open_browser: Open, company: Company) -> None:
    visitor = open_browser(doorways.eligible(company))
    visitor.go("/register/")
    prove(visitor, digits="4000123412483920")
    expect(visitor.main).to_contain_text("mos i shkruani kurrë")
    look_at(visitor)
    prove(visitor, digits="000000")
    expect(visitor.heading).to_have_text("Këtu nuk mund të vazhdoni vetë")
    look_at(visitor)

    visitor.page.get_by_role("link", name="Provo përsëri").click()
    prove(visitor)
    visitor.type_code(next_code(visitor), button="Vazhdo")
    choose(visitor, "pa-shifer")
    visitor.press("Regjistrohu")
    look_at(visitor)
    visitor.go("/register/what-to-bring/")
    look_at(visitor)


def test_who_forgot_her_password_makes_another_and_signs_in(open_browser: Open, company: Company) -> None:
    visitor = open_browser(doorways.eligible(company, password=builders.PASSWORD))
    visitor.identify()
    visitor.page.get_by_role("link", name="S’kujtoj fjalëkalimin").click()
    look_at(visitor)

    prove(visitor)
    visitor.type_code(next_code(visitor), button="Vazhdo")
    visitor.page.wait_for_url("**/password/forgot/new/")
    look_at(visitor)
    choose(visitor)
    visitor.press("Ruaje")
    expect(visitor.main).to_contain_text("Fjalëkalimi i ri u vendos.")

    enter(visitor)
    expect(visitor.heading).to_have_text(re.compile("Mirëdita"))


def test_who_comes_with_an_old_password_changes_it_and_is_in(open_browser: Open, sole_user: User) -> None:
    sole_user.password_changed_at = builders.AT - timedelta(days=91)
    sole_user.save(update_fields=["password_changed_at"])
    visitor = open_browser(sole_user)

    enter(visitor, builders.PASSWORD)
    expect(visitor.heading).to_have_text("Ndryshoni fjalëkalimin")
    look_at(visitor)
    visitor.page.get_by_label("Fjalëkalimi i tanishëm").fill(builders.PASSWORD)
    choose(visitor)
    visitor.press("Vazhdo")
    visitor.page.wait_for_url("**/personalisation/password/code/")
    look_at(visitor)
    visitor.type_code(next_code(visitor), button="Vazhdo")

    expect(visitor.heading).to_have_text("Personalizime")
    assert visitor.go("/accounts/") == 200
    expect(visitor.heading).not_to_have_text("Ndryshoni fjalëkalimin")


def test_it_all_works_without_scripts(open_browser: Open, company: Company) -> None:
    visitor = open_browser(doorways.eligible(company), java_script_enabled=False)
    visitor.go("/register/")

    prove(visitor)
    visitor.type_code(next_code(visitor), button="Vazhdo")
    choose(visitor, "pa-shifer")
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Regjistrohu")
    expect(visitor.page.locator('[data-state="broken"]')).to_have_count(2)
    choose(visitor)
    visitor.page.get_by_role("checkbox").check()
    visitor.press("Regjistrohu")

    expect(visitor.main).to_contain_text("U regjistruat.")
