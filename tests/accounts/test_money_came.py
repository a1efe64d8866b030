"""Money came: whoever may look is told, once an account and batch, in the portal and by a mail without figures."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import clock, money_came, notices
from accounts.models import BankAccount, Company, Mandate, Notice, User
from accounts.money_came import Credit
from auth_flow.models import MailMessage, Preferences
from tests import builders
from tests.core_messages import Ntry, brought

pytestmark = pytest.mark.django_db

AT = builders.AT
TODAY = clock.tirana_day(AT)


@pytest.fixture
def company() -> Company:
    return builders.company("DRINI SHPK")


@pytest.fixture
def account(company: Company) -> BankAccount:
    return builders.account(company)


@pytest.fixture
def viewer(company: Company) -> User:
    return builders.user(company)


def credit(account: BankAccount, minor: int = 250_000, **changes: object) -> Credit:
    facts = {"payer": "OMEGA SHPK", "value_on": TODAY} | changes
    return Credit(account.iban or "", minor, **facts)  # type: ignore[arg-type]  # the fields of Credit


def words(user: User) -> list[str]:
    return [notices.in_words(notice) for notice in notices.of(user)]


def test_a_user_of_the_company_reads_how_much_came_from_whom_and_where(account: BankAccount, viewer: User) -> None:
    money_came.tell([credit(account)], at=AT)

    (sentence,) = words(viewer)
    assert "2.500,00 ALL nga OMEGA SHPK" in sentence
    assert (account.iban or "")[-4:] in sentence
    assert (account.iban or "") not in sentence


def test_without_a_name_the_statement_is_where_to_look(account: BankAccount, viewer: User) -> None:
    money_came.tell([credit(account, payer="")], at=AT)

    assert "Paguesin e gjeni te veprimet" in words(viewer)[0]


def test_many_payments_of_a_batch_are_one_sentence_an_account(company: Company, viewer: User) -> None:
    first, second = builders.account(company), builders.account(company, "EUR")

    money_came.tell([credit(first, 100_00), credit(first, 50_00), credit(second, 7_00)], at=AT)

    told = words(viewer)
    assert len(told) == 2
    assert any("2 pagesa, gjithsej 150,00 ALL" in sentence for sentence in told)
    assert any("7,00 EUR" in sentence for sentence in told)


def test_a_stranger_and_who_may_look_no_more_read_nothing(account: BankAccount, company: Company) -> None:
    stranger, former = builders.user(builders.company()), builders.user(company)
    Mandate.objects.filter(user=former).update(valid_until=TODAY - timedelta(days=1))

    money_came.tell([credit(account)], at=AT)

    assert words(stranger) == words(former) == []


def test_who_has_not_registered_is_not_written_to(account: BankAccount, viewer: User) -> None:
    User.objects.filter(pk=viewer.pk).update(password_changed_at=None)

    money_came.tell([credit(account)], at=AT)

    assert not Notice.objects.exists()
    assert not MailMessage.objects.exists()


def test_what_came_long_ago_is_no_news(account: BankAccount, viewer: User) -> None:
    money_came.tell([credit(account, value_on=TODAY - timedelta(days=4))], at=AT)

    assert words(viewer) == []


def test_the_mail_has_no_figures_and_comes_once_a_batch(company: Company, viewer: User) -> None:
    accounts = [builders.account(company), builders.account(company, "EUR")]

    money_came.tell([credit(account) for account in accounts], at=AT)

    (mail,) = MailMessage.objects.all()
    assert "Keni një njoftim të ri" in mail.body
    assert "2.500" not in mail.body
    assert "OMEGA" not in mail.body


def test_who_chose_no_mail_reads_it_in_the_portal_alone(account: BankAccount, viewer: User) -> None:
    Preferences.objects.create(user=viewer, email_money_came=False)

    money_came.tell([credit(account)], at=AT)

    assert len(words(viewer)) == 1
    assert not MailMessage.objects.exists()


def test_a_batch_of_many_companies_asks_no_more_than_one_of_a_few() -> None:
    batches = []
    for size in (2, 30):
        accounts = [builders.account(builders.company()) for _each in range(size)]
        for account in accounts:
            builders.user(account.company)
        with CaptureQueriesContext(connection) as asked:
            money_came.tell([credit(account) for account in accounts for _twice in range(2)], at=AT)
        batches.append(len(asked))

    assert batches[0] == batches[1]
    assert Notice.objects.count() == 32


def test_what_the_core_brings_is_told_once_whichever_file_brings_it(
    account: BankAccount, viewer: User, tmp_path: Path
) -> None:
    brought(tmp_path, account, Ntry("1500.50", reference="R1"))
    brought(tmp_path, account, Ntry("1500.50", reference="R1"), Ntry("9.00", is_credit=False, reference="R2"))

    (sentence,) = words(viewer)
    assert "1.500,50 ALL nga OMEGA SHPK" in sentence
