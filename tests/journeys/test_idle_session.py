"""Five minutes without a move: a warning before, nothing to see after, and nothing typed is lost (RTS 4(3)(d))."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, expect

from accounts import clock
from accounts.models import User
from auth_flow import kept_forms
from auth_flow.models import LoginAttempt
from auth_flow.sessions import WHY
from payments.models import PaymentOrder
from tests.journeys.conftest import Open
from tests.journeys.test_every_page import look_at
from tests.journeys.visitor import Visitor
from tests.portal import until

TYPED = {"amount": "98.765,40", "name": "BETA NDËRTIM SHPK", "description": "Fatura 2026/1147"}


def idle(user: User, seconds: int = 301) -> None:
    """As if nobody had moved for so long."""
    live = LoginAttempt.objects.filter(user=user, ended_at=None, signed_in_at__isnull=False)
    assert live.update(last_seen_at=clock.machine() - timedelta(seconds=seconds)) == 1


def banner(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-session-clock]")


def sign_in_again(visitor: Visitor) -> None:
    """All three steps, from the page that the end of the session led to."""
    expect(visitor.main).to_contain_text(str(WHY[LoginAttempt.Ended.IDLE]))
    visitor.identify()
    visitor.give_password()
    visitor.type_code(visitor.next_code(), button="Hyr")


def see_what_was_typed(visitor: Visitor) -> None:
    page = visitor.page
    expect(visitor.main).to_contain_text(str(kept_forms.GIVEN_BACK))
    expect(page.get_by_label("Shuma", exact=True)).to_have_value(TYPED["amount"])
    expect(page.get_by_label("Emri i përfituesit")).to_have_value(TYPED["name"])
    expect(page.get_by_label("Përshkrimi")).to_have_value(TYPED["description"])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_form_that_came_too_late_is_found_again(open_browser: Open, sole_user: User, scripts: bool) -> None:
    visitor = open_browser(sole_user, java_script_enabled=scripts).sign_in()
    visitor.fill_transfer(**TYPED)
    idle(sole_user)

    visitor.press("Vazhdo te kontrolli")
    assert not PaymentOrder.objects.exists()
    sign_in_again(visitor)

    see_what_was_typed(visitor)
    visitor.press("Vazhdo te kontrolli")
    visitor.page.wait_for_url("**/review/")
    assert PaymentOrder.objects.get().amount_minor == 9_876_540


def test_a_minute_before_she_is_told_and_may_stay(sole: Visitor) -> None:
    sole.context.clock.install()
    sole.fill_transfer(**TYPED)
    sole.context.clock.fast_forward("03:58")
    expect(banner(sole)).to_be_hidden()

    sole.context.clock.fast_forward("00:04")
    expect(banner(sole).get_by_role("alert")).to_contain_text("Hyrja mbyllet së shpejti")
    look_at(sole)
    before = LoginAttempt.objects.get(user=sole.user, ended_at=None).last_seen_at
    banner(sole).get_by_role("button", name="Qëndro brenda").click()

    expect(banner(sole)).to_be_hidden()
    assert until(lambda: LoginAttempt.objects.get(user=sole.user, ended_at=None).last_seen_at > before)
    expect(sole.page.get_by_label("Shuma", exact=True)).to_have_value(TYPED["amount"])
    sole.context.clock.fast_forward("03:50")
    expect(banner(sole)).to_be_hidden()


def test_the_clock_itself_keeps_nobody_in(sole: Visitor) -> None:
    sole.context.clock.install()
    sole.go("/accounts/")
    before = LoginAttempt.objects.get(user=sole.user, ended_at=None).last_seen_at

    sole.context.clock.fast_forward("04:30")
    expect(banner(sole)).to_be_visible()

    assert LoginAttempt.objects.get(user=sole.user, ended_at=None).last_seen_at == before


def test_after_the_end_the_page_is_hidden_and_the_form_goes_on(sole: Visitor) -> None:
    sole.context.clock.install()
    sole.fill_transfer(**TYPED)
    sole.context.clock.fast_forward("05:01")
    idle(sole.user)

    expect(banner(sole).get_by_role("alert")).to_contain_text("Hyrja u mbyll vetë")
    expect(sole.main).to_be_hidden()
    banner(sole).get_by_role("button", name="Hyr përsëri").click()

    sign_in_again(sole)
    see_what_was_typed(sole)


def test_a_move_in_one_window_is_a_move_in_the_other(sole: Visitor) -> None:
    sole.context.clock.install()
    sole.go("/accounts/")
    second = sole.context.new_page()
    sole.context.clock.fast_forward("04:30")
    expect(banner(sole)).to_be_visible()

    second.goto(f"{sole.portal.url}/payments/")

    expect(banner(sole)).to_be_hidden()


def test_a_button_pressed_too_late_says_so(sole: Visitor) -> None:
    sole.context.clock.install()
    sole.go("/accounts/")
    sole.context.clock.fast_forward("04:30")
    idle(sole.user)

    banner(sole).get_by_role("button", name="Qëndro brenda").click()

    expect(banner(sole).get_by_role("alert")).to_contain_text("Hyrja u mbyll vetë")
    banner(sole).get_by_role("button", name="Hyr përsëri").click()
    expect(sole.heading).to_have_text("Hyni në degën tuaj")
