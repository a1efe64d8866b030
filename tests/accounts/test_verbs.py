"""What makes a function a verb: one durable transaction, no refusal without a trace, the trail written last."""

import pytest
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import AuditEvent, Company
from accounts.refusals import Refusal
from accounts.verbs import verb
from tests import builders

pytestmark = pytest.mark.django_db
ACTOR = audit.Actor(name="user:7", role="staff")


class NotToday(Refusal):
    sentence = _("Jo sot.")


@verb("test.company.named")
def name(*, company_id: int, actor: audit.Actor, refuse: bool = False) -> str:
    audit.record("test.company.named", actor=actor, at=builders.AT, subject=f"company:{company_id}")
    Company.objects.filter(pk=company_id).update(name="TJETËR")
    if refuse:
        raise NotToday
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_auditevent WHERE event = 'test.company.named'")
        return str(cursor.fetchone()[0])


@pytest.fixture
def company() -> Company:
    return builders.company("E PARA")


def test_a_verb_writes_its_line_when_everything_else_is_done(company):
    lines_seen_inside = name(company_id=company.pk, actor=ACTOR)

    assert lines_seen_inside == "0"
    assert AuditEvent.objects.get(event="test.company.named").outcome == "done"


def test_a_refusal_undoes_everything_and_leaves_its_own_trace(company):
    with pytest.raises(NotToday):
        name(company_id=company.pk, actor=ACTOR, refuse=True)

    event = AuditEvent.objects.get(event="test.company.named")
    company.refresh_from_db()
    assert company.name == "E PARA"
    assert (event.outcome, event.reason, event.actor) == ("refused", "not_today", "user:7")
    assert event.subject == f"company:{company.pk}"


def test_a_verb_inside_a_transaction_is_a_bug(real_commits):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        name(company_id=0, actor=ACTOR)


def test_the_chain_of_a_company_and_of_the_bank_hold(company):
    for number in range(3):
        audit.record(
            "test.thing.done",
            actor=audit.Actor("user:1", "customer", str(company.pk)),
            at=builders.AT,
            reason=f"{number}",
        )

    assert audit.verify_chain(f"company:{company.pk}") is None
    assert audit.verify_chain("bank") is None
    assert AuditEvent.objects.filter(chain=f"company:{company.pk}").count() == 3
