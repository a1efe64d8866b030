"""Papers of threads: what stands on them, and that none outlives its case."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import audit
from accounts.models import Paper
from complaints import answers, cases, purge, thread_papers
from complaints.models import Case
from tests.builders import AT
from tests.complaints import room

pytestmark = pytest.mark.django_db


def made(case: Case) -> Paper:
    return thread_papers.paper_of(case, language="sq", actor=audit.A_VISITOR, at=AT)


def test_a_paper_says_what_the_customer_sees_and_no_note() -> None:
    case = room.filed()
    answers.note(case_id=case.pk, text="Mes nesh: klient i bezdisshëm.", actor=room.AGENT, at=AT)

    facts = str(made(case).facts)

    assert "Komisioni u mor dy herë." in facts
    assert "Mes nesh" not in facts


def test_the_way_further_stands_on_it_after_a_final_answer_whatever_she_writes_then() -> None:
    case = room.filed()
    before = str(made(case).facts)
    case = room.answered(case, is_final=True)
    cases.write(case_id=case.pk, text="Nuk jam dakord.", actor=audit.A_VISITOR, at=AT)

    assert "bankofalbania.org" not in before
    assert "bankofalbania.org" in str(made(Case.objects.get()).facts)


def test_a_paper_of_a_thread_goes_with_its_case_and_every_other_stays() -> None:
    gone, kept = room.filed(), room.filed()
    made(gone)
    made(room.answered(gone, is_final=True))
    made(kept)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    assert purge.forget_cases(before=AT + timedelta(days=1), most=10) == 1
    assert str(kept.pk) in Paper.objects.get().subject


def test_a_paper_of_a_thread_goes_with_its_case_and_never_before() -> None:
    made(room.filed())

    with pytest.raises(DatabaseError, match="a_paper_of_a_thread_goes_with_its_case"), transaction.atomic():
        Paper.objects.all()._raw_delete("default")


def test_the_portals_own_role_deletes_no_paper() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('portal_runtime', 'accounts_paper', 'DELETE')")
        assert cursor.fetchone() == (False,)
