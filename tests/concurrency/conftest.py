"""Races: real threads, real commits, the runtime role; whatever wins, the books and the audit chains stay whole."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from pytest_django.plugin import DjangoDbBlocker

from accounts import audit
from accounts.models import AuditChain
from tests import builders
from tests.bank_database import BankDatabase


@pytest.fixture
def bank(
    bank_database: BankDatabase, django_db_blocker: DjangoDbBlocker, clock_at: Callable[[datetime], None]
) -> Iterator[BankDatabase]:
    """A bank of its own on `AT`; at the end every chain must hold, the bank's and each company's.

    Not the database of the journeys' portal: its worker, still running in this process's name, would join the races.
    """
    with bank_database.another() as quiet:
        quiet.renew()
        with django_db_blocker.unblock(), quiet.in_use():
            clock_at(builders.AT)
            yield quiet
            chains = list(AuditChain.objects.values_list("name", flat=True))
            assert "bank" in chains
            assert [breach for name in chains if (breach := audit.verify_chain(name))] == []
