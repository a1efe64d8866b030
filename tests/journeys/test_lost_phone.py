"""A lost phone, and an SMS that nobody asked for: what its owner can do before any door (R43-R45)."""

import re

from playwright.sync_api import expect

from accounts.models import User
from auth_flow.models import AccessBlock, SecurityCase
from tests import builders
from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor, code_in


def test_a_lost_phone_shuts_everything_until_the_contact_centre(sole: Visitor, open_browser: Open) -> None:
    borrowed = open_browser(sole.user)
    borrowed.go("/")
    borrowed.page.get_by_role("contentinfo").get_by_role("link", name="Humbët celularin?").click()

    freeze(borrowed)

    reference = AccessBlock.objects.get(user=sole.user).reference
    expect(borrowed.heading).to_have_text("Hyrja juaj u ngri")
    expect(borrowed.main.locator(".figure.num")).to_have_text(reference)
    sole.go("/accounts/")
    expect(sole.heading).to_have_text("Hyni në degën tuaj")
    sole.identify()
    sole.give_password()
    expect(sole.heading).to_have_text("Hyrja juaj është bllokuar")
    expect(sole.main.locator(".figure.num")).to_have_text(reference)
    assert sole.portal.messages(sole.phone)[sole.read :] == [], "no code goes to a phone that is lost"


def test_the_reference_of_an_sms_stops_whoever_asked_for_it(open_browser: Open, sole_user: User) -> None:
    thief, owner = open_browser(sole_user), open_browser(sole_user)
    thief.identify()
    thief.give_password()
    sms = owner.next_sms()
    found = re.search(r"ref ([0-9A-Z]{8})$", sms)
    assert found is not None, "every SMS of a code ends in its reference"

    owner.go("/security/not-me/")
    owner.page.get_by_label("Referenca e SMS-së").fill(found[1].lower())
    owner.press("Nuk isha unë")

    expect(owner.heading).to_have_text("E morëm raportimin")
    expect(owner.main.locator(".figure.num")).to_have_text(found[1])
    thief.type_code(code_in(sms), button="Hyr")
    expect(thief.heading).to_have_text("Hyni në degën tuaj")
    assert SecurityCase.objects.get(reference=found[1]).user == sole_user
    assert User.objects.get(pk=sole_user.pk).must_change_password


def freeze(visitor: Visitor) -> None:
    """Fill in the page of the lost phone."""
    mandate = visitor.user.mandates.select_related("company")[0]
    visitor.page.get_by_label("Numri i klientit").fill(visitor.user.username)
    visitor.page.get_by_label("NIPT-i i kompanisë").fill(mandate.company.nipt)
    visitor.page.get_by_label("Fjalëkalimi").fill(builders.PASSWORD)
    visitor.press("Ngri hyrjen")
