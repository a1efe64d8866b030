"""Corrections: a posting is never edited, it is reversed; staff do so with four eyes.

The mirror image is booked on the day of the approval, under a key of the posting's own, so that it is booked once
whatever happens. The customer's statement shows it as a reversal, with the words of what it takes back; why staff did
so stays in the proposal and the trail. What a room makes of its own row (an order that was executed) is the room's
matter: it finds the posting by `source`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, four_eyes, ledger
from accounts.identifiers import group_iban
from accounts.models import BankAccount, Company, Entry, Posting, Proposal
from accounts.money import format_signed
from accounts.refusals import Refusal

REVERSAL = "posting.reversal"
TEXT_MAX = 140
# Raises a Refusal where a posting may not be reversed; asked when a reversal is proposed and, for good, when it is
# booked.
Objection = Callable[[Posting], None]
_objections: dict[str, Objection] = {}


class AlreadyReversed(Refusal):
    sentence = _("Ky regjistrim është kthyer tashmë, i gjithë ose pjesërisht. Shihni kthimin te pasqyra e llogarisë.")


class ReversalIsFinal(Refusal):
    """To undo a reversal means to book the fact anew, with a fact's own names and key; not to mirror the mirror."""

    sentence = _(
        "Një kthim nuk kthehet këtu. Nëse ishte gabim, kërkojini sistemit qendror ta sjellë veprimin nga fillimi, me "
        "një referencë të re."
    )


class TooLittleToReverse(Refusal):
    sentence = _(
        "Llogaria që duhet ta kthejë shumën nuk e ka atë. Propozimi mbetet në pritje; provoni pasi të hyjnë para."
    )


class FrozenToReverse(Refusal):
    sentence = _("Llogaria që duhet ta kthejë shumën është e ngrirë ose e mbyllur. Propozimi mbetet në pritje.")


def register_objection(name: str, objection: Objection) -> None:
    """Let a room speak against reversals that its own rows do not bear; a name stands for one objection."""
    assert _objections.setdefault(name, objection) == objection, f"two objections are called {name}"


def may_be_undone(posting: Posting) -> bool:
    """Whether no room speaks against taking a posting back; it stays so until the end of the caller's transaction.

    An objection leaves no failed statement behind that is not in a savepoint of its own.
    """
    try:
        _ask_the_rooms(posting)
    except Refusal:
        return False
    return True


def propose_reversal(*, posting: Posting, reason: str, actor: audit.Actor, at: datetime) -> Proposal:
    """Ask a colleague to reverse a posting. Refuses one that is reversed already, is a reversal, or is asked for."""
    _refuse_what_stays(posting)
    entries = list(posting.entries.select_related("account__company").order_by("id"))
    return four_eyes.propose(
        kind=REVERSAL,
        subject=f"posting:{posting.uuid}",
        company=_company_of(entries),
        old={"key": posting.key, "text": posting.remittance_information, "legs": _legs(entries, 1)},
        new={"key": key_of(posting), "text": text_of(posting), "legs": _legs(entries, -1)},
        reason=reason,
        actor=actor,
        at=at,
    )


def can_be_reversed(posting: Posting) -> bool:
    """Whole, or not at all: what came home before, even in part, by the clearing, the core or staff, stays as it is.
    What itself gave back does not go out again."""
    return posting.gives_back_id is None and not Posting.objects.filter(gives_back=posting).exists()


def key_of(posting: Posting) -> str:
    """The business key of a posting's only reversal."""
    return f"reversal:{posting.uuid}"


def text_of(posting: Posting) -> str:
    """What stands on the customer's statement, in the bank's language as everything booked there."""
    return f"Kthim: {posting.remittance_information}".strip(": ")[:TEXT_MAX]


def _reverse(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    posting = Posting.objects.get(uuid=UUID(proposal.subject.removeprefix("posting:")))
    _refuse_what_stays(posting)
    try:
        ledger.reverse(
            posting=posting, key=key_of(posting), value_on=clock.tirana_day(at), at=at, reason=text_of(posting)
        )
    except ledger.MoreComesBackThanWent as problem:
        raise AlreadyReversed from problem
    except ledger.NotEnoughMoney as problem:
        raise TooLittleToReverse from problem
    except (ledger.AccountTakesNoDebit, ledger.AccountIsClosed) as problem:
        raise FrozenToReverse from problem


def _refuse_what_stays(posting: Posting) -> None:
    if posting.gives_back_id is not None:
        raise ReversalIsFinal
    if not can_be_reversed(posting):
        raise AlreadyReversed
    _ask_the_rooms(posting)


def _ask_the_rooms(posting: Posting) -> None:
    for objection in _objections.values():
        objection(posting)


def _company_of(entries: list[Entry]) -> Company | None:
    """The one company that it touches; none where it touches two, or only the bank."""
    companies = {entry.account.company for entry in entries if entry.account.company}
    return companies.pop() if len(companies) == 1 else None


def _legs(entries: list[Entry], sign: int) -> list[dict[str, Any]]:
    return [
        {"account": _named(entry.account), "amount_minor": sign * entry.amount_minor, "currency": entry.currency}
        for entry in entries
    ]


def _named(account: BankAccount) -> str:
    return account.iban or account.house_code or ""


def _in_words(proposal: Proposal) -> list[four_eyes.Row]:
    old, new = proposal.old, proposal.new
    rows: list[four_eyes.Row] = [
        (_("Çelësi i regjistrimit"), old["key"], new["key"]),
        (_("Përshkrimi"), old["text"], new["text"]),
    ]
    for before, after in zip(old["legs"], new["legs"], strict=True):
        rows.append((_account_in_words(before["account"]), _amount(before), _amount(after)))
    return rows


def _account_in_words(account: str) -> str:
    return account if "-" in account else group_iban(account)


def _amount(leg: dict[str, Any]) -> str:
    return f"{format_signed(leg['amount_minor'])} {leg['currency']}"


four_eyes.register(
    REVERSAL, apply=_reverse, title=_("Kthim regjistrimi"), permission="accounts.reverse_posting", present=_in_words
)
