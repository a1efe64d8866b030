"""How a user arranges her accounts: the verb, and the laws behind it, tried past the ORM as the portal's own role."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent, BankAccount, Mandate
from payments.models import PaymentOrder
from statements import holdings, preferences
from statements.models import AccountPreference
from statements.preferences import AccountOfAnother
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def mandate() -> Mandate:
    return builders.mandate_of(builders.user(builders.company(), prepares=True, signs=True))


@pytest.fixture
def account(mandate: Mandate) -> BankAccount:
    return builders.funded(mandate.company, 9_000_00)


def arrange(account: BankAccount, mandate: Mandate, *, nickname: str = "", hidden: bool = False) -> AccountPreference:
    return preferences.arrange(
        account_id=account.uuid, mandate=mandate, nickname=nickname, is_favourite=False, is_hidden=hidden, at=AT
    )


def as_portal(statement: str, *values: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(statement, values)


def test_who_arranged_nothing_meets_the_banks_name_and_order(mandate: Mandate, account: BankAccount) -> None:
    (met,) = preferences.accounts(mandate)

    assert met == account
    assert (vars(met)["nickname"], vars(met)["is_favourite"], holdings.is_hidden(met)) == ("", False, False)


def test_another_companys_account_is_refused_and_the_refusal_is_kept(mandate: Mandate) -> None:
    foreign = builders.account(builders.company())

    with pytest.raises(AccountOfAnother):
        arrange(foreign, mandate, nickname="Imja")

    assert not AccountPreference.objects.exists()
    event = AuditEvent.objects.get(event="statements.account.arranged")
    assert (event.outcome, event.reason) == ("refused", "account_of_another")
    assert b"Imja" not in bytes(event.record)


def test_what_is_already_so_leaves_no_line(mandate: Mandate, account: BankAccount) -> None:
    for _time in range(2):
        arrange(account, mandate, nickname="Pagat")

    assert AuditEvent.objects.filter(event="statements.account.arranged").count() == 1


def test_a_nickname_is_taken_back_by_an_empty_one(mandate: Mandate, account: BankAccount) -> None:
    arrange(account, mandate, nickname="Pagat")
    arrange(account, mandate)

    met = preferences.account_of(mandate, account.uuid)
    assert met is not None
    assert vars(met)["nickname"] == ""


def test_a_hidden_account_is_paid_from_as_before(mandate: Mandate, account: BankAccount) -> None:
    arrange(account, mandate, hidden=True)

    order = builders.submitted(mandate, account)

    assert PaymentOrder.objects.get(pk=order.pk).debit_account == account


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE statements_accountpreference SET user_id = user_id WHERE id = %s", "permission denied"),
        ("UPDATE statements_accountpreference SET account_id = account_id WHERE id = %s", "permission denied"),
        ("DELETE FROM statements_accountpreference WHERE id = %s", "permission denied"),
        ("UPDATE statements_accountpreference SET nickname = E'Pa\\ngat' WHERE id = %s", "nickname_is_one_plain_line"),
        ("UPDATE statements_accountpreference SET nickname = ' Pagat' WHERE id = %s", "nickname_is_one_plain_line"),
        (
            "INSERT INTO statements_accountpreference (user_id, account_id, nickname, is_favourite, is_hidden)"
            " SELECT user_id, account_id, '', false, false FROM statements_accountpreference WHERE id = %s",
            "one_preference_per_user_and_account",
        ),
    ],
)
def test_a_preference_stays_its_users_and_its_accounts(
    mandate: Mandate, account: BankAccount, statement: str, law: str
) -> None:
    row = arrange(account, mandate)

    with pytest.raises(DatabaseError, match=law):
        as_portal(statement, row.pk)


def test_the_portal_may_change_what_was_chosen(mandate: Mandate, account: BankAccount) -> None:
    row = arrange(account, mandate)

    as_portal("UPDATE statements_accountpreference SET nickname = 'Pagat', is_hidden = true WHERE id = %s", row.pk)

    row.refresh_from_db()
    assert (row.nickname, row.is_hidden) == ("Pagat", True)
