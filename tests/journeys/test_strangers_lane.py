"""A stranger burns the tries of everybody else; the owner at her own desk notices an SMS and nothing more (N4)."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor, post_by_hand


def test_a_strangers_failures_leave_the_owners_own_browser_open(sole: Visitor, open_browser: Open) -> None:
    sole.page.get_by_role("button", name="Dil").click()
    stranger = open_browser(sole.user)

    burn_every_try(stranger)

    told = sole.next_sms()
    assert re.search(r"u mbyll deri me .* ref [0-9A-Z]{8}$", told)
    sole.sign_in()
    stranger.go("/login/password/")
    stranger.give_password()
    expect(stranger.heading).not_to_have_text(re.compile("Shkruani FNP-në"))


def burn_every_try(stranger: Visitor) -> None:
    """Five by hand, with the warning before the last; then a program goes on."""
    stranger.identify()
    for _try in range(4):
        stranger.give_password("Nuk-e-di-2026")
    expect(stranger.main.get_by_role("alert")).to_contain_text("Ju mbetet edhe një provë")
    stranger.give_password("Nuk-e-di-2026")
    expect(stranger.heading).to_have_text("Hyrja juaj është bllokuar")
    statuses = {post_by_hand(stranger, "/login/password/", password="Nuk-e-di-2026") for _try in range(30)}
    assert statuses == {403, 429}
