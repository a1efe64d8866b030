"""A difference more: what the clearing house sends home had come home before, by the core or by staff."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0016_rules_by_two"),
        ("accounts", "0021_no_more_comes_back_than_went"),
    ]

    operations = [
        migrations.AlterField(
            model_name="difference",
            name="what",
            field=models.CharField(
                choices=[
                    ("unknown_answer", "Përgjigje për pagesë që nuk e kemi dërguar"),
                    ("other_answer", "Përgjigje e dytë, ndryshe nga e para"),
                    ("not_returned", "E kthyer, por llogaria e klientit është e mbyllur"),
                    ("given_back", "E kthyer, por paratë i ishin kthyer klientit më parë"),
                    ("other_content", "E njëjta referencë me shumë ose llogari tjetër"),
                    ("unknown_sender", "Pagesë hyrëse pa bankë ose referencë të dërguesit"),
                    ("not_booked", "Para të shlyera për një llogari që nuk i merr"),
                    ("not_ours", "Lëvizje në një llogari që nuk e regjistron klerimi"),
                ],
                max_length=20,
                verbose_name="çfarë",
            ),
        ),
    ]
