"""Llogaritë: the company's accounts, their activity and their statements."""

from statements.views.accounts import account, accounts, iban_card
from statements.views.activity import activity, line
from statements.views.archive import all_volumes, archive, archive_paper, volumes
from statements.views.exports import export, export_file, exports
from statements.views.low_balances import low_balances
from statements.views.months import months
from statements.views.statement import statement

__all__ = [
    "account",
    "accounts",
    "activity",
    "all_volumes",
    "archive",
    "archive_paper",
    "export",
    "export_file",
    "exports",
    "iban_card",
    "line",
    "low_balances",
    "months",
    "statement",
    "volumes",
]
