"""Gjendje e ulët: told once a fall, to whoever chose it, with figures in the portal and none in the mail."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import ledger, notices
from accounts.ledger import Facts
from accounts.models import AuditEvent, BankAccount, Company, Mandate, Notice, User
from accounts.models.ledger import Channel, Kind
from auth_flow.models import MailMessage, Preferences
from statements import low_balances
from statements.models import LowBalance
from tests import builders

pytestmark = pytest.mark.django_db

AT = builders.AT
PAGE = "/accounts/low-balance/"


@pytest.fixture
def company() -> Company:
    return builders.company()


@pytest.fixture
def account(company: Company) -> BankAccount:
    return builders.funded(company, 1_000_00)


@pytest.fixture
def viewer(company: Company) -> User:
    return builders.user(company)


@pytest.fixture
def watched(viewer: User, account: BankAccount) -> LowBalance:
    return watch(viewer, account)


def watch(user: User, account: BankAccount, threshold: int | None = 500_00) -> LowBalance:
    low_balances.choose(mandate=builders.mandate_of(user), thresholds={account.uuid: threshold}, at=AT)
    return LowBalance.objects.get(user=user, account=account)


def words(user: User) -> list[str]:
    return [notices.in_words(notice) for notice in notices.of(user)]


def test_she_is_told_when_it_falls_and_not_before(account: BankAccount, viewer: User, watched: LowBalance) -> None:
    builders.credit(account, -500_00)
    assert low_balances.tell(at=AT) == 0, "exactly the threshold is not below it"

    builders.credit(account, -1)
    assert low_balances.tell(at=AT) == 1

    (sentence,) = words(viewer)
    assert "500,00 ALL" in sentence
    assert (account.iban or "") not in sentence


def test_she_is_told_once_and_again_after_it_has_risen(account: BankAccount, viewer: User, watched: LowBalance) -> None:
    told = []
    for minor in (-600_00, -100_00, +50_00, +400_00, -400_00):
        builders.credit(account, minor)
        told.append(low_balances.tell(at=AT))

    assert told == [1, 0, 0, 0, 1]
    assert len(words(viewer)) == 2


def test_what_is_set_aside_is_not_available(account: BankAccount, watched: LowBalance) -> None:
    facts = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE, creditor_name="BETA")
    ledger.hold(key="test:hold", account_id=account.pk, amount_minor=600_00, facts=facts, expected_on=AT.date(), at=AT)

    assert low_balances.tell(at=AT) == 1


def test_the_mail_says_nothing_of_it(account: BankAccount, viewer: User, watched: LowBalance) -> None:
    builders.credit(account, -600_00)
    low_balances.tell(at=AT)

    (mail,) = MailMessage.objects.all()
    assert "500" not in mail.body
    assert (account.iban or "")[-4:] not in mail.body


def test_without_the_mail_it_stands_in_the_portal(account: BankAccount, viewer: User, watched: LowBalance) -> None:
    Preferences.objects.create(user=viewer, email_low_balance=False)
    builders.credit(account, -600_00)

    assert low_balances.tell(at=AT) == 1
    assert not MailMessage.objects.exists()
    assert len(words(viewer)) == 1


def test_below_already_is_no_fall(account: BankAccount, viewer: User) -> None:
    watch(viewer, account, 5_000_00)

    assert low_balances.tell(at=AT) == 0


def test_whoever_may_look_no_more_is_told_nothing(account: BankAccount, viewer: User, watched: LowBalance) -> None:
    Mandate.objects.filter(user=viewer).update(valid_until=AT.date() - timedelta(days=1))
    builders.credit(account, -600_00)

    assert low_balances.tell(at=AT) == 0
    assert not Notice.objects.filter(kind=low_balances.FELL).exists()


def test_each_user_has_her_own(account: BankAccount, company: Company, viewer: User, watched: LowBalance) -> None:
    colleague = builders.user(company)
    watch(colleague, account, 100_00)
    builders.credit(account, -600_00)

    low_balances.tell(at=AT)

    assert [len(words(user)) for user in (viewer, colleague)] == [1, 0]


def test_many_falls_cost_no_more_than_one(account: BankAccount, company: Company) -> None:
    costs = []
    for count in (1, 20):
        for _user in range(count):
            watch(builders.user(company), account)
        builders.credit(account, -600_00)
        with CaptureQueriesContext(connection) as asked:
            assert low_balances.tell(at=AT) >= count
        costs.append(len(asked))
        builders.credit(account, 600_00)
        low_balances.tell(at=AT)

    assert costs[0] == costs[1]


def test_a_threshold_is_never_written_by_a_posting(account: BankAccount, watched: LowBalance) -> None:
    with CaptureQueriesContext(connection) as asked:
        builders.credit(account, -600_00)

    assert not [query for query in asked.captured_queries if "statements_lowbalance" in query["sql"]]


# --- The page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(viewer: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(viewer)


def field(account: BankAccount) -> str:
    return f"below_{account.uuid.hex}"


def test_she_chooses_on_the_page_and_takes_it_back(browser: Client, account: BankAccount, viewer: User) -> None:
    assert browser.post(PAGE, {field(account): "1.234,50"}).headers["Location"] == PAGE
    assert LowBalance.objects.get(user=viewer).threshold_minor == 1_234_50
    page = browser.get(PAGE).content.decode()
    assert 'value="1.234,50"' in page
    assert "Është tashmë nën kufi" in page

    browser.post(PAGE, {field(account): ""})
    assert not LowBalance.objects.exists()


@pytest.mark.parametrize("typed", ["0", "abc", "-5"])
def test_what_is_no_amount_is_explained(browser: Client, account: BankAccount, typed: str) -> None:
    answer = browser.post(PAGE, {field(account): typed})

    assert answer.status_code == 422
    assert not LowBalance.objects.exists()


def test_the_way_to_the_page_stands_among_the_notices(browser: Client) -> None:
    assert PAGE in browser.get("/personalisation/notices/").content.decode()


def test_another_companys_account_is_refused(viewer: User, account: BankAccount) -> None:
    others = builders.funded(builders.company(), 1_000_00)

    with pytest.raises(low_balances.NotYourAccount):
        low_balances.choose(mandate=builders.mandate_of(viewer), thresholds={account.uuid: 1, others.uuid: 1}, at=AT)

    assert not LowBalance.objects.exists()


def test_the_stranger_sees_neither_account_nor_threshold(
    account: BankAccount, watched: LowBalance, signed_in: Callable[[User], Client]
) -> None:
    stranger = signed_in(builders.user(builders.company(), signs=True))

    assert (account.iban or "")[-4:] not in stranger.get(PAGE).content.decode()
    assert Client().get(PAGE).status_code == 302


def test_the_trail_keeps_the_account_and_not_the_figure(account: BankAccount, watched: LowBalance) -> None:
    record = bytes(AuditEvent.objects.get(event="statements.low_balance.chosen").record).decode()

    assert str(account.uuid) in record
    assert "50000" not in record


# --- Laws ------------------------------------------------------------------------------------------------------------


def test_a_low_balance_is_more_than_nothing(watched: LowBalance) -> None:
    with pytest.raises(IntegrityError, match="a_low_balance_is_more_than_nothing"), transaction.atomic():
        LowBalance.objects.filter(pk=watched.pk).update(threshold_minor=0)


def test_one_low_balance_per_user_and_account(watched: LowBalance) -> None:
    again = LowBalance(user=watched.user, account=watched.account, threshold_minor=1, is_below=False)

    with pytest.raises(IntegrityError, match="one_low_balance_per_user_and_account"), transaction.atomic():
        again.save(force_insert=True)
