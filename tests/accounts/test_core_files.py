"""A file runs again, or comes too late, or meets a database that does not answer: what is taken then, what is not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

from accounts import mandate_terms
from accounts.core_feed import entries, files, parties
from accounts.core_feed.files import TAKERS, Kind
from accounts.core_feed.records import Bad, Report
from accounts.models import AuditEvent, Card, CoreFile, Mandate, Notice, Person, RefusedRecord
from accounts.models.core import Reason
from tests import builders
from tests.core_messages import Ntry, brought, document, written

pytestmark = pytest.mark.django_db

AT = builders.AT
PEOPLE = "customer_number;first_name;last_name;phone"
MANDATES = "customer_number;nipt;may_prepare;may_sign;valid_until"
MONDAY, TUESDAY = "# made_at: 2026-11-16T06:00:00", "# made_at: 2026-11-17T06:00:00"
OLD, NEW = "+355672000018", "+355692222222"
GOOD, WRONG = f"900000001;Elira;Dega;{OLD}", "90000000X;Keq;Rreshti;"


def table(folder: Path, *lines: str, minutes: int = 0) -> Report:
    path = written(folder, "\n".join(lines), "feed.csv")
    return files.import_file(path, at=AT + timedelta(minutes=minutes))


def phone() -> str:
    return Person.objects.get(customer_number="900000001").phone


# --- A file of before ------------------------------------------------------------------------------------------------


def test_an_old_file_does_not_put_the_old_phone_back(tmp_path: Path) -> None:
    old = (PEOPLE, GOOD, WRONG)
    table(tmp_path, *old)
    table(tmp_path, PEOPLE, f"900000001;Elira;Dega;{NEW}", minutes=1)

    report = table(tmp_path, *old, minutes=2)

    assert (phone(), report.exit_code, report.counts) == (NEW, 1, {"bad": 1})
    assert report.bad[0].reason == Reason.STALE


def test_a_file_that_says_it_is_older_is_refused_at_its_first_run(tmp_path: Path) -> None:
    table(tmp_path, TUESDAY, PEOPLE, f"900000001;Elira;Dega;{NEW}")

    first, second = (table(tmp_path, MONDAY, PEOPLE, GOOD, minutes=minutes) for minutes in (1, 2))

    assert (phone(), first.exit_code, second.exit_code) == (NEW, 1, 1)
    assert RefusedRecord.objects.get().reason == Reason.STALE
    assert AuditEvent.objects.filter(event="core.file.refused").count() == 1


def test_a_file_that_says_it_is_newer_is_taken_whenever_it_was_begun(tmp_path: Path) -> None:
    newer = (TUESDAY, PEOPLE, f"900000001;Elira;Dega;{NEW}", WRONG)
    table(tmp_path, *newer)
    table(tmp_path, MONDAY, PEOPLE, GOOD, minutes=1)

    assert table(tmp_path, *newer, minutes=2).counts == {"unchanged": 1, "bad": 1}


def test_a_file_that_was_cut_off_is_not_finished_after_a_later_one(tmp_path: Path, monkeypatch: Any) -> None:
    cut_off(monkeypatch)
    assert table(tmp_path, PEOPLE, GOOD).exit_code == 2
    monkeypatch.undo()
    table(tmp_path, PEOPLE, f"900000001;Elira;Dega;{NEW}", minutes=1)

    assert table(tmp_path, PEOPLE, GOOD, minutes=2).exit_code == 1
    assert phone() == NEW


def test_another_kind_of_file_makes_none_old_and_entries_are_never_old(tmp_path: Path) -> None:
    account = builders.funded(builders.company(), 1_000)
    entry = Ntry("1.00", end_to_end_id="P-2026-999999", is_credit=False)
    table(tmp_path, PEOPLE, GOOD, WRONG)
    brought(tmp_path, account, entry)
    brought(tmp_path, account, Ntry("2.00"))

    assert brought(tmp_path, account, entry).counts == {"unchanged": 1}
    assert table(tmp_path, PEOPLE, GOOD, WRONG, minutes=3).counts == {"unchanged": 1, "bad": 1}


@pytest.mark.parametrize("comment", ["# made_at: yesterday", "# from the core", "#", "# made_at: 2999-01-01T00:00:00"])
def test_a_comment_that_tells_no_moment_of_before_makes_a_file_unreadable(tmp_path: Path, comment: str) -> None:
    report = table(tmp_path, comment, PEOPLE, GOOD)

    assert (report.exit_code, Person.objects.filter(customer_number="900000001").exists()) == (2, False)


def test_lines_are_counted_from_the_comment_on(tmp_path: Path) -> None:
    report = table(tmp_path, f"\ufeff{MONDAY};;;", PEOPLE, GOOD, WRONG)

    assert ([bad.line for bad in report.bad], report.counts) == ([4], {"added": 1, "bad": 1})
    assert CoreFile.objects.get().made_at.isoformat() == "2026-11-16T05:00:00+00:00"


# --- The same file again ---------------------------------------------------------------------------------------------


def test_only_what_was_refused_is_taken_again(tmp_path: Path) -> None:
    table(tmp_path, PEOPLE, GOOD, WRONG)
    Person.objects.filter(customer_number="900000001").update(phone=NEW)  # at a desk, meanwhile

    assert table(tmp_path, PEOPLE, GOOD, WRONG, minutes=1).counts == {"unchanged": 1, "bad": 1}
    assert phone() == NEW


def test_what_is_refused_mended_and_refused_again_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    lines = f"{MANDATES}", f"900000001;{builders.company().nipt};yes;no;", WRONG
    table(tmp_path, *lines)
    file = CoreFile.objects.get()
    RefusedRecord.objects.update(mended_at=AT)

    again = [Bad(row.line, row.field, Reason(row.reason)) for row in file.refused.all()]
    files._keep_refused(file, again, at=AT)

    assert set(RefusedRecord.objects.values_list("mended_at", flat=True)) == {None}


def test_a_run_that_finds_nothing_new_leaves_no_trace(tmp_path: Path) -> None:
    account = builders.funded(builders.company(), 1_000)
    path = written(tmp_path, document((account, [Ntry("1.00", end_to_end_id="P-2026-999999", is_credit=False)])))

    for minutes in range(3):
        files.import_file(path, at=AT + timedelta(minutes=minutes))

    assert AuditEvent.objects.filter(event="core.file.imported").count() == 1


# --- The database does not answer ------------------------------------------------------------------------------------


def cut_off(monkeypatch: Any, place: Any = None) -> None:
    def away(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError

    if place is None:
        monkeypatch.setitem(TAKERS, Kind.PEOPLE, away)
    else:
        monkeypatch.setattr(place, "_take_batch", away)


def test_a_record_is_not_refused_because_the_database_was_away(tmp_path: Path, monkeypatch: Any) -> None:
    cut_off(monkeypatch)
    report = table(tmp_path, PEOPLE, GOOD)
    monkeypatch.undo()

    assert (report.exit_code, RefusedRecord.objects.count()) == (2, 0)
    assert table(tmp_path, PEOPLE, GOOD).counts == {"added": 1}


def test_an_entry_is_not_refused_because_the_database_was_away(tmp_path: Path, monkeypatch: Any) -> None:
    account = builders.funded(builders.company(), 1_000)
    path = written(tmp_path, document((account, [Ntry("1.00")])))
    cut_off(monkeypatch, entries)

    report = files.import_file(path, at=AT)
    monkeypatch.undo()

    assert (report.exit_code, RefusedRecord.objects.count()) == (2, 0)
    assert files.import_file(path, at=AT).counts == {"booked": 1}


# --- Mandates and cards ----------------------------------------------------------------------------------------------


@pytest.fixture
def mandate() -> Mandate:
    company = builders.company()
    builders.user(company, signs=True)
    return builders.mandate_of(builders.user(company, prepares=True, signs=False))


def of_the_core(folder: Path, mandate: Mandate, terms: str) -> Report:
    return table(folder, MANDATES, f"{mandate.user.username};{mandate.company.nipt};{terms}")


def test_the_feed_never_opens_a_mandate_that_was_ended(tmp_path: Path, mandate: Mandate) -> None:
    mandate_terms.end(mandate_id=mandate.pk, reason="vodhi", actor=builders.STAFF, at=AT)

    report = of_the_core(tmp_path, mandate, "yes;yes;2030-01-01")

    mandate.refresh_from_db()
    assert (report.counts, report.bad[0].reason) == ({"bad": 1}, Reason.ENDED)
    assert (mandate.may_sign, mandate.valid_until) == (False, AT.date() - timedelta(days=1))


def test_wider_terms_of_the_feed_are_told_to_her_and_to_the_other_signers(tmp_path: Path, mandate: Mandate) -> None:
    assert of_the_core(tmp_path, mandate, "yes;yes;").counts == {"changed": 1}

    told = set(Notice.objects.exclude(user=mandate.user).values_list("kind", flat=True))
    hers = set(Notice.objects.filter(user=mandate.user).values_list("kind", flat=True))
    assert (told, hers) == ({"auth.mandate.colleague_widened"}, {"auth.mandate.changed"})
    event = AuditEvent.objects.get(event="bank.mandate.widened")
    assert event.actor == "core feed"
    assert parties.ENTERED_BY in bytes(event.record).decode()


def test_narrower_terms_of_the_feed_hold_at_once(tmp_path: Path, mandate: Mandate) -> None:
    assert of_the_core(tmp_path, mandate, "no;no;2026-12-31").counts == {"changed": 1}

    mandate.refresh_from_db()
    assert (mandate.may_prepare, mandate.may_sign) == (False, False)
    assert not Notice.objects.filter(kind="auth.mandate.colleague_widened").exists()


def test_the_core_ends_the_active_one_of_cards_that_look_alike(tmp_path: Path, mandate: Mandate) -> None:
    person = mandate.user.person
    head, line = "last_digits;expires;customer_number;status", f"123456;2029-09;{person.customer_number};"
    for status in ("active", "ended"):
        table(tmp_path, head, line + status)
    Card.objects.create(
        person=person, proof=Card.objects.get().proof, last4="3456", expires_on=AT.date(), status="active"
    )

    assert table(tmp_path, head, line + "ended", "", minutes=1).counts == {"changed": 1}
    assert set(Card.objects.values_list("status", flat=True)) == {"ended"}
