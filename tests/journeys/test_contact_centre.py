"""Whoever shut herself out phones: the agent finds her, checks that it is she, and helps without ever being her."""

import re

import pytest
from playwright.sync_api import Locator, expect

from accounts.models import AuditEvent, User
from auth_flow.models import AccessBlock, Call
from tests.journeys import colleague
from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor
from tests.portal import until

WHY = "Klienti telefonoi: nuk hyn dot"
DIGITS = re.compile(r"^BKT: Shifrat (\d{4}) jane vetem per biseden qe nisni ju me 042266288\.")


@pytest.fixture
def agent(open_browser: Open) -> Visitor:
    return colleague.at_work(open_browser, "Qendra e kontaktit")


def test_who_shut_herself_out_phones_and_gets_in_again(agent: Visitor, open_browser: Open, sole_user: User) -> None:
    caller = open_browser(sole_user)
    shut_herself_out(caller)

    look_for(agent, sole_user)
    expect(agent.page.locator(".desk-why").first).to_contain_text("mbyllur deri më")
    take_the_call(agent)
    expect(button(agent, "Zhblloko hyrjen")).to_have_count(0)
    check(agent, caller)
    act(agent, "unblock", "Zhblloko hyrjen")
    expect(agent.page.locator(".messagelist")).to_contain_text("Hyrja u zhbllokua")
    button(agent, "Mbyll telefonatën").click()
    expect(agent.page.locator(".messagelist")).to_contain_text("Telefonata u mbyll")

    until(lambda: any("zhbllokua" in sms for sms in caller.portal.messages(caller.phone)))
    caller.read = len(caller.portal.messages(caller.phone))
    caller.sign_in()
    assert Call.objects.get().checked_at is not None
    assert AuditEvent.objects.get(event="staff.access.unblocked").reason == WHY


def test_the_digits_of_a_call_open_no_door(agent: Visitor, open_browser: Open, sole_user: User) -> None:
    caller = open_browser(sole_user)
    caller.identify()
    caller.give_password()
    caller.next_code()
    look_for(agent, sole_user)
    take_the_call(agent)

    button(agent, "Dërgo shifrat").click()

    digits = digits_of(caller)
    caller.type_code(f"00{digits}", button="Hyr")
    expect(caller.main.get_by_role("alert")).to_contain_text("nuk është e saktë")
    expect(agent.page.locator("body")).not_to_contain_text(re.compile(rf"\b{digits}\b"))


def test_a_lost_phone_is_frozen_by_one_and_thawed_by_two(agent: Visitor, open_browser: Open, sole: Visitor) -> None:
    look_for(agent, sole.user)
    take_the_call(agent)
    act(agent, "freeze", "Ngri hyrjen")
    sole.go("/accounts/")
    expect(sole.heading).to_have_text("Hyni në degën tuaj")

    check(agent, sole)
    act(agent, "thaw", "Propozo heqjen e ngrirjes")
    assert AccessBlock.objects.get(user=sole.user).lifted_at is None
    second = colleague.at_work(open_browser, "Qendra e kontaktit")
    second.page.locator(".board-wait", has_text="Presin vendimin tuaj").get_by_role("link", name="1").click()
    button(second, "Hiq ngrirjen").click()
    expect(second.page.locator(".messagelist")).to_contain_text("Ngrirja u hoq")

    until(lambda: any("zhbllokua" in sms for sms in sole.portal.messages(sole.phone)))
    sole.read = len(sole.portal.messages(sole.phone))
    sole.sign_in()


def test_without_her_card_she_makes_a_new_password(agent: Visitor, open_browser: Open, sole_user: User) -> None:
    caller = open_browser(sole_user, java_script_enabled=False)
    look_for(agent, sole_user)
    take_the_call(agent)
    check(agent, caller)
    act(agent, "reset", "Lejo fjalëkalim të ri")
    until(lambda: any("fjalekalim te ri pa karte" in sms for sms in caller.portal.messages(caller.phone)))
    caller.read = len(caller.portal.messages(caller.phone))

    caller.go("/password/forgot/")
    caller.page.get_by_label("Numri i klientit").fill(sole_user.username)
    caller.page.get_by_label("NIPT-i i kompanisë").fill(sole_user.mandates.select_related("company")[0].company.nipt)
    caller.page.get_by_label(re.compile("Contact Center ma lejoi")).check()
    caller.press("Vazhdo")
    caller.page.get_by_label("FNP, 6 shifra").fill(caller.next_code())
    caller.main.get_by_role("button").first.click()
    caller.page.locator("input[name=new_password1]").fill("Kodra-e-diellit-77")
    caller.page.locator("input[name=new_password2]").fill("Kodra-e-diellit-77")
    caller.main.get_by_role("button").last.click()

    expect(caller.heading).to_have_text("Hyni në degën tuaj")
    caller.identify()
    caller.give_password("Kodra-e-diellit-77")
    until(lambda: any(re.search(r"FNP \d{6} per hyrje", sms) for sms in caller.portal.messages(caller.phone)))


def test_a_complaint_is_written_down_in_the_call(agent: Visitor, open_browser: Open, sole_user: User) -> None:
    look_for(agent, sole_user)
    take_the_call(agent)

    agent.page.get_by_role("link", name="Regjistro një ankesë").click()
    expect(agent.page.get_by_label("Numri i klientit")).to_have_value(sole_user.username)
    expect(agent.page.get_by_label("Kanali")).to_have_value("phone")
    agent.page.get_by_label("Çfarë tha ose shkroi").fill("Më bllokohet hyrja çdo të hënë.")
    button(agent, "Regjistro").click()
    expect(agent.page.locator(".messagelist")).to_contain_text("Numri për klientin")

    agent.page.get_by_role("status").get_by_role("link", name=sole_user.full_name).click()
    expect(agent.page.locator(".desk-call")).to_contain_text("Telefonata nisi")
    customer = open_browser(sole_user).sign_in()
    customer.go("/contact/")
    expect(customer.main).to_contain_text("Ankesë")


# --- What a caller and an agent do -----------------------------------------------------------------------------------


def shut_herself_out(caller: Visitor) -> None:
    caller.identify()
    for _try in range(5):
        caller.give_password("Nuk-e-di-2026")
    expect(caller.heading).to_have_text("Hyrja juaj është bllokuar")


def look_for(agent: Visitor, user: User) -> None:
    agent.go("/staff/auth_flow/accessblock/desk/")
    agent.page.get_by_label("Numri i klientit").fill(user.username)
    agent.page.locator("#id_reason").fill(WHY)
    button(agent, "Kërko").click()
    expect(agent.heading).to_have_text(user.full_name)


def take_the_call(agent: Visitor) -> None:
    agent.page.get_by_label("Klienti na telefonoi në numrin e bankës").check()
    button(agent, "Hap").click()
    expect(agent.page.locator(".desk-call")).to_contain_text("nuk është verifikuar")


def check(agent: Visitor, caller: Visitor) -> None:
    """The agent asks and sends; the caller reads; the agent types."""
    button(agent, "Dërgo shifrat").click()
    for question in ("company", "last_sign_in"):
        agent.page.locator(f"#answer-{question}").check()
    agent.page.get_by_label("Shifrat që lexon telefonuesi").fill(digits_of(caller))
    button(agent, "Verifiko").click()
    expect(agent.page.locator(".desk-call")).to_contain_text("Telefonuesi u verifikua")


def digits_of(caller: Visitor) -> str:
    found = until(lambda: [hit for sms in caller.portal.messages(caller.phone) if (hit := DIGITS.search(sms))])
    return found[-1][1]


def act(agent: Visitor, name: str, label: str) -> None:
    agent.page.locator(f"#reason-{name}").fill(WHY)
    button(agent, label).click()
    expect(agent.page.locator(".messagelist .error")).to_have_count(0)


def button(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("button", name=name, exact=True)
