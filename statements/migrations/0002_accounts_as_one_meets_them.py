"""How a user wants to meet an account: a name of her own, before the others, folded away.

Laws: one row a user and account, which stays that user's and that account's; a nickname is one plain line.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# A row is never handed on and never goes: choosing nothing any more leaves it empty.
GRANTS = """
REVOKE UPDATE, DELETE, TRUNCATE ON statements_accountpreference FROM portal_runtime;
GRANT UPDATE (nickname, is_favourite, is_hidden) ON statements_accountpreference TO portal_runtime;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_no_more_comes_back_than_went"),
        ("statements", "0001_words_of_the_lines"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountPreference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nickname", models.CharField(blank=True, max_length=40, verbose_name="emri që i vini ju")),
                ("is_favourite", models.BooleanField(default=False, verbose_name="e preferuar")),
                ("is_hidden", models.BooleanField(default=False, verbose_name="e fshehur")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="preferences",
                        to="accounts.bankaccount",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "parapëlqimi për një llogari",
                "verbose_name_plural": "parapëlqimet për llogaritë",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "account"), name="one_preference_per_user_and_account"),
                    models.CheckConstraint(
                        condition=models.Q(("nickname__regex", "[[:cntrl:]]|^ | $"), _negated=True),
                        name="nickname_is_one_plain_line",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
