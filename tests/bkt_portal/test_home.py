"""Kreu: the landing page for a visitor, the overview for a customer."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests import builders
from tests.builders import AT
from tests.payments import standing_cast
from tests.payments.conftest import make_firm

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


def test_a_visitor_reads_what_the_bank_is_and_until_when_today_lasts(
    client: Client, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(AT + timedelta(hours=3, minutes=22))

    page = client.get(reverse("home"))

    assert page.templates[0].name == "home_public.html"
    assert page.context["bank_day"].left_label == "37 minuta"
    assert reverse("auth_flow:login") in page.content.decode()


def test_a_customer_sees_her_accounts_and_last_lines_and_nobody_elses(signed_in: SignIn) -> None:
    company, other = builders.company("ALFA SHPK"), builders.company("SIGMA SHPK")
    account, foreign = builders.funded(company, 8_412_905_37), builders.funded(other, 77_77)

    page = signed_in(builders.user(company, first_name="Elira")).get(reverse("home"))

    text = page.content.decode()
    assert "Mirëdita, Elira." in text
    assert str(account.uuid) in text
    assert "8.412.905,37" in text
    assert [line.amount_minor for line in page.context["movements"]] == [8_412_905_37]
    assert str(foreign.uuid) not in text
    assert "77,77" not in text


def test_a_signer_sees_what_waits_for_her_and_the_stranger_does_not(signed_in: SignIn) -> None:
    company = builders.company(other_signers=1)
    account = builders.funded(company, 5_000_00)
    preparer = builders.user(company, prepares=True)
    signer = builders.user(company, signs=True)
    stranger = builders.user(builders.company(), prepares=True, signs=True)
    builders.submitted(builders.mandate_of(preparer), account)

    hers, strangers = (signed_in(user).get(reverse("home")) for user in (signer, stranger))

    assert [card.order.beneficiary_name for card in hers.context["awaiting"]] == ["BETA NDËRTIM SHPK"]
    assert hers.context["header"].awaiting_count == 1
    assert list(strangers.context["awaiting"]) == []
    assert "BETA NDËRTIM" not in strangers.content.decode()


def test_a_standing_order_that_waits_is_listed_and_counted_as_orders_are(signed_in: SignIn) -> None:
    firm = make_firm()
    series = standing_cast.submitted(firm, last_on=date(2027, 12, 31))
    stranger = builders.user(builders.company(), prepares=True, signs=True)

    hers, preparers, strangers = (
        signed_in(user).get(reverse("home")) for user in (firm.signers[0].user, firm.preparer.user, stranger)
    )

    html = hers.content.decode()
    assert reverse("payments:standing_review", args=[series.pk]) in html
    assert "Çdo muaj, më datën 24; deri më 31.12.2027" in html
    assert "Nënshkruhet para datës 24.11.2026" in html
    assert hers.context["header"].awaiting_count == 1
    for other in (preparers, strangers):
        assert str(series.pk) not in other.content.decode()


@pytest.mark.parametrize(("prepares", "offered"), [(True, True), (False, False)])
def test_only_who_prepares_is_offered_a_new_payment(prepares: bool, offered: bool, signed_in: SignIn) -> None:
    page = signed_in(builders.user(builders.company(), prepares=prepares)).get(reverse("home"))

    assert (reverse("payments:new_domestic") in page.content.decode()) is offered


def test_a_company_without_accounts_is_told_whom_to_call(signed_in: SignIn) -> None:
    page = signed_in(builders.user(builders.company())).get(reverse("home"))

    assert page.status_code == 200
    assert page.context["movements"] == []
