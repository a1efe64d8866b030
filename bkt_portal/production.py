"""What production asks of its database before it serves anybody; the settings alone cannot know it."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from accounts.models import BankClock

# Who is a member of an owner may do what the owner may; a superuser is a member of every role.
_POWERS = """
SELECT rolsuper OR rolcreaterole OR rolbypassrls,
       EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
               WHERE nspname = current_schema() AND pg_has_role(pg_roles.oid, relowner, 'MEMBER'))
  FROM pg_roles WHERE rolname = current_user
"""


def refuse_unsafe_database() -> None:
    """Raise one sentence where production would run on a demo's database, or as a role that no law can stop."""
    if not settings.IN_PRODUCTION:
        return
    if BankClock.objects.exists():
        raise ImproperlyConfigured("This database holds the demo bank: production must have a database of its own.")
    with connection.cursor() as cursor:
        cursor.execute(_POWERS)
        is_powerful, owns = cursor.fetchone()
    if is_powerful:
        raise ImproperlyConfigured("DATABASE_URL names a role with powers over others: it must be the runtime role.")
    if owns:
        raise ImproperlyConfigured("DATABASE_URL names a role that owns tables: it must be the runtime role.")
