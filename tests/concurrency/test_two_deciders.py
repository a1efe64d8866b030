"""Two colleagues decide one proposal at the same moment: it is decided once, and done at most once."""

from typing import Any

from accounts import audit, corrections, four_eyes
from accounts.four_eyes import AlreadyDecided
from accounts.models import BankAccount, Posting, Proposal
from tests import builders
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once, refusals

THIRD = audit.Actor(name="user:third", role="staff")
ROUNDS = 3


def proposed() -> tuple[Proposal, BankAccount]:
    """A reversal of 9.000,00 that waits for a colleague."""
    account = builders.funded(builders.company(), 9_000_00)
    posting = Posting.objects.get(entries__account=account)
    made = corrections.propose_reversal(posting=posting, reason="Dyfish", actor=builders.STAFF, at=builders.AT)
    return made, account


def decide(verb: Any, proposal: Proposal, actor: audit.Actor, **more: str) -> Any:
    return lambda: verb(proposal_id=proposal.pk, actor=actor, at=builders.AT, **more)


def test_two_who_approve_at_once_do_it_once(bank: BankDatabase) -> None:
    for _round in range(ROUNDS):
        proposal, account = proposed()

        ends = all_at_once(*(decide(four_eyes.approve, proposal, actor) for actor in (builders.SECOND, THIRD)))

        account.refresh_from_db()
        assert refusals(ends) == [AlreadyDecided]
        assert account.balance_minor == 0
        assert Posting.objects.filter(key__startswith="reversal:", entries__account=account).count() == 1


def test_one_who_approves_and_one_who_refuses_never_both_win(bank: BankDatabase) -> None:
    for _round in range(ROUNDS):
        proposal, account = proposed()

        ends = all_at_once(
            decide(four_eyes.approve, proposal, builders.SECOND),
            decide(four_eyes.refuse, proposal, THIRD, reason="Nuk duhet"),
            decide(four_eyes.withdraw, proposal, builders.STAFF),
        )

        proposal.refresh_from_db()
        account.refresh_from_db()
        assert refusals(ends) == [AlreadyDecided, AlreadyDecided]
        assert account.balance_minor == (0 if proposal.status == "applied" else 9_000_00)


def test_two_who_propose_the_same_at_once_make_one_proposal(bank: BankDatabase) -> None:
    account = builders.funded(builders.company(), 9_000_00)
    posting = Posting.objects.get(entries__account=account)

    ends = all_at_once(
        *(
            lambda actor=actor: corrections.propose_reversal(
                posting=posting, reason="Dyfish", actor=actor, at=builders.AT
            )
            for actor in (builders.STAFF, builders.SECOND)
        )
    )

    assert refusals(ends) == [four_eyes.AlreadyProposed]
    assert Proposal.objects.filter(subject=f"posting:{posting.uuid}").count() == 1
