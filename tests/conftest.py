"""The stage of every test: a database of its own, the bank's clock set, a phone that remembers."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from accounts import clock
from accounts.models import BankClock, User
from tests import builders
from tests.bank_database import BankDatabase

# The same examples every time where a machine judges; elsewhere new ones, and the way to repeat a failure.
hypothesis.settings.register_profile("ci", derandomize=True, print_blob=True, deadline=None)
hypothesis.settings.register_profile("desk", print_blob=True, deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def cheap_hashes(settings: Settings) -> None:
    """Password hashing is what tests would otherwise spend most of their time on."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The worker's database, made also where only tests with real commits were picked."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def at() -> datetime:
    """Friday 20 November 2026, 10:00 in Tirana."""
    return builders.AT


@pytest.fixture
def real_commits(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Transactions that really commit. The rows stay: every test makes its own company and users."""
    from django.db import connections

    with django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.fixture(scope="session")
def bank_database() -> Iterator[BankDatabase]:
    """The migrated template, and a place for its copies."""
    database = BankDatabase()
    try:
        database.build()
        yield database
    finally:
        database.drop()


@pytest.fixture
def fresh_bank(bank_database: BankDatabase, django_db_blocker: DjangoDbBlocker) -> Iterator[BankDatabase]:
    """A new bank for this test alone: everything commits, as the runtime role, and nothing stays."""
    bank_database.renew()
    with django_db_blocker.unblock(), bank_database.in_use():
        yield bank_database


@pytest.fixture
def clock_at() -> Callable[[datetime], None]:
    """Set the bank's clock, which then ticks on; put back afterwards."""

    def move(moment: datetime) -> None:
        offset = moment - clock.machine()
        BankClock.objects.update_or_create(id=1, defaults={"offset": offset})

    return move


@pytest.fixture
def signed_in(db: None, clock_at: Callable[[datetime], None]) -> Callable[[User], Client]:
    """A browser in which this user has gone through all three steps, on the bank's `AT`."""
    from tests.doors import walk_in

    clock_at(builders.AT)
    return walk_in


class Phone:
    """What arrived by SMS, oldest first."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seen = self._lines()

    def new(self) -> list[dict[str, str]]:
        """Messages since the phone was last looked at."""
        lines = self._lines()
        fresh, self.seen = lines[len(self.seen) :], lines
        return fresh

    def _lines(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []


@pytest.fixture
def phone() -> Phone:
    return Phone(Path(settings.SMS_FILE))


@pytest.fixture
def later() -> Callable[[timedelta], datetime]:
    return lambda span: builders.AT + span
