"""Llogaritë: the company's accounts, their activity and their statements."""

from statements.views.accounts import account, accounts, iban_card
from statements.views.activity import activity, line
from statements.views.archive import archive, archive_paper, volumes
from statements.views.low_balances import low_balances
from statements.views.statement import statement

__all__ = [
    "account",
    "accounts",
    "activity",
    "archive",
    "archive_paper",
    "iban_card",
    "line",
    "low_balances",
    "statement",
    "volumes",
]
