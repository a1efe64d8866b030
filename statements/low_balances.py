"""Gjendje e ulët: a user names a balance for an account, and is told once when less than that is available.

Looked for by the clock, behind the postings: no payment waits for it. Told again only after the balance has been back
at the threshold.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit, mandates, notices
from accounts.identifiers import account_tail
from accounts.models import BankAccount, Mandate, Notice
from accounts.money import format_money
from accounts.refusals import Refusal
from accounts.verbs import verb
from statements.models import LowBalance

FELL: Final = "statements.balance.low"
PORTION: Final = 500

notices.declare(FELL, _("Gjendja e disponueshme e llogarisë %(account)s ra nën %(threshold)s."))


class NotYourAccount(Refusal):
    sentence = _("Njëra nga llogaritë nuk është e kompanisë për të cilën veproni. Hapeni faqen përsëri.")


def of(mandate: Mandate) -> dict[int, LowBalance]:
    """Her thresholds for the accounts of this company, by account."""
    hers = LowBalance.objects.filter(user=mandate.user_id, account__company=mandate.company_id)
    return {row.account_id: row for row in hers}


@verb("statements.low_balance.chosen")
def choose(*, mandate: Mandate, thresholds: Mapping[UUID, int | None], at: datetime) -> int:
    """Note the thresholds of these accounts in minor units, None for no notice; returns how many changed.

    Where less is available already, she is told when it has been above and falls again. Refuses another company's
    account.
    """
    accounts = list(BankAccount.objects.filter(company=mandate.company_id, uuid__in=thresholds))
    if len(accounts) != len(thresholds):
        raise NotYourAccount
    changed = [account for account in accounts if _set(mandate, account, thresholds[account.uuid])]
    if changed:
        # How much is enough is hers: the trail keeps for which accounts she chose, never the figure.
        actor, subject = audit.actor_of(mandate), f"user:{mandate.user_id}"
        details = {"accounts": sorted(str(account.uuid) for account in changed)}
        audit.record("statements.low_balance.chosen", actor=actor, at=at, subject=subject, details=details)
    return len(changed)


def _set(mandate: Mandate, account: BankAccount, threshold: int | None) -> bool:
    rows = LowBalance.objects.filter(user=mandate.user_id, account=account)
    found = rows.select_for_update().first()
    if (found.threshold_minor if found else None) == threshold:
        return False
    if threshold is None:
        rows.delete()
    else:
        facts = {"threshold_minor": threshold, "is_below": account.available_minor < threshold}
        LowBalance.objects.update_or_create(user=mandate.user, account=account, defaults=facts)
    return True


def tell(*, at: datetime) -> int:
    """Tell of every fall since the last look, and note what rose again; returns how many were told.

    Portion by portion, each a transaction; two at once share them out.
    """
    told = 0
    while True:
        with transaction.atomic():
            crossed = list(_crossed()[:PORTION])
            told += _tell(crossed, at=at)
        if len(crossed) < PORTION:
            return told


def _crossed() -> QuerySet[LowBalance]:
    """Whose available balance is on the other side now than it was, under their locks and never the account's."""
    available = F("account__balance_minor") + F("account__overdraft_minor") - F("account__held_minor")
    rows = LowBalance.objects.annotate(available=available).exclude(account__status=BankAccount.Status.CLOSED)
    fell = Q(is_below=False, available__lt=F("threshold_minor"))
    rose = Q(is_below=True, available__gte=F("threshold_minor"))
    rows = rows.filter(fell | rose).select_related("account", "user__person")
    return rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)


def _tell(crossed: Sequence[LowBalance], *, at: datetime) -> int:
    fell = [row for row in crossed if not row.is_below]
    rose = [row.pk for row in crossed if row.is_below]
    if rose:
        LowBalance.objects.filter(pk__in=rose).update(is_below=False)
    if not fell:
        return 0
    LowBalance.objects.filter(pk__in=[row.pk for row in fell]).update(is_below=True)
    readers = {
        (mandate.user_id, mandate.company_id): mandate
        for company in mandates.readers({row.account.company_id or 0 for row in fell}, at=at).values()
        for mandate in company
    }
    heard = [row for row in fell if (row.user_id, row.account.company_id) in readers]
    LowBalance.objects.filter(pk__in=[row.pk for row in heard]).update(told_at=at)
    notices.tell_many([_notice(row, readers[row.user_id, row.account.company_id or 0], at) for row in heard])
    return len(heard)


def _notice(row: LowBalance, reader: Mandate, at: datetime) -> Notice:
    threshold = format_money(row.threshold_minor, row.account.currency)
    facts = {"account": account_tail(row.account.iban or ""), "threshold": threshold}
    return Notice(user=reader.user, company=reader.company, kind=FELL, facts=facts, created_at=at)
