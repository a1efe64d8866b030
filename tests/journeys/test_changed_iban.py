"""A letter says that the supplier's account has changed: the portal asks before the money goes."""

import pytest
from playwright.sync_api import expect

from accounts.identifiers import make_albanian_iban
from payments import beneficiaries
from payments.models import PaymentOrder
from tests import builders
from tests.journeys.visitor import Visitor

pytestmark = pytest.mark.browser

NEW_IBAN = make_albanian_iban("212", "1100", "0000000000000077")


def test_a_known_payee_with_another_iban_is_verified_before_anything_is_signed(sole: Visitor) -> None:
    mandate = builders.mandate_of(sole.user)
    facts = {"name": "BETA NDËRTIM", "iban": builders.OTHER_BANK_IBAN, "nickname": ""}
    beneficiaries.add(mandate=mandate, **facts, at=builders.AT)
    order = sole.prepare(iban=NEW_IBAN)
    expect(sole.main).to_contain_text("IBAN-i i këtij përfituesi është i ri")

    sole.press("Dërgo FNP-në dhe vazhdo")  # the browser itself asks for the tick
    assert PaymentOrder.objects.get(pk=order.pk).status == "draft"
    sole.page.get_by_label("E verifikova me përfituesin").check()
    signed = sole.sign(order)

    assert signed.released_at is not None
    expect(sole.main).to_contain_text(f"“E verifikova me përfituesin”: {sole.user.full_name}")


def test_a_payee_is_kept_found_and_paid_from_the_book(sole: Visitor) -> None:
    sole.go("/payments/beneficiaries/new/")
    sole.page.get_by_label("Emri i përfituesit").fill("BETA NDËRTIM SHPK")
    sole.page.get_by_label("IBAN", exact=True).fill(builders.OTHER_BANK_IBAN)
    sole.press("Ruaj")
    expect(sole.main).to_contain_text("dega 1100")

    sole.page.get_by_label("Kërko").fill("ndërtim")
    sole.press("Kërko")
    sole.main.get_by_role("link", name="Paguaj").click()

    expect(sole.page.get_by_label("IBAN i përfituesit")).to_have_value("AL47 2121 1009 0000 0002 3569 8741")
