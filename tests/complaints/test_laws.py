"""The laws of cases, each tried around the ORM."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from complaints.models import Case
from tests import builders
from tests.complaints import room

pytestmark = pytest.mark.django_db


@contextmanager
def refused(law: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=law), transaction.atomic():
        yield


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def case() -> Case:
    return room.filed()


@pytest.mark.parametrize("column", ["number", "kind", "channel", "name", "email", "phone", "submit_key", "opened_by"])
def test_a_case_stays_as_it_was_filed(case: Case, column: str) -> None:
    with refused("a_case_stays_as_it_was_filed"):
        run(f"UPDATE complaints_case SET {column} = 'branch' WHERE id = %s", case.pk)


def test_replies_are_never_changed(case: Case) -> None:
    with refused("replies_are_never_changed"):
        run("UPDATE complaints_reply SET text = 'Asgjë' WHERE case_id = %s", case.pk)


def test_an_open_case_is_never_forgotten(case: Case) -> None:
    with refused("an_open_case_is_never_forgotten"):
        run("DELETE FROM complaints_reply WHERE case_id = %s", case.pk)
    with refused("an_open_case_is_never_forgotten"):
        run("DELETE FROM complaints_case WHERE id = %s", case.pk)


def test_an_ended_case_takes_only_notes(case: Case) -> None:
    room.answered(case, is_final=True)
    insert = """INSERT INTO complaints_reply (case_id, kind, text, is_final, written_at, written_by)
                VALUES (%s, %s, 'x', false, now(), 'user:1')"""

    run(insert, case.pk, "note")
    for kind in ("bank", "customer"):
        with refused("an_ended_case_takes_only_notes"):
            run(insert, case.pk, kind)


def test_only_staff_follow_a_case(case: Case) -> None:
    customer: User = builders.user(builders.company())

    with refused("only_staff_follow_a_case"):
        run("UPDATE complaints_case SET assigned_to_id = %s WHERE id = %s", customer.pk, case.pk)


@pytest.mark.parametrize(
    "change",
    [
        "status = 'final'",
        "status = 'closed'",
        "status = 'closed', ended_at = now()",
        "status = 'final', ended_at = now(), ended_by = 'user:1'",
        "final_at = now()",
        "ended_at = now(), ended_by = 'user:1'",
    ],
)
def test_a_case_is_answered_for_good_or_closed_when_it_ends(case: Case, change: str) -> None:
    with refused("a_case_is_answered_for_good_or_closed_when_it_ends"):
        run(f"UPDATE complaints_case SET {change} WHERE id = %s", case.pk)


def test_only_the_bank_answers_for_good(case: Case) -> None:
    with refused("only_the_bank_answers_for_good"):
        run(
            """INSERT INTO complaints_reply (case_id, kind, text, is_final, written_at, written_by)
               VALUES (%s, 'customer', 'x', true, now(), 'visitor')""",
            case.pk,
        )


def test_a_reply_says_something(case: Case) -> None:
    with refused("a_reply_says_something"):
        run(
            """INSERT INTO complaints_reply (case_id, kind, text, is_final, written_at, written_by)
               VALUES (%s, 'customer', '', false, now(), 'visitor')""",
            case.pk,
        )


def test_news_are_for_the_user_of_a_case(case: Case) -> None:
    with refused("news_are_for_the_user_of_a_case"):
        run("UPDATE complaints_case SET has_news = true WHERE id = %s", case.pk)


def test_a_case_can_be_answered() -> None:
    with refused("a_case_can_be_answered"):
        run(
            """INSERT INTO complaints_case (id, number, kind, channel, status, subject, name, email, phone,
                 customer_number, language, submit_key, opened_at, opened_by, answer_by, ended_by, has_news)
               VALUES (gen_random_uuid(), 'A-1', 'complaint', 'web', 'open', '', 'x', '', '', '', 'sq', 'k', now(), 'x',
                 '2026-12-01', '', false)"""
        )


def test_a_status_link_keeps_a_hash_alone(case: Case) -> None:
    with refused("a_status_link_keeps_a_hash_alone"):
        run("INSERT INTO complaints_statuslink (case_id, key_hash, made_at) VALUES (%s, 'abc', now())", case.pk)


@pytest.mark.parametrize(
    ("table", "withheld"),
    [
        ("complaints_case", {"DELETE", "TRUNCATE"}),
        ("complaints_reply", {"UPDATE", "DELETE", "TRUNCATE"}),
        ("complaints_statuslink", {"UPDATE", "DELETE", "TRUNCATE"}),
    ],
)
def test_the_runtime_role_may_not_even_try(table: str, withheld: set[str]) -> None:
    with connection.cursor() as cursor:
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute("SELECT has_table_privilege('portal_runtime', %s, %s)", [table, right])
            assert cursor.fetchone()[0] == (right not in withheld), right
