"""The account's page by keyboard and without scripts, and its IBAN on the clipboard."""

from datetime import date

from playwright.sync_api import expect

from tests import builders
from tests.journeys.conftest import Open
from tests.journeys.test_every_page import look_at
from tests.journeys.visitor import Visitor
from tests.statements.lives import lived


def test_the_charts_and_their_tables_are_readable_by_everybody(open_browser: Open) -> None:
    user = builders.user(company := builders.company())
    days = ((date(2026, 1, 5), 900_000_000_00), (date(2026, 6, 1), -950_000_000_00), (date(2026, 11, 2), 70_000_00))
    account = lived(company, *days)
    visitor = open_browser(user).sign_in()
    visitor.go(f"/accounts/{account.uuid}/")

    expect(visitor.page.get_by_role("img", name="Gjendja në fund të çdo dite, në ALL")).to_be_visible()
    visitor.page.get_by_text("Gjendjet në tabelë").first.click()
    visitor.page.get_by_text("Hyrjet dhe daljet në tabelë").first.click()
    expect(visitor.page.get_by_role("cell", name="−50.000.000,00")).to_be_visible()
    look_at(visitor)


def test_the_iban_is_copied_and_the_button_says_so(sole: Visitor) -> None:
    sole.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sole.go(f"/accounts/{sole.account.uuid}/")

    sole.page.get_by_role("button", name="Kopjo IBAN").press("Enter")

    expect(sole.page.get_by_role("button", name="U kopjua IBAN")).to_be_visible()
    assert sole.page.evaluate("navigator.clipboard.readText()") == sole.account.iban


def test_an_account_is_arranged_by_keyboard_alone(sole: Visitor) -> None:
    page = sole.page
    sole.go(f"/accounts/{sole.account.uuid}/")

    page.get_by_label("Emri që i vini ju").focus()
    page.keyboard.type("Pagat")
    for key in ("Tab", "Space", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)

    expect(sole.heading).to_have_text(f"Pagat {sole.account.currency}")
    expect(page.get_by_label("E preferuar")).to_be_checked()
    expect(page.get_by_label("E fshehur")).not_to_be_checked()


def test_without_scripts_everything_is_there_but_the_copy_button(sole: Visitor, open_browser: Open) -> None:
    plain = open_browser(sole.user, storage_state=sole.context.storage_state(), java_script_enabled=False)
    plain.go(f"/accounts/{sole.account.uuid}/")

    expect(plain.page.get_by_role("button", name="Kopjo")).to_have_count(0)
    expect(plain.page.get_by_role("img", name="Kod QR me mbajtësin, IBAN-in dhe BIC-un")).to_be_visible()
    plain.page.get_by_text("Tekst për ta dërguar").click()
    expect(plain.page.get_by_text("Monedha: ALL")).to_be_visible()
    plain.page.get_by_label("E fshehur").check()
    plain.page.get_by_role("button", name="Ruaj").click()
    plain.go("/accounts/")
    expect(plain.page.get_by_text("Të fshehura (1)")).to_be_visible()
