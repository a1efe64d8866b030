"""The rules of payments on the desk: who sets what, what a colleague confirms, and what is only looked at."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import staff_looks
from accounts.models import AuditEvent, Proposal
from payments import scheme_changes
from payments.models import (
    ApprovalRule,
    BudgetScheme,
    ClearingSession,
    CutOff,
    ParticipantBank,
    PaymentLimit,
    Tariff,
)
from payments.scheme_changes import FieldFacts, SchemeFacts
from tests import builders
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

WHY = "Kërkesë e nënshkruar"
FROM = "20.11.2026"
TO_COME = "01.12.2026"
SEES = (
    "view_paymentlimit",
    "view_approvalrule",
    "view_budgetscheme",
    "view_budgetfield",
    "view_cutoff",
    "view_tariff",
    "view_clearingsession",
    "view_participantbank",
    "view_proposal",
)

# The act, the right it takes, and whether a colleague has to confirm what is typed below.
ACTS = [
    ("paymentlimit_set", "set_limit", False),
    ("paymentlimit_set_bank", "set_bank_limit", True),
    ("approvalrule_set", "set_signers", True),
    ("budgetscheme_new", "keep_schemes", False),
    ("budgetscheme_payee", "keep_schemes", True),
    ("budgetscheme_field", "keep_schemes", True),
    ("budgetscheme_withdraw", "keep_schemes", False),
    ("budgetfield_again", "keep_schemes", True),
    ("budgetfield_out", "keep_schemes", True),
    ("cutoff_set", "keep_rules", True),
    ("cutoff_again", "keep_rules", True),
    ("tariff_set", "keep_rules", True),
    ("tariff_again", "keep_rules", True),
    ("clearingsession_set", "change_clearingsession", True),
    ("clearingsession_again", "change_clearingsession", True),
    ("participantbank_new", "change_participantbank", True),
    ("participantbank_again", "change_participantbank", True),
]
each_act = pytest.mark.parametrize(("act", "permission", "takes_two"), ACTS, ids=[act for act, _right, _two in ACTS])


@pytest.fixture(autouse=True)
def today(clock_at: Callable[[datetime], None]) -> None:
    clock_at(builders.AT)


@pytest.fixture
def company():
    return builders.company(other_signers=1)


@pytest.fixture
def scheme() -> BudgetScheme:
    """In use, with one field."""
    field = FieldFacts("Kodi i institucionit", "#######", "2109001")
    facts = SchemeFacts("municipality", "Taksa", "Bashkia Elbasan", builders.OTHER_BANK_IBAN)
    made = scheme_changes.add(code="elbasan", facts=facts, source=WHY, actor=builders.STAFF, at=builders.AT)
    made.fields.create(code="institution", label=field.label, picture=field.picture, example=field.example)
    BudgetScheme.objects.filter(pk=made.pk).update(is_active=True)
    return BudgetScheme.objects.get(pk=made.pk)


@pytest.fixture
def typed(company) -> dict[str, dict[str, Any]]:
    """What a member of staff types into each page."""
    sums = {
        "currency": "ALL",
        "single_minor": "1.000,00",
        "daily_minor": "5.000,00",
        "monthly_minor": "9.000,00",
        "valid_from": FROM,
        "reason": WHY,
    }
    payee = {"group": "tax", "name": "Taksa", "beneficiary_name": "Thesari", "reason": WHY}
    payee["beneficiary_iban"] = builders.OTHER_BANK_IBAN
    field = {"label": "Viti", "picture": "####", "example": "2026", "position": "1", "reason": WHY}
    rule = {"kind": "domestic", "valid_from": TO_COME, "source": "Vendim 12", "reason": WHY}
    table = rule | {"currency": "ALL", "up_to_1": "40.000,00", "up_to_2": "1.000.000,00", "fixed_2": "50,00"}
    table["fixed_last"] = "700,00"
    sessions = {"rail": "aech", "valid_from": TO_COME, "at_1": "10:30", "at_2": "15:30", "source": "Plan"}
    sessions["reason"] = WHY
    bank = {"name": "Banka e Re", "bic": "BREAALTR", "source": "Njoftim", "reason": WHY}
    return {
        "paymentlimit_set": sums | {"scope": "company", "nipt": company.nipt},
        "paymentlimit_set_bank": {"scope": "signer", "currency": "ALL", "valid_from": FROM, "reason": WHY},
        "approvalrule_set": {"nipt": company.nipt, "other_signers": "0", "valid_from": FROM, "reason": WHY},
        "budgetscheme_new": payee | {"code": "tatime"},
        "budgetscheme_payee": payee,
        "budgetscheme_field": field | {"code": "year"},
        "budgetscheme_withdraw": {"reason": WHY},
        "budgetfield_again": field,
        "budgetfield_out": {"reason": WHY},
        "cutoff_set": rule | {"at_time": "13:30"},
        "cutoff_again": rule | {"at_time": "13:30"},
        "tariff_set": table,
        "tariff_again": table,
        "clearingsession_set": sessions,
        "clearingsession_again": sessions,
        "participantbank_new": bank | {"code": "299"},
        "participantbank_again": bank,
    }


def clerk(*codenames: str) -> Client:
    user = builders.staff(superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=[*SEES, *codenames]))
    return at_the_desk(user)


def page_of(act: str, scheme: BudgetScheme) -> str:
    rows = {
        "budgetscheme": scheme.pk,
        "budgetfield": scheme.fields.get().pk,
        "cutoff": CutOff.objects.order_by("pk")[0].pk,
        "tariff": Tariff.objects.filter(kind="domestic", currency="ALL")[0].pk,
        "clearingsession": ClearingSession.objects.filter(rail="aech")[0].pk,
        "participantbank": "203",
    }
    noun, name = act.split("_", 1)
    return reverse(f"admin:payments_{act}", args=[] if name.startswith(("set", "new")) else [rows[noun]])


def recorded() -> int:
    """How many acts the trail knows; that somebody looked is no act of hers."""
    return AuditEvent.objects.exclude(event=staff_looks.LOOKED).count()


@each_act
def test_the_page_asks_and_the_act_is_done_or_proposed(act, permission, takes_two, scheme, typed):
    desk = clerk(permission)
    asked = desk.get(page_of(act, scheme))
    before = recorded()

    answer = desk.post(page_of(act, scheme), typed[act], follow=True)

    assert (asked.status_code, answer.status_code) == (200, 200)
    assert "errornote" not in answer.content.decode()
    assert recorded() == before + 1
    assert Proposal.objects.count() == int(takes_two)


@each_act
def test_without_its_right_nobody_opens_the_page(act, permission, takes_two, scheme, typed):
    others = {right for _act, right, _two in ACTS} - {permission}
    desk = clerk(*others)

    assert desk.get(page_of(act, scheme)).status_code == 403
    assert desk.post(page_of(act, scheme), typed[act]).status_code == 403
    assert not Proposal.objects.exists()


@each_act
def test_a_customer_does_not_come_in(act, permission, takes_two, scheme, typed):
    customer = Client()
    customer.force_login(builders.user(builders.company()), backend="auth_flow.backends.CustomerBackend")
    customer.cookies[settings.STAFF_COOKIE_NAME] = customer.cookies["portal"].value

    assert "/staff/login/" in customer.post(page_of(act, scheme), typed[act])["Location"]


@pytest.mark.parametrize("act", [act for act, _right, takes_two in ACTS if takes_two])
def test_the_proposer_cannot_approve_and_a_colleague_can(act, scheme, typed):
    permission = next(right for name, right, _two in ACTS if name == act)
    maker, checker = clerk(permission), clerk(permission)
    maker.post(page_of(act, scheme), typed[act])
    proposal = Proposal.objects.get()
    decide = reverse("admin:accounts_proposal_decide", args=[proposal.pk])

    refused = maker.post(decide, {"act": "approve"}, follow=True).content.decode()
    shown = checker.get(reverse("admin:accounts_proposal_change", args=[proposal.pk])).content.decode()
    checker.post(decide, {"act": "approve"})

    proposal.refresh_from_db()
    assert "Këtë propozim e bëtë ju" in refused
    assert WHY in shown
    assert proposal.status == "applied"


@pytest.mark.parametrize(
    ("act", "changes", "sentence"),
    [
        ("paymentlimit_set", {"nipt": "L00000000Z"}, "Asnjë kompani"),
        ("paymentlimit_set", {"scope": "signer", "customer_number": "999999999"}, "nuk ka mandat"),
        ("paymentlimit_set", {"scope": "account", "iban": builders.OTHER_BANK_IBAN}, "nuk ka llogari"),
        ("paymentlimit_set", {"customer_number": "000000001"}, "vetëm për “Nënshkruesi”"),
        ("paymentlimit_set", {"scope": "signer", "iban": builders.OTHER_BANK_IBAN}, "vetëm për “Llogaria”"),
        ("paymentlimit_set", {"valid_from": "19.11.2026"}, "ka kaluar"),
        ("paymentlimit_set", {"reason": ""}, "Shkruani arsyen"),
        ("approvalrule_set", {"other_signers": "1"}, "vlen tashmë"),
        ("approvalrule_set", {"nipt": "L00000000Z"}, "Asnjë kompani"),
        ("budgetscheme_new", {"code": "elbasan"}, "gjendet tashmë"),
        ("budgetscheme_field", {"code": "institution"}, "tashmë një fushë"),
        ("budgetscheme_field", {"example": "26"}, "“26” ka 2 shenja, shablloni 4"),
        ("budgetscheme_field", {"example": "20A6"}, "shenja 3 është “A”, shablloni kërkon një shifër"),
        ("cutoff_set", {"valid_from": FROM}, "nga nesër"),
        ("tariff_set", {"up_to_2": "30.000,00"}, "duhet të rriten"),
        ("tariff_set", {"min_last": "9,00", "max_last": "8,00"}, "më i madh se “më së shumti”"),
        ("clearingsession_set", {"valid_from": FROM}, "nga nesër"),
        ("clearingsession_set", {"at_2": "10:30"}, "njëra pas tjetrës"),
        ("clearingsession_set", {"at_2": "13:00"}, "para afatit 14:00"),
        ("clearingsession_set", {"at_2": "", "until_2": "15:00"}, "ka fund, por jo fillim"),
        ("participantbank_new", {"code": "203"}, "gjendet tashmë"),
        ("participantbank_new", {"code": "20A"}, "tri shifra"),
        ("participantbank_again", {"bic": "breaaltr"}, "BIC-u ka 8 ose 11"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(act, changes, sentence, scheme, typed):
    desk = at_the_desk(builders.staff())

    page = desk.post(page_of(act, scheme), typed[act] | changes)

    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert not Proposal.objects.exists()


def test_a_limit_of_one_signer_and_of_one_account_is_set_by_their_numbers(scheme, typed, company):
    desk = clerk("set_limit")
    user, account = builders.user(company, signs=True), builders.account(company)
    of_signer = {"scope": "signer", "customer_number": user.person.customer_number}

    desk.post(page_of("paymentlimit_set", scheme), typed["paymentlimit_set"] | of_signer)
    desk.post(
        page_of("paymentlimit_set", scheme), typed["paymentlimit_set"] | {"scope": "account", "iban": account.iban}
    )

    assert PaymentLimit.objects.get(user=user).single_minor == 100_000
    assert PaymentLimit.objects.get(account=account).company is None


def test_a_row_offers_its_act_with_what_holds_now(company):
    desk = clerk("set_limit", "set_signers")
    rule = ApprovalRule.objects.get(company=company)
    act = reverse("admin:payments_approvalrule_again", args=[rule.pk])

    row = desk.get(reverse("admin:payments_approvalrule_change", args=[rule.pk])).content.decode()

    assert f'href="{act}"' in row
    assert f'value="{company.nipt}"' in desk.get(act).content.decode()


def test_a_picture_is_tried_before_anybody_pays_by_it(scheme):
    desk = clerk()
    address = reverse("admin:payments_budgetfield_try", args=[scheme.fields.get().pk])

    fits = desk.post(address, {"picture": "UC-####", "value": "uc-2026"}, follow=True).content.decode()
    fits_not = desk.post(address, {"picture": "UC-####", "value": "UD-2026"}).content.decode()

    assert "Vlera i përshtatet shabllonit" in fits
    assert "shenja 2 është “D”, shablloni kërkon “C”" in fits_not
    assert "UC-#### pranon UC-2026" in fits_not


def test_a_percentage_is_kept_as_millionths(scheme, typed):
    changes = {"currency": "EUR", "percent": "0.01", "min_last": "2,00", "max_last": "25,00", "fixed_last": ""}
    maker, checker = clerk("keep_rules"), clerk("keep_rules")
    table = {name: value for name, value in typed["tariff_set"].items() if not name.startswith(("up_to", "fixed"))}

    maker.post(page_of("tariff_set", scheme), table | changes)
    checker.post(reverse("admin:accounts_proposal_decide", args=[Proposal.objects.get().pk]), {"act": "approve"})

    row = Tariff.objects.get(currency="EUR", valid_from=date(2026, 12, 1))
    assert (row.rate_ppm, row.min_minor, row.max_minor, row.fixed_minor) == (100, 200, 2_500, 0)


@pytest.mark.parametrize("model", [CutOff, Tariff, PaymentLimit, BudgetScheme, ClearingSession, ParticipantBank])
def test_a_rule_is_neither_changed_nor_deleted_in_the_table(model, scheme):
    rule = model.objects.order_by("pk")[0]
    path = f"/staff/payments/{model._meta.model_name}/{rule.pk}"
    desk = at_the_desk(builders.staff())

    assert desk.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{path}/change/", {"valid_from": "01.01.2030"}).status_code == 403


@pytest.mark.parametrize(
    "model",
    [
        "paymentorder",
        "signature",
        "approvalrule",
        "paymentlimit",
        "cutoff",
        "tariff",
        "budgetscheme",
        "clearingsession",
        "participantbank",
    ],
)
def test_tables_are_only_looked_at(model):
    desk = at_the_desk(builders.staff())

    assert desk.get(f"/staff/payments/{model}/").status_code == 200
    assert desk.get(f"/staff/payments/{model}/add/").status_code == 403


def test_a_fee_of_a_band_without_its_end_is_not_dropped_in_silence(scheme, typed):
    desk = clerk("keep_rules")

    page = desk.post(page_of("tariff_set", scheme), typed["tariff_set"] | {"fixed_3": "90,00"})

    assert "komision, por jo fund" in page.content.decode()
    assert not Proposal.objects.exists()
