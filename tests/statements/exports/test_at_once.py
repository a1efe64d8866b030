"""A period as a file, straight from the statement's page: who gets it, what it is called, and what leaves a trace."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEvent, BankAccount, User
from statements import export_jobs
from statements.exports.formats import FORMATS
from tests import builders
from tests.statements.exports.booking import one_of_each
from tests.statements.exports.reading import NOVEMBER, READERS, written

pytestmark = pytest.mark.django_db

DAYS = "from=01.11.2026&to=20.11.2026"
ASKED = {
    "csv": "format=csv",
    "csv_rfc4180": "format=csv&preset=rfc4180",
    "xlsx": "format=xlsx",
    "camt053": "format=camt053",
    "mt940": "format=mt940",
}
ENDINGS = {"csv": "csv", "csv_rfc4180": "csv", "xlsx": "xlsx", "camt053": "xml", "mt940": "sta"}


@pytest.fixture
def account() -> BankAccount:
    account = builders.funded(builders.company("ALFA SHPK"), 1_000_000_00)
    one_of_each(account)
    account.refresh_from_db()
    return account


@pytest.fixture
def owner(account: BankAccount, signed_in: Callable[[User], Client]) -> Client:
    assert account.company
    return signed_in(builders.user(account.company))


def page(account: BankAccount, query: str) -> str:
    return f"{reverse('statements:statement', args=[account.uuid])}?{query}"


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("code", ASKED)
def test_each_format_comes_at_once_under_its_name(account: BankAccount, owner: Client, code: str) -> None:
    answer = owner.get(page(account, f"{DAYS}&{ASKED[code]}"))

    content = content_of(answer)
    name = f"{account.iban}-20261101-20261120.{ENDINGS[code]}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert (answer["Content-Type"], answer["Cache-Control"]) == (FORMATS[code].content_type, "no-store")
    assert READERS[code](content) == READERS[code](written(account, code))


def test_the_page_has_a_link_for_each_format_and_all_of_them_work(account: BankAccount, owner: Client) -> None:
    found = re.findall(r'href="([^"]*format=[^"]*)"', owner.get(page(account, DAYS)).content.decode())

    answers = [owner.get(link.replace("&amp;", "&")) for link in found]

    assert len(found) == 1 + len(FORMATS)
    assert [answer.status_code for answer in answers] == [200] * len(found)
    assert all(answer["Content-Disposition"].startswith("attachment") for answer in answers)


def test_a_format_that_does_not_exist_is_told_on_the_page(account: BankAccount, owner: Client) -> None:
    answer = owner.get(page(account, f"{DAYS}&format=exe"))

    assert "Këtë format nuk e japim." in answer.content.decode()


def test_days_that_were_not_understood_give_the_page_and_no_file(account: BankAccount, owner: Client) -> None:
    answer = owner.get(page(account, "from=31.02.2026&to=20.11.2026&format=csv"))

    assert answer["Content-Type"].startswith("text/html")


def test_another_company_gets_nothing(account: BankAccount, signed_in: Callable[[User], Client]) -> None:
    stranger = signed_in(builders.user(builders.company("SIGMA SHPK")))

    assert stranger.get(page(account, f"{DAYS}&format=csv")).status_code == 404


def test_whoever_takes_a_file_leaves_a_trace_without_its_content(account: BankAccount, owner: Client) -> None:
    content_of(owner.get(page(account, f"{DAYS}&format=csv")))

    event = AuditEvent.objects.get(event="statements.export.taken")
    assert event.subject == f"account:{account.uuid}"
    record = bytes(event.record).decode()
    assert '"first":"2026-11-01","format":"csv","last":"2026-11-20","lines":17' in record
    assert "OMEGA" not in record


def test_a_user_has_one_file_made_at_a_time(account: BankAccount, signed_in: Callable[[User], Client]) -> None:
    user = builders.user(account.company)
    browser = signed_in(user)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [export_jobs.PAGES, user.pk])
        meanwhile = browser.get(page(account, f"{DAYS}&format=csv")).content.decode()
    finally:
        other.close()
    later = browser.get(page(account, f"{DAYS}&format=csv"))

    assert "Një skedar juaj po përgatitet." in meanwhile
    assert later["Content-Disposition"].startswith("attachment")


def test_a_long_period_is_made_behind_the_page(account: BankAccount, owner: Client, settings: Settings) -> None:
    settings.EXPORTS = settings.EXPORTS | {"lines_at_once": 3}

    answer = owner.get(page(account, f"{DAYS}&{ASKED['csv_rfc4180']}"))

    there = reverse("statements:exports", args=[account.uuid])
    assert answer["Location"] == f"{there}?from=01.11.2026&to=20.11.2026&format=csv&preset=rfc4180"
    assert "CSV për programe, " in owner.get(answer["Location"]).content.decode()


def test_what_no_file_carries_is_refused_with_its_reason(
    account: BankAccount, owner: Client, settings: Settings
) -> None:
    settings.EXPORTS = settings.EXPORTS | {"lines_max": 3}

    answer = owner.get(page(account, f"{DAYS}&format=xlsx")).content.decode()

    assert "Kjo periudhë ka 17 veprime; një skedar mban deri në 3." in answer


def test_lines_too_many_for_a_page_are_still_had_as_a_file(
    account: BankAccount, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statements.selectors.LINES_A_STATEMENT", 3)
    monkeypatch.setitem(__import__("statements.selectors").selectors.statement.__kwdefaults__, "lines_max", 3)

    text = owner.get(page(account, DAYS)).content.decode()

    assert "faqja tregon deri në 3." in text
    assert "from=01.11.2026&amp;to=20.11.2026&amp;format=xlsx" in text


def test_november_of_the_tests_is_the_pages_period() -> None:
    assert (f"{NOVEMBER.first:%d.%m.%Y}", f"{NOVEMBER.last:%d.%m.%Y}") == ("01.11.2026", "20.11.2026")
