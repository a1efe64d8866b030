"""Production never serves a demo's database."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from accounts.models import BankClock
from bkt_portal.production import refuse_demo_database

pytestmark = pytest.mark.django_db


def test_production_refuses_a_database_that_holds_the_demo_bank(settings):
    settings.IN_PRODUCTION = True
    BankClock.objects.get_or_create(id=1)

    with pytest.raises(ImproperlyConfigured, match="demo bank"):
        refuse_demo_database()


def test_production_accepts_a_database_of_its_own(settings):
    settings.IN_PRODUCTION = True
    BankClock.objects.all().delete()

    refuse_demo_database()


def test_the_demo_may_have_its_clock():
    BankClock.objects.get_or_create(id=1)

    refuse_demo_database()
