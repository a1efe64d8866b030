"""A choice of e-mail for each kind of notice. Whoever wanted none until now wants none of the new kinds either."""

from django.db import migrations, models

AS_BEFORE = """
UPDATE auth_flow_preferences SET email_money_came = false, email_low_balance = false, email_statements = false
 WHERE NOT email_notices;
"""
NEW = {
    "email_money_came": "arkëtime me e-mail",
    "email_low_balance": "gjendje të ulët me e-mail",
    "email_statements": "pasqyra gati me e-mail",
}


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0016_old_calls_are_forgotten")]

    operations = [
        *(
            migrations.AddField("preferences", name, models.BooleanField(label, default=True, db_default=True))
            for name, label in NEW.items()
        ),
        migrations.RunSQL(AS_BEFORE, migrations.RunSQL.noop),
    ]
