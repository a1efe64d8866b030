"""A new phone for the codes, from the request at the branch to the second signature (R48): codes go there and no more
to the old one."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Person, User
from tests.journeys import colleague
from tests.journeys.conftest import Open
from tests.journeys.visitor import Visitor
from tests.portal import until

NEW = "+355672099999"
WHY = "Kërkesë e nënshkruar në degën Tirana 1"


@pytest.fixture
def officers(open_browser: Open) -> tuple[Visitor, Visitor]:
    return colleague.at_work(open_browser, "Degë"), colleague.at_work(open_browser, "Degë")


def test_a_phone_changes_by_two_people(officers: tuple[Visitor, Visitor], sole: Visitor) -> None:
    first, second = officers
    old = sole.phone
    propose(first, sole.user)
    assert Person.objects.get(user=sole.user).phone == old
    expect(first.page.get_by_role("button", name="Mirato")).to_have_count(0)

    second.go("/staff/accounts/proposal/")
    second.page.get_by_role("link", name=re.compile("elular")).first.click()
    expect(second.page.locator(".proposal-change")).to_contain_text("067 209 9999".replace(" ", "")[-4:])
    second.page.get_by_role("button", name="Mirato").click()

    person = until(lambda: Person.objects.filter(user=sole.user, phone=NEW).first())
    sole.user = User.objects.select_related("person").get(person=person)
    assert sole.user.low_limit_until is not None
    before = len(sole.portal.messages(old))
    sole.read = len(sole.portal.messages(NEW))
    sole.context.clear_cookies()
    sole.sign_in()
    assert len(sole.portal.messages(old)) == before, "no code goes to the old phone any more"


def propose(officer: Visitor, user: User) -> None:
    assert user.person is not None, "a customer has a person"
    officer.go(f"/staff/accounts/person/{user.person.pk}/phone/")
    officer.page.locator("#id_phone").fill("067 209 9999")
    officer.page.locator("#id_reason").fill(WHY)
    officer.page.get_by_role("button", name="Dërgo për miratim").click()
    expect(officer.page.locator(".messagelist")).to_contain_text("E miraton një koleg")
