"""django-oscar-accounts: `facade.transfer`, which opens its own transaction."""

from decimal import Decimal

import django
from conversation import ACCOUNTS, WORDS, serve, transfer_of
from django.core.management import call_command
from django.db import connection

django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)

from oscar_accounts import facade  # noqa: E402  models need the set-up
from oscar_accounts.models import Account  # noqa: E402

# In bulk: the first `save` of an account asks for its transfers, which Django refuses since 4.1. Without a limit of
# credit: a refusal would be quicker than a transfer.
accounts = Account.objects.bulk_create(
    Account(name=f"Llogaria {number}", credit_limit=None) for number in range(ACCOUNTS)
)


def transfer():
    debit, credit, minor = transfer_of(accounts)
    facade.transfer(debit, credit, Decimal(minor) / 100, description=WORDS)


serve(transfer, connection)
