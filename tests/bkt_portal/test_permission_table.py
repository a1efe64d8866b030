"""Who may do what at /staff/, as docs/operations.md says it, asked of every page and act over HTTP.

A row of the table names addresses of the staff site (`accounts_company_changelist`) and has a column for each role.
What the table does not name, nobody may, but for the pages of one row: they go with their list. A new page is a new
row.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from accounts import audit, corrections
from accounts.models import Posting, User
from bkt_portal.staff_roles import ROLES
from complaints import attachments, cases
from complaints.models import Attachment
from tests import builders, doors
from tests.complaints import files

pytestmark = pytest.mark.django_db

HEADING = "## Who may do what at /staff/"
YES, NO = "yes", ""
# Of the site itself; whoever is past the door has them, and what they show is asked elsewhere (test_staff_board.py).
OF_THE_DOOR = {"login", "logout"}
OF_EVERYBODY = {"index", "jsi18n", "app_list"}
# The pages that Django makes for every table; an address of the table names those of its list.
OF_A_ROW = ("_change", "_history")
ANY = {"user_id": 0, "day": "2026-01-01", "app_label": "accounts", "url": "x"}
NOTHING = UUID(int=0)
# What is posted where an empty form is no act; a refusal by the verb is an answer to somebody who may.
TYPED = {"accounts_proposal_decide": {"act": "withdraw"}}


@cache
def table() -> dict[str, frozenset[str]]:
    """The roles that may, by address, out of the markdown."""
    text = (settings.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    lines = [line for line in text.partition(HEADING)[2].partition("\n## ")[0].splitlines() if line.startswith("|")]
    head, _rule, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    _what, _addresses, *roles = head
    said: dict[str, frozenset[str]] = {}
    for _what, addresses, *cells in rows:
        assert len(cells) == len(roles), f"{addresses} has {len(cells)} columns of roles"
        assert set(cells) <= {YES, NO}, f"{addresses} has a cell that is neither empty nor {YES}"
        may = frozenset(role for role, cell in zip(roles, cells, strict=True) if cell == YES)
        for address in re.findall(r"`([^`]+)`", addresses):
            assert address not in said, f"{address} stands in two rows"
            said[address] = may
    assert set(roles) == set(ROLES)
    return said


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the site: how the table names it, and an address of it."""

    name: str
    address: str

    def status(self, desk: Client) -> int:
        """Of a look, or of an act where the table says POST."""
        act = self.name.removeprefix("POST ")
        answer = desk.get(self.address) if act == self.name else desk.post(self.address, TYPED.get(act, {}))
        return answer.status_code


def pages(**rows: object) -> list[Page]:
    """Every page of the site; those that look for their row before they ask who may need a real one, by argument."""
    found = []
    for name, pattern in _walk(admin.site.get_urls()):
        if name not in OF_THE_DOOR:
            address = reverse(f"admin:{name}", kwargs=_any_of(pattern, rows))
            found += [Page(said, address) for said in (name, f"POST {name}") if said == name or said in table()]
    return [page for page in found if page.name in table() or f"POST {page.name}" not in table()]


def _walk(urls: list[URLPattern | URLResolver]) -> Iterator[tuple[str, URLPattern]]:
    for url in urls:
        if isinstance(url, URLResolver):
            yield from _walk(url.url_patterns)
        elif url.name:
            yield url.name, url


def _any_of(pattern: URLPattern, rows: dict[str, object]) -> dict[str, object]:
    of_a_proposal = (pattern.name or "").startswith(
        "accounts_proposal"
    ) and "object_id" in pattern.pattern.regex.groupindex
    known = ANY | rows | ({"object_id": rows.get("proposal_id", NOTHING)} if of_a_proposal else {})
    return {name: known.get(name, NOTHING) for name in pattern.pattern.regex.groupindex}


def list_of(name: str) -> str:
    """The address in the table that decides about a page."""
    for ending in OF_A_ROW:
        if name.endswith(ending):
            return f"{name.removesuffix(ending)}_changelist"
    return name


def desk_of(role: str) -> Client:
    user = builders.staff(superuser=False)
    user.groups.add(Group.objects.get(name=role))
    return doors.at_the_desk(user)


@pytest.fixture
def rows(settings: Settings, tmp_path: Path) -> dict[str, object]:
    """A proposal to reverse a posting, and a complaint with a file."""
    settings.FILES_DIR = tmp_path
    account = builders.funded(builders.company(), 9_000_00)
    posting = Posting.objects.get(entries__account=account)
    proposal = corrections.propose_reversal(
        posting=posting, reason="Derdhje e dyfishtë", actor=builders.STAFF, at=builders.AT
    )
    filing = cases.Filing(
        kind="complaint", channel="web", text="Komisioni", name="Elira", email="e@example.com", submit_key="the-form"
    )
    case = cases.open_case(
        filing=filing,
        files=attachments.accept([files.upload(files.pdf())]),
        actor=audit.A_VISITOR,
        at=builders.AT,
    )
    file = Attachment.objects.get(reply__case=case)
    return {"proposal_id": proposal.pk, "case_id": case.pk, "file_id": file.pk}


def test_the_table_names_every_page_and_act_that_somebody_may_open() -> None:
    known = {list_of(page.name) for page in pages()} - OF_EVERYBODY
    generic = {name for name in known if name.endswith(("_add", "_delete"))}

    assert set(table()) - known == set()
    assert known - generic - set(table()) == set()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_may_what_the_table_says_and_nothing_else(role: str, rows: dict[str, object]) -> None:
    desk = desk_of(role)
    wrong: dict[str, str] = {}
    for page in pages(**rows):
        if page.name in OF_EVERYBODY or page.name.endswith("_history"):
            continue  # it says nothing of a row that is not there
        may = role in table().get(list_of(page.name), frozenset())
        got = page.status(desk)
        if (got != 403) is not may:
            wrong[page.name] = f"the table says {'yes' if may else 'no'}, the page {got}"

    assert wrong == {}


def test_nobody_has_a_right_that_no_page_asks_for() -> None:
    assert {role for may in table().values() for role in may} == set(ROLES)


# --- The second factor -----------------------------------------------------------------------------------------------


def without_second_factor() -> Client:
    """A superuser past her password, whose authenticator nobody asked."""
    user = builders.staff()
    TOTPDevice.objects.create(user=user, name="authenticator", confirmed=True)
    desk = Client()
    desk.force_login(user, backend="auth_flow.backends.StaffBackend")
    desk.cookies[settings.STAFF_COOKIE_NAME] = desk.cookies.pop(settings.SESSION_COOKIE_NAME).value
    return desk


def with_a_strangers_device() -> Client:
    """Her session names an authenticator of somebody else's."""
    desk = without_second_factor()
    other = doors.at_the_desk(builders.staff())
    key = settings.STAFF_COOKIE_NAME
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = other.cookies[key].value
    device = stolen.session["otp_device_id"]
    hers = Client()
    hers.cookies[settings.SESSION_COOKIE_NAME] = desk.cookies[key].value
    session = hers.session
    session["otp_device_id"] = device
    session.save()
    return desk


def a_customer() -> Client:
    """Signed in at the customers' door, with a device, her cookie under the staff's name."""
    user = builders.user(builders.company(), signs=True)
    TOTPDevice.objects.create(user=User.objects.get(pk=user.pk), name="authenticator", confirmed=True)
    browser = doors.at_the_desk(user)
    browser.cookies[settings.SESSION_COOKIE_NAME] = browser.cookies[settings.STAFF_COOKIE_NAME].value
    return browser


@pytest.mark.parametrize("who", [Client, without_second_factor, with_a_strangers_device, a_customer])
def test_no_page_answers_without_the_second_factor(who: type[Client]) -> None:
    door = reverse("admin:login")
    desk = who()
    answered: dict[str, int] = {}
    for page in [*pages(), Page("anything else", "/staff/no/such/page/")]:
        for answer in (desk.get(page.address), desk.post(page.address)):
            if answer.status_code != 302 or not answer.headers["Location"].startswith(door):
                answered[page.name] = answer.status_code

    assert answered == {}
