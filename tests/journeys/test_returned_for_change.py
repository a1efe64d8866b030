"""A signer sends an order back, its preparer edits it, and the signer signs what was changed."""

import re

from playwright.sync_api import expect

from payments.models import PaymentOrder
from tests import builders
from tests.journeys.conftest import Open
from tests.portal import Portal

WHY = "Fatura është 990, jo 1.234,50"


def test_an_order_is_returned_for_a_change_edited_and_signed(portal: Portal, open_browser: Open) -> None:
    company = builders.company(other_signers=1)
    builders.funded(company, 10_000_000)
    preparer = open_browser(builders.user(company, prepares=True, first_name="Ana", last_name="Leka")).sign_in()
    signer = open_browser(builders.user(company, signs=True, first_name="Besa", last_name="Gjoka")).sign_in()
    order = preparer.submit()

    signer.go(f"/payments/{order.pk}/")
    signer.main.get_by_text("Ktheje për ndryshim", exact=True).click()
    signer.page.locator("#return_reason").fill(WHY)
    signer.press("Po, ktheje për ndryshim")
    expect(signer.page.locator(".head .chip")).to_have_text("E kthyer për ndryshim")
    draft = PaymentOrder.objects.get(replaces=order)

    preparer.see_status(draft, "draft")
    expect(preparer.main).to_contain_text(f"Besa Gjoka e ktheu për ndryshim: “{WHY}”")
    preparer.main.get_by_role("link", name="Ndrysho urdhrin").click()
    preparer.page.get_by_label("Shuma", exact=True).fill("990")
    preparer.press("Vazhdo te kontrolli")
    preparer.page.wait_for_url(f"**/payments/{draft.pk}/review/")
    preparer.press("Dërgo për nënshkrim")
    preparer.page.wait_for_url(f"**/payments/{draft.pk}/")

    signer.sign(draft)
    preparer.see_status(draft, "executed")
    expect(preparer.page.locator(".timeline")).to_contain_text(
        re.compile("U kthye për ndryshim.*Nënshkroi Besa Gjoka", re.S)
    )
    assert (draft.amount_minor, order.signatures.count(), draft.signatures.count()) == (99_000, 0, 1)
