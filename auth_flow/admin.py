"""What the contact centre sees of the front door: who came in, which SMS went out, who is blocked. To read only."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from auth_flow.models import FailureCounter, LoginAttempt, SmsMessage


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when Django runs without the stubs
    """No adding, no changing, no deleting, no actions."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(LoginAttempt)
class LoginAttemptAdmin(ReadOnly):
    list_display = ("started_at", "user", "mandate", "network", "signed_in_at", "ended_at", "end_reason")
    list_filter = ("end_reason",)
    list_select_related = ("user__person", "mandate__company", "mandate__user__person")
    search_fields = ("user__username", "mandate__company__nipt", "network")
    exclude: ClassVar = ["key_hash", "password_version", "identity"]
    ordering = ("-started_at",)


@admin.register(SmsMessage)
class SmsMessageAdmin(ReadOnly):
    """The text stands here with a mark where the code was."""

    list_display = ("created_at", "phone", "status", "attempts", "gateway", "error_code", "error_words")
    list_filter = ("status", "gateway")
    search_fields = ("challenge__user__username", "challenge__reference")
    exclude: ClassVar = ["to", "lease_token"]
    ordering = ("-created_at",)

    @admin.display(description="SMS")
    def phone(self, message: SmsMessage) -> str:
        """The last three digits are enough to compare on the phone."""
        return f"…{message.to[-3:]}"


@admin.register(FailureCounter)
class FailureCounterAdmin(ReadOnly):
    """A caller reads out the reference on her page of the block; the row itself names nobody."""

    list_display = ("reference", "lane", "failures", "level", "blocked_until", "last_failure_at")
    list_filter = ("lane",)
    search_fields = ("reference",)
    ordering = ("-last_failure_at",)
