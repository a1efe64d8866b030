"""What is released after 14:00 belongs to the next working day, and the page says why (R56, R57)."""

import pytest
from playwright.sync_api import expect

from accounts.models import Posting
from accounts.money import format_amount
from payments.approvals import AskForANewCode
from tests.journeys.visitor import Visitor, code_in, tirana

AFTER_FRIDAY = "Kryhet të martën 24 nëntor 2026"


def test_a_friday_afternoon_waits_for_tuesday_and_the_money_waits_with_it(sole: Visitor) -> None:
    sole.portal.set_clock(tirana("2026-11-20 14:30:00"))
    order = sole.prepare()
    assert_promised(sole, AFTER_FRIDAY, "Afati për sot ishte ora 14:00. Tani është ora 14:3", "Alfabetit", "fundjavë")

    sole.sign(order)

    expect(sole.page.locator(".head .chip")).to_have_text("E pranuar")
    expect(sole.page.locator(".promise-day")).to_have_text(AFTER_FRIDAY)
    assert_held(sole, order.total_minor)
    sole.portal.set_clock(tirana("2026-11-24 08:00:00"))
    sole.see_status(order, "executed")
    assert_booked(sole, order.pk, "24.11.2026")


@pytest.mark.parametrize(
    ("released", "sentence", "executes"),
    [
        ("2026-11-27 14:00:01", "Kryhet të mërkurën 2 dhjetor 2026", "2026-12-02 08:00:00"),
        ("2026-11-28 10:00:00", "Kryhet të mërkurën 2 dhjetor 2026", "2026-12-02 08:00:00"),
    ],
)
def test_before_the_feasts_of_november_the_next_day_is_wednesday(
    sole: Visitor, released: str, sentence: str, executes: str
) -> None:
    sole.portal.set_clock(tirana(released))
    order = sole.prepare()
    assert_promised(sole, sentence, "festa zyrtare", "Pavarësisë", "Çlirimit")

    sole.sign(order)

    assert f"{order.execute_on}" == executes[:10]
    sole.portal.set_clock(tirana(executes))
    sole.see_status(order, "executed")
    assert_booked(sole, order.pk, "02.12.2026")


def test_when_two_o_clock_strikes_between_asking_and_typing_a_new_code_is_asked_for(sole: Visitor) -> None:
    sole.portal.set_clock(tirana("2026-11-20 13:58:00"))
    order = sole.prepare()
    expect(sole.page.locator(".promise-day")).to_have_text("Kryhet sot, e premte 20 nëntor 2026")
    old_sms = sole.ask_code(order)

    sole.portal.set_clock(tirana("2026-11-20 14:00:01"))
    sole.type_signature(code_in(old_sms))

    expect(sole.main).to_contain_text(str(AskForANewCode.sentence))
    expect(sole.page.locator(".promise-day")).to_have_text(AFTER_FRIDAY)
    sole.type_signature(sole.next_code_for(order))
    expect(sole.main).to_contain_text("Kryhet të martën 24 nëntor 2026.")
    order.refresh_from_db()
    assert (order.status, str(order.execute_on)) == ("released", "2026-11-24")


def assert_promised(visitor: Visitor, sentence: str, *reasons: str) -> None:
    promise = visitor.page.locator(".promise")
    expect(promise.locator(".promise-day")).to_have_text(sentence)
    for reason in reasons:
        expect(promise).to_contain_text(reason)


def assert_held(visitor: Visitor, minor: int) -> None:
    """The amount and its fee are set aside: pending among the activity, gone from what is available."""
    visitor.go(f"/accounts/{visitor.account.uuid}/activity/")
    expect(visitor.page.locator("tr.pending")).to_contain_text(format_amount(minor))
    expect(visitor.page.locator(".head .figure")).to_have_text(f"{format_amount(10_000_000 - minor)} ALL")


def assert_booked(visitor: Visitor, order_id: object, day: str) -> None:
    assert Posting.objects.filter(source=f"payments.order:{order_id}").count() == 1
    visitor.go(f"/accounts/{visitor.account.uuid}/activity/?from={day}&to={day}")
    expect(visitor.page.locator("tr.pending")).to_have_count(0)
    row = visitor.page.locator("table.slips tbody tr").filter(has_text="BETA NDËRTIM")
    expect(row.locator("td").first).to_have_text(day)
