"""Money came: the users of a company are told what was booked to its accounts from outside (row 74).

One notice an account and batch, whatever number of payments it holds: a shop that is paid five hundred times in a file
reads one sentence. What the core brings of days long gone is history, and no news.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts import clock, mandates, notices
from accounts.identifiers import account_tail
from accounts.models import BankAccount, Notice
from accounts.money import format_money

FROM_SOMEBODY: Final = "accounts.money.came"
FROM_NOBODY: Final = "accounts.money.came_unnamed"
SEVERAL: Final = "accounts.money.came_often"
NEWS_FOR: Final = timedelta(days=3)

notices.declare(FROM_SOMEBODY, _("Erdhën %(amount)s nga %(payer)s në llogarinë %(account)s."))
notices.declare(FROM_NOBODY, _("Erdhën %(amount)s në llogarinë %(account)s. Paguesin e gjeni te veprimet e llogarisë."))
notices.declare(
    SEVERAL,
    _("Erdhën %(count)s pagesa, gjithsej %(amount)s, në llogarinë %(account)s. I gjeni te veprimet e llogarisë."),
)


@dataclass(frozen=True, slots=True)
class Credit:
    """What was booked to an account of a customer: minor units of its currency, and who paid, where it is known."""

    iban: str
    amount_minor: int
    payer: str
    value_on: date


def tell(credits: Iterable[Credit], *, at: datetime) -> None:
    """Tell of what was just booked, in its transaction: everybody with a mandate for the company, who may all look.

    Three queries, however many credits and companies; none where there is nothing to tell.
    """
    by_iban: dict[str, list[Credit]] = defaultdict(list)
    for credit in credits:
        if credit.value_on >= clock.tirana_day(at) - NEWS_FOR:
            by_iban[credit.iban].append(credit)
    if not by_iban:
        return
    accounts = list(BankAccount.objects.filter(iban__in=by_iban, company__isnull=False).order_by("pk"))
    readers = mandates.readers({account.company_id for account in accounts if account.company_id}, at=at)
    notices.tell_many(
        [
            Notice(user=mandate.user, company=mandate.company, kind=kind, facts=facts, created_at=at)
            for account in accounts
            for kind, facts in [_told(account, by_iban[account.iban or ""])]
            for mandate in readers.get(account.company_id or 0, [])
        ]
    )


def _told(account: BankAccount, credits: Sequence[Credit]) -> tuple[str, dict[str, Any]]:
    amount = sum(credit.amount_minor for credit in credits)
    facts = {"amount": format_money(amount, account.currency), "account": account_tail(account.iban or "")}
    if len(credits) > 1:
        return SEVERAL, facts | {"count": len(credits)}
    payer = credits[0].payer
    return (FROM_SOMEBODY, facts | {"payer": payer}) if payer else (FROM_NOBODY, facts)
