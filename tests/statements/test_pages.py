"""Llogaritë, Veprimet, Pasqyrat: what the owner sees, and that the stranger sees nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

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
    """An account with 1.250,00 lekë on it."""
    return builders.funded(builders.company("ALFA SHPK"), 1_250_00)


@pytest.fixture
def owner(account: BankAccount, signed_in: SignIn) -> Client:
    assert account.company
    return signed_in(builders.user(account.company))


@pytest.fixture
def stranger(signed_in: SignIn) -> Client:
    return signed_in(builders.user(builders.company("SIGMA SHPK"), prepares=True, signs=True))


def address(page: str, account: BankAccount, query: str = "") -> str:
    return reverse(f"statements:{page}", args=[account.uuid]) + query


def pay(account: BankAccount, *, fee_minor: int, source: str = f"payments.order:{ORDER_ID}", at: datetime = AT) -> None:
    """1.000,00 lekë to BETA and a fee, as an executed order books them."""
    clearing = house_account("clearing-domestic", "ALL").pk
    facts = Facts(
        kind=Kind.DOMESTIC,
        channel=Channel.ONLINE,
        debtor_name="ALFA SHPK",
        creditor_name="BETA NDËRTIM SHPK",
        creditor_iban=builders.OTHER_BANK_IBAN,
        remittance_information="Fatura 2026/1147",
        source=source,
    )
    legs = [
        Leg(account.pk, -1_000_00),
        Leg(clearing, 1_000_00),
        Leg(account.pk, -fee_minor, Entry.Part.FEE),
        Leg(house_account("fees", "ALL").pk, fee_minor, Entry.Part.FEE),
    ]
    ledger.post(key=f"test:{builders.unique()}", legs=legs, facts=facts, value_on=at.date(), at=at)


@pytest.mark.parametrize("page", ["activity", "statement"])
def test_another_companys_account_does_not_exist(page: str, account: BankAccount, stranger: Client) -> None:
    answer = stranger.get(address(page, account))

    assert answer.status_code == 404
    assert str(account.iban) not in answer.content.decode()


@pytest.mark.parametrize("page", ["accounts", "activity", "statement"])
def test_a_visitor_is_led_to_the_door(page: str, account: BankAccount, client: Client) -> None:
    answer = client.get(reverse("statements:accounts") if page == "accounts" else address(page, account))

    assert (answer.status_code, answer["Location"]) == (302, reverse("auth_flow:login"))


@pytest.mark.parametrize("page", ["activity", "statement"])
def test_the_pages_are_read_and_take_no_post(page: str, account: BankAccount, owner: Client) -> None:
    assert owner.post(address(page, account)).status_code == 405


def test_the_accounts_page_shows_available_and_booked_balance_of_ones_own_accounts_only(
    account: BankAccount, owner: Client, stranger: Client
) -> None:
    hold = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE)
    ledger.hold(
        key=f"test:{account.pk}", account_id=account.pk, amount_minor=50_00, facts=hold, expected_on=AT.date(), at=AT
    )

    mine, others = (browser.get(reverse("statements:accounts")).content.decode() for browser in (owner, stranger))

    assert "1.200,00" in mine
    assert "1.250,00" in mine
    assert str(account.uuid) in mine
    assert str(account.uuid) not in others


def test_a_payment_and_its_fee_are_two_lines_and_lead_to_the_order(account: BankAccount, owner: Client) -> None:
    pay(account, fee_minor=50_00)

    page = owner.get(address("activity", account))

    fee, payment, opening = page.context["lines"]
    assert (fee.counterparty, fee.remittance, fee.amount_minor) == ("Komisioni", "Transfertë brenda vendit", -50_00)
    assert (payment.counterparty, payment.amount_minor) == ("BETA NDËRTIM SHPK", -1_000_00)
    assert payment.order_url == fee.order_url == reverse("payments:order", args=[ORDER_ID])
    assert opening.order_url == ""
    assert f'href="{payment.url}"' in page.content.decode()


def test_who_receives_an_internal_transfer_is_not_led_to_the_payers_order(account: BankAccount, owner: Client) -> None:
    payer = builders.funded(builders.company(), 500_00)
    facts = Facts(
        kind=Kind.INTERNAL, channel=Channel.ONLINE, debtor_name="OMEGA SHPK", source=f"payments.order:{ORDER_ID}"
    )
    legs = [Leg(payer.pk, -500_00), Leg(account.pk, 500_00)]
    ledger.post(key=f"test:{builders.unique()}", legs=legs, facts=facts, value_on=AT.date(), at=AT)

    received = owner.get(address("activity", account)).context["lines"][0]

    assert (received.counterparty, received.amount_minor, received.order_url) == ("OMEGA SHPK", 500_00, "")


def test_the_older_page_keeps_the_search(account: BankAccount, owner: Client) -> None:
    for number in range(60):
        builders.credit(account, 100 + number, text=f"Fatura {number}")

    first = owner.get(address("activity", account, "?q=fatura&direction=in"))
    second = owner.get(address("activity", account) + first.context["older_url"])

    assert "direction=in&q=fatura&cursor=older-" in first.context["older_url"]
    assert (first.context["newer_url"], second.context["older_url"]) == ("", "")
    assert [len(page.context["lines"]) for page in (first, second)] == [50, 10]


@pytest.mark.parametrize(
    "query", ["?cursor=older-x", "?cursor=' OR 1=1", "?cursor=older-99999999999999999999", "?page=2"]
)
def test_a_crooked_cursor_shows_the_first_page(query: str, account: BankAccount, owner: Client) -> None:
    page = owner.get(address("activity", account, query))

    assert page.status_code == 200
    assert len(page.context["lines"]) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?from=31.02.2026", "from"),
        ("?from=11/20/2026", "from"),
        ("?from=20.11.2026&to=19.11.2026", "to"),
        ("?direction=sideways", "direction"),
        ("?min=12.50", "min"),
        ("?q=" + "a" * 101, "q"),
    ],
)
def test_a_filter_that_is_not_understood_is_told_and_left_out(
    query: str, field: str, account: BankAccount, owner: Client
) -> None:
    page = owner.get(address("activity", account, query))

    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]


def test_a_held_amount_stands_above_the_lines_of_today_and_not_of_last_month(
    account: BankAccount, owner: Client
) -> None:
    hold = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE, creditor_name="GAMA TRANSPORT SHPK")
    ledger.hold(
        key=f"test:{account.pk}", account_id=account.pk, amount_minor=50_00, facts=hold, expected_on=AT.date(), at=AT
    )

    today = owner.get(address("activity", account))
    last_month = owner.get(address("activity", account, "?to=31.10.2026"))

    assert [line.amount_minor for line in today.context["held"]] == [-50_00]
    assert "GAMA TRANSPORT SHPK" in today.content.decode()
    assert last_month.context["held"] == []


def test_a_statement_adds_up_and_is_of_this_month_until_somebody_chooses(account: BankAccount, owner: Client) -> None:
    pay(account, fee_minor=50_00, at=AT + timedelta(minutes=1))

    page = owner.get(address("statement", account))

    shown = page.context
    assert (shown["from_on"].isoformat(), shown["to_on"].isoformat()) == ("2026-11-01", "2026-11-20")
    assert (shown["opening_minor"], shown["turnover_in_minor"], shown["turnover_out_minor"]) == (0, 1_250_00, 1_050_00)
    assert (shown["closing_minor"], shown["count_in"], shown["count_out"]) == (200_00, 1, 2)
    assert [line.balance_after_minor for line in shown["lines"]] == [1_250_00, 250_00, 200_00]
    assert "E përkohshme" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "?from=20.11.2026&to=19.11.2026",
        "?from=21.11.2026",
        "?from=01.01.2020&to=20.11.2026",
        "?from=yesterday",
        "?to=32.10.2026",
    ],
)
def test_a_period_that_cannot_be_shown_is_told_and_today_stands_in_its_place(
    query: str, account: BankAccount, owner: Client
) -> None:
    page = owner.get(address("statement", account, query))

    assert page.status_code == 200
    assert page.context["form"].errors
    assert page.context["from_on"] == page.context["to_on"] == AT.date()


def test_last_month_is_one_click_away(account: BankAccount, owner: Client) -> None:
    link = dict(owner.get(address("statement", account)).context["shortcuts"])["Muaji i kaluar"]

    page = owner.get(link)

    assert (page.context["from_on"].isoformat(), page.context["to_on"].isoformat()) == ("2026-10-01", "2026-10-31")
    assert not page.context["form"].errors


def test_what_the_payer_wrote_is_shown_as_text(account: BankAccount, owner: Client) -> None:
    builders.credit(account, 1_00, text="<script>alert(1)</script>")

    page = owner.get(address("activity", account, "?q=%3Cscript%3E")).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
