"""A night in which something fails: the rest goes all the same, and somebody hears of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError

from accounts.models import AuditEvent
from auth_flow.models import MailMessage
from bkt_portal import retention
from tests.builders import AT

pytestmark = pytest.mark.django_db
NIGHT = datetime(2032, 11, 20, 2, 30, tzinfo=UTC)


def broken(_before: datetime, _most: int) -> int:
    raise DatabaseError("no such function")


def test_a_kind_that_fails_keeps_no_other_from_going(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    MailMessage.objects.create(to="e@example.com", subject="x", body="y", status="failed", created_at=AT, not_before=AT)
    monkeypatch.setattr(retention, "KINDS", {**retention.KINDS, "sms_reports": broken, "complaints": broken})

    counts = retention.forget(at=NIGHT)

    assert counts is not None
    assert counts["mail"] == 1
    assert counts.keys().isdisjoint({"sms_reports", "complaints"})
    failed = [getattr(record, "subject", "") for record in caplog.records if record.levelname == "ERROR"]
    assert failed == ["sms_reports", "complaints"]


def test_it_is_tried_again_the_next_night_and_not_with_every_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "KINDS", {**retention.KINDS, "mail": broken})
    retention.forget(at=NIGHT)

    assert retention.forget(at=NIGHT + timedelta(minutes=10)) is None
    monkeypatch.undo()
    assert "mail" in (retention.forget(at=NIGHT + timedelta(days=1)) or {})
    details = [json.loads(bytes(event.record))["details"] for event in AuditEvent.objects.filter(event=retention.RAN)]
    assert ["mail" in counts for counts in details] == [False, True]
