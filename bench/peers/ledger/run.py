"""django-ledger: `commit_txs` of a ledger, which writes a posted journal entry in its own transaction."""

from decimal import Decimal

import django
from conversation import ACCOUNTS, WORDS, serve, transfer_of
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

django.setup()
call_command("migrate", run_syncdb=True, verbosity=0)

from django.contrib.auth import get_user_model  # noqa: E402  models need the set-up
from django_ledger.io.roles import LIABILITY_CL_OTHER  # noqa: E402
from django_ledger.models import EntityModel  # noqa: E402

admin = get_user_model().objects.create_user("bank")
entity = EntityModel.create_entity(name="Banka", use_accrual_method=True, admin=admin, fy_start_month=1)
chart = entity.create_chart_of_accounts(coa_name="Llogarite", assign_as_default=True, commit=True)
# Customers' deposits are a bank's liabilities.
accounts = [
    entity.create_account(
        code=f"2{number:05d}",
        role=LIABILITY_CL_OTHER,
        name=f"Llogaria {number}",
        balance_type="credit",
        active=True,
        coa_model=chart,
    )
    for number in range(ACCOUNTS)
]
ledger = entity.create_ledger(name="Pagesat", posted=True)


def transfer():
    debit, credit, minor = transfer_of(accounts)
    amount = Decimal(minor) / 100
    ledger.commit_txs(
        je_timestamp=timezone.now(),
        je_txs=[
            {"account": debit, "amount": amount, "tx_type": "debit", "description": WORDS},
            {"account": credit, "amount": amount, "tx_type": "credit", "description": WORDS},
        ],
        je_posted=True,
    )


serve(transfer, connection)
