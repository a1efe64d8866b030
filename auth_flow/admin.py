"""What the contact centre sees of the front door: who came in, which SMS went out, who is blocked; and its desk.

The tables are to read only. Whoever may change blocks (the permission `change_accessblock`) takes calls at the desk
(desk_pages.py).
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import Told
from auth_flow import desk_cases
from auth_flow.desk_pages import DeskPages
from auth_flow.models import (
    AccessBlock,
    Call,
    CallAct,
    CustomerLook,
    DeskAlarm,
    FailureCounter,
    LoginAttempt,
    SmsMessage,
)

__all__ = ["desk_cases"]  # registers itself

SEES_USERS = "accounts.view_user"


class ReadOnly(Told):
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
    of_company = ("mandate__company",)
    of_user = "user"
    list_display = ("started_at", "user", "mandate", "network", "signed_in_at", "ended_at", "end_reason")
    list_filter = ("end_reason",)
    list_select_related = ("user__person", "mandate__company", "mandate__user__person")
    search_fields = ("user__username", "mandate__company__nipt", "network")
    exclude: ClassVar = ["key_hash", "password_version", "identity", "permit"]
    ordering = ("-started_at",)


@admin.register(SmsMessage)
class SmsMessageAdmin(ReadOnly):
    """The text stands here with a mark where the code was."""

    of_user = "challenge__user"
    list_display = ("created_at", "phone", "status", "attempts", "gateway", "error_code", "error_words")
    list_filter = ("status", "gateway")
    search_fields = ("challenge__user__username", "challenge__reference")
    exclude: ClassVar = ["to", "lease_token", "digits"]
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


@admin.register(AccessBlock)
class AccessBlockAdmin(DeskPages, ReadOnly):
    """The standing and the lifted blocks; the desk's pages stand above them.

    Whose block it is, it says to whoever may look at users anyway: at the desk one asks for a customer by her number
    and with a reason.
    """

    of_user = "user"
    change_list_template = "admin/auth_flow/accessblock/change_list.html"
    list_display = ("placed_at", "reference", "kind", "lane", "placed_by", "lift_proposed_by", "lifted_by", "lifted_at")
    list_filter = ("kind",)
    ordering = ("-placed_at",)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return ("reference", "user__username") if request.user.has_perm(SEES_USERS) else ("reference",)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if request.user.has_perm(SEES_USERS) else [name for name in fields if name != "user"]


@admin.register(Call)
class CallAdmin(ReadOnly):
    """Who talked with whom, and whether the caller was checked."""

    of_user = "user"
    list_display = ("opened_at", "agent", "user", "channel", "began_by_customer", "checked_at", "ended_at", "reason")
    list_filter = ("channel", "began_by_customer")
    list_select_related = ("agent", "user__person")
    search_fields = ("user__username", "agent__username")
    ordering = ("-opened_at",)


@admin.register(CallAct)
class CallActAdmin(ReadOnly):
    """What was done in calls, and why."""

    of_user = "call__user"
    list_display = ("at", "what", "agent", "customer", "reason")
    list_filter = ("what",)
    list_select_related = ("call__agent", "call__user__person")
    search_fields = ("call__user__username", "call__agent__username")
    ordering = ("-at",)

    @admin.display(description=_("agjenti"))
    def agent(self, act: CallAct) -> str:
        return act.call.agent.username

    @admin.display(description=_("klienti"))
    def customer(self, act: CallAct) -> str:
        return act.call.user.username


@admin.register(CustomerLook)
class CustomerLookAdmin(ReadOnly):
    """Which member of staff looked up whom, how, and why."""

    of_user = "user"
    list_display = ("at", "agent", "user", "by", "reason")
    list_filter = ("by",)
    list_select_related = ("agent", "user__person")
    search_fields = ("user__username", "agent__username")
    ordering = ("-at",)


@admin.register(DeskAlarm)
class DeskAlarmAdmin(ReadOnly):
    """Who did much of one thing in an hour."""

    list_display = ("at", "kind", "agent", "count")
    list_filter = ("kind",)
    list_select_related = ("agent",)
    search_fields = ("agent__username",)
    ordering = ("-at",)
