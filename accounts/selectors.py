"""Reads of the books that more than one room needs."""

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
    """The current account of this bank that takes a payment to this IBAN, of `owner` alone where one is given.

    A frozen one takes credits, a closed one nothing.
    """
    accounts = BankAccount.objects.filter(iban=iban, currency=currency, kind=BankAccount.Kind.CURRENT)
    accounts = accounts.exclude(status=BankAccount.Status.CLOSED)
    return (accounts.filter(company=owner) if owner else accounts).first()


def house_account(code: str, currency: str) -> BankAccount:
    """One of the bank's own accounts, e.g. `clearing-domestic` in ALL; a missing one is a bug."""
    return BankAccount.objects.get(house_code=f"{code}-{currency}")
