"""What the contact centre sees of the front door: who came in, which SMS went out, who is blocked; and its desk.

The tables are to read only. Whoever may change blocks (the permission `change_accessblock`) helps callers at the desk.
"""

from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts import audit, clock
from accounts.models import User
from accounts.refusals import Refusal
from auth_flow import cases, desk
from auth_flow.desk_forms import ActForm, DeadEndForm, FindForm
from auth_flow.models import AccessBlock, FailureCounter, LoginAttempt, SecurityCase, SmsMessage
from auth_flow.patience import patient


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


@admin.register(SecurityCase)
class SecurityCaseAdmin(ReadOnly):
    """What customers reported, and where they could not go on; closed at the desk."""

    list_display = ("opened_at", "reference", "kind", "status", "why", "closed_by")
    list_filter = ("status", "kind")
    search_fields = ("reference",)
    ordering = ("-opened_at",)


@admin.register(AccessBlock)
class AccessBlockAdmin(ReadOnly):
    """The standing and the lifted blocks, and the two pages of the desk: find a customer, help her."""

    change_list_template = "admin/auth_flow/accessblock/change_list.html"
    list_display = ("placed_at", "reference", "kind", "lane", "placed_by", "lift_proposed_by", "lifted_by", "lifted_at")
    list_filter = ("kind",)
    search_fields = ("reference", "user__username")
    ordering = ("-placed_at",)

    # The customers whom this member of staff looked up in this session, and why.
    FOUND = "desk_found"
    FOUND_MAX = 50

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path("desk/", self.admin_site.admin_view(patient(self.find)), name="desk"),
            path("desk/dead-end/", self.admin_site.admin_view(patient(self.dead_end)), name="desk_dead_end"),
            path("desk/<int:user_id>/", self.admin_site.admin_view(patient(self.customer)), name="desk_customer"),
        ]
        return [*pages, *super().get_urls()]

    def find(self, request: HttpRequest) -> HttpResponse:
        """Who is calling: by one number and with a reason. Every look is written down before anything is shown."""
        self._refuse_who_may_not(request, "view")
        form = FindForm(request.POST or None)
        found: list[User] = []
        if form.is_valid():
            typed = dict(form.cleaned_data)
            reason = typed.pop("reason")
            found = desk.find(**typed)
            desk.note_look(users=found, how=form.how, reason=reason, actor=_actor(request), at=clock.machine())
            earlier = request.session.get(self.FOUND, {}) | {str(user.pk): reason for user in found}
            request.session[self.FOUND] = dict(list(earlier.items())[-self.FOUND_MAX :])
            if len(found) == 1:
                return redirect("admin:desk_customer", user_id=found[0].pk)
        nobody = form.is_bound and form.is_valid() and not found
        facts = {"form": form, "found": found, "nobody": nobody, "may_act": self._may(request, "change")}
        return self._page(request, "desk.html", _("Gjej një klient"), facts)

    def dead_end(self, request: HttpRequest) -> HttpResponse:
        """Close a dead end by the reference that the caller reads out; it may belong to nobody."""
        self._refuse_who_may_not(request, "change")
        form = DeadEndForm(request.POST or None)
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        if form.is_valid():
            reference, reason = form.cleaned_data["reference"], form.cleaned_data["reason"]
            try:
                cases.close_dead_end(reference=reference, outcome=reason, actor=_actor(request), at=clock.machine())
            except Refusal as refusal:
                messages.error(request, str(refusal.sentence))
            else:
                messages.info(request, _("Rasti u mbyll."))
        return redirect("admin:desk")

    def customer(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """One customer's access, and what may be done for her. Only after a look with a reason."""
        self._refuse_who_may_not(request, "view")
        if str(user_id) not in request.session.get(self.FOUND, {}):
            return redirect("admin:desk")
        user = desk.customers().filter(pk=user_id).first()
        if user is None:
            raise Http404
        if request.method == "POST":
            self._refuse_who_may_not(request, "change")
            self._act(request, user)
            return redirect("admin:desk_customer", user_id=user_id)
        facts = {"dossier": desk.dossier(user), "may_act": self._may(request, "change")}
        return self._page(request, "customer.html", user.full_name, facts)

    def _act(self, request: HttpRequest, user: User) -> None:
        form = ActForm(request.POST)
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, str(errors[0]))
            return
        try:
            messages.info(request, self._done(form.cleaned_data, user, _actor(request)))
        except Refusal as refusal:
            messages.error(request, str(refusal.sentence))

    def _done(self, typed: dict[str, Any], user: User, actor: audit.Actor) -> str:
        """Do it; what to say afterwards."""
        by: dict[str, Any] = {"user_id": user.pk, "actor": actor, "at": clock.machine()}
        reason, verified, row = typed["reason"], typed["caller_is_verified"], typed["row"] or 0
        match typed["act"]:
            case "unblock":
                desk.unblock(**by, reason=reason, caller_is_verified=verified)
                return _("Hyrja u zhbllokua. Klienti njoftohet me SMS.")
            case "block":
                desk.block(**by, reason=reason)
                return _("Hyrja u bllokua dhe çdo hyrje e hapur u mbyll.")
            case "lift_freeze":
                is_lifted = desk.lift_freeze(**by, block_id=row, reason=reason, caller_is_verified=verified)
                return _("Ngrirja u hoq.") if is_lifted else _("Heqja u propozua. E konfirmon një koleg tjetër.")
            case "remove_app":
                desk.remove_app(**by, reason=reason, caller_is_verified=verified)
                return _("Aplikacioni i kodeve u hoq. Klienti njoftohet.")
            case "end_sessions":
                desk.end_sessions(**by, reason=reason)
                return _("Hyrjet e hapura u mbyllën.")
            case _:
                cases.close(**by, case_id=row, outcome=reason)
                return _("Rasti u mbyll.")

    def _page(self, request: HttpRequest, name: str, title: str, facts: dict[str, Any]) -> TemplateResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.model._meta, **facts}
        return TemplateResponse(request, f"admin/auth_flow/accessblock/{name}", context)

    def _may(self, request: HttpRequest, what: str) -> bool:
        return cast(User, request.user).has_perm(f"auth_flow.{what}_accessblock")

    def _refuse_who_may_not(self, request: HttpRequest, what: str) -> None:
        if not self._may(request, what):
            raise PermissionDenied


def _actor(request: HttpRequest) -> audit.Actor:
    return audit.actor_of(cast(User, request.user))
