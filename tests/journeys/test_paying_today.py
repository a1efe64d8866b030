"""What is released by 14:00 of a working day leaves the account that day, once (R55, R56)."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from accounts.models import Entry, Posting
from accounts.money import format_amount
from payments.models import PaymentOrder, Signature
from payments.orders import OrderAlreadySent, OrderHasChanged
from tests.journeys.visitor import Visitor, code_in, tirana


def test_what_is_signed_before_two_o_clock_leaves_today(sole: Visitor) -> None:
    order = sole.prepare(amount="1.234,50")
    expect(sole.page.locator(".promise-day")).to_have_text("Kryhet sot, e premte 20 nëntor 2026")

    sms = sole.ask_code(order)
    assert "per 1.234,50 ALL te BETA NDERTIM SHPK" in sms
    sole.type_signature(code_in(sms))
    expect(sole.main).to_contain_text("Urdhri u nënshkrua dhe u pranua. Kryhet të premten 20 nëntor 2026.")

    sole.see_status(order, "executed")
    expect(sole.page.locator(".promise-day")).to_have_text("U krye të premten 20 nëntor 2026")
    assert_activity_shows(sole, order, day="20.11.2026")
    assert_statement_shows(sole, order, day="20.11.2026")


def test_a_signature_seconds_before_two_o_clock_is_still_today(sole: Visitor) -> None:
    order = sole.prepare()
    sms = sole.ask_code(order)

    sole.portal.set_clock(tirana("2026-11-20 13:59:50"))
    sole.type_signature(code_in(sms))

    expect(sole.main).to_contain_text("Kryhet të premten 20 nëntor 2026.")
    sole.see_status(order, "executed")
    assert order.posting is not None
    assert f"{order.posting.booked_on:%d.%m.%Y}" == "20.11.2026"


def test_a_double_click_pays_once(sole: Visitor) -> None:
    sole.fill_transfer()
    sole.main.get_by_role("button", name="Vazhdo te kontrolli").dblclick()
    sole.page.wait_for_url("**/review/")
    order = PaymentOrder.objects.get(prepared_by=sole.user)

    code = sole.next_code_for(order)
    sole.page.get_by_label("FNP, 6 shifra").fill(code)
    sole.main.get_by_role("button", name=re.compile("^Nënshkruaj")).dblclick()
    sole.page.wait_for_url(f"**/payments/{order.pk}/")

    sole.see_status(order, "executed")
    assert_paid_once(sole, order)


def test_the_back_button_leads_to_no_second_payment(sole: Visitor) -> None:
    order = sole.sign(sole.prepare())

    sole.page.go_back()

    expect(sole.main).to_contain_text("nuk pret më nënshkrimin tuaj")
    expect(sole.main.get_by_role("button", name="Dërgo FNP-në dhe vazhdo")).to_have_count(0)
    sole.see_status(order, "executed")
    assert_paid_once(sole, order)


def test_two_tabs_with_one_code_pay_once(sole: Visitor) -> None:
    order = sole.prepare()
    code = sole.next_code_for(order)
    other = sole.context.new_page()
    other.goto(sole.page.url)

    sole.type_signature(code)
    sole.page.wait_for_url(f"**/payments/{order.pk}/")
    other.get_by_label("FNP, 6 shifra").fill(code)
    other.get_by_role("button", name=re.compile("^Nënshkruaj")).click()

    expect(other.locator("main")).to_contain_text("gjendjen")
    sole.see_status(order, "executed")
    assert_paid_once(sole, order)


def test_a_form_that_was_paid_already_is_refused_with_the_number_of_its_order(sole: Visitor) -> None:
    sole.fill_transfer()
    stale = a_copy_of_the_form(sole)
    sole.press("Vazhdo te kontrolli")
    sole.page.wait_for_url("**/review/")
    order = sole.sign(PaymentOrder.objects.get(prepared_by=sole.user))

    stale.get_by_label("Shuma", exact=True).fill("99,00")
    stale.get_by_role("button", name="Vazhdo te kontrolli").click()

    expect(stale.get_by_role("alert")).to_contain_text(str(OrderAlreadySent(number=order.number).sentence))
    sole.see_status(order, "executed")
    assert_paid_once(sole, order)


def test_an_amount_changed_in_another_tab_must_be_seen_before_it_is_signed(sole: Visitor) -> None:
    sole.fill_transfer(amount="100,00")
    stale = a_copy_of_the_form(sole)
    sole.press("Vazhdo te kontrolli")
    sole.page.wait_for_url("**/review/")

    stale.get_by_label("Shuma", exact=True).fill("900,00")
    stale.get_by_role("button", name="Vazhdo te kontrolli").click()
    stale.wait_for_url("**/review/")
    sole.press("Dërgo FNP-në dhe vazhdo")

    expect(sole.main).to_contain_text(str(OrderHasChanged.sentence))
    expect(sole.main.locator(".figure.big")).to_have_text("900,00 ALL")
    assert sole.portal.messages(sole.phone)[sole.read :] == []


def a_copy_of_the_form(visitor: Visitor) -> Page:
    """The same form in a second tab, as a browser restores it: same key, same words."""
    copy = visitor.context.new_page()
    copy.goto(visitor.page.url)
    for name in ("beneficiary_name", "beneficiary_iban", "amount", "description"):
        copy.fill(f"[name={name}]", visitor.page.input_value(f"[name={name}]"))
    key = visitor.page.get_attribute("[name=idempotency_key]", "value")
    copy.locator("[name=idempotency_key]").evaluate("(field, key) => { field.value = key }", key)
    return copy


def assert_paid_once(visitor: Visitor, order: PaymentOrder) -> None:
    assert list(PaymentOrder.objects.filter(company=order.company)) == [order]
    assert Signature.objects.filter(order=order).count() == 1
    assert Posting.objects.filter(source=f"payments.order:{order.pk}").count() == 1
    assert visitor.account.balance_minor == 10_000_000 - order.total_minor


def assert_activity_shows(visitor: Visitor, order: PaymentOrder, *, day: str) -> None:
    """The order and its fee, each with the balance after it."""
    visitor.go(f"/accounts/{visitor.account.uuid}/activity/")
    assert_rows(
        visitor.page.locator("table.slips tbody tr"), order, day, signed=lambda minor: f"−{format_amount(minor)}"
    )


def assert_statement_shows(visitor: Visitor, order: PaymentOrder, *, day: str) -> None:
    visitor.go(f"/accounts/{visitor.account.uuid}/statements/?from={day}&to={day}")
    assert_rows(visitor.page.locator("table.slips tbody tr"), order, day, signed=format_amount)
    expect(visitor.page.locator("tfoot td.after")).to_have_text(format_amount(visitor.account.balance_minor))


def assert_rows(rows: Locator, order: PaymentOrder, day: str, *, signed: Callable[[int], str]) -> None:
    assert order.posting is not None, "an executed order is booked"
    for entry in Entry.objects.filter(posting=order.posting, account=order.debit_account):
        name = order.beneficiary_name if entry.part == Entry.Part.PRINCIPAL else "Komision"
        row = rows.filter(has_text=name)
        expect(row).to_have_count(1)
        expect(row.locator("td").first).to_have_text(day)
        expect(row.locator("td.amount").filter(has_text=signed(-entry.amount_minor))).to_have_count(1)
        expect(row.locator("td.after")).to_have_text(format_amount(entry.balance_after_minor))
