"""The page of limits: what one order may be and what is left, of the person and her company alone."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.identifiers import group_iban
from payments.models import PaymentLimit
from tests import builders

PAGE = "/payments/limits/"


def limit(scope, **facts):
    PaymentLimit.objects.create(scope=scope, currency="ALL", valid_from=date(2026, 1, 1), **facts)


def shown(browser) -> str:
    return " ".join(browser.get(PAGE).content.decode().split())


@pytest.fixture
def spent(firm):
    """60.000,00 of a day's 100.000,00 are signed."""
    limit("signer", company=firm.company, single_minor=7_000_000, daily_minor=10_000_000)
    limit("company", company=firm.company, daily_minor=8_000_000)
    firm.sign(builders.submitted(firm.preparer, firm.account, amount_minor=6_000_000))


def test_a_signer_sees_her_own_limits_and_her_companys(firm, spent, signed_in):
    page = shown(signed_in(firm.signers[0].user))

    assert "Nënshkrimi juaj" in page
    assert firm.company.name in page
    for sum_ in ("70.000,00 ALL", "100.000,00 ALL", "40.000,00 ALL", "80.000,00 ALL", "20.000,00 ALL"):
        assert sum_ in page, sum_


def test_who_does_not_sign_sees_the_companys_alone(firm, spent, signed_in):
    page = shown(signed_in(firm.preparer.user))

    assert "Nënshkrimi juaj" not in page
    assert "20.000,00 ALL" in page


def test_a_stranger_sees_nothing_of_another_companys(firm, spent, signed_in):
    company = builders.company()
    builders.account(company)

    page = shown(signed_in(builders.user(company, signs=True)))

    assert firm.company.name not in page
    assert "40.000,00 ALL" not in page


@pytest.fixture
def accounts(firm):
    """Two accounts with limits of their own; 60.000,00 have left the first."""
    other = builders.funded(firm.company, 1_000)
    limit("account", account=firm.account, daily_minor=9_100_000)
    limit("account", account=other, daily_minor=9_200_000)
    firm.sign(builders.submitted(firm.preparer, firm.account, amount_minor=6_000_000))
    return [firm.account, other]


def test_each_account_has_its_own_limit_and_what_is_left_of_it(firm, accounts, signed_in):
    page = shown(signed_in(firm.preparer.user))

    assert all(group_iban(account.iban) in page for account in accounts)
    for sum_ in ("91.000,00 ALL", "31.000,00 ALL", "92.000,00 ALL"):
        assert sum_ in page, sum_


def test_a_stranger_sees_no_limit_of_another_companys_account(firm, accounts, signed_in):
    company = builders.company()
    builders.account(company)

    page = shown(signed_in(builders.user(company, signs=True)))

    assert "91.000,00 ALL" not in page
    assert group_iban(firm.account.iban) not in page


def test_the_page_asks_as_little_for_six_accounts_as_for_two(firm, accounts, signed_in):
    browser = signed_in(firm.preparer.user)
    with CaptureQueriesContext(connection) as few:
        shown(browser)
    for _ in range(4):
        limit("account", account=builders.account(firm.company), daily_minor=100)

    with CaptureQueriesContext(connection) as many:
        shown(browser)

    assert len(many) == len(few)


def test_a_limit_that_is_used_up_is_marked(firm, signed_in):
    limit("company", company=firm.company, daily_minor=100)
    firm.sign(builders.submitted(firm.preparer, firm.account, amount_minor=100))

    assert '<span class="chip stop">0,00 ALL</span>' in shown(signed_in(firm.preparer.user))


def test_the_page_says_whom_to_ask_and_personalisation_leads_to_it(firm, signed_in):
    browser = signed_in(firm.preparer.user)

    assert "E kërkon në degë" in shown(browser)
    assert f'href="{PAGE}"' in browser.get("/personalisation/").content.decode()


def test_the_refusal_of_a_limit_leads_to_it_and_no_other_does(firm, signed_in):
    limit("company", company=firm.company, daily_minor=100)
    order = builders.submitted(firm.preparer, firm.account, amount_minor=101)
    browser = signed_in(firm.signers[0].user)

    refused = browser.post(f"/payments/{order.pk}/review/", {"version": order.version}, follow=True)
    changed = browser.post(f"/payments/{order.pk}/review/", {"version": "7"}, follow=True)

    assert f'href="{PAGE}"' in refused.content.decode()
    assert f'href="{PAGE}"' not in changed.content.decode()
