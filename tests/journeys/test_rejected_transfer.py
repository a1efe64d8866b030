"""A transfer leaves at its session, the other bank rejects it, and the money is home with the reason in words."""

from playwright.sync_api import expect

from accounts.identifiers import make_albanian_iban
from accounts.models import Notice
from accounts.money import format_amount
from payments.iso20022 import reasons
from tests.journeys.visitor import Visitor, tirana
from tests.portal import until

# The clearing house that the demo plays to itself rejects what goes there: a closed account.
CLOSED = make_albanian_iban("212", "1100", "9999000000000004")


def test_a_rejected_transfer_comes_back_with_its_reason(sole: Visitor) -> None:
    order = sole.sign(sole.prepare(iban=CLOSED))
    sole.see_status(order, "executed")

    sole.portal.set_clock(tirana("2026-11-20 10:30:00"))
    sole.see_status(order, "returned")

    expect(sole.main).to_contain_text("U kthye në llogarinë tuaj")
    expect(sole.main).to_contain_text(reasons.SENTENCES["AC04"])
    assert sole.account.balance_minor == 10_000_000 - order.fee_minor
    sole.go(f"/accounts/{sole.account.uuid}/activity/")
    expect(sole.main).to_contain_text(f"+{format_amount(order.amount_minor)}")
    assert until(lambda: Notice.objects.filter(user=sole.user, kind="payments.order.returned").exists())
