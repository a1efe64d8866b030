"""What waits for a colleague, on the staff's desk: the queue of the proposals, and the page where one is decided."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Model, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _, gettext_lazy, pgettext_lazy

from accounts import clock, four_eyes
from accounts.desk import Shown, actor_of, named, names_of, tell_look
from accounts.models import Company, Mandate, Person, Posting, Proposal, ReconciliationItem, User
from accounts.refusals import Refusal

# The rows that proposals are about, by the first part of their subject; looked up by the column named here. Rooms add
# their own.
SUBJECTS: dict[str, tuple[type[Model], str]] = {
    "company": (Company, "pk"),
    "item": (ReconciliationItem, "pk"),
    "mandate": (Mandate, "pk"),
    "person": (Person, "pk"),
    "posting": (Posting, "uuid"),
    "user": (User, "pk"),
}
# So much of a proposal stands in the queue; the rest on its page.
LINES_MAX, WORDS_MAX = 4, 60
PENDING_FIRST = Case(When(status=Proposal.Status.PENDING, then=Value(0)), default=Value(1))


class KindFilter(admin.SimpleListFilter):
    title = gettext_lazy("lloji")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        return [(kind.name, str(kind.title)) for kind in four_eyes.kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Proposal)
class ProposalDesk(Shown):
    """Whoever may see proposals sees the queue; a kind's own permission decides, and shows what is personal in it."""

    list_display = ("title", "about", "changes", "proposer", "proposed_at", "status", "decider", "decided_at")
    list_filter = (KindFilter, "status")
    search_fields = ("subject", "reason")
    fields = ("kind", "subject", "status", "reason", "proposed_at", "decided_at", "note")

    def get_ordering(self, request: HttpRequest) -> Any:
        return (PENDING_FIRST, "-proposed_at")

    def get_urls(self) -> list[URLPattern]:
        decide = path(
            "<uuid:proposal_id>/decide/", self.admin_site.admin_view(self.decide), name="accounts_proposal_decide"
        )
        return [decide, *super().get_urls()]

    @admin.display(description=gettext_lazy("Propozimi"), ordering="kind")
    def title(self, proposal: Proposal) -> str:
        return _title(proposal)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the names of the people and the rows, fetched together and not line by line."""
        changes = super().get_changelist_instance(request)
        proposals: list[Any] = list(changes.result_list)
        names = names_of(actor for made in proposals for actor in (made.proposed_by, made.decided_by))
        rows = _rows_of(proposals)
        for made in proposals:
            made.words = {
                "about": str(rows.get(made.subject) or four_eyes.about(made)),
                "proposer": names.get(made.proposed_by, made.proposed_by),
                "decider": names.get(made.decided_by, made.decided_by),
            }
        changes.result_list = proposals
        return changes

    @admin.display(description=gettext_lazy("Propozoi"), ordering="proposed_by")
    def proposer(self, proposal: Proposal) -> str:
        return _word(proposal, "proposer")

    @admin.display(description=gettext_lazy("E vendosi"), ordering="decided_by")
    def decider(self, proposal: Proposal) -> str:
        return _word(proposal, "decider")

    @admin.display(description=pgettext_lazy("subject", "Për"), ordering="subject")
    def about(self, proposal: Proposal) -> str:
        return _word(proposal, "about")

    @admin.display(description=gettext_lazy("Çfarë ndryshon"))
    def changes(self, proposal: Proposal) -> str:
        """What is now and what shall be, in a few lines; without what is personal, which its page alone shows."""
        try:
            rows = [row for row in four_eyes.in_words(proposal, is_masked=True) if row[1] != row[2]]
        except (KeyError, TypeError, ValueError):  # made by an older release, with other facts
            return ""
        rows.sort(key=lambda row: not row[1])  # what takes the place of something first
        told = ((label, _from_to(old, new)) for label, old, new in rows[:LINES_MAX])
        lines = format_html_join(SafeString("<br>"), "{}: {}", told)
        return format_html("{}<br>…", lines) if len(rows) > LINES_MAX else lines

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one proposal; decisions go to an address of their own."""
        proposal = cast(Proposal | None, self.get_object(request, object_id))
        if proposal is None:
            raise Http404
        if request.method == "POST" or not self.has_view_permission(request, proposal):
            raise PermissionDenied
        kind, may_decide = four_eyes.kind_of(proposal), _may_decide(request, proposal)
        row = _rows_of([proposal]).get(proposal.subject)
        if row is not None:
            tell_look(request, self.admin_site.get_model_admin(type(row)), row)
        about, about_url = _about(request, proposal, row)
        facts = {
            **self.admin_site.each_context(request),
            "title": _title(proposal),
            "opts": self.opts,
            "proposal": proposal,
            "rows": four_eyes.in_words(proposal, is_masked=not may_decide),
            "about": about,
            "about_url": about_url,
            "proposed_by": named(proposal.proposed_by),
            "decided_by": named(proposal.decided_by),
            "is_pending": proposal.status == Proposal.Status.PENDING,
            "is_mine": proposal.proposed_by == actor_of(request).name,
            "is_known": kind is not None,
            "may_decide": may_decide,
        }
        return TemplateResponse(request, "admin/accounts/proposal/proposal.html", facts)

    def decide(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        """Approve, refuse or withdraw, and back to the page, which says how it stands now."""
        proposal = get_object_or_404(Proposal, pk=proposal_id)
        if request.method != "POST" or not _may_decide(request, proposal):
            raise PermissionDenied
        try:
            messages.info(request, _decided(request, proposal_id))
        except Refusal as refusal:
            messages.error(request, str(refusal.sentence))
        return redirect("admin:accounts_proposal_change", proposal_id)


def _decided(request: HttpRequest, proposal_id: UUID) -> str:
    """Do what the button said; what to say afterwards."""
    actor, at = actor_of(request), clock.now()
    match request.POST.get("act"):
        case "approve":
            four_eyes.approve(proposal_id=proposal_id, actor=actor, at=at)
            return _("Propozimi u miratua dhe u krye.")
        case "refuse":
            four_eyes.refuse(proposal_id=proposal_id, reason=request.POST.get("reason", ""), actor=actor, at=at)
            return _("Propozimi u refuzua. Asgjë nuk ndryshoi.")
        case "withdraw":
            four_eyes.withdraw(proposal_id=proposal_id, actor=actor, at=at)
            return _("Propozimi u tërhoq. Asgjë nuk ndryshoi.")
        case _:
            raise PermissionDenied


def _title(proposal: Proposal) -> str:
    kind = four_eyes.kind_of(proposal)
    return str(kind.title) if kind else proposal.kind


def _may_decide(request: HttpRequest, proposal: Proposal) -> bool:
    """Whoever has the kind's permission; a kind of an older release is left to a superuser."""
    kind = four_eyes.kind_of(proposal)
    user = cast(User, request.user)
    return user.has_perm(kind.permission) if kind else user.is_superuser


def _word(proposal: Proposal, name: str) -> str:
    """A word of the list, fetched with the whole list; the page of one proposal has its own."""
    words: dict[str, str] = getattr(proposal, "words", {})
    return words.get(name, "")


def _from_to(old: str, new: str) -> str:
    old, new = (Truncator(text).chars(WORDS_MAX) for text in (old, new))
    return f"{old} → {new or '–'}" if old else new


def _rows_of(proposals: Iterable[Proposal]) -> dict[str, Model]:
    """The rows that proposals are about, by subject: one query for each model."""
    wanted: dict[str, dict[str, str]] = {}
    for proposal in proposals:
        name, _colon, key = proposal.subject.split(" ")[0].partition(":")
        if name in SUBJECTS:
            wanted.setdefault(name, {})[proposal.subject] = key
    found: dict[str, Model] = {}
    for name, keys in wanted.items():
        model, column = SUBJECTS[name]
        rows = {str(getattr(row, column)): row for row in _all(model).filter(**{f"{column}__in": keys.values()})}
        found |= {subject: rows[key] for subject, key in keys.items() if key in rows}
    return found


def _all(model: type[Model]) -> QuerySet[Any]:
    """With whom their words name."""
    related = {Mandate: ("user__person", "company"), User: ("person",)}.get(model, ())
    return model._default_manager.select_related(*related) if related else model._default_manager.all()


def _about(request: HttpRequest, proposal: Proposal, row: Model | None) -> tuple[str, str]:
    """The row that a proposal is about, in words, and the address of its page for whoever may see it."""
    if row is None:
        return four_eyes.about(proposal), ""
    meta = row._meta
    if not cast(User, request.user).has_perm(f"{meta.app_label}.view_{meta.model_name}"):
        return str(row), ""
    return str(row), reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
