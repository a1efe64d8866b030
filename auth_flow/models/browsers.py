"""Browsers that a user has signed in with in full: known by a cookie, and a lane of their own."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class KnownBrowser(models.Model):
    """A device cookie given after a full sign-in, bound to its user and revocable; only the token's hash is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="known_browsers", verbose_name=_("përdoruesi")
    )
    token_hash = models.CharField(max_length=64, unique=True)
    browser = models.CharField(_("shfletuesi"), max_length=200, blank=True)
    first_seen_at = models.DateTimeField(_("u pa së pari"))
    last_seen_at = models.DateTimeField(_("u pa së fundi"))
    revoked_at = models.DateTimeField(_("u hoq"), null=True)

    class Meta:
        verbose_name = _("shfletues i njohur")
        verbose_name_plural = _("shfletues të njohur")
        indexes: ClassVar = [models.Index(name="browsers_of_user", fields=["user", "last_seen_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.browser[:40]}"
