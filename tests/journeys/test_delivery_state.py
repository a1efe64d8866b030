"""The page of a code keeps the state of its SMS fresh by itself, without waking anything (R36-R39)."""

import re

from playwright.sync_api import Request, Route, expect

from accounts.models import User
from tests.journeys.conftest import Open

LOOKS = re.compile(r"/login/code/delivery/\?ticket=")
ARRIVED = '<span class="chip ok" data-final>u dorëzua</span>'


def test_the_state_changes_under_the_readers_eyes_and_then_rests(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user)
    looks: list[Request] = []

    def answer(route: Route) -> None:
        looks.append(route.request)
        route.fulfill(content_type="text/html; charset=utf-8", body=ARRIVED)

    visitor.page.route(LOOKS, answer)
    visitor.page.clock.install()
    visitor.identify()
    visitor.give_password()
    visitor.page.clock.run_for(3_000)

    states = visitor.page.locator("[data-delivery]")
    expect(states.first).to_have_text("u dorëzua")
    assert [state.text_content() for state in states.all()] == ["u dorëzua"] * 2
    visitor.page.clock.run_for(30_000)
    assert len(looks) == 1, "what has arrived is not asked after again"
    assert "cookie" not in looks[0].all_headers()


def test_a_look_is_answered_by_the_portal_and_leaves_the_form_alone(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user)
    visitor.identify()
    visitor.give_password()
    field = visitor.page.get_by_label("FNP, 6 shifra")
    field.fill("12")

    with visitor.page.expect_response(LOOKS) as heard:
        expect(visitor.page.locator("[data-delivery]").first).to_have_text(re.compile("u dërgua"), timeout=10_000)

    assert heard.value.status == 200
    expect(field).to_have_value("12")


def test_without_a_script_a_link_looks_again_and_a_button_starts_again(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user, java_script_enabled=False)
    visitor.identify()
    visitor.give_password()

    visitor.page.locator("details.help summary").first.click()
    visitor.page.get_by_role("link", name="Shiko përsëri gjendjen").click()
    expect(visitor.heading).to_have_text("Shkruani FNP-në që ju erdhi me SMS")
    visitor.page.locator("details.help summary").first.click()
    visitor.page.get_by_role("button", name="Fillo përsëri").click()

    assert visitor.page.url.endswith("/login/")
    assert visitor.go("/login/code/") == 200
    assert visitor.page.url.endswith("/login/")
