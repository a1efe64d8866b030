"""The queue of proposals names the rules of payments that it is about, and what of them changes, not their keys."""

from datetime import date, time
from typing import Any

import pytest
from django.urls import reverse

from payments import bank_changes, limit_changes, rule_changes, session_changes
from payments.bank_changes import BankFacts
from payments.limit_changes import Owner, Sums
from payments.models.orders import Rail
from payments.rule_changes import Band
from payments.session_changes import Session
from tests import builders
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

DAY = date(2026, 12, 1)
ASKED: dict[str, Any] = {"reason": "Vendim i drejtorisë", "actor": builders.STAFF, "at": builders.AT}


def cut_off():
    rule_changes.propose_cut_off(kind="domestic", at_time=time(13, 30), valid_from=DAY, source="Vendim 12", **ASKED)


def tariff():
    rule_changes.propose_tariff(
        kind="domestic", currency="ALL", bands=[Band(fixed_minor=4_000)], valid_from=DAY, source="Vendim 12", **ASKED
    )


def sessions():
    last = Session(time(15, 30))
    session_changes.propose(rail=Rail.AECH, sessions=[last], valid_from=DAY, source="AECH", **ASKED)


def bank():
    bank_changes.propose_new(code="299", facts=BankFacts("BANKA E RE", "", "BSh"), **ASKED)


def limit():
    limit_changes.set_limit(owner=Owner("signer", "ALL"), sums=Sums(), valid_from=DAY, **ASKED)


@pytest.mark.parametrize(
    ("propose", "about", "changes"),
    [
        (cut_off, "Transfertë brenda vendit, 01.12.2026", "Ora: 14:00 → 13:30"),
        (tariff, "Transfertë brenda vendit, ALL, 01.12.2026", " → –"),
        (sessions, "AECH, 01.12.2026", "→ 15:30"),
        (bank, "BANKA E RE (299)", "Banka: BANKA E RE"),
        (limit, "Të gjitha kompanitë, ALL", "→ pa kufi"),
    ],
)
def test_what_waits_is_named_in_words_with_what_changes(propose, about, changes):
    propose()

    page = at_the_desk(builders.staff()).get(reverse("admin:accounts_proposal_changelist")).content.decode()

    assert about in page
    assert changes in page
