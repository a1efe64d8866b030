"""Every night the bank proves its books to itself and keeps the heads of its trail; each once, and caught up."""

import logging
from datetime import timedelta

import pytest

from accounts import audit_heads, clock, day_close, night_watch, tasks
from accounts.models import AuditEvent
from tests import builders
from tests.builders import AT
from tests.tampering import tamper

pytestmark = pytest.mark.django_db

DAY = AT.date()
TEN_AT_NIGHT = AT + timedelta(hours=12)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path
    return tmp_path


@pytest.fixture
def closed_day():
    account = builders.funded(builders.company(), 1_000)
    day_close.close_due(at=AT + timedelta(hours=11))
    return account


def verified():
    return list(AuditEvent.objects.filter(event__startswith="books.").values_list("event", "subject"))


def test_books_are_verified_once_after_a_close(closed_day, caplog):
    caplog.set_level(logging.INFO)

    assert night_watch.verify_books(at=TEN_AT_NIGHT) == DAY
    assert night_watch.verify_books(at=TEN_AT_NIGHT) is None

    assert verified() == [("books.verified", f"day:{DAY}")]
    assert [record.event for record in caplog.records] == ["books.verified"]


def test_while_no_day_is_closed_there_is_nothing_to_verify():
    builders.bank_day(DAY, "closing")

    assert night_watch.verify_books(at=TEN_AT_NIGHT) is None
    assert verified() == []


def test_a_breach_is_an_error_in_the_log_and_stands_in_the_trail(closed_day, caplog):
    tamper(f"UPDATE accounts_bankaccount SET held_minor = 7 WHERE id = {closed_day.pk}")

    night_watch.verify_books(at=TEN_AT_NIGHT)

    (line,) = caplog.records
    assert line.levelno == logging.ERROR
    assert (line.event, line.subject) == ("books.breach", f"account:{closed_day.pk}")
    assert "held_is_the_sum_of_the_active_holds, 1 times" in line.getMessage()
    event = AuditEvent.objects.get(event="books.breach")
    assert (event.subject, event.reason) == (f"day:{DAY}", "held_is_the_sum_of_the_active_holds")


def test_heads_are_kept_once_a_day_from_nine_in_the_evening(closed_day, files, caplog):
    caplog.set_level(logging.INFO)

    assert night_watch.export_heads(at=TEN_AT_NIGHT) == DAY
    assert night_watch.export_heads(at=TEN_AT_NIGHT) is None

    file = files / "audit-heads" / f"{DAY}.json"
    assert audit_heads.read(file).keys() >= {"bank"}
    assert [record.event for record in caplog.records] == ["audit.heads.exported"]
    assert audit_heads.digest(file) in caplog.text


@pytest.mark.parametrize(("hours", "day"), [(10.9, DAY - timedelta(days=1)), (11.1, DAY), (20, DAY)])
def test_before_nine_it_is_still_the_evening_before(closed_day, hours, day):
    assert night_watch.export_heads(at=AT + timedelta(hours=hours)) == day


def test_a_trail_that_lost_something_is_an_error_every_night_until_it_is_found_again(closed_day, caplog):
    night_watch.export_heads(at=TEN_AT_NIGHT)
    tamper(
        "DELETE FROM accounts_auditevent WHERE chain = 'bank'",
        "DELETE FROM accounts_auditchain WHERE name = 'bank'",
    )

    night_watch.export_heads(at=TEN_AT_NIGHT + timedelta(days=1))
    caplog.clear()
    night_watch.export_heads(at=TEN_AT_NIGHT + timedelta(days=2))

    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [(record.event, record.subject) for record in errors] == [("audit.heads.lost", "bank")]
    kept = audit_heads.read(audit_heads.file_of(DAY + timedelta(days=2)))
    assert [line.breach.chain for line in audit_heads.recompute(kept=kept) if line.breach] == ["bank"]


def test_the_clock_does_both(closed_day, clock_at):
    clock_at(TEN_AT_NIGHT)

    tasks.verify_books()
    tasks.export_audit_heads()

    assert verified() == [("books.verified", f"day:{DAY}")]
    assert audit_heads.file_of(clock.tirana_day(TEN_AT_NIGHT)).exists()


def test_a_file_that_cannot_be_read_is_told_and_the_one_before_is_asked(closed_day, files, caplog):
    night_watch.export_heads(at=TEN_AT_NIGHT)
    broken = audit_heads.file_of(DAY + timedelta(days=1))
    broken.write_text("{")

    assert night_watch.export_heads(at=TEN_AT_NIGHT + timedelta(days=2)) == DAY + timedelta(days=2)

    errors = [(record.event, record.subject) for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [("audit.heads.lost", broken.name)]
    tamper(
        "DELETE FROM accounts_auditevent WHERE chain = 'bank'",
        "DELETE FROM accounts_auditchain WHERE name = 'bank'",
    )
    audit_heads.file_of(DAY + timedelta(days=2)).unlink()
    night_watch.export_heads(at=TEN_AT_NIGHT + timedelta(days=2))
    assert ("audit.heads.lost", "bank") in [(r.event, r.subject) for r in caplog.records if hasattr(r, "subject")]
