"""A Friday with money on three accounts, and its evening: the stage of every test of the close."""

import logging
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import connection, transaction

from accounts.clock import TIRANA
from accounts.models import BankAccount
from tests import builders

FRIDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 24)
NOON = datetime(2026, 11, 20, 12, tzinfo=TIRANA)
EVENING = datetime(2026, 11, 20, 20, tzinfo=TIRANA)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=TIRANA)


def three_accounts() -> list[BankAccount]:
    company = builders.company()
    return [builders.funded(company, minor, at=NOON) for minor in (1_00, 2_00, 3_00)]


def events_of_errors(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """The events of what was logged as an error so far."""
    return lambda: [str(vars(record)["event"]) for record in caplog.records if record.levelno == logging.ERROR]


def forge(sql: str) -> None:
    """Change the entries as whoever owns them could."""
    connection.check_constraints()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_entry DISABLE TRIGGER USER")
        cursor.execute(sql)
