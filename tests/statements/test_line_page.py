"""One line on a page of its own, and the addresses of searches."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import ledger
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, User
from accounts.models.ledger import Channel, Entry, Kind
from accounts.selectors import house_account
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
ORDER_ID = "7b1c1c5e-6f0e-4f43-9a57-0d8f0f9b3c11"


@pytest.fixture
def account() -> BankAccount:
    """An account that got 1.250,00 lekë and paid 1.000,00 to BETA, with a fee of 50,00."""
    account = builders.funded(builders.company("ALFA SHPK"), 1_250_00)
    facts = Facts(
        kind=Kind.DOMESTIC,
        channel=Channel.ONLINE,
        debtor_name="ALFA SHPK",
        creditor_name="BETA NDËRTIM SHPK",
        creditor_iban=builders.OTHER_BANK_IBAN,
        remittance_information="Fatura 2026/1147",
        end_to_end_id="DI-000147",
        source=f"payments.order:{ORDER_ID}",
    )
    legs = [
        Leg(account.pk, -1_000_00),
        Leg(house_account("clearing-domestic", "ALL").pk, 1_000_00),
        Leg(account.pk, -50_00, Entry.Part.FEE),
        Leg(house_account("fees", "ALL").pk, 50_00, Entry.Part.FEE),
    ]
    value_on = AT.date() + timedelta(days=3)
    ledger.post(key=f"test:{builders.unique()}", legs=legs, facts=facts, value_on=value_on, at=AT)
    return account


@pytest.fixture
def owner(account: BankAccount, signed_in: SignIn) -> Client:
    assert account.company
    return signed_in(builders.user(account.company))


def line(account: BankAccount, sequence: int) -> str:
    return reverse("statements:line", args=[account.uuid, sequence])


def activity(account: BankAccount, query: str = "") -> str:
    return reverse("statements:activity", args=[account.uuid]) + query


def test_a_line_says_all_that_is_known_of_it(account: BankAccount, owner: Client) -> None:
    page = owner.get(line(account, 2)).content.decode()

    for fact in (
        *("BETA NDËRTIM SHPK", "Fatura 2026/1147", "DI-000147", "20.11.2026", "23.11.2026", "−1.000,00", "250,00"),
        *("Online", "Transfertë brenda vendit", builders.OTHER_BANK_IBAN[:4]),
    ):
        assert fact in page
    assert f'href="{reverse("payments:order", args=[ORDER_ID])}"' in page


def test_a_fee_has_its_line_and_leads_to_the_same_order(account: BankAccount, owner: Client) -> None:
    page = owner.get(line(account, 3))

    assert page.context["line"].counterparty == "Komisioni"
    assert "Përfituesi" not in page.content.decode()
    assert reverse("payments:order", args=[ORDER_ID]) in page.content.decode()


def test_what_came_from_outside_leads_to_no_order(account: BankAccount, owner: Client) -> None:
    page = owner.get(line(account, 1)).content.decode()

    assert "OMEGA SHPK" in page
    assert "Shiko urdhrin" not in page


@pytest.mark.parametrize("sequence", [0, 4, 10**30])
def test_a_number_that_no_line_has_is_not_found(sequence: int, account: BankAccount, owner: Client) -> None:
    assert owner.get(line(account, sequence)).status_code == 404


def test_another_companys_line_does_not_exist(account: BankAccount, signed_in: SignIn) -> None:
    stranger = signed_in(builders.user(builders.company("SIGMA SHPK"), prepares=True, signs=True))

    answer = stranger.get(line(account, 2))

    assert answer.status_code == 404
    assert "BETA" not in answer.content.decode()


def test_a_visitor_is_led_to_the_door(account: BankAccount, client: Client) -> None:
    assert client.get(line(account, 2))["Location"] == reverse("auth_flow:login")


def test_activity_and_overview_lead_to_the_line(account: BankAccount, owner: Client) -> None:
    for address in (activity(account), reverse("home")):
        assert f'href="{line(account, 2)}"' in owner.get(address).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?kind=domestic", [2]),
        ("?kind=fee", [3]),
        ("?kind=core", [1]),
        ("?kind=fee&q=beta", [3]),
        ("?kind=fee&from=01.11.2025&to=31.10.2026", []),
        ("?q=ndertim", [3, 2]),
        ("?q=arketim", [1]),
    ],
)
def test_activity_is_narrowed_by_kind_and_by_plain_words(
    query: str, found: list[int], account: BankAccount, owner: Client
) -> None:
    page = owner.get(activity(account, query))

    assert [one.sequence for one in page.context["lines"]] == found


def test_the_address_of_a_search_names_only_what_was_asked(account: BankAccount, owner: Client) -> None:
    answer = owner.get(activity(account, "?from=&to=&direction=&channel=&kind=fee&min=&max=&q=beta"))

    assert (answer.status_code, answer["Location"]) == (302, activity(account, "?kind=fee&q=beta"))
    assert owner.get(activity(account, "?q="))["Location"] == activity(account)


def test_a_search_without_a_line_offers_a_longer_time(account: BankAccount, owner: Client) -> None:
    page = owner.get(activity(account, "?from=18.11.2026&to=27.11.2026&q=fatura+9912"))

    shown = page.content.decode()
    assert "Asnjë veprim për “fatura 9912”" in shown
    assert "18 deri 27 nëntor 2026" in shown
    assert page.context["last_year_url"] == "?from=21.11.2025&to=20.11.2026&q=fatura+9912"
    assert owner.get(activity(account, "?q=fatura+9912")).context["last_year_url"] == ""
