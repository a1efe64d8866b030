"""A payment that comes again: written once, signed once, paid by the clock on its days, stopped when it is enough."""

import re

from playwright.sync_api import expect

from payments.models import PaymentOrder, StandingOrder
from tests import builders
from tests.journeys.visitor import Visitor, code_in, tirana
from tests.portal import until


def test_a_rent_is_signed_once_and_paid_by_the_clock(sole: Visitor) -> None:
    series = prepare(sole, rhythm="weekly", first_on="24.11.2026")
    plan = sole.page.locator("table.slips tbody tr")
    expect(plan).to_have_count(12)
    expect(plan.first).to_contain_text("24.11.2026")

    sign(sole, series)

    sole.portal.set_clock(tirana("2026-11-24 00:00:10"))
    order = made(series)
    assert (order.status, order.hold_id) == ("released", None)
    sole.portal.set_clock(tirana("2026-11-24 08:00:00"))
    sole.see_status(order, "executed")
    sole.page.get_by_role("link", name=series.number).click()
    expect(sole.main).to_contain_text("Pagesa tjetër: të mërkurën 2 dhjetor 2026")
    expect(sole.main).to_contain_text(order.number)


def test_a_day_is_left_out_and_then_it_is_stopped(sole: Visitor) -> None:
    series = prepare(sole, rhythm="daily", first_on="24.11.2026")
    sign(sole, series)

    sole.page.get_by_text("Anashkalo një ditë").click()
    sole.page.get_by_label("Dita", exact=True).select_option("2026-11-24")
    sole.press("Po, anashkaloje")
    expect(sole.page.locator("table.slips tbody tr").first).to_contain_text("anashkalohet")

    sole.portal.set_clock(tirana("2026-11-25 00:00:10"))
    order = made(series)
    assert str(order.due_on) == "2026-11-25"
    sole.go(f"/payments/standing/{series.pk}/")
    sole.page.get_by_text("Ndal urdhrin").click()
    sole.page.get_by_label("Arsyeja").fill("Kontrata mbaroi")
    sole.page.get_by_label(re.compile("Anuloni edhe pagesën")).check()
    sole.press("Po, ndale")
    expect(sole.page.locator(".head .chip")).to_have_text("I ndalur")
    order.refresh_from_db()
    assert order.status == "cancelled"


def prepare(visitor: Visitor, *, rhythm: str, first_on: str) -> StandingOrder:
    """Fill in the form and go on to the review page."""
    page = visitor.page
    visitor.go("/payments/standing/new/domestic/")
    page.get_by_label("Emri i përfituesit").fill("BETA NDËRTIM SHPK")
    page.get_by_label("IBAN i përfituesit").fill(builders.OTHER_BANK_IBAN)
    page.get_by_label("Shuma", exact=True).fill("1.234,50")
    page.get_by_label("Përshkrimi").fill("Qira zyre")
    page.get_by_label("Sa shpesh").select_option(rhythm)
    page.get_by_label("Dita e parë").fill(first_on)
    visitor.press("Vazhdo te kontrolli")
    page.wait_for_url("**/review/")
    return StandingOrder.objects.get(pk=page.url.split("/")[-3])


def sign(visitor: Visitor, series: StandingOrder) -> None:
    """Ask for the code, type it, and see the series run."""
    visitor.press("Dërgo FNP-në dhe vazhdo")
    visitor.page.wait_for_url("**/sign/")
    sms = visitor.next_sms()
    assert "1.234,50 ALL cdo" in sms
    visitor.type_signature(code_in(sms))
    visitor.page.wait_for_url(f"**/payments/standing/{series.pk}/")
    expect(visitor.page.locator(".head .chip")).to_have_text("Aktiv")


def made(series: StandingOrder) -> PaymentOrder:
    """The order of the day, as soon as the clock has made it."""
    order: PaymentOrder | None = until(lambda: series.orders.first())
    assert order is not None, "the wait ends with one"
    return order
