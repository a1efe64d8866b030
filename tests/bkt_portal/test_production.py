"""Production never serves a demo's database, nor as a role that the laws of the database cannot stop."""

from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from psycopg import sql

from accounts.models import BankClock
from bkt_portal.production import refuse_unsafe_database
from tests.bank_database import BankDatabase


@pytest.fixture
def production(settings):
    settings.IN_PRODUCTION = True


@pytest.mark.django_db
def test_production_refuses_a_database_that_holds_the_demo_bank(production):
    BankClock.objects.get_or_create(id=1)

    with pytest.raises(ImproperlyConfigured, match="demo bank"):
        refuse_unsafe_database()


def test_production_accepts_a_database_of_its_own_as_a_role_that_owns_nothing(fresh_bank: BankDatabase, production):
    refuse_unsafe_database()


def test_production_refuses_a_role_that_owns_a_single_table(fresh_bank: BankDatabase, production):
    owner = urlunsplit(urlsplit(fresh_bank.owner_url)._replace(path=f"/{fresh_bank.name}"))
    with psycopg.connect(owner, autocommit=True) as connection:
        role = sql.Identifier(fresh_bank.role)
        connection.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(role))
        connection.execute("CREATE TABLE mine ()")
        connection.execute(sql.SQL("ALTER TABLE mine OWNER TO {}").format(role))

    with pytest.raises(ImproperlyConfigured, match="owns tables"):
        refuse_unsafe_database()


@pytest.mark.django_db
def test_production_refuses_the_owner_who_rules_over_roles(production):
    BankClock.objects.all().delete()

    with pytest.raises(ImproperlyConfigured, match="powers over others"):
        refuse_unsafe_database()


@pytest.mark.django_db
def test_the_demo_may_have_its_clock_and_its_owner():
    BankClock.objects.get_or_create(id=1)

    refuse_unsafe_database()
