"""One prepares, one signs, each at her own browser; a stranger must see nothing."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from accounts import audit
from accounts.models import Company
from payments.models import PaymentOrder
from tests import builders
from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor, post_by_hand
from tests.portal import Portal

REASON = "Fatura është paguar në tetor"


@dataclass
class Firm:
    """Both may prepare and sign; the company wants another signer than the preparer."""

    company: Company
    preparer: Visitor
    signer: Visitor


@pytest.fixture
def firm(portal: Portal, open_browser: Open) -> Firm:
    company = builders.company(other_signers=1)
    builders.funded(company, 10_000_000)
    preparer = builders.user(company, prepares=True, signs=True, first_name="Ana", last_name="Leka")
    signer = builders.user(company, signs=True, first_name="Besa", last_name="Gjoka")
    return Firm(company, open_browser(preparer).sign_in(), open_browser(signer).sign_in())


def test_what_one_prepares_another_signs(firm: Firm) -> None:
    order = firm.preparer.submit()
    assert_listed_for_the_signer_alone(firm, order)

    firm.signer.main.get_by_role("link", name="Shiko dhe nënshkruaj").click()
    firm.signer.sign(order)

    firm.preparer.see_status(order, "executed")
    expect(firm.preparer.main).to_contain_text("Nënshkroi Besa Gjoka")
    firm.signer.go("/payments/approvals/")
    expect(firm.signer.main).to_contain_text("Asgjë nuk pret nënshkrimin tuaj")


def test_the_preparer_cannot_sign_her_own_order(firm: Firm) -> None:
    order = firm.preparer.submit()

    firm.preparer.go(f"/payments/{order.pk}/review/")

    expect(firm.preparer.main).to_contain_text("Urdhrin e përgatitët ju vetë")
    expect(firm.preparer.main.get_by_role("button")).to_have_count(0)


def test_a_refusal_reaches_the_preparer_with_its_reason(firm: Firm) -> None:
    order = firm.preparer.submit()

    firm.signer.go(f"/payments/{order.pk}/")
    firm.signer.main.get_by_text("Refuzo urdhrin", exact=True).click()
    firm.signer.page.locator("#reject_reason").fill(REASON)
    firm.signer.press("Po, refuzo urdhrin")
    expect(firm.signer.page.locator(".head .chip")).to_have_text("E refuzuar")

    firm.preparer.see_status(order, "rejected")
    expect(firm.preparer.page.locator(".timeline")).to_contain_text(f"Besa Gjoka: {REASON}")
    assert firm.preparer.account.held_minor == 0


def test_a_stranger_finds_nothing_of_another_company(firm: Firm, open_browser: Open) -> None:
    order, account = firm.preparer.submit(), firm.preparer.account
    stranger = open_browser(builders.user(builders.company(other_signers=0), prepares=True, signs=True)).sign_in()
    pages = [f"/payments/{order.pk}/{page}" for page in ("", "review/", "sign/")]
    pages += [f"/accounts/{account.uuid}/{page}/" for page in ("activity", "statements")]

    for page in pages:
        assert stranger.go(page) == 404, page
        expect(stranger.heading).to_have_text("Këtë faqe nuk e gjetëm.")

    for page in ("review/", "sign/", "sign/resend/", "cancel/", "reject/", "return/"):
        assert post_by_hand(stranger, f"/payments/{order.pk}/{page}", reason="Nuk e dua") == 404, page
    order.refresh_from_db()
    assert order.status == "awaiting"
    assert audit.verify_chain(audit.chain_name(str(firm.company.pk))) is None


def assert_listed_for_the_signer_alone(firm: Firm, order: PaymentOrder) -> None:
    """The signer may sign it; the preparer sees it apart, with no way to sign."""
    firm.signer.go("/payments/approvals/")
    expect(firm.signer.heading).to_have_text("1 urdhër pret nënshkrimin tuaj")
    expect(firm.signer.main.get_by_role("link", name=f"Shiko dhe nënshkruaj {order.number}")).to_be_visible()
    firm.preparer.go("/payments/approvals/")
    expect(firm.preparer.main).to_contain_text("Asgjë nuk pret nënshkrimin tuaj")
    own = firm.preparer.page.get_by_role("region", name="Nuk mund t’i nënshkruani")
    expect(own.get_by_role("link", name=f"Shiko {order.number}")).to_be_visible()
