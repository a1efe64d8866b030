"""The rules of payments on the staff's desk: the future is kept here, the past is history."""

from datetime import date

import pytest
from django.test import Client

from accounts.models import AuditEvent
from payments.models import CutOff, Tariff
from tests import builders, doors

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(clock_at) -> Client:
    clock_at(builders.AT)
    return doors.at_the_desk(builders.staff())


def add_cut_off(desk: Client, valid_from: str):
    form = {"kind": "domestic", "at_time": "13:30", "valid_from": valid_from, "source": "Vendim"}
    return desk.post("/staff/payments/cutoff/add/", form)


def test_a_cut_off_to_come_is_added_and_leaves_its_trace(desk):
    assert add_cut_off(desk, "01.12.2026").status_code == 302

    added = CutOff.objects.get(valid_from=date(2026, 12, 1))
    assert AuditEvent.objects.get(event="payments.cutoff.added").subject == f"rule:{added.pk}"


@pytest.mark.parametrize("day", ["20.11.2026", "01.01.2026"])
def test_no_rule_begins_today_or_before(desk, day):
    before = CutOff.objects.count()

    assert "nga nesër" in add_cut_off(desk, day).content.decode()
    assert CutOff.objects.count() == before


@pytest.mark.parametrize("model", [CutOff, Tariff])
def test_a_rule_in_force_is_neither_changed_nor_deleted(desk, model):
    rule = model.objects.order_by("pk")[0]
    path = f"/staff/payments/{model._meta.model_name}/{rule.pk}"

    assert desk.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{path}/change/", {"valid_from": "01.01.2030"}).status_code == 403
    assert model.objects.filter(pk=rule.pk, valid_from=rule.valid_from).exists()


@pytest.mark.parametrize("model", ["paymentorder", "signature", "approvalrule"])
def test_orders_and_signatures_are_only_looked_at(desk, model):
    assert desk.get(f"/staff/payments/{model}/").status_code == 200
    assert desk.get(f"/staff/payments/{model}/add/").status_code == 403
