"""Accounts with closed days behind them."""

from datetime import UTC, date, datetime

from django.db import transaction

from accounts import day_totals
from accounts.models import BankAccount, BankDay, Company
from tests import builders


def lived(company: Company, *days: tuple[date, int]) -> BankAccount:
    """An account with one entry on each of these working days, in order, each day closed behind it."""
    account = builders.account(company, at=datetime(2025, 1, 2, 9, 0, tzinfo=UTC))
    for day, minor in days:
        builders.credit(account, minor, at=datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC))
        _close(day)
    return BankAccount.objects.get(pk=account.pk)


def _close(day: date) -> None:
    with transaction.atomic():
        builders.bank_day(day, "closing")
        day_totals.write_some(day, after=0, limit=1_000)
        day_totals.write_bank(day)
        BankDay.objects.filter(day=day).update(status=BankDay.Status.CLOSED)
