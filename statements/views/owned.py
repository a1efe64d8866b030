"""Whose account a page is about."""

from uuid import UUID

from django.http import Http404

from accounts.models import BankAccount
from auth_flow.http import SignedInRequest
from statements import preferences


def account_or_404(request: SignedInRequest, account_uuid: UUID) -> BankAccount:
    """One account of the company she acts for, with what she calls it; any other does not exist."""
    account = preferences.account_of(request.mandate, account_uuid)
    if account is None:
        raise Http404
    return account
