"""What a branch does for a client, through the pages of the desk: who may, what is asked, and what comes of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import staff_looks
from accounts.models import (
    Activation,
    Agreement,
    AuditEvent,
    BankAccount,
    Card,
    Company,
    Mandate,
    Person,
    Proposal,
    User,
)
from tests import builders
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

WHY = "Kërkesë e nënshkruar"
AGREEMENT = {"version": "2026-1", "signed_on": "19.11.2026", "branch": "Dega 1162", "signatory": "Elira Hoxha"}
CARD = {"digits": "123456", "expires_on": "09/28", "reason": WHY}
SEES = ("view_company", "view_person", "view_user", "view_mandate", "view_bankaccount", "view_proposal")

# The act, the right it takes, and whether a colleague has to confirm it.
ACTS = [
    ("company_enrol", "enrol_customer", False),
    ("company_agreement", "enrol_customer", False),
    ("company_account", "enrol_customer", False),
    ("company_mandate", "widen_mandate", True),
    ("company_card", "issue_card", True),
    ("person_phone", "change_phone", True),
    ("person_card", "issue_card", True),
    ("user_enrol", "enrol_customer", False),
    ("mandate_activate", "activate_mandate", True),
    ("mandate_terms", "widen_mandate", True),
    ("mandate_end", "widen_mandate", False),
]
each_act = pytest.mark.parametrize(("act", "permission", "takes_two"), ACTS, ids=[act for act, _right, _two in ACTS])


@pytest.fixture(autouse=True)
def today(clock_at: Callable[[datetime], None]) -> None:
    clock_at(builders.AT)


@pytest.fixture
def mandate() -> Mandate:
    return builders.mandate_of(builders.user(builders.company(), prepares=True))


@pytest.fixture
def typed(mandate: Mandate) -> dict[str, dict[str, Any]]:
    """What a member of staff types into each page."""
    stranger = builders.user()
    return {
        "company_enrol": {"name": "EPSILON SHPK", "nipt": "M91234567Z"},
        "company_agreement": AGREEMENT,
        "company_account": {"iban": builders.OTHER_BANK_IBAN, "currency": "ALL", "name": "Llogaria rrjedhëse"},
        "company_mandate": {"customer_number": stranger.username, "may_sign": "on", "reason": WHY},
        "company_card": CARD,
        "person_phone": {"phone": "+355 67 209 9999", "reason": WHY},
        "person_card": CARD,
        "user_enrol": {
            "customer_number": "987654321",
            "first_name": "Lule",
            "last_name": "Bregu",
            "phone": "0672011111",
        },
        "mandate_activate": {"documents_on": "20.11.2026", "reason": WHY},
        "mandate_terms": {"may_prepare": "on", "may_sign": "on", "reason": WHY},
        "mandate_end": {"reason": WHY},
    }


def clerk(*codenames: str) -> Client:
    """One of staff who sees the books' parties, with these rights besides."""
    user = builders.staff(superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=[*SEES, *codenames]))
    return at_the_desk(user)


def page_of(act: str, mandate: Mandate) -> str:
    rows = {"company": mandate.company_id, "person": mandate.user.person_id, "mandate": mandate.pk}
    noun = act.split("_")[0]
    return reverse(f"admin:accounts_{act}", args=[rows[noun]] if noun in rows and act != "company_enrol" else [])


def recorded() -> int:
    """How many acts the trail knows; that somebody looked is no act of hers."""
    return AuditEvent.objects.exclude(event=staff_looks.LOOKED).count()


@each_act
def test_the_page_asks_and_the_act_is_done_or_proposed(act, permission, takes_two, mandate, typed):
    desk = clerk(permission)
    asked = desk.get(page_of(act, mandate))
    before = recorded()

    answer = desk.post(page_of(act, mandate), typed[act], follow=True)

    assert (asked.status_code, answer.status_code) == (200, 200)
    assert "errornote" not in answer.content.decode()
    assert recorded() == before + 1
    assert Proposal.objects.count() == int(takes_two)
    assert ("Propozimi u bë" in answer.content.decode()) == takes_two


@each_act
def test_without_its_right_nobody_opens_the_page_or_finds_its_link(act, permission, takes_two, mandate, typed):
    others = {right for _act, right, _two in ACTS} - {permission}
    desk = clerk(*others)
    address = page_of(act, mandate)
    row = reverse("admin:accounts_mandate_change", args=[mandate.pk])

    assert desk.get(address).status_code == 403
    assert desk.post(address, typed[act]).status_code == 403
    assert f'href="{address}"' not in desk.get(row).content.decode()
    assert not Proposal.objects.exists()


@each_act
def test_a_customer_does_not_come_in(act, permission, takes_two, mandate, typed):
    customer = Client()
    customer.force_login(mandate.user, backend="auth_flow.backends.CustomerBackend")
    customer.cookies[settings.STAFF_COOKIE_NAME] = customer.cookies["portal"].value

    answer = customer.post(page_of(act, mandate), typed[act])

    assert answer.status_code == 302
    assert "/staff/login/" in answer["Location"]
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("act", [act for act, _right, takes_two in ACTS if takes_two])
def test_the_proposer_cannot_approve_and_a_colleague_can(act, mandate, typed):
    permission = next(right for name, right, _two in ACTS if name == act)
    maker, checker = clerk(permission), clerk(permission)
    maker.post(page_of(act, mandate), typed[act])
    proposal = Proposal.objects.get()
    decide = reverse("admin:accounts_proposal_decide", args=[proposal.pk])

    refused = maker.post(decide, {"act": "approve"}, follow=True).content.decode()
    shown = checker.get(reverse("admin:accounts_proposal_change", args=[proposal.pk])).content.decode()
    checker.post(decide, {"act": "approve"})

    proposal.refresh_from_db()
    assert "Këtë propozim e bëtë ju" in refused
    assert WHY in shown
    assert proposal.status == "applied"


def test_what_was_entered_stands_in_the_books(mandate, typed):
    desk = clerk("enrol_customer")
    for act in ("company_enrol", "company_agreement", "company_account", "user_enrol"):
        desk.post(page_of(act, mandate), typed[act])

    assert Company.objects.get(nipt="M91234567Z").name == "EPSILON SHPK"
    assert Agreement.objects.get(company=mandate.company).signatory == "Elira Hoxha"
    assert BankAccount.objects.get(iban=builders.OTHER_BANK_IBAN).overdraft_minor == 0
    enrolled = User.objects.get(username="987654321")
    assert (enrolled.person.phone, enrolled.has_usable_password()) == ("+355672011111", False)


def test_what_was_approved_stands_in_the_books(mandate, typed):
    rights = ("issue_card", "change_phone", "activate_mandate", "widen_mandate")
    maker, checker = clerk(*rights), clerk(*rights)
    for act in ("person_card", "person_phone", "mandate_activate", "mandate_terms", "company_mandate"):
        maker.post(page_of(act, mandate), typed[act])
    for proposal in Proposal.objects.all():
        checker.post(reverse("admin:accounts_proposal_decide", args=[proposal.pk]), {"act": "approve"})

    mandate.refresh_from_db()
    assert mandate.may_sign
    assert Person.objects.get(pk=mandate.user.person_id).phone == "+355672099999"
    assert Card.objects.get().person_id == mandate.user.person_id
    assert Activation.objects.filter(mandate=mandate).exists()
    assert Mandate.objects.filter(company=mandate.company, may_sign=True).count() == 2


@pytest.mark.parametrize(
    ("act", "changes", "sentence"),
    [
        ("company_enrol", {"nipt": "L1"}, "NIPT"),
        ("company_agreement", {"signed_on": "21.11.2026"}, "nuk ka ardhur ende"),
        ("company_account", {"iban": "AL00"}, "IBAN"),
        ("company_mandate", {"customer_number": "999999999"}, "Nuk ka përdorues"),
        ("person_phone", {"phone": "12"}, "Numri i celularit nuk është i plotë"),
        ("person_phone", {"reason": ""}, "Shkruani arsyen"),
        ("person_card", {"digits": "4111111111111111"}, "PIN-in mos i shkruani"),
        ("person_card", {"expires_on": "01/20"}, "ka skaduar"),
        ("mandate_terms", {"may_sign": ""}, "Nuk ka çfarë të ndryshohet"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(act, changes, sentence, mandate, typed):
    desk = at_the_desk(builders.staff())

    page = desk.post(page_of(act, mandate), typed[act] | changes)

    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert "4111111111111111" not in page.content.decode()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("act", ["company_enrol", "company_agreement", "company_account", "user_enrol"])
def test_what_is_in_the_books_is_not_entered_again(act, mandate, typed):
    desk = clerk("enrol_customer")
    desk.post(page_of(act, mandate), typed[act])

    page = desk.post(page_of(act, mandate), typed[act])

    assert "tashmë në librat e bankës" in page.content.decode()


def test_a_narrower_mandate_holds_at_once(mandate):
    answer = clerk("widen_mandate").post(page_of("mandate_terms", mandate), {"reason": WHY}, follow=True)

    mandate.refresh_from_db()
    assert "Mandati u ngushtua" in answer.content.decode()
    assert not mandate.may_prepare


def test_the_rows_page_offers_what_may_be_done(mandate):
    page = clerk("activate_mandate").get(reverse("admin:accounts_mandate_change", args=[mandate.pk])).content.decode()

    assert f'href="{page_of("mandate_activate", mandate)}"' in page
    assert page_of("mandate_end", mandate) not in page


def test_whoever_may_not_see_a_row_acts_on_none(mandate):
    user = builders.staff(superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename="change_phone"))

    assert at_the_desk(user).get(page_of("person_phone", mandate)).status_code == 403
    missing = reverse("admin:accounts_person_phone", args=[0])
    assert clerk("change_phone").get(missing).status_code == 404


def test_a_pending_phone_is_shown_whole_only_to_whoever_decides_it(mandate, typed):
    clerk("change_phone").post(page_of("person_phone", mandate), typed["person_phone"])
    page = reverse("admin:accounts_proposal_change", args=[Proposal.objects.get().pk])

    assert "+355672099999" in clerk("change_phone").get(page).content.decode()
    assert "+355672099999" not in clerk().get(page).content.decode()
