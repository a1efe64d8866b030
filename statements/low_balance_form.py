"""Below which balances she wants to be told: shape only, a field an account."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.fields import AmountField
from accounts.identifiers import account_tail
from accounts.models import BankAccount
from statements.models import LowBalance

ZERO = _("Kufiri duhet të jetë më i madh se zero. Lëreni bosh, nëse nuk doni njoftim.")


class LowBalanceForm(forms.Form):
    """One amount for each account of the company; an empty one asks for no notice."""

    def __init__(self, accounts: Sequence[BankAccount], chosen: Mapping[int, LowBalance], *args: Any) -> None:
        super().__init__(*args)
        self.accounts = accounts
        for account in accounts:
            called = getattr(account, "nickname", "") or account.name
            field = AmountField(
                label=f"{called} {account_tail(account.iban or '')}", required=False, error_messages={"zero": ZERO}
            )
            field.initial = chosen[account.pk].threshold_minor if account.pk in chosen else None
            self.fields[_name(account)] = field

    def rows(self) -> list[tuple[BankAccount, BoundField]]:
        """Each account with its field."""
        return [(account, self[_name(account)]) for account in self.accounts]

    def thresholds(self) -> dict[UUID, int | None]:
        """Minor units by account."""
        return {account.uuid: self.cleaned_data[_name(account)] for account in self.accounts}


def _name(account: BankAccount) -> str:
    return f"below_{account.uuid.hex}"
