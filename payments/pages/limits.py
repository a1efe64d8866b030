"""What the page of limits shows: currency by currency, of the person who signs, of her company and of its accounts."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from accounts import selectors as books
from accounts.identifiers import group_iban
from accounts.models import Mandate
from accounts.money import format_money
from payments.limit_standings import Standing, standings
from payments.limits import Scope


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One line: how much, and what is left of it; empty texts where there is no limit, or nothing is counted."""

    label: str
    most: str
    left: str
    is_used_up: bool = False


@dataclass(frozen=True, slots=True)
class LimitTable:
    """The limits of one owner in one currency; `iban` is that of an account, in fours."""

    title: str
    iban: str
    rows: list[LimitRow]


def limits_page(mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """The signer's limits only for whoever signs; those of the company and its accounts for everybody."""
    accounts = list(books.current_accounts(mandate.company))
    shown = [
        one
        for one in standings(mandate.company, mandate.user, accounts, at=at)
        if mandate.may_sign or one.scope != Scope.SIGNER
    ]
    groups = groupby(shown, key=lambda one: one.currency)
    return {
        "currencies": [(currency, [_table(one, mandate) for one in mine]) for currency, mine in groups],
        "may_sign": mandate.may_sign,
        "company_name": mandate.company.name,
    }


def _table(one: Standing, mandate: Mandate) -> LimitTable:
    if one.account:
        title, iban = one.account.name, group_iban(one.account.iban or "")
    else:
        title, iban = _("Nënshkrimi juaj") if one.scope == Scope.SIGNER else mandate.company.name, ""
    rows = [
        LimitRow(_("Për një urdhër"), _sum(one.single_minor, one.currency), ""),
        LimitRow(_("Sot"), _sum(one.daily_minor, one.currency), *_left(one.daily_left_minor, one.currency)),
        LimitRow(_("Këtë muaj"), _sum(one.monthly_minor, one.currency), *_left(one.monthly_left_minor, one.currency)),
    ]
    return LimitTable(title, iban, rows)


def _sum(minor: int | None, currency: str) -> str:
    return "" if minor is None else format_money(minor, currency)


def _left(minor: int | None, currency: str) -> tuple[str, bool]:
    return _sum(minor, currency), minor == 0
