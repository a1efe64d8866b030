"""Law: what stood above everybody's pages stays as it was placed; the one update a banner ever sees is its early end."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION banner_stays_as_placed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR to_jsonb(OLD) - ARRAY['ended_by', 'ended_at'] <> to_jsonb(NEW) - ARRAY['ended_by', 'ended_at'] THEN
    PERFORM refuse('banner_stays_as_placed', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER banner_stays_as_placed BEFORE UPDATE ON accounts_banner
  FOR EACH ROW EXECUTE FUNCTION banner_stays_as_placed();
CREATE TRIGGER banners_are_never_deleted BEFORE DELETE ON accounts_banner
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('banners_are_never_deleted');
REVOKE DELETE ON accounts_banner FROM portal_runtime;
"""
BACK = """
DROP TRIGGER banners_are_never_deleted ON accounts_banner;
DROP TRIGGER banner_stays_as_placed ON accounts_banner;
DROP FUNCTION banner_stays_as_placed;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0023_a_second_call_leaves_no_hold")]

    operations = [
        migrations.CreateModel(
            name="Banner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("maintenance", "Punime të planifikuara"),
                            ("incident", "Problem teknik"),
                            ("notice", "Njoftim"),
                        ],
                        max_length=12,
                        verbose_name="lloji",
                    ),
                ),
                (
                    "severity",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Për dijeni"), (2, "Me kujdes"), (3, "E rëndë")],
                        default=1,
                        verbose_name="rëndësia",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("everybody", "Për të gjithë"),
                            ("signed_out", "Para hyrjes"),
                            ("signed_in", "Pas hyrjes"),
                        ],
                        default="everybody",
                        max_length=12,
                        verbose_name="kush e sheh",
                    ),
                ),
                ("text_sq", models.CharField(max_length=240, verbose_name="shqip")),
                ("text_en", models.CharField(max_length=240, verbose_name="anglisht")),
                ("starts_at", models.DateTimeField(verbose_name="fillon")),
                ("ends_at", models.DateTimeField(verbose_name="mbaron")),
                ("placed_by", models.CharField(max_length=80, verbose_name="e vuri")),
                ("placed_at", models.DateTimeField(verbose_name="u vu më")),
                ("ended_by", models.CharField(blank=True, max_length=80, verbose_name="e hoqi")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="u hoq më")),
            ],
            options={
                "verbose_name": "njoftim për të gjithë",
                "verbose_name_plural": "njoftime për të gjithë",
                "permissions": [("place_banner", "Can place and end what stands above every page")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)), fields=["ends_at"], name="banners_not_yet_ended"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="banner_ends_after_it_starts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("text_sq", ""), _negated=True), models.Q(("text_en", ""), _negated=True)
                        ),
                        name="banner_speaks_both_languages",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by", "")),
                            models.Q(models.Q(("ended_by", ""), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="banner_is_ended_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
