from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0008_nobodys_sign_ins_are_forgotten")]

    operations = [
        migrations.AddField(
            model_name="loginattempt",
            name="failed_at",
            field=models.DateTimeField(null=True, verbose_name="prova e fundit e gabuar"),
        ),
    ]
