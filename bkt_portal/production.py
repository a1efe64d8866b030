"""What production asks of its database before it serves anybody; the settings alone cannot know it."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.models import BankClock


def refuse_demo_database() -> None:
    """Raise where production would run on a demo's database: the row of the bank's clock marks one."""
    if settings.IN_PRODUCTION and BankClock.objects.exists():
        raise ImproperlyConfigured("This database holds the demo bank: production must have a database of its own.")
