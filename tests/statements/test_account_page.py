"""Llogaria: its IBAN, its twelve months, and how one user wants to meet it; nobody else sees that."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import cast

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree, html

from accounts import ledger
from accounts.ledger import Facts
from accounts.models import AuditEvent, BankAccount, Company, User
from accounts.models.ledger import Channel, Kind
from accounts.money import format_amount
from statements import iban_cards, preferences
from statements.models import AccountPreference
from tests import builders
from tests.builders import AT
from tests.statements.lives import lived

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
TODAY = AT.date()


@pytest.fixture
def company() -> Company:
    return builders.company("ALFA SHPK")


@pytest.fixture
def account(company: Company) -> BankAccount:
    """An account with 1.250,00 lekë on it."""
    return builders.funded(company, 1_250_00)


@pytest.fixture
def user(account: BankAccount) -> User:
    assert account.company
    return builders.user(account.company)


@pytest.fixture
def owner(user: User, signed_in: SignIn) -> Client:
    return signed_in(user)


@pytest.fixture
def stranger(signed_in: SignIn) -> Client:
    return signed_in(builders.user(builders.company("SIGMA SHPK"), prepares=True, signs=True))


def page_of(account: BankAccount, page: str = "account") -> str:
    return reverse(f"statements:{page}", args=[account.uuid])


def wishes(**changes: object) -> dict[str, object]:
    return {"nickname": "", **changes}


# --- Hers alone ------------------------------------------------------------------------------------------------------


def test_a_nickname_is_met_on_every_page_of_the_account_by_her_who_gave_it(
    account: BankAccount, owner: Client, user: User
) -> None:
    answer = owner.post(page_of(account), wishes(nickname="  Lundra   e qendrës "))

    assert (answer.status_code, answer["Location"]) == (302, page_of(account))
    row = AccountPreference.objects.get(user=user, account=account)
    assert row.nickname == "Lundra e qendrës"
    for page in (reverse("home"), reverse("statements:accounts"), page_of(account), page_of(account, "activity")):
        assert "Lundra e qendrës" in owner.get(page).content.decode(), page
    assert "Lundra e qendrës" in owner.get(page_of(account, "statement")).content.decode()


def test_nobody_else_of_the_company_meets_her_nickname_or_her_folds(
    account: BankAccount, owner: Client, signed_in: SignIn
) -> None:
    owner.post(page_of(account), wishes(nickname="Lundra", is_favourite="on", is_hidden="on"))
    assert account.company
    colleague = signed_in(builders.user(account.company))

    for page in (reverse("home"), reverse("statements:accounts"), page_of(account), page_of(account, "activity")):
        seen = colleague.get(page).content.decode()
        assert "Lundra" not in seen, page
        assert "Të fshehura" not in seen, page


def test_a_nickname_is_never_on_the_card_for_others(account: BankAccount, owner: Client) -> None:
    owner.post(page_of(account), wishes(nickname="Lundra"))

    card = owner.get(page_of(account)).context["card"]

    assert "Lundra" not in card.text + card.code_text
    assert "ALFA SHPK" in card.text


def test_the_trail_keeps_what_changed_and_never_the_nickname(account: BankAccount, owner: Client) -> None:
    owner.post(page_of(account), wishes(nickname="Lundra", is_favourite="on"))
    owner.post(page_of(account), wishes(nickname="Lundra", is_favourite="on"))

    event = AuditEvent.objects.get(event="statements.account.arranged")
    assert event.subject == f"account:{account.uuid}"
    assert b'"what":["is_favourite","nickname"]' in bytes(event.record)
    assert b"Lundra" not in bytes(event.record)


@pytest.mark.parametrize("nickname", ["P" * 41, "Lundra\N{RIGHT-TO-LEFT OVERRIDE}", "Lundra\x07"])
def test_a_name_that_is_no_plain_line_is_refused_and_changes_nothing(
    account: BankAccount, owner: Client, nickname: str
) -> None:
    answer = owner.post(page_of(account), wishes(nickname=nickname))

    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()
    assert not AccountPreference.objects.filter(account=account).exists()


def test_a_nickname_is_text_and_never_markup(account: BankAccount, owner: Client) -> None:
    owner.post(page_of(account), wishes(nickname="<b>Lundra</b>"))

    assert "<b>Lundra</b>" not in owner.get(page_of(account)).content.decode()


# --- The list --------------------------------------------------------------------------------------------------------


def test_favourites_come_first_and_bring_their_currency_with_them(account: BankAccount, owner: Client) -> None:
    assert account.company
    second, euro = (builders.funded(account.company, 50_00, currency) for currency in ("ALL", "EUR"))
    for favourite in (second, euro):
        owner.post(page_of(favourite), wishes(is_favourite="on"))

    lek, eur = owner.get(reverse("statements:accounts")).context["holdings"]
    assert [lek.currency, eur.currency] == ["ALL", "EUR"]
    assert list(lek.shown) == [second, account]

    owner.post(page_of(second), wishes())
    first, _second = owner.get(reverse("statements:accounts")).context["holdings"]
    assert first.currency == "EUR"


def test_the_sums_of_a_currency_count_the_hidden_account_which_is_folded_and_opens(
    account: BankAccount, owner: Client
) -> None:
    assert account.company
    hidden = builders.funded(account.company, 50_00)
    hold = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE)
    ledger.hold(key="test:h", account_id=hidden.pk, amount_minor=20_00, facts=hold, expected_on=TODAY, at=AT)
    owner.post(page_of(hidden), wishes(is_hidden="on"))

    page = owner.get(reverse("statements:accounts"))

    (lek,) = page.context["holdings"]
    assert (lek.booked.minor, lek.held.minor, lek.available.minor) == (1_300_00, 20_00, 1_280_00)
    assert (list(lek.shown), lek.hidden_count) == ([account], 1)
    assert "Të fshehura (1)" in page.content.decode()
    assert "1.300,00" in page.content.decode()
    assert owner.get(page_of(hidden)).status_code == 200


def test_the_first_page_folds_hidden_accounts_away_and_says_so(account: BankAccount, owner: Client) -> None:
    owner.post(page_of(account), wishes(is_hidden="on"))

    page = owner.get(reverse("home"))

    assert str(account.iban)[:4] not in page.content.decode().split("Veprimet e fundit")[0]
    assert "1 llogari e fshehur" in page.content.decode()
    assert "Asnjë llogari për t’u parë" not in page.content.decode()
    assert page.context["movements"], "what happened on it is still told"


# --- Strangers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["account", "iban_card"])
def test_another_companys_account_does_not_exist(page: str, account: BankAccount, stranger: Client) -> None:
    answer = stranger.get(page_of(account, page))

    assert answer.status_code == 404
    assert str(account.iban) not in answer.content.decode()


def test_another_companys_account_takes_no_wishes(account: BankAccount, stranger: Client) -> None:
    assert stranger.post(page_of(account), wishes(nickname="Imja")).status_code == 404
    assert not AccountPreference.objects.exists()


@pytest.mark.parametrize("page", ["account", "iban_card"])
def test_a_visitor_is_led_to_the_door(page: str, account: BankAccount, client: Client) -> None:
    answer = client.get(page_of(account, page))

    assert (answer.status_code, answer["Location"]) == (302, reverse("auth_flow:login"))


# --- The IBAN --------------------------------------------------------------------------------------------------------


def test_the_card_of_a_euro_account_is_a_sepa_transfer_without_amount(account: BankAccount) -> None:
    assert account.company
    euro = builders.account(account.company, "EUR")

    card = iban_cards.iban_card(euro, account.company)

    assert card.code_text == f"BCD\n002\n1\nSCT\nNCBAALTX\nALFA SHPK\n{euro.iban}"
    assert len(card.code_text.encode()) <= 331, "the most that a code of the standard holds"


def test_every_other_currencys_card_is_plain_text(account: BankAccount) -> None:
    assert account.company
    card = iban_cards.iban_card(account, account.company)

    assert card.code_text == f"ALFA SHPK\n{account.iban}\nNCBAALTX"


def test_the_card_stands_on_the_page_and_on_a_sheet_of_its_own(account: BankAccount, owner: Client) -> None:
    for page in ("account", "iban_card"):
        seen = html.fromstring(owner.get(page_of(account, page)).content)
        (code,) = _found(seen, "//svg[@class='qr']")
        assert _found(code, "./path[@d]")
        assert _found(seen, "//button[@data-copy and @hidden]"), "the button comes with the script alone"
        assert re.search(r"AL\d\d 2051", _text(seen))


def test_a_closed_account_is_not_given_out(account: BankAccount, owner: Client) -> None:
    assert account.company
    empty = builders.account(account.company)
    BankAccount.objects.filter(pk=empty.pk).update(status=BankAccount.Status.CLOSED)

    assert "qr" not in owner.get(page_of(empty)).content.decode().split("<main")[1].split("</main")[0]


# --- The charts ------------------------------------------------------------------------------------------------------


def test_the_charts_are_drawn_from_closed_days_and_stand_in_their_tables(company: Company, signed_in: SignIn) -> None:
    first, second, third = (date(2025, 11, 3), 9_000_00), (date(2026, 1, 5), -10_000_00), (date(2026, 10, 30), 2_500_00)
    account = lived(company, first, second, third)
    builders.credit(account, -250_00)

    page = html.fromstring(signed_in(builders.user(company)).get(page_of(account)).content)

    balances, flows = (_table(table) for table in _found(page, "//table[@class='figures']"))
    assert balances == [
        ["20.11.2026, tani", "1.250,00"],
        ["30.10.2026", "1.500,00"],
        ["05.01.2026", "−1.000,00"],
        ["30.11.2025", "9.000,00"],
    ]
    assert [row for row in flows if set(row[1:]) != {"0,00"}] == [
        ["Janar 2026", "0,00", "10.000,00"],
        ["Tetor 2026", "2.500,00", "0,00"],
        ["Gjithsej", "2.500,00", "10.000,00"],
    ]
    assert len(flows) == 13, "twelve months and their sum; what is booked today is in none"


def test_a_chart_is_well_formed_named_and_says_what_the_table_says(company: Company, signed_in: SignIn) -> None:
    account = lived(company, (date(2026, 11, 2), 40_00), (date(2026, 11, 9), -20_00), (date(2026, 11, 16), 1_980_00))

    content = signed_in(builders.user(company)).get(page_of(account)).content.decode()

    drawings = re.findall(r'<svg role="img" aria-labelledby.*?</svg>', content, re.S)
    balance, flow = (etree.fromstring(drawing) for drawing in drawings)
    for drawing in (balance, flow):
        named = {element.get("id") for element in drawing if element.tag in ("title", "desc")}
        assert set(str(drawing.get("aria-labelledby")).split()) == named
    assert "më e larta 2.000,00 më 16.11.2026" in str(balance.findtext("desc"))
    line = next(str(path.get("d")) for path in balance.iter("path") if path.get("class") == "line")
    heights = [int(y) for y in re.findall(r"(?:^M\d+ |V)(\d+)", line)]
    rows = _table(_found(html.fromstring(content), "//table[@class='figures']")[0])
    # The scale reaches from zero to 2.000,00: a unit of the chart is two lekë.
    assert [format_amount((1000 - height) * 2_00) for height in reversed(heights)] == [row[1] for row in rows]
    assert " style=" not in content


def test_a_new_account_says_that_nothing_is_closed_yet(account: BankAccount, owner: Client) -> None:
    page = owner.get(page_of(account))

    assert page.context["balance_chart"] is None
    assert "Ende asnjë ditë e mbyllur" in page.content.decode()


def test_a_longer_life_costs_no_query_more(company: Company, signed_in: SignIn) -> None:
    mondays = [date(2026, 5, 4) + timedelta(weeks=number) for number in range(15)]
    young, old = lived(company, (date(2026, 4, 27), 5_00)), lived(company, *((day, 1_00) for day in mondays))
    browser = signed_in(builders.user(company))
    asked = []

    for account in (young, young, old):
        with CaptureQueriesContext(connection) as seen:
            browser.get(page_of(account))
        asked.append(len(seen))

    assert asked[1] == asked[2]


def test_two_users_may_call_one_account_differently(account: BankAccount, user: User) -> None:
    assert account.company
    hers, his = builders.mandate_of(user), builders.mandate_of(builders.user(account.company))
    for mandate, nickname in ((hers, "Lundra"), (his, "Kryesorja")):
        preferences.arrange(
            account_id=account.uuid, mandate=mandate, nickname=nickname, is_favourite=False, is_hidden=False, at=AT
        )

    (seen_by_her,), (seen_by_him,) = (preferences.accounts(mandate) for mandate in (hers, his))

    assert [vars(seen)["nickname"] for seen in (seen_by_her, seen_by_him)] == ["Lundra", "Kryesorja"]


def _found(page: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    return cast("list[html.HtmlElement]", page.xpath(path))


def _text(element: html.HtmlElement) -> str:
    return " ".join("".join(str(text) for text in element.itertext()).split())


def _table(table: html.HtmlElement) -> list[list[str]]:
    return [[_text(cell) for cell in _found(row, "./*")] for row in _found(table, "./tbody/tr | ./tfoot/tr")]
