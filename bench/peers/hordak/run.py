"""django-hordak: `Account.transfer_to` in the transaction that its documentation asks for."""

from decimal import Decimal

import django
from conversation import ACCOUNTS, WORDS, serve, transfer_of
from django.core.management import call_command
from django.db import connection, transaction

django.setup()
call_command("migrate", verbosity=0)

from hordak.models import Account, AccountType  # noqa: E402  models need the set-up
from moneyed import Money  # noqa: E402

# Customers' deposits are a bank's liabilities. Without codes: they are for a person who reads a chart of accounts.
accounts = [
    Account.objects.create(name=f"Llogaria {number}", type=AccountType.liability, currencies=["EUR"])
    for number in range(ACCOUNTS)
]


def transfer():
    debit, credit, minor = transfer_of(accounts)
    with transaction.atomic():
        credit.transfer_to(debit, Money(Decimal(minor) / 100, "EUR"), description=WORDS)


serve(transfer, connection)
