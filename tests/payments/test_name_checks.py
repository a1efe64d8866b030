"""Answers about names are forgotten in time, in portions, and by nobody's hand."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from payments import name_checks
from payments.models import NameCheck
from tests import builders

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def asked(firm, *, days_ago):
    return NameCheck.objects.create(
        user=firm.preparer.user,
        company=firm.company,
        iban=builders.OTHER_BANK_IBAN,
        name_key="beta",
        answer="same",
        checked_at=builders.AT - days_ago * DAY,
    )


def test_old_answers_go_and_are_counted(firm):
    young = asked(firm, days_ago=90)
    for days_ago in (91, 400):
        asked(firm, days_ago=days_ago)

    assert name_checks.forget(builders.AT - 90 * DAY, 5000) == 2
    assert list(NameCheck.objects.all()) == [young]


def test_they_go_in_portions_the_oldest_first(firm):
    rows = [asked(firm, days_ago=900 + number) for number in range(3)]

    assert name_checks.forget(builders.AT, 2) == 2
    assert list(NameCheck.objects.all()) == rows[:1]
    assert [name_checks.forget(builders.AT, 2) for _tick in range(2)] == [1, 0]


def test_the_portals_own_role_may_forget_and_no_more(firm):
    asked(firm, days_ago=999)
    young = asked(firm, days_ago=0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    assert name_checks.forget(builders.AT - DAY, 5000) == 1
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        NameCheck.objects.filter(pk=young.pk)._raw_delete("default")


@pytest.mark.parametrize("has_forgotten", [False, True])
def test_nobody_deletes_one_by_hand(firm, has_forgotten):
    row = asked(firm, days_ago=0)
    if has_forgotten:
        name_checks.forget(builders.AT - DAY, 5000)

    with pytest.raises(IntegrityError, match="name_checks_are_only_forgotten"), transaction.atomic():
        row.delete()
