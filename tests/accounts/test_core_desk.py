"""The reconciliation list on the staff's desk: who may settle does so with a note; everybody else only looks."""

from datetime import datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.core_feed import reconciliation
from accounts.models import AuditEvent, CoreFile, ReconciliationItem
from tests import builders
from tests.core_messages import Ntry, brought
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(at: datetime) -> ReconciliationItem:
    file = CoreFile.objects.create(digest="d" * 64, name="x.xml", kind="camt.053", started_at=at)
    return ReconciliationItem.objects.create(
        file=file,
        line=7,
        account=builders.funded(builders.company(), 100),
        reference="R1",
        end_to_end_id="P-2026-999999",
        amount_minor=-123_450,
        value_on=at.date(),
        status="unmatched",
        why="no_such_order",
        brought_at=at,
    )


def page(item: ReconciliationItem, name: str = "change") -> str:
    return reverse(f"admin:accounts_reconciliationitem_{name}", args=[item.pk])


def clerk(*permissions: str) -> Client:
    user = builders.staff(superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return at_the_desk(user)


def test_the_list_shows_what_waits(item: ReconciliationItem) -> None:
    desk = clerk("view_reconciliationitem")

    listed = desk.get(reverse("admin:accounts_reconciliationitem_changelist")).content.decode()
    shown = desk.get(page(item)).content.decode()

    assert "−1.234,50 ALL" in listed
    assert "Asnjë urdhër i kryer nuk ka këtë referencë" in shown
    assert page(item, "settle") not in shown


def test_whoever_may_settles_with_a_note_that_stays_in_the_trail(item: ReconciliationItem) -> None:
    desk = clerk("view_reconciliationitem", "change_reconciliationitem")

    assert page(item, "settle") in desk.get(page(item)).content.decode()
    answer = desk.post(page(item, "settle"), {"note": "Urdhër i vjetër, u ndreq me bërthamën"})

    item.refresh_from_db()
    event = AuditEvent.objects.get(event="core.item.settled")
    assert answer.status_code == 302
    assert (item.is_waiting, item.note) == (False, "Urdhër i vjetër, u ndreq me bërthamën")
    assert (event.actor_role, event.outcome, event.subject) == ("staff", "done", f"item:{item.pk}")
    assert page(item, "settle") not in desk.get(page(item)).content.decode()


def test_a_note_of_nothing_is_asked_again(item: ReconciliationItem) -> None:
    answer = clerk("view_reconciliationitem", "change_reconciliationitem").post(page(item, "settle"), {"note": "ok"})

    item.refresh_from_db()
    assert (answer.status_code, item.is_waiting) == (200, True)


@pytest.mark.parametrize("permissions", [(), ("view_reconciliationitem",)])
def test_nobody_else_settles(item: ReconciliationItem, permissions: tuple[str, ...]) -> None:
    answer = clerk(*permissions).post(page(item, "settle"), {"note": "Në rregull tani"})

    item.refresh_from_db()
    assert (answer.status_code, item.is_waiting) == (403, True)


def test_a_customer_never_sees_the_list(item: ReconciliationItem, client: Client) -> None:
    assert client.get(page(item)).status_code in {302, 404}


def test_the_records_of_a_file_are_counted_in_words(at: datetime) -> None:
    counts = {"bad": 1, "booked": 2, "unchanged": 0}
    CoreFile.objects.create(digest="e" * 64, name="y.xml", kind="camt.053", started_at=at, counts=counts)

    listed = clerk("view_corefile").get(reverse("admin:accounts_corefile_changelist")).content.decode()

    assert "1 të papranuara, 2 të regjistruara" in listed


def test_what_waits_comes_first_whatever_came_later(item: ReconciliationItem, tmp_path: Path) -> None:
    brought(tmp_path, item.account, Ntry("9.00", end_to_end_id="P-2026-999995", reference="LATER", is_credit=False))
    later = ReconciliationItem.objects.get(reference="LATER")
    reconciliation.settle(item_id=later.pk, note="U sqarua", actor=builders.STAFF, at=builders.AT)

    desk = clerk("view_reconciliationitem")
    listed = desk.get(reverse("admin:accounts_reconciliationitem_changelist")).content.decode()

    assert listed.index(page(item)) < listed.index(page(later))


def test_an_act_that_is_not_offered_leads_back_to_its_row(item: ReconciliationItem) -> None:
    reconciliation.settle(item_id=item.pk, note="U sqarua", actor=builders.STAFF, at=builders.AT)

    answer = clerk("view_reconciliationitem", "change_reconciliationitem").get(page(item, "book"))

    assert (answer.status_code, answer.headers["Location"]) == (302, page(item))
