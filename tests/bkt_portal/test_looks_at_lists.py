"""Who looked at my data, in lists: one that was searched, or that is of one company alone, is a look at her (N8)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts import staff_looks
from accounts.models import AuditEvent, BankAccount, Company, Entry, User
from complaints.models import Case
from tests import builders
from tests.auth_flow import callers
from tests.complaints import room
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

LOOKS = "/personalisation/looks/"


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


def looks_at(company: Company) -> list[AuditEvent]:
    return staff_looks.page(company).looks


def listed(desk: Client, model: type[Model], **asked: str) -> None:
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert desk.get(page, asked).status_code == 200


@pytest.fixture
def accounts_of_two(company: Company) -> Company:
    """An account of the company, and one of the company that this names."""
    other = builders.company("BETA SHPK")
    for one in (company, other):
        builders.funded(one, 1_000_000)
    return other


def test_whoever_searches_a_list_has_looked_at_each_company_that_she_found(
    company: Company, accounts_of_two: Company, browser: Client
) -> None:
    listed(auditor(), BankAccount, q=company.nipt)

    page = browser.get(LOOKS).content.decode()
    assert [len(looks_at(one)) for one in (company, accounts_of_two)] == [1, 0]
    assert "Ju gjeti te lista “Llogari”" in page
    assert company.nipt not in page


def test_a_search_that_finds_several_companies_is_told_to_each(company: Company, accounts_of_two: Company) -> None:
    listed(auditor(), BankAccount, q="SHPK")

    assert [len(looks_at(one)) for one in (company, accounts_of_two)] == [1, 1]


def test_a_list_of_one_company_by_its_address_is_a_look_too(company: Company, accounts_of_two: Company) -> None:
    listed(auditor(), BankAccount, company__id__exact=str(company.pk))

    assert [len(looks_at(one)) for one in (company, accounts_of_two)] == [1, 0]


def test_a_list_of_work_where_everybody_stands_is_no_look(company: Company, accounts_of_two: Company) -> None:
    builders.mandate(builders.user(), accounts_of_two)

    for model in (BankAccount, Entry):
        listed(auditor(), model)

    assert [looks_at(one) for one in (company, accounts_of_two)] == [[], []]


def test_the_same_list_again_is_the_same_look(company: Company, accounts_of_two: Company) -> None:
    desk = auditor()
    for _time in range(2):
        listed(desk, BankAccount, q=company.nipt)

    assert len(looks_at(company)) == 1


def test_a_search_for_a_person_is_told_to_her_companies(signer: User, company: Company) -> None:
    builders.user(builders.company("BETA SHPK"))

    listed(auditor(), User, q=signer.username)

    assert len(looks_at(company)) == 1


def test_a_search_among_complaints_is_told_to_the_company(company: Company) -> None:
    room.filed(company=company)
    room.filed()

    listed(at_the_desk(callers.of_role("Ankesa")), Case, q=company.nipt)

    assert len(looks_at(company)) == 1


def test_whoever_takes_the_paper_of_a_case_has_read_it(company: Company) -> None:
    case = room.filed(company=company)

    at_the_desk(callers.of_role("Ankesa")).get(reverse("admin:complaints_case_paper", args=[case.pk]))

    assert len(looks_at(company)) == 1


def test_a_list_asks_for_its_companies_once_and_not_row_by_row(
    company: Company,
    accounts_of_two: Company,
    django_assert_max_num_queries: Callable[..., AbstractContextManager[Any]],
) -> None:
    desk = auditor()
    for _row in range(20):
        builders.account(builders.company())

    with django_assert_max_num_queries(25):
        listed(desk, BankAccount, q="SHPK")
