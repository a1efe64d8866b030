from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0022_drafts_are_forgotten")]

    operations = [
        migrations.AddIndex(model_name="promise", index=models.Index(name="promises_by_day", fields=["execute_on"])),
    ]
