"""Looks of staff at a company, which the company reads: by an index of their own, for a chain is long and looks are few.

No other event is in it: whatever else is recorded costs what it did.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the trail is written on while the index is made

    dependencies = [("accounts", "0027_papers_can_be_checked")]

    operations = [
        AddIndexConcurrently(
            model_name="auditevent",
            index=models.Index(
                name="looks_by_company",
                fields=["company", "sequence"],
                condition=models.Q(("event", "bank.customer.looked")),
            ),
        ),
    ]
