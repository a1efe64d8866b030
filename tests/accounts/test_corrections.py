"""A posting is reversed by two of staff, once, and never edited."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import corrections, four_eyes, ledger
from accounts.corrections import AlreadyReversed, FrozenToReverse, ReversalIsFinal, TooLittleToReverse
from accounts.four_eyes import AlreadyProposed
from accounts.models import AuditEvent, BankAccount, Posting, Proposal
from accounts.models.ledger import Kind
from tests import builders, doors

pytestmark = pytest.mark.django_db

LATER = builders.AT + timedelta(hours=1)


@pytest.fixture
def account() -> BankAccount:
    """A customer's account that was credited 9.000,00 once."""
    return builders.funded(builders.company(), 9_000_00)


@pytest.fixture
def posting(account: BankAccount) -> Posting:
    return Posting.objects.get(entries__account=account)


def propose(posting: Posting) -> Proposal:
    return corrections.propose_reversal(
        posting=posting, reason="Derdhje e dyfishtë", actor=builders.STAFF, at=builders.AT
    )


def approve(proposal: Proposal) -> Proposal:
    return four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=LATER)


def test_asking_books_nothing_and_approving_books_the_mirror_image(posting, account):
    proposal = propose(posting)
    account.refresh_from_db()
    assert account.balance_minor == 9_000_00

    approve(proposal)

    account.refresh_from_db()
    mirror = Posting.objects.get(reverses=posting)
    assert account.balance_minor == 0
    assert (mirror.key, mirror.kind) == (f"reversal:{posting.uuid}", Kind.REVERSAL)
    amounts = {entry.account_id: -entry.amount_minor for entry in posting.entries.all()}
    assert {entry.account_id: entry.amount_minor for entry in mirror.entries.all()} == amounts


def test_the_reason_of_staff_stays_with_the_bank(posting):
    approve(propose(posting))

    mirror = Posting.objects.get(reverses=posting)
    assert mirror.remittance_information == "Kthim: Arkëtim"
    assert AuditEvent.objects.get(event="bank.proposal.made").reason == "Derdhje e dyfishtë"


def test_the_colleague_sees_both_sides_and_the_company_is_named(posting, account):
    proposal = propose(posting)

    rows = four_eyes.in_words(proposal, is_masked=True)

    assert proposal.company == str(account.company_id)
    assert sorted((old, new) for _label, old, new in rows[2:]) == [
        ("+9.000,00 ALL", "−9.000,00 ALL"),
        ("−9.000,00 ALL", "+9.000,00 ALL"),
    ]


def test_a_posting_is_reversed_once(posting):
    first = propose(posting)
    with pytest.raises(AlreadyProposed):
        propose(posting)
    approve(first)

    with pytest.raises(AlreadyReversed):
        propose(posting)
    assert Posting.objects.filter(reverses=posting).count() == 1


def test_what_was_reversed_meanwhile_is_not_reversed_again(posting, account):
    proposal = propose(posting)
    ledger.reverse(posting=posting, key="other", value_on=LATER.date(), at=LATER, reason="x")

    with pytest.raises(AlreadyReversed):
        approve(proposal)
    account.refresh_from_db()
    assert account.balance_minor == 0


def test_a_reversal_is_final(posting):
    approve(propose(posting))

    with pytest.raises(ReversalIsFinal):
        propose(Posting.objects.get(reverses=posting))


def test_money_that_is_gone_is_not_taken_and_the_proposal_waits(posting, account):
    proposal = propose(posting)
    builders.credit(account, -1)

    with pytest.raises(TooLittleToReverse):
        approve(proposal)
    proposal.refresh_from_db()
    account.refresh_from_db()
    assert (proposal.status, account.balance_minor) == ("pending", 8_999_99)

    builders.credit(account, 1)
    assert approve(proposal).status == "applied"


def test_a_frozen_account_gives_nothing_back(posting, account):
    proposal = propose(posting)
    BankAccount.objects.filter(pk=account.pk).update(status="frozen")

    with pytest.raises(FrozenToReverse):
        approve(proposal)


# --- The desk --------------------------------------------------------------------------------------------------------


def test_from_the_postings_page_to_the_customers_statement(posting, account):
    """One of staff asks, another approves; the customer sees it."""
    maker, checker = doors.at_the_desk(builders.staff()), doors.at_the_desk(builders.staff())
    ask = reverse("admin:accounts_posting_reverse", args=[posting.pk])
    page = maker.get(reverse("admin:accounts_posting_change", args=[posting.pk]))
    assert f'href="{ask}"' in page.content.decode()

    asked = maker.post(ask, {"reason": "Derdhje e dyfishtë"})
    proposal = Proposal.objects.get(subject=f"posting:{posting.uuid}")
    assert asked["Location"] == reverse("admin:accounts_proposal_change", args=[proposal.pk])
    checker.post(reverse("admin:accounts_proposal_decide", args=[proposal.pk]), {"act": "approve"})

    account.refresh_from_db()
    assert account.balance_minor == 0
    user = builders.user(account.company, prepares=True)
    shown = doors.walk_in(user).get(reverse("statements:activity", args=[account.uuid])).content.decode()
    assert "Kthim: Arkëtim" in shown


def test_without_the_permission_nobody_asks(posting):
    from_the_branch = builders.staff(superuser=False)
    desk: Client = doors.at_the_desk(from_the_branch)

    assert desk.get(reverse("admin:accounts_posting_reverse", args=[posting.pk])).status_code == 403
    assert not Proposal.objects.exists()


def test_a_reversal_offers_no_reversal_and_the_page_says_why(posting):
    approve(propose(posting))
    mirror = Posting.objects.get(reverses=posting)
    desk = doors.at_the_desk(builders.staff())
    ask = reverse("admin:accounts_posting_reverse", args=[mirror.pk])

    assert ask not in desk.get(reverse("admin:accounts_posting_change", args=[mirror.pk])).content.decode()
    assert "Një kthim nuk kthehet" in desk.post(ask, {"reason": "Gabim i madh"}).content.decode()


def test_without_a_reason_nothing_is_asked(posting):
    desk = doors.at_the_desk(builders.staff())

    page = desk.post(reverse("admin:accounts_posting_reverse", args=[posting.pk]), {"reason": ""})

    assert "Shkruani arsyen" in page.content.decode()
    assert not Proposal.objects.exists()
