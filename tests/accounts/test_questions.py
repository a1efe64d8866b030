"""Questions: the same answer as the queryset, written once, and never kept."""

from threading import Thread

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from accounts.models import BankAccount, Company
from accounts.questions import Given, Question
from tests import builders

pytestmark = pytest.mark.django_db

OF_COMPANY = Question(
    lambda: (
        BankAccount.objects.filter(company=Given("company"))
        .select_related("company")
        .annotate(twice=F("balance_minor") * 2)
        .order_by("id")
    )
)
NAMES = Question(lambda: Company.objects.filter(nipt=Given("nipt")).values_list("name", flat=True))
# More than once, so that whatever is kept would show.
OFTEN = 8


def test_a_question_gives_what_its_queryset_gives() -> None:
    company = builders.company()
    accounts = [builders.funded(company, 5_00), builders.account(company, "EUR")]
    builders.funded(builders.company(), 7_00)

    for _time in range(OFTEN):
        found = OF_COMPANY(company=company.pk)

    assert found == accounts
    assert [account.twice for account in found] == [10_00, 0]
    assert [account.company for account in found] == [company, company]


def test_each_answer_is_fresh() -> None:
    company = builders.company("ALFA SHPK")
    before = [NAMES(nipt=company.nipt) for _time in range(OFTEN)]
    Company.objects.update(name="BETA SHPK")

    assert before == [["ALFA SHPK"]] * OFTEN
    assert NAMES(nipt=company.nipt) == ["BETA SHPK"]
    assert NAMES(nipt="L00000000Z") == []


def test_a_place_left_empty_is_named() -> None:
    with pytest.raises(KeyError, match="nipt"):
        NAMES()


def test_what_is_asked_stands_in_the_list_of_queries_however_often_it_was_asked() -> None:
    for _time in range(OFTEN):
        with CaptureQueriesContext(connection) as seen:
            NAMES(nipt="L00000000Z")

    assert [query["sql"].startswith('SELECT "accounts_company"."name"') for query in seen.captured_queries] == [True]


def test_a_value_is_sent_apart_from_the_sql() -> None:
    assert NAMES(nipt="' OR '1'='1") == []


def test_every_thread_asks_over_a_connection_of_its_own() -> None:
    NAMES(nipt="L00000000Z")
    found: list[object] = []

    def ask() -> None:
        try:
            found.append(NAMES(nipt="L00000000Z"))
        except Exception as problem:
            found.append(problem)
        finally:
            connection.close()

    thread = Thread(target=ask)
    thread.start()
    thread.join(timeout=10)

    assert found == [[]]
