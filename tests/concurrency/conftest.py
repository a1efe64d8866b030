"""Races: real threads, real commits, the runtime role; whatever wins, the books and the audit chains stay whole."""

from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from accounts import audit
from accounts.models import AuditChain, BankClock
from accounts.refusals import Refusal
from tests import builders
from tests.bank_database import BankDatabase
from tests.portal import set_clock

Act = Callable[[], Any]


@pytest.fixture
def bank(fresh_bank: BankDatabase) -> Iterator[BankDatabase]:
    """A bank of its own on `AT`; at the end every chain must hold."""
    set_clock(builders.AT)
    yield fresh_bank
    assert [breach for name in chains() if (breach := audit.verify_chain(name))] == []


def chains() -> list[str]:
    return list(AuditChain.objects.values_list("name", flat=True))


def all_at_once(*acts: Act) -> list[Any]:
    """Do every act in a thread of its own, all let go at one moment; what each returned, or the refusal it met.

    Anything else that was raised is raised here.
    """
    gate = Barrier(len(acts))
    ends: list[Any] = [None] * len(acts)

    def run(place: int, act: Act) -> None:
        try:
            gate.wait(timeout=10)
            ends[place] = act()
        except Exception as problem:
            ends[place] = problem
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, Refusal):
            raise end
    return ends
