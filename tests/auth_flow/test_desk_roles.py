"""Who may what at the desk of the contact centre, by role: the table, tried in browsers."""

import pytest
from django.test import Client

from accounts import clock
from accounts.models import Company, User
from auth_flow.models import AccessBlock, Call, CustomerLook, SecurityCase
from bkt_portal.staff_roles import ROLES
from tests import doors
from tests.auth_flow import callers, steps
from tests.auth_flow.callers import DESK, WHY

pytestmark = pytest.mark.django_db

# Whoever may look sees the access of a customer; whoever may act takes calls too.
LOOKS = {"Qendra e kontaktit", "Auditor", "Administrator"}
ACTS = {"Qendra e kontaktit"}
TABLES = ("call", "callact", "customerlook", "deskalarm")
READS_TABLES = {"Auditor", "Administrator"}


@pytest.mark.parametrize("role", ROLES)
def test_who_may_look_for_a_customer(role: str, user: User) -> None:
    browser = doors.at_the_desk(callers.of_role(role))

    page = callers.look(browser, user)

    assert page.status_code == (200 if role in LOOKS else 403)
    assert CustomerLook.objects.filter(user=user).exists() == (role in LOOKS)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_take_a_call(role: str, user: User) -> None:
    browser = doors.at_the_desk(callers.of_role(role))
    callers.look(browser, user)

    page = callers.step(browser, user, "", channel="phone", began_by_customer="yes", reason=WHY)

    assert page.status_code == (200 if role in ACTS else 403)
    assert Call.objects.exists() == (role in ACTS)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_act(role: str, user: User) -> None:
    browser = doors.at_the_desk(callers.of_role(role))
    callers.look(browser, user)
    if role in ACTS:
        callers.ring(browser, user, checked=False)

    page = callers.act(browser, user, "freeze")

    assert page.status_code == (200 if role in ACTS else 403)
    assert AccessBlock.objects.exists() == (role in ACTS)


@pytest.mark.parametrize("role", ROLES)
def test_who_reads_what_agents_did(role: str) -> None:
    browser = doors.at_the_desk(callers.of_role(role))

    answers = {browser.get(f"/staff/auth_flow/{table}/").status_code for table in TABLES}

    assert answers == {200 if role in READS_TABLES else 403}


@pytest.mark.parametrize("table", TABLES)
def test_nobody_writes_those_tables_by_hand(table: str) -> None:
    browser = doors.at_the_desk(callers.of_role("Administrator"))

    assert browser.get(f"/staff/auth_flow/{table}/add/").status_code == 403


def test_a_customer_and_a_stranger_stand_before_the_door(user: User, company: Company) -> None:
    customer, stranger = Client(), Client()
    steps.browse_in(customer, user, company)
    pages = [DESK, f"{DESK}{user.pk}/", f"{DESK}{user.pk}/call/", f"{DESK}{user.pk}/call/check/", f"{DESK}dead-end/"]

    for browser in (customer, stranger):
        for page in pages:
            assert browser.get(page).headers["Location"].startswith("/staff/login/")
            assert browser.post(page).headers["Location"].startswith("/staff/login/")
    assert not SecurityCase.objects.exists()
    assert not CustomerLook.objects.exists()


def test_a_list_of_blocks_names_nobody_to_an_agent(user: User) -> None:
    now = clock.machine()
    facts = {"reference": "K7M3P9QX", "reason": "x", "placed_by": "clock", "placed_at": now}
    block = AccessBlock.objects.create(user=user, kind="centre", lane="others", **facts)
    page, named = f"/staff/auth_flow/accessblock/{block.pk}/change/", f"/staff/auth_flow/accessblock/?q={user.username}"
    agent, auditor = (doors.at_the_desk(callers.of_role(role)) for role in ("Qendra e kontaktit", "Auditor"))

    assert user.full_name not in agent.get(page).content.decode()
    assert user.full_name in auditor.get(page).content.decode()
    assert block.reference not in agent.get(named).content.decode()
    assert block.reference in auditor.get(named).content.decode()
    assert block.reference in agent.get(f"/staff/auth_flow/accessblock/?q={block.reference}").content.decode()


def test_an_agent_has_no_list_of_people(user: User) -> None:
    agent = doors.at_the_desk(callers.of_role("Qendra e kontaktit"))

    pages = ("accounts/person/", f"accounts/person/{user.person_id}/change/", "accounts/user/", "accounts/company/")
    assert {agent.get(f"/staff/{page}").status_code for page in pages} == {403}
