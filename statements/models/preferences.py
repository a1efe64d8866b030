"""How one user wants to meet one account. The books do not know of it, and nobody else sees it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, User

NICKNAME_MAX_LENGTH = 40


class AccountPreference(models.Model):
    """One row a user and account, made when she first chooses something for it.

    A favourite stands before the others, a hidden one is folded away; neither changes what may be done with it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="preferences")
    nickname = models.CharField(_("emri që i vini ju"), max_length=NICKNAME_MAX_LENGTH, blank=True)
    is_favourite = models.BooleanField(_("e preferuar"), default=False)
    is_hidden = models.BooleanField(_("e fshehur"), default=False)

    class Meta:
        verbose_name = _("parapëlqimi për një llogari")
        verbose_name_plural = _("parapëlqimet për llogaritë")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_preference_per_user_and_account", fields=["user", "account"]),
            models.CheckConstraint(
                name="nickname_is_one_plain_line", condition=~models.Q(nickname__regex=r"[[:cntrl:]]|^ | $")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.account_id}"
