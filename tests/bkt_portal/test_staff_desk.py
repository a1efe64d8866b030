"""What every desk keeps, whichever room it comes from: nothing is erased in bulk, and every label is Albanian."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import AdminForm
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from bkt_portal.staff_desk import MAY_BE_REMOVED
from tests import builders, doors

pytestmark = pytest.mark.django_db

DESKS = list(admin.site._registry.items())
# The same word in both languages.
NAMES = {"iban", "nipt", "bic", "sms", "fnp"}

each_desk = pytest.mark.parametrize(("model", "desk"), DESKS, ids=[model._meta.label for model, _desk in DESKS])


@pytest.fixture
def request_of_staff(rf: RequestFactory) -> HttpRequest:
    """The request of a superuser: whoever may do more is nobody."""
    request = rf.get("/staff/")
    request.user = builders.staff()
    return request


def test_only_what_is_to_come_can_be_removed(request_of_staff: HttpRequest) -> None:
    removable = {model._meta.label for model, desk in DESKS if desk.has_delete_permission(request_of_staff)}

    assert removable == MAY_BE_REMOVED == {"accounts.BankHoliday"}


@each_desk
def test_no_desk_acts_on_many_rows_at_once(model: type[Model], desk: Any, request_of_staff: HttpRequest) -> None:
    assert desk.get_actions(request_of_staff) == {}


def test_what_was_recorded_of_sign_ins_is_on_no_desk() -> None:
    assert [model._meta.label for model, _desk in DESKS if model._meta.app_label == "axes"] == []


@each_desk
def test_every_list_is_headed_in_albanian(model: type[Model], desk: Any) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    page = doors.at_the_desk(builders.staff()).get(address)

    assert page.status_code == 200
    cells = re.findall(r'<th[^>]*class="[^"]*column-[^"]*"[^>]*>(.*?)</th>', page.content.decode(), re.S)
    heads = [re.sub(r"<[^>]*>", "", cell).strip() for cell in cells]
    titles = [str(spec.title) for spec in page.context["cl"].filter_specs]
    assert english(model, [*heads, *titles]) == []


@each_desk
def test_every_column_is_named_in_albanian(model: type[Model], desk: Any, request_of_staff: HttpRequest) -> None:
    with translation.override("sq"):
        labels = list(labels_of(desk, request_of_staff))
        for inline in desk.get_inline_instances(request_of_staff):
            form = inline.get_formset(request_of_staff).form
            labels += [str(label) for label in (form._meta.labels or {}).values()]
            columns = [field for field in inline.get_fields(request_of_staff) if not hasattr(inline, field)]
            named = {field.name: field.verbose_name for field in inline.model._meta.fields} | form._meta.labels
            assert english(inline.model, [str(named[column]) for column in columns]) == []

    assert english(model, labels) == []


def labels_of(desk: Any, request: HttpRequest) -> list[str]:
    """As the page of one row shows them to this person; no row is needed for it."""
    form, fieldsets = desk.get_form(request, None, change=True), desk.get_fieldsets(request)
    kept = desk.get_readonly_fields(request)
    shown = kept if desk.has_change_permission(request) else flatten_fieldsets(fieldsets)
    page = AdminForm(form(), fieldsets, {}, shown, model_admin=desk)
    return [
        re.sub(r"<[^>]*>", "", str(field.label_tag())).strip(" :\n") for part in page for line in part for field in line
    ]


def english(model: type[Model], labels: list[str]) -> list[str]:
    """The labels that Django made of a column's name: add them to bkt_portal/staff_desk.py."""
    automatic = {field.name.replace("_", " ") for field in model._meta.fields} - NAMES
    return [label for label in labels if label.casefold() in automatic]


def test_a_customers_page_shows_its_row_under_albanian_labels() -> None:
    company = builders.company()
    account = builders.funded(company, 9_000_00)
    order = builders.submitted(builders.mandate(builders.user(), company), account)
    desk: Client = doors.at_the_desk(builders.staff())

    page = desk.get(reverse("admin:payments_paymentorder_change", args=[order.pk])).content.decode()

    assert capfirst("llogaria që paguan") in page
    assert "Debit account" not in page


def test_a_list_fetches_its_rows_with_whom_they_name(request_of_staff: HttpRequest) -> None:
    named = {model._meta.label: desk.get_list_select_related(request_of_staff) for model, desk in DESKS}

    assert named["payments.ApprovalRule"] == ["company"]
    assert named["payments.PaymentOrder"] == ("company",)
    assert named["payments.CutOff"] is False
