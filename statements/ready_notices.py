"""A statement is ready: whoever may look into the company's accounts is told of the month that was filed for her.

Found by the clock behind the archive, whoever had the paper made; an account's month is told once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import mandates, notices
from accounts.identifiers import account_tail
from accounts.models import BankAccount, Notice
from statements import archive
from statements.models import ToldMonth
from statements.periods import Period

READY: Final = "statements.paper.ready"
SEVERAL: Final = "statements.paper.ready_many"
PORTION: Final = 500
NEVER: Final = date.min

notices.declare(READY, _("Pasqyra e muajit %(month)s për llogarinë %(account)s është gati."))
notices.declare(SEVERAL, _("Pasqyrat e muajit %(month)s janë gati, për %(count)s llogari."))


@dataclass(frozen=True, slots=True)
class Ready:
    """One account's statement of a whole month, named by its first day."""

    account: BankAccount
    month: date


def tell_filed(*, at: datetime) -> int:
    """Tell of every account whose last closed month was filed and not told yet; returns how many accounts.

    Portion by portion in the order of companies, each a transaction under the locks of its marks: of two at once one
    tells. What older months were filed is no news.
    """
    month, told = archive.last_closed(at), 0
    while month:
        with transaction.atomic():
            accounts = _marked(month.first, list(_untold(month)[:PORTION]))
            tell_ready([Ready(account, month.first) for account in accounts], at=at)
        told += len(accounts)
        if len(accounts) < PORTION:
            break
    return told


def _untold(month: Period) -> QuerySet[BankAccount]:
    told = ToldMonth.objects.filter(account=OuterRef("pk"), month__gte=month.first)
    return archive.filed(month).exclude(Exists(told)).order_by("company", "pk")


def _marked(month: date, accounts: list[BankAccount]) -> list[BankAccount]:
    """These accounts, but for those that somebody else has marked meanwhile."""
    keys = sorted(account.pk for account in accounts)
    ToldMonth.objects.bulk_create([ToldMonth(account_id=key, month=NEVER) for key in keys], ignore_conflicts=True)
    behind = ToldMonth.objects.filter(account__in=keys, month__lt=month).order_by("account").select_for_update()
    mine = set(behind.values_list("account", flat=True))
    ToldMonth.objects.filter(account__in=mine).update(month=month)
    return [account for account in accounts if account.pk in mine]


def tell_ready(statements: Iterable[Ready], *, at: datetime) -> int:
    """Tell of statements in the transaction that puts them away, once each; returns how many notices were written.

    A company's statements of one month in one call are one notice a reader.
    """
    found: dict[tuple[int, date], list[BankAccount]] = defaultdict(list)
    for one in statements:
        if one.account.company_id:
            found[one.account.company_id, one.month].append(one.account)
    readers = mandates.readers({company for company, _month in found}, at=at) if found else {}
    told = [
        Notice(user=mandate.user, company=mandate.company, kind=kind, facts=facts, created_at=at)
        for (company, month), accounts in sorted(found.items(), key=lambda item: item[0])
        for kind, facts in [_told(accounts, month)]
        for mandate in readers.get(company, [])
    ]
    notices.tell_many(told)
    return len(told)


def _told(accounts: list[BankAccount], month: date) -> tuple[str, dict[str, str | int]]:
    facts: dict[str, str | int] = {"month": f"{month:%m.%Y}"}
    if len(accounts) > 1:
        return SEVERAL, facts | {"count": len(accounts)}
    return READY, facts | {"account": account_tail(accounts[0].iban or "")}
