"""Passwords that were: their hashes alone, so that the last ten are not taken again."""

from typing import ClassVar

from django.db import models

from accounts.models import User


class PasswordRecord(models.Model):
    """One password that a user had; `changed_by` says through which page it came."""

    class Through(models.TextChoices):
        REGISTRATION = "registration"
        CHANGE = "change"
        RESET = "reset"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="password_records")
    password = models.CharField(max_length=256)
    through = models.CharField(max_length=12, choices=Through)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(name="passwords_of_user", fields=["user", "created_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"
