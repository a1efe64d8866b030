"""Who gets money from another bank is told of it, once."""

import pytest

from accounts import notices
from accounts.models import BankAccount
from tests import builders
from tests.payments.clearing_cast import deliver, folder, incoming, transfer

__all__ = ["folder"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def account(folder, clock_at) -> BankAccount:
    clock_at(builders.AT)
    return builders.funded(builders.company("DRINI SHPK"), 100_000)


def test_the_users_of_the_company_are_told_once(account):
    viewer = builders.user(account.company)
    payments = [transfer(account), transfer(account, transaction_id="RZB-7782", amount_minor=10_000)]
    deliver("in.xml", incoming(*payments))
    deliver("again.xml", incoming(*payments, message_id="IN-2"))

    (notice,) = notices.of(viewer)
    assert "2 pagesa, gjithsej 2.600,00 ALL" in notices.in_words(notice)


def test_what_no_account_takes_is_told_to_nobody(account):
    viewer = builders.user(account.company)
    deliver("in.xml", incoming(transfer(account, currency="EUR")))

    assert not notices.of(viewer).exists()
