"""What a user chose for her accounts: read along with them, changed one account at a time, seen by nobody else.

A nickname is hers alone: papers, exports and the trail know the account by the bank's name for it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import BooleanField, CharField, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts import audit, selectors as books
from accounts.models import BankAccount, Company, Mandate, User
from accounts.questions import Given, Question
from accounts.refusals import Refusal
from accounts.verbs import verb
from statements.models import AccountPreference


class AccountOfAnother(Refusal):
    sentence = _("Kjo llogari nuk është e kompanisë për të cilën veproni. Zgjidhni një llogari nga lista juaj.")


# --- As she meets them -----------------------------------------------------------------------------------------------


def accounts(mandate: Mandate) -> Sequence[BankAccount]:
    """The company's current accounts as this user meets them, her favourites first, the hidden ones too; one query.

    Each has `nickname` ("" where she gave none), `is_favourite`, `is_hidden`, and `booked_minor`, which is the balance
    in the word of the screens.
    """
    return _ACCOUNTS(company=mandate.company_id, user=mandate.user_id)


def account_of(mandate: Mandate, account_uuid: UUID) -> BankAccount | None:
    """One account of the company, hidden or not, as above; None for anybody else's, as if it did not exist."""
    found = _ACCOUNT(company=mandate.company_id, user=mandate.user_id, account=account_uuid)
    return found[0] if found else None


def _as_met(accounts: QuerySet[BankAccount]) -> QuerySet[BankAccount]:
    """With her row of each account; the places `company` and `user` are to be filled."""
    hers = FilteredRelation("preferences", condition=Q(preferences__user=cast(User, Given("user"))))
    no = Value(False, output_field=BooleanField())
    return accounts.annotate(
        hers=hers,
        booked_minor=F("balance_minor"),
        nickname=Coalesce("hers__nickname", Value(""), output_field=CharField()),
        is_favourite=Coalesce("hers__is_favourite", no),
        is_hidden=Coalesce("hers__is_hidden", no),
    )


_ACCOUNTS = Question(
    lambda: _as_met(books.current_accounts(cast(Company, Given("company")))).order_by(
        F("is_favourite").desc(), "currency", "id"
    )
)
_ACCOUNT = Question(
    lambda: _as_met(
        BankAccount.objects.filter(company=cast(Company, Given("company")), uuid=cast(UUID, Given("account")))
    )
)


# --- As she wishes ---------------------------------------------------------------------------------------------------


@verb("statements.account.arranged")
def arrange(
    *, account_id: UUID, mandate: Mandate, nickname: str, is_favourite: bool, is_hidden: bool, at: datetime
) -> AccountPreference:
    """Note how this user wants to meet an account of the company; refuses another company's account."""
    account = books.account_of(mandate.company, account_id)
    if account is None:
        raise AccountOfAnother
    AccountPreference.objects.get_or_create(user=mandate.user, account=account)
    row = AccountPreference.objects.select_for_update().get(user=mandate.user, account=account)
    wishes: dict[str, str | bool] = {"nickname": nickname, "is_favourite": is_favourite, "is_hidden": is_hidden}
    changed = sorted(name for name, wish in wishes.items() if getattr(row, name) != wish)
    for name in changed:
        setattr(row, name, wishes[name])
    if changed:
        row.save(update_fields=changed)
        # What she calls it is hers: the trail keeps that the name changed, never the name.
        actor, subject = audit.actor_of(mandate), f"account:{account.uuid}"
        audit.record("statements.account.arranged", actor=actor, at=at, subject=subject, details={"what": changed})
    return row
