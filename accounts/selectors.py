"""Reads of the books that more than one room needs."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import BankAccount, Company


def current_accounts(company: Company) -> QuerySet[BankAccount]:
    """The company's current accounts, open and frozen, in a steady order: ALL first, then by currency and age."""
    accounts = BankAccount.objects.filter(company=company, kind=BankAccount.Kind.CURRENT)
    return accounts.exclude(status=BankAccount.Status.CLOSED).order_by("currency", "id")


def account_of(company: Company, account_uuid: UUID) -> BankAccount | None:
    """One account of this company; None for anybody else's, as if it did not exist."""
    return BankAccount.objects.filter(company=company, uuid=account_uuid).first()


def payee_account(iban: str, *, currency: str, owner: Company | None = None) -> BankAccount | None:
    """The current account of this bank that takes a payment to this IBAN, of `owner` alone where one is given."""
    accounts = payee_accounts([iban]).filter(currency=currency)
    return (accounts.filter(company=owner) if owner else accounts).first()


def payee_accounts(ibans: Iterable[str]) -> QuerySet[BankAccount]:
    """The current accounts of this bank, among these IBANs, that take payments: a frozen one does, a closed one not."""
    accounts = BankAccount.objects.filter(iban__in=ibans, kind=BankAccount.Kind.CURRENT)
    return accounts.exclude(status=BankAccount.Status.CLOSED)


def house_account(code: str, currency: str) -> BankAccount:
    """One of the bank's own accounts, e.g. `clearing-domestic` in ALL; a missing one is a bug."""
    return BankAccount.objects.get(house_code=f"{code}-{currency}")
