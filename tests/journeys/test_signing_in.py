"""The way in and out, as a person and as somebody at her desk after her see it (R21-R28)."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from accounts.models import User
from auth_flow.fnp import WrongCode
from auth_flow.login import SignInRefused
from auth_flow.models import LoginAttempt
from auth_flow.sessions import WHY
from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor


@pytest.fixture
def at_the_door(open_browser: Open, sole_user: User) -> Visitor:
    return open_browser(sole_user)


def test_nobody_is_in_before_the_third_step(at_the_door: Visitor) -> None:
    at_the_door.identify()
    assert_outside(at_the_door)

    at_the_door.go("/login/password/")
    at_the_door.give_password()
    code = at_the_door.next_code()
    assert_outside(at_the_door)

    at_the_door.go("/login/code/")
    at_the_door.type_code(code, button="Hyr")
    expect(at_the_door.heading).to_have_text("Mirëdita, Elira.")
    assert at_the_door.go("/accounts/") == 200


def test_a_wrong_password_and_an_unknown_customer_get_the_same_page(open_browser: Open, sole_user: User) -> None:
    known, unknown = open_browser(sole_user), open_browser(sole_user)

    known.identify()
    known.give_password("Nuk-e-di-2026")
    unknown.identify(customer_number="987654321", nipt="M98765432Z")
    unknown.give_password("Nuk-e-di-2026")

    expect(known.main.get_by_role("alert")).to_contain_text(str(SignInRefused.sentence))
    assert without_tokens(known.page.content()) == without_tokens(unknown.page.content())


def test_five_wrong_codes_close_the_door_and_say_whom_to_call(at_the_door: Visitor) -> None:
    at_the_door.identify()
    at_the_door.give_password()
    right = at_the_door.next_code()
    wrong = f"{(int(right) + 1) % 10**6:06d}"

    for left in (4, 3, 2, 1):
        at_the_door.type_code(wrong, button="Hyr")
        expect(at_the_door.main.get_by_role("alert")).to_contain_text(str(WrongCode(attempts_left=left).sentence))
    at_the_door.type_code(wrong, button="Hyr")

    expect(at_the_door.heading).to_have_text("Hyrja juaj është bllokuar")
    expect(at_the_door.main.get_by_role("link", name=settings.BANK["phone_display"])).to_be_visible()
    expect(at_the_door.main.locator(".figure.num")).to_have_text(re.compile(r"^[0-9A-Z]{8}$"))
    assert_right_code_comes_too_late(at_the_door, right)


def test_after_signing_out_the_back_button_shows_no_private_page(sole: Visitor, open_browser: Open) -> None:
    sole.go("/accounts/")
    copied = sole.context.cookies()

    sole.page.get_by_role("button", name="Dil").click()
    expect(sole.page.get_by_text("Dolët. Mund ta mbyllni shfletuesin.")).to_be_visible()
    sole.page.go_back()

    expect(sole.heading).to_have_text("Hyni në degën tuaj")
    thief = open_browser(sole.user)
    thief.context.add_cookies([{**cookie} for cookie in copied])  # type: ignore[typeddict-item]  # read, and given back
    assert_outside(thief)


def test_a_second_browser_ends_the_session_of_the_first(sole: Visitor, open_browser: Open) -> None:
    second = open_browser(sole.user)
    second.read = sole.read
    second.sign_in()

    sole.go("/accounts/")

    expect(sole.heading).to_have_text("Hyni në degën tuaj")
    expect(sole.main).to_contain_text(str(WHY[LoginAttempt.Ended.REPLACED]))
    assert LoginAttempt.objects.filter(user=sole.user, signed_in_at__isnull=False, ended_at=None).count() == 1


def assert_outside(visitor: Visitor) -> None:
    visitor.go("/accounts/")
    expect(visitor.heading).to_have_text("Hyni në degën tuaj")


def assert_right_code_comes_too_late(visitor: Visitor, code: str) -> None:
    visitor.go("/login/code/")
    visitor.type_code(code, button="Hyr")
    expect(visitor.heading).not_to_have_text(re.compile("Mirëdita"))
    assert_outside(visitor)


def without_tokens(html: str) -> str:
    """What differs by itself on every page: the tokens against forged forms."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=)"[^"]*"', r"\1", html)
