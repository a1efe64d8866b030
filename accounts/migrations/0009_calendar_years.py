"""Until when the calendar is complete: the years that the seed of feasts covers. Staff add the next one; a year that
was completed stays so, for days were promised by it."""

from django.db import migrations, models

YEARS = range(2024, 2029)


def seed_years(apps, schema_editor):
    year = apps.get_model("accounts", "CalendarYear")
    year.objects.using(schema_editor.connection.alias).bulk_create(
        year(year=number, source="holidays") for number in YEARS
    )


FORWARD = """
CREATE FUNCTION calendar_years_follow_each_other() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' OR (EXISTS (SELECT 1 FROM accounts_calendaryear)
                           AND NEW.year <> (SELECT max(year) + 1 FROM accounts_calendaryear)) THEN
    PERFORM refuse('calendar_years_follow_each_other');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER calendar_years_follow_each_other BEFORE INSERT OR UPDATE OR DELETE ON accounts_calendaryear
  FOR EACH ROW EXECUTE FUNCTION calendar_years_follow_each_other();
"""
BACK = """
DROP TRIGGER calendar_years_follow_each_other ON accounts_calendaryear;
DROP FUNCTION calendar_years_follow_each_other;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_agreements_and_cards")]

    operations = [
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name="viti")),
                ("source", models.CharField(blank=True, max_length=120, verbose_name="burimi")),
            ],
            options={
                "verbose_name": "vit i kalendarit",
                "verbose_name_plural": "vite të kalendarit",
            },
        ),
        migrations.RunPython(seed_years, migrations.RunPython.noop),
        migrations.RunSQL(FORWARD, BACK),
    ]
