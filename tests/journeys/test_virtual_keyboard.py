"""The virtual keyboard beside the password: enough to come in without a key, and nobody hears of it (R29, R30)."""

import re

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests import builders
from tests.journeys.conftest import Open
from tests.journeys.test_every_page import look_at
from tests.journeys.visitor import Visitor

LISTEN = """() => {
  window.heard = [];
  for (const kind of ["keydown", "keyup", "keypress", "beforeinput"])
    document.addEventListener(kind, (event) => window.heard.push([kind, event.key, event.data]), true);
}"""
SHIFT, MARKS = "Shkronja të mëdha", {"-": "vizë", "_": "nënvizë", "@": "shenja @"}


def opened(visitor: Visitor) -> Page:
    """At step two, with the keyboard open."""
    visitor.identify()
    visitor.main.get_by_text("Tastiera virtuale", exact=True).click()
    expect(keyboard(visitor.page)).to_be_visible()
    return visitor.page


def keyboard(page: Page) -> Locator:
    return page.get_by_role("group", name="Tastiera virtuale")


def press(page: Page, text: str) -> None:
    """Key by key, with the shift where a letter is large."""
    keys, is_large = keyboard(page), False
    for sign in text:
        if sign.isalpha() and sign.isupper() != is_large:
            is_large = not is_large
            keys.get_by_role("button", name=SHIFT).click()
        keys.get_by_role("button", name=MARKS.get(sign, sign), exact=True).click()


def field(page: Page) -> Locator:
    return page.locator("#id_password")


def test_a_password_is_given_without_a_key_and_without_a_word_on_the_wire(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user)
    page = opened(visitor)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(LISTEN)

    press(page, builders.PASSWORD)

    expect(field(page)).to_have_value(builders.PASSWORD)
    expect(field(page)).to_have_attribute("type", "password")
    assert page.evaluate("window.heard") == []
    assert asked == []
    visitor.press("Vazhdo")
    expect(visitor.heading).to_have_text("Shkruani FNP-në që ju erdhi me SMS")


def test_keys_and_paste_go_on_beside_it(open_browser: Open, sole_user: User) -> None:
    page = opened(open_browser(sole_user))

    field(page).press_sequentially("ab")
    press(page, "ëÇ")
    field(page).evaluate("field => field.setSelectionRange(1, 3)")
    press(page, "7")
    expect(field(page)).to_have_value("a7Ç")
    keyboard(page).get_by_role("button", name="Fshi").click()
    expect(field(page)).to_have_value("aÇ")
    keyboard(page).get_by_role("button", name="Pastro").click()
    expect(field(page)).to_have_value("")
    field(page).fill("x" * 128)
    press(page, "7")
    expect(field(page)).to_have_value("x" * 128)


def test_it_is_worked_by_keys_and_says_what_each_is(open_browser: Open, sole_user: User) -> None:
    page = opened(open_browser(sole_user))
    shift = keyboard(page).get_by_role("button", name=SHIFT)

    expect(shift).to_have_attribute("aria-pressed", "false")
    shift.focus()
    page.keyboard.press("Space")
    expect(shift).to_have_attribute("aria-pressed", "true")
    keyboard(page).get_by_role("button", name="Q", exact=True).focus()
    page.keyboard.press("Enter")

    expect(field(page)).to_have_value("Q")
    assert all(name.strip() for name in names(page))
    assert len(set(names(page))) == len(names(page))


def test_a_press_leaves_no_mark_on_the_key(open_browser: Open, sole_user: User) -> None:
    page = opened(open_browser(sole_user))
    key = keyboard(page).get_by_role("button", name="k", exact=True)
    looks = "key => JSON.stringify([...getComputedStyle(key)].map(name => getComputedStyle(key)[name]))"
    before = key.evaluate(looks)

    key.hover()
    page.mouse.down()

    assert key.evaluate(looks) == before
    page.mouse.up()
    assert key.evaluate(looks) == before


def test_the_keys_change_places_when_asked(open_browser: Open, sole_user: User) -> None:
    page = opened(open_browser(sole_user))
    before = names(page)
    mix = keyboard(page).get_by_role("button", name="Përzie")

    mix.click()
    mixed = names(page)
    press(page, "Lule7")
    mix.click()

    expect(field(page)).to_have_value("Lule7")
    assert mixed != before
    assert sorted(mixed) == sorted(before)
    assert re.fullmatch(r"[0-9]{10}", "".join(mixed[:10])), "digits stay among digits"


def test_everybody_can_read_it(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user)
    opened(visitor)

    look_at(visitor)


def test_without_javascript_there_is_none(open_browser: Open, sole_user: User) -> None:
    visitor = open_browser(sole_user, java_script_enabled=False)
    visitor.identify()

    expect(visitor.page.get_by_text("Tastiera virtuale")).to_have_count(1)
    expect(visitor.page.get_by_text("Tastiera virtuale")).to_be_hidden()
    visitor.give_password()
    expect(visitor.heading).to_have_text("Shkruani FNP-në që ju erdhi me SMS")


def names(page: Page) -> list[str]:
    """What a screen reader calls the keys, row by row."""
    keys = keyboard(page).locator("[data-key]")
    found: list[str] = keys.evaluate_all("keys => keys.map(key => key.getAttribute('aria-label') ?? key.textContent)")
    return found
