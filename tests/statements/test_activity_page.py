"""The activity page and the months: ways between pages, amounts as people type them, and pages with nothing on them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts import ledger
from accounts.ledger import Facts
from accounts.models import BankAccount, User
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


@pytest.fixture
def account() -> BankAccount:
    """120 lines of 1,00 to 120,00 lekë, and 5,00 set aside for GAMA."""
    account = builders.account(builders.company("ALFA SHPK"))
    for number in range(1, 121):
        builders.credit(account, number * 100, text=f"Fatura {number}")
    facts = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE, creditor_name="GAMA SHPK", remittance_information="Qira")
    key = f"test:{account.pk}"
    ledger.hold(key=key, account_id=account.pk, amount_minor=5_00, facts=facts, expected_on=AT.date(), at=AT)
    return account


@pytest.fixture
def owner(account: BankAccount, signed_in: SignIn) -> Client:
    assert account.company
    return signed_in(builders.user(account.company))


def address(account: BankAccount, query: str = "", page: str = "activity") -> str:
    return reverse(f"statements:{page}", args=[account.uuid]) + query


@pytest.mark.parametrize("query", ["", "?q=fatura"])
def test_the_way_back_ends_at_the_first_page_with_what_is_set_aside(
    query: str, account: BankAccount, owner: Client
) -> None:
    first = owner.get(address(account, query))
    second = owner.get(address(account, first.context["older_url"]))
    third = owner.get(address(account, second.context["older_url"]))

    again = owner.get(address(account, third.context["newer_url"]))
    back = owner.get(address(account, again.context["newer_url"]))

    assert [len(page.context["lines"]) for page in (first, second, third, again)] == [50, 50, 20, 50]
    assert (back.status_code, back["Location"]) == (302, address(account, query))
    assert len(first.context["held"]) == (0 if query else 1)


@pytest.mark.parametrize("cursor", ["older-1", "newer-120", "newer-999999"])
def test_a_page_beyond_the_last_line_is_the_first_page(cursor: str, account: BankAccount, owner: Client) -> None:
    assert owner.get(address(account, f"?q=fatura&cursor={cursor}"))["Location"] == address(account, "?q=fatura")


@pytest.mark.parametrize(
    ("query", "found", "held"),
    [
        ("?min=119", [120, 119], 0),
        ("?min=119,00&max=119,50", [119], 0),
        ("?min=5&max=5,00", [5], 1),
        ("?max=2", [2, 1], 0),
        ("?min=1.234,50", [], 0),
        ("?min=1+234,50", [], 0),
        ("?max=5&direction=out", [], 1),
        ("?q=qira&max=5", [], 1),
        ("?q=qira&min=6", [], 0),
        ("?kind=domestic&channel=online", [], 1),
        ("?kind=own", [], 0),
    ],
)
def test_amounts_are_typed_as_people_write_them_and_narrow_what_is_set_aside_too(
    query: str, found: list[int], held: int, account: BankAccount, owner: Client
) -> None:
    page = owner.get(address(account, query))

    assert not page.context["form"].errors
    assert [line.sequence for line in page.context["lines"]] == found
    assert len(page.context["held"]) == held


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("?min=0", "min", "nëse nuk kërkoni sipas shumës"),
        ("?min=10&max=9,99", "max", "më e vogël se e para"),
        ("?min=12.50", "min", "12,50"),
        ("?max=abc", "max", "Nuk e kuptuam"),
    ],
)
def test_an_amount_that_cannot_be_looked_for_is_told(
    query: str, field: str, said: str, account: BankAccount, owner: Client
) -> None:
    errors = owner.get(address(account, query)).context["form"].errors

    assert list(errors) == [field]
    assert said in str(errors[field])


def test_an_account_without_lines_says_how_to_be_paid(account: BankAccount, owner: Client) -> None:
    assert account.company
    new = builders.account(account.company)

    empty, filtered = owner.get(address(new)).content.decode(), owner.get(address(account, "?kind=own"))

    assert "Ende asnjë veprim" in empty
    assert address(new, page="iban_card") in empty
    assert "Asnjë veprim me këta filtra" in filtered.content.decode()


def test_the_months_lead_to_their_statements(account: BankAccount, owner: Client) -> None:
    page = owner.get(address(account, page="months"))

    ((year, months),) = page.context["years"]
    ((month, url),) = months
    assert (year.year, month.entries, month.credit_minor, month.closing_minor) == (2026, 120, 7_260_00, 7_260_00)
    assert url == address(account, "?from=01.11.2026&to=20.11.2026", page="statement")
    assert f'href="{address(account, page="months")}"' in owner.get(address(account, page="account")).content.decode()
    assert owner.get(url).context["closing_minor"] == month.closing_minor


def test_an_account_without_lines_has_no_months_to_show(account: BankAccount, owner: Client) -> None:
    assert account.company

    shown = owner.get(address(builders.account(account.company), page="months")).content.decode()

    assert "Asnjë veprim në këta pesë vjet" in shown


def test_another_companys_months_do_not_exist(account: BankAccount, signed_in: SignIn) -> None:
    stranger = signed_in(builders.user(builders.company("SIGMA SHPK"), prepares=True, signs=True))

    assert stranger.get(address(account, page="months")).status_code == 404
