"""What can be done with a standing order on its pages, and what a signer reads before she signs it."""

from datetime import date

import pytest

from payments import standing
from payments.series import findings
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.standing_cast import tirana

pytestmark = pytest.mark.django_db


def address(series, page=""):
    return f"/payments/standing/{series.pk}/{page}"


def read(browser, series, page=""):
    return browser.get(address(series, page)).content.decode()


def test_a_day_is_left_out_on_the_page(sole, signed_in):
    series = cast.running(sole, first_on=date(2026, 12, 31))
    browser = signed_in(sole.preparer.user)

    page = browser.post(address(series, "skip/"), {"day": "2027-01-31"}, follow=True).content.decode()

    assert "anashkalohet" in page
    assert series.skipped_days.get().nominal_on == date(2027, 1, 31)
    wrong = browser.post(address(series, "skip/"), {"day": "2027-01-30"}, follow=True).content.decode()
    assert "nuk është në planin" in wrong


def test_a_day_left_out_is_taken_back_on_the_page(sole, signed_in):
    series = cast.running(sole, first_on=date(2026, 12, 31))
    browser = signed_in(sole.preparer.user)
    browser.post(address(series, "skip/"), {"day": "2027-01-31"})
    assert '<option value="2027-01-31">01.02.2027</option>' in read(browser, series).split("take-back/")[1]

    page = browser.post(address(series, "take-back/"), {"day": "2027-01-31"}, follow=True).content.decode()

    assert "u rikthye në plan" in page
    assert "take-back/" not in page
    assert "anashkalohet" not in page
    again = browser.post(address(series, "take-back/"), {"day": "2027-01-31"}, follow=True).content.decode()
    assert "nuk është e anashkaluar" in again


def test_on_the_day_itself_the_page_offers_no_way_back(sole, signed_in, clock_at):
    series = cast.running(sole)
    browser = signed_in(sole.preparer.user)
    browser.post(address(series, "skip/"), {"day": "2026-11-24"})
    clock_at(tirana(11, 24))

    assert "take-back/" not in read(browser, series)


def test_who_may_not_cancel_what_is_released_is_not_asked_about_it(firm, signed_in):
    series = cast.running(firm)
    cast.run(tirana(11, 24))

    assert "with_orders" not in read(signed_in(firm.preparer.user), series)
    assert "with_orders" in read(signed_in(firm.signers[0].user), series)


def test_it_is_stopped_with_the_order_of_the_day(sole, signed_in):
    series = cast.running(sole)
    browser = signed_in(sole.preparer.user)
    cast.run(tirana(11, 24))
    assert "Anuloni edhe pagesën" in read(browser, series)

    browser.post(address(series, "stop/"), {"reason": ""})
    series.refresh_from_db()
    assert series.status == "running"
    page = browser.post(address(series, "stop/"), {"reason": "Mbaroi", "with_orders": "on"}, follow=True)

    assert "I ndalur" in page.content.decode()
    assert series.orders.get().status == "cancelled"


def test_one_that_may_pay_early_says_until_when_it_must_be_signed(firm, signed_in):
    """Saturday 5 December, paid on the Friday before."""
    cast.submitted(firm, first_on=date(2026, 12, 5), wish={"prefers_previous": True})

    page = signed_in(firm.signers[0].user).get("/payments/approvals/").content.decode()

    assert "Nënshkruhet para datës 04.12.2026" in page


def test_a_signer_reads_what_the_preparer_answered_for(firm, signed_in):
    payee = builders.account(builders.company("GAMA SHPK"))
    wish = {"kind": "internal", "beneficiary_iban": payee.iban, "beneficiary_name": "ZETA SHPK"}
    series = cast.draft(firm, wish=wish)
    keys = {one.key for one in findings(series, at=builders.AT)}
    standing.submit(standing_id=series.pk, mandate=firm.preparer, version=1, answered=keys, at=builders.AT)

    page = read(signed_in(firm.signers[0].user), series, "review/")

    assert "Llogaria me këtë IBAN në bankën tonë ka një emër tjetër" in page
    assert 'name="answered"' not in page


def test_a_double_series_leads_to_the_other_one(sole, signed_in):
    first = cast.running(sole, first_on=date(2026, 12, 31))
    browser = signed_in(sole.preparer.user)

    page = read(browser, cast.draft(sole, first_on=date(2026, 12, 31)), "review/")

    assert "Mund ta keni bërë tashmë" in page
    assert address(first) in page
    assert 'name="answered"' in page
