"""The queue of the proposals on the staff's desk: who sees it, who decides, and what each of them is shown."""

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import audit, corrections, four_eyes, powers
from accounts.models import Posting, Proposal, User
from tests import builders
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db

QUEUE = "admin:accounts_proposal_changelist"


@pytest.fixture
def maker() -> User:
    return clerk("view_proposal", "reverse_posting")


@pytest.fixture
def proposal(maker: User) -> Proposal:
    account = builders.funded(builders.company(), 9_000_00)
    return corrections.propose_reversal(
        posting=Posting.objects.get(entries__account=account),
        reason="Derdhje e dyfishtë",
        actor=audit.actor_of(maker),
        at=builders.AT,
    )


def clerk(*codenames: str) -> User:
    """One of staff with these rights and no others."""
    user = builders.staff(superuser=False)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def page_of(proposal: Proposal) -> str:
    return reverse("admin:accounts_proposal_change", args=[proposal.pk])


def decision_on(proposal: Proposal) -> str:
    return reverse("admin:accounts_proposal_decide", args=[proposal.pk])


def test_the_proposer_is_told_that_a_colleague_decides(proposal, maker):
    page = at_the_desk(maker).get(page_of(proposal)).content.decode()

    assert "e miraton ose e refuzon një koleg" in page
    assert 'value="withdraw"' in page
    assert 'value="approve"' not in page


def test_the_proposer_cannot_approve_her_own(proposal, maker):
    answer = at_the_desk(maker).post(decision_on(proposal), {"act": "approve"}, follow=True)

    proposal.refresh_from_db()
    assert "Këtë propozim e bëtë ju" in answer.content.decode()
    assert proposal.status == "pending"


def test_the_proposer_withdraws(proposal, maker):
    at_the_desk(maker).post(decision_on(proposal), {"act": "withdraw"})

    proposal.refresh_from_db()
    assert proposal.status == "withdrawn"


def test_a_colleague_sees_both_sides_and_approves(proposal):
    desk = at_the_desk(clerk("view_proposal", "reverse_posting"))
    page = desk.get(page_of(proposal)).content.decode()
    assert "Derdhje e dyfishtë" in page
    assert "+9.000,00 ALL" in page
    assert "−9.000,00 ALL" in page

    answer = desk.post(decision_on(proposal), {"act": "approve"}, follow=True)

    proposal.refresh_from_db()
    assert proposal.status == "applied"
    assert "U miratua" in answer.content.decode()
    assert 'value="approve"' not in answer.content.decode()


def test_a_colleague_refuses_with_a_reason(proposal):
    desk = at_the_desk(clerk("view_proposal", "reverse_posting"))

    without = desk.post(decision_on(proposal), {"act": "refuse", "reason": ""}, follow=True).content.decode()
    desk.post(decision_on(proposal), {"act": "refuse", "reason": "Klienti e tërhoqi kërkesën"})

    proposal.refresh_from_db()
    assert "Shkruani pse e refuzoni" in without
    assert (proposal.status, proposal.note) == ("refused", "Klienti e tërhoqi kërkesën")


def test_who_may_only_look_decides_nothing(proposal):
    desk = at_the_desk(clerk("view_proposal"))
    page = desk.get(page_of(proposal)).content.decode()

    assert "Vendos një koleg" in page
    assert "<form" not in page.split("content-main")[1]
    assert desk.post(decision_on(proposal), {"act": "approve"}).status_code == 403
    assert desk.post(decision_on(proposal), {"act": "refuse", "reason": "Pa të drejtë"}).status_code == 403
    proposal.refresh_from_db()
    assert proposal.status == "pending"


def test_who_may_not_look_sees_nothing(proposal):
    desk = at_the_desk(clerk("view_company"))

    assert desk.get(reverse(QUEUE)).status_code == 403
    assert desk.get(page_of(proposal)).status_code == 403
    assert desk.post(decision_on(proposal), {"act": "approve"}).status_code == 403


def test_a_customer_does_not_come_in(proposal):
    customer = Client()
    customer.force_login(builders.user(builders.company()), backend="auth_flow.backends.CustomerBackend")
    customer.cookies[settings.STAFF_COOKIE_NAME] = customer.cookies["portal"].value

    for address in (reverse(QUEUE), page_of(proposal), decision_on(proposal)):
        answer = customer.post(address, {"act": "approve"})
        assert answer.status_code == 302
        assert "/staff/login/" in answer["Location"]
    proposal.refresh_from_db()
    assert proposal.status == "pending"


def test_looking_decides_nothing(proposal):
    assert at_the_desk(builders.staff()).get(decision_on(proposal)).status_code == 403


def test_the_queue_begins_with_what_waits_and_filters_by_kind(proposal, maker):
    account = builders.funded(builders.company(), 1_00)
    newer = corrections.propose_reversal(
        posting=Posting.objects.get(entries__account=account), reason="Tjetër", actor=builders.STAFF, at=builders.AT
    )
    four_eyes.withdraw(proposal_id=newer.pk, actor=builders.STAFF, at=builders.AT)
    desk = at_the_desk(maker)

    rows = list(desk.get(reverse(QUEUE)).context["cl"].result_list)
    filtered = list(desk.get(reverse(QUEUE), {"kind": "phone.change"}).context["cl"].result_list)

    assert rows == [proposal, newer]
    assert filtered == []


def test_the_queue_names_people_and_rows_and_asks_no_more_for_more_of_them(
    proposal, maker, django_assert_num_queries: Any
):
    desk = at_the_desk(maker)
    with CaptureQueriesContext(connection) as one:
        page = desk.get(reverse(QUEUE)).content.decode()
    for _ in range(3):
        account = builders.funded(builders.company(), 1_00)
        corrections.propose_reversal(
            posting=Posting.objects.get(entries__account=account), reason="Tjetër", actor=builders.STAFF, at=builders.AT
        )

    assert maker.username in page
    assert Posting.objects.get(uuid=proposal.subject.removeprefix("posting:")).key in page
    with django_assert_num_queries(len(one)):
        desk.get(reverse(QUEUE))


def test_the_queue_says_what_is_now_and_what_shall_be_and_leaves_what_stays(proposal, maker):
    page = at_the_desk(maker).get(reverse(QUEUE)).content.decode()

    assert "+9.000,00 ALL → -9.000,00 ALL" in page.replace("−", "-")


def test_the_queue_shows_nothing_personal_even_to_who_decides_it():
    person = builders.user(first_name="Drita").person
    assert person is not None
    powers.propose_phone(person=person, phone="+355691234567", reason="E re", actor=builders.STAFF, at=builders.AT)

    page = at_the_desk(clerk("view_proposal", "change_phone")).get(reverse(QUEUE)).content.decode()

    assert "Celulari për FNP-të" in page
    assert "1234567" not in page
    assert person.phone not in page
