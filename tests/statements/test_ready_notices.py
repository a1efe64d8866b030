"""A statement is ready: told once to whoever may look, and without a figure."""

from datetime import date, datetime, timedelta

import pytest

from accounts import day_close, notices
from accounts.models import BankAccount, Company, User
from auth_flow.models import MailMessage, Preferences
from statements import archive
from statements.ready_notices import Ready, tell_filed, tell_ready
from tests import builders

pytestmark = pytest.mark.django_db

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def company() -> Company:
    return builders.company()


@pytest.fixture
def account(company: Company) -> BankAccount:
    return builders.funded(company, 1_000_00)


@pytest.fixture
def viewer(company: Company) -> User:
    return builders.user(company)


def words(user: User) -> list[str]:
    return [notices.in_words(notice) for notice in notices.of(user)]


def test_every_user_of_the_company_is_told_which_month_of_which_account(
    account: BankAccount, company: Company, viewer: User
) -> None:
    colleague, stranger = builders.user(company), builders.user(builders.company())

    assert tell_ready([Ready(account, OCTOBER)], at=builders.AT) == 2

    assert words(viewer) == words(colleague)
    assert "muajit 10.2026" in words(viewer)[0]
    assert (account.iban or "")[-4:] in words(viewer)[0]
    assert words(stranger) == []


def test_several_accounts_of_a_month_are_one_notice(account: BankAccount, company: Company, viewer: User) -> None:
    others = [Ready(builders.account(company, currency), OCTOBER) for currency in ("EUR", "USD")]

    tell_ready([Ready(account, OCTOBER), *others], at=builders.AT)

    assert words(viewer) == ["Pasqyrat e muajit 10.2026 janë gati, për 3 llogari."]


def test_each_company_reads_of_its_own(account: BankAccount, viewer: User) -> None:
    other = builders.company()
    colleague = builders.user(other)

    tell_ready([Ready(account, OCTOBER), Ready(builders.account(other), OCTOBER)], at=builders.AT)

    assert len(words(viewer)) == len(words(colleague)) == 1
    assert words(viewer) != words(colleague)


def test_the_mail_is_a_choice_of_its_own_and_names_no_account(account: BankAccount, viewer: User) -> None:
    tell_ready([Ready(account, OCTOBER)], at=builders.AT)
    (mail,) = MailMessage.objects.all()
    assert (account.iban or "")[-4:] not in mail.body

    Preferences.objects.create(user=viewer, email_statements=False)
    tell_ready([Ready(account, OCTOBER)], at=builders.AT)
    assert MailMessage.objects.count() == 1
    assert len(words(viewer)) == 2


@pytest.fixture
def november(account: BankAccount, viewer: User) -> datetime:
    """Every day of November is closed."""
    at = builders.AT + timedelta(days=20)
    day_close.close_due(at=at)
    return at


def test_the_clock_tells_of_a_month_when_it_is_filed_and_once(november: datetime, viewer: User) -> None:
    assert tell_filed(at=november) == 0, "nothing is filed yet"

    archive.file_due(at=november, is_over=lambda: False)
    assert [tell_filed(at=november) for _tick in range(2)] == [1, 0]

    assert len(words(viewer)) == 1
    assert "muajit 11.2026" in words(viewer)[0]


def test_a_month_that_is_not_closed_is_no_news(account: BankAccount, viewer: User) -> None:
    assert tell_filed(at=builders.AT) == 0


def test_nothing_ready_tells_nothing() -> None:
    assert tell_ready([], at=builders.AT) == 0
