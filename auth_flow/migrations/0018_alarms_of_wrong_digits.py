"""An alarm for whoever types many wrong digits of callers; the one of unblocks counts all that opens a way in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0017_mail_kind_by_kind")]

    operations = [
        migrations.AlterField(
            model_name="deskalarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("looks", "Shumë klientë të kërkuar në një orë"),
                    ("unblocks", "Shumë zhbllokime dhe leje në një orë"),
                    ("digits", "Shumë shifra të gabuara në një ditë"),
                ],
                max_length=10,
                verbose_name="pse",
            ),
        ),
    ]
