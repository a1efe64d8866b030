"""The hours of the low limit keep their beginning: a second reset within them lengthens them and renews no budget."""

from datetime import timedelta

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def begin(apps, schema_editor):
    user = apps.get_model("accounts", "User")
    hours = timedelta(hours=settings.LOW_LIMIT_HOURS)
    user.objects.using(schema_editor.connection.alias).filter(low_limit_until__isnull=False).update(
        low_limit_since=F("low_limit_until") - hours
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_must_change_password")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="low_limit_since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="kufi i ulët nga"),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                name="the_low_limit_has_a_beginning_and_an_end",
                condition=Q(low_limit_since__isnull=True, low_limit_until__isnull=True)
                | Q(
                    low_limit_since__isnull=False,
                    low_limit_until__isnull=False,
                    low_limit_since__lt=F("low_limit_until"),
                ),
            ),
        ),
    ]
