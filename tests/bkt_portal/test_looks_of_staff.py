"""Who looked at my data: a look of the bank's staff is told to the company whose row it was, and to no other (N8)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import audit, clock, staff_looks
from accounts.desk import Told
from accounts.models import AuditEvent, Company, Entry, Mandate, User
from auth_flow import cases
from auth_flow.models import LoginAttempt
from tests import builders
from tests.auth_flow import callers
from tests.complaints import room
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

LOOKS = "/personalisation/looks/"
# Desks that hold no customer's rows, or many customers' at once: files, days, rules of the bank, staff themselves.
NOBODYS = {
    "accounts.Banner", "accounts.BankDay", "accounts.BankHoliday", "accounts.CalendarYear", "accounts.CoreFile",
    "accounts.RefusedRecord", "auth_flow.DeskAlarm", "auth_flow.FailureCounter", "payments.ArrivedFile",
    "payments.BudgetField", "payments.BudgetScheme", "payments.ClearingSession", "payments.CutOff",
    "payments.Difference", "payments.FiscalReport", "payments.ParticipantBank", "payments.SentFile",
    "payments.Settlement", "payments.Tariff",
}  # fmt: skip
# They tell by themselves, of the row that they are about.
BY_THEMSELVES = {"accounts.Proposal", "auth_flow.SecurityCase", "complaints.Case"}


@pytest.fixture(autouse=True)
def today(clock_at: Callable[[datetime], None]) -> None:
    clock_at(builders.AT)


@pytest.fixture
def signer() -> User:
    return builders.user(builders.company("ALFA SHPK"), prepares=True, signs=True)


@pytest.fixture
def company(signer: User) -> Company:
    return builders.mandate_of(signer).company


@pytest.fixture
def browser(signer: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(signer)


def auditor() -> Client:
    return at_the_desk(callers.of_role("Auditor"))


def page_of(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def looks_at(company: Company) -> list[AuditEvent]:
    return staff_looks.page(company).looks


def rows_of(signer: User, company: Company) -> list[Model]:
    """One row of every kind that belongs to a company, or to one of its people."""
    account, mandate = builders.funded(company, 1_000_000), builders.mandate_of(signer)
    builders.funded(builders.company("BETA SHPK"), 1_000_000)
    entry = Entry.objects.get(account=account)
    order = builders.submitted(mandate, account)
    assert signer.person is not None
    return [
        company,
        signer,
        signer.person,
        mandate,
        account,
        entry,
        entry.posting,
        order,
        *LoginAttempt.objects.filter(user=signer),
    ]


def test_each_page_about_a_company_is_told_to_it(signer: User, company: Company, browser: Client) -> None:
    rows, desk = rows_of(signer, company), auditor()

    for row in rows:
        assert "sheh edhe kompania" in desk.get(page_of(row)).content.decode(), row

    page = browser.get(LOOKS).content.decode()
    assert len(looks_at(company)) == len(rows)
    assert page.count("Auditor") == len(rows)
    for row in rows:
        assert f"Hapi faqen e tavolinës “{row._meta.verbose_name}”".lower() in page.lower(), row


def test_every_desk_has_decided_whose_rows_it_holds() -> None:
    desks = {model._meta.label: desk for model, desk in admin.site._registry.items()}
    told = {name for name, desk in desks.items() if isinstance(desk, Told) and (desk.of_company or desk.of_user)}

    undecided = {name for name in desks if not name.startswith(("axes.", "auth.", "otp_totp.", "sites."))}
    assert undecided == told | NOBODYS | BY_THEMSELVES
    assert not told & (NOBODYS | BY_THEMSELVES)


def test_the_account_and_the_order_lead_to_the_companys_own_page(
    signer: User, company: Company, browser: Client
) -> None:
    rows, desk = rows_of(signer, company), auditor()
    account, order = rows[4], rows[7]
    for row in (account, order):
        desk.get(page_of(row))

    page = browser.get(LOOKS).content.decode()
    for address in (reverse("statements:activity", args=[account.uuid]), reverse("payments:order", args=[order.pk])):  # type: ignore[attr-defined]  # rows of two kinds
        assert f'href="{address}"' in page
        assert browser.get(address).status_code == 200


def test_the_name_of_whoever_looked_stays_with_the_bank(company: Company, browser: Client) -> None:
    staff = callers.of_role("Auditor")
    at_the_desk(staff).get(page_of(company))

    assert looks_at(company)[0].actor == f"user:{staff.pk}"
    assert staff.username not in browser.get(LOOKS).content.decode()


def test_a_look_at_another_company_is_never_shown(browser: Client, company: Company) -> None:
    other = builders.company("GAMA SHPK")
    auditor().get(page_of(other))

    assert len(looks_at(other)) == 1
    assert looks_at(company) == []
    assert "Ende asnjë shikim" in browser.get(LOOKS).content.decode()


def test_the_same_page_again_is_the_same_look_for_a_quarter_of_an_hour(
    company: Company, clock_at: Callable[[datetime], None]
) -> None:
    first, second = auditor(), auditor()

    for desk in (first, first, second):
        desk.get(page_of(company))
    assert len(looks_at(company)) == 2

    clock_at(builders.AT + timedelta(minutes=16))
    first.get(page_of(company))
    assert len(looks_at(company)) == 3


def test_whoever_may_not_open_the_page_has_not_looked(signer: User, company: Company) -> None:
    order = rows_of(signer, company)[7]

    assert at_the_desk(callers.of_role("Degë")).get(page_of(order)).status_code == 403
    assert looks_at(company) == []


def test_a_search_by_number_is_told_to_each_company_of_its_user(
    signer: User, company: Company, browser: Client
) -> None:
    other = builders.company("GAMA SHPK")
    builders.mandate(signer, other)
    nobodys = builders.mandate(builders.user(), builders.company("DELTA SHPK")).company

    look(by="customer_number", value=signer.username)

    page = browser.get(LOOKS).content.decode()
    assert [len(looks_at(one)) for one in (company, other, nobodys)] == [1, 1, 0]
    assert f"Arsyeja: {callers.WHY}" in page
    assert signer.full_name in page


def test_a_search_by_nipt_is_a_look_at_that_company_alone(signer: User, company: Company) -> None:
    other = builders.company("GAMA SHPK")
    builders.mandate(signer, other)

    look(by="nipt", value=other.nipt)

    assert [len(looks_at(one)) for one in (company, other)] == [0, 1]


def test_where_a_phone_fits_several_nobody_reads_whom_the_agent_meant(
    signer: User, company: Company, browser: Client
) -> None:
    stranger = builders.user(builders.company("GAMA SHPK"))
    for user in (signer, stranger):
        assert user.person is not None
        user.person.phone = "+355672999888"
        user.person.save()

    look(by="phone_end", value="999888", reason="Telefonon Arben Hoxha nga GAMA")

    page = browser.get(LOOKS).content.decode()
    assert "që i kanë disa klientë" in page
    assert "Arben" not in page


def test_figures_that_an_agent_typed_are_not_shown(signer: User, browser: Client) -> None:
    look(by="customer_number", value=signer.username, reason="IBAN AL35 2021 1109 0000 dhe celulari 0672000111")

    page = browser.get(LOOKS).content.decode()
    assert "2021" not in page
    assert "0672000111" not in page


def test_a_case_of_security_is_told_without_its_reference(company: Company, browser: Client, signer: User) -> None:
    case = cases.open_case(
        kind="not_me", reference="AAAA2222", user=signer, network="192.0.2.1", at=clock.machine(), challenge=None
    )
    at_the_desk(callers.of_role("Ankesa")).get(page_of(case))

    page = browser.get(LOOKS).content.decode()
    assert f"Një rast sigurie: {signer.full_name}" in page
    assert case.reference not in page
    assert len(looks_at(company)) == 1


def test_a_complaint_of_one_of_its_people_is_told_without_its_number(
    signer: User, company: Company, browser: Client
) -> None:
    hers, letter = room.filed_by(signer), room.filed(company=company)
    desk = at_the_desk(callers.of_role("Ankesa"))

    for case in (hers, letter, room.filed()):
        desk.get(page_of(case))

    page = browser.get(LOOKS).content.decode()
    assert page.count("Një ankesë, sugjerim ose mesazh") == 2
    assert letter.number in page
    assert hers.number not in page


def test_only_whoever_signs_for_the_company_reads_it(company: Company, signed_in: Callable[[User], Client]) -> None:
    preparer = signed_in(builders.user(company, prepares=True))

    assert preparer.get(LOOKS).status_code == 403
    assert LOOKS not in preparer.get("/personalisation/").content.decode()
    assert Client().get(LOOKS).status_code == 302


def test_whoever_signs_finds_the_way_to_it(browser: Client) -> None:
    assert LOOKS in browser.get("/personalisation/").content.decode()


def many_looks(company: Company, count: int) -> None:
    for number in range(count):
        staff_looks.note_page(
            [company.pk],
            subject=f"accounts.company:{number}",
            actor=audit.Actor(name="user:1", role="staff"),
            at=builders.AT + timedelta(days=number),
        )


def test_many_looks_are_paged_without_a_gap(company: Company, browser: Client) -> None:
    many_looks(company, 60)

    first = browser.get(LOOKS)
    second = browser.get(LOOKS + first.context["older_url"])
    third = browser.get(LOOKS + second.context["older_url"])
    back = browser.get(LOOKS + third.context["newer_url"])

    assert [len(answer.context["looks"]) for answer in (first, second, third)] == [25, 25, 10]
    assert (first.context["newer_url"], third.context["older_url"]) == ("", "")
    assert back.context["looks"] == second.context["looks"]


def test_the_days_are_days_in_tirana(company: Company, browser: Client) -> None:
    many_looks(company, 5)

    answer = browser.get(LOOKS, {"from": "21.11.2026", "to": "22.11.2026"})

    assert [look.at.day for look in answer.context["looks"]] == [22, 21]
    assert browser.get(LOOKS, {"from": "22.11.2026", "to": "21.11.2026"}).status_code == 422
    assert browser.get(LOOKS, {"before": "x", "after": "9" * 40}).status_code == 200


def test_a_page_of_looks_is_one_query_that_walks_their_own_index(company: Company) -> None:
    many_looks(company, 30)

    with CaptureQueriesContext(connection) as asked:
        looks_at(company)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN " + asked.captured_queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert len(asked.captured_queries) == 1
    assert "looks_by_company" in plan


def test_a_mandate_that_ended_makes_no_look(signer: User, company: Company) -> None:
    Mandate.objects.filter(user=signer).update(valid_until=builders.AT.date() - timedelta(days=1))

    assert staff_looks.companies_of([signer.pk], at=builders.AT) == []


def look(*, by: str, value: str, reason: str = callers.WHY) -> None:
    """A search of the contact centre, through its page."""
    at_the_desk(callers.of_role("Qendra e kontaktit")).post(callers.DESK, {by: value, "reason": reason})
