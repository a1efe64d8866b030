"""A posting that is in the books already does not leave a hold behind that was to be captured with it: one call refuses
it as a batch does, unless the hold was captured by that very posting."""

from importlib import import_module

from django.db import migrations

_before = import_module("accounts.migrations.0021_no_more_comes_back_than_went")

KNOWN = """
    );
    IF p_hold IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM accounts_hold WHERE id = p_hold AND posting_id = v_posting.id
    ) THEN
      PERFORM refuse('hold_ends_once', p_key);
    END IF;
    RETURN v_posting;
"""
POST = _before._changed(_before.POST, ("\n    );\n    RETURN v_posting;\n", KNOWN))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0022_the_feed_has_its_moment")]

    operations = [
        migrations.RunSQL([POST, _before.GRANTS], [_before.POST, _before.GRANTS]),
    ]
