"""Scripts only help: the whole of the portal's main job works without them."""

from playwright.sync_api import expect

from accounts.models import User
from tests.journeys.conftest import Open


def test_a_payment_is_made_and_read_without_javascript(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user, java_script_enabled=False).sign_in()

    visitor.page.get_by_role("link", name="Pagesë e re").click()
    visitor.fill_transfer(amount="1,234.50")
    visitor.press("Vazhdo te kontrolli")
    expect(visitor.page.get_by_role("alert")).to_contain_text("Nuk e kuptuam “1,234.50”")
    order = visitor.sign(visitor.prepare(amount="1.234,50"))

    visitor.see_status(order, "executed")
    visitor.page.get_by_role("link", name="Shiko te veprimet e llogarisë").click()
    expect(visitor.page.locator("table.slips")).to_contain_text("BETA NDËRTIM SHPK")
    visitor.page.get_by_role("link", name="Pasqyrat").click()
    expect(visitor.page.locator("table.slips")).to_contain_text("1.234,50")
    visitor.page.get_by_role("button", name="Dil").click()
    visitor.go("/accounts/")
    expect(visitor.heading).to_have_text("Hyni në degën tuaj")


def test_an_order_is_stopped_without_javascript(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user, java_script_enabled=False).sign_in()
    order = visitor.prepare()

    visitor.go(f"/payments/{order.pk}/")
    visitor.main.get_by_text("Anulo urdhrin", exact=True).click()
    visitor.page.locator("#cancel_reason").fill("Gabim në shumë")
    visitor.press("Po, anulo urdhrin")

    visitor.see_status(order, "cancelled")
