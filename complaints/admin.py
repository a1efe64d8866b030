"""The desk of cases: the queue with its deadlines, the thread of each, and what staff do about it (R63-R66).

A case is opened at the desk or by its customer, and changed by its acts alone. Each look at one leaves its trace.
"""

import secrets
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _, ngettext

from accounts import clock, desk
from accounts.desk import Shown
from accounts.desk_acts import Act, Acting
from complaints import answers, deadlines, handouts, selectors
from complaints.deadlines import Left
from complaints.desk_acts import ANSWER, ANSWER_FOR_GOOD, ASSIGN, CLOSE, LOG, NOTE, REOPEN, TAKE
from complaints.models import Attachment, Case, Reply

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LANGUAGE = "sq"
# The contact centre's desk, which leads here from a call.
CALLS_PAGE = "admin:desk"
TAKES_CALLS = "auth_flow.change_accessblock"


class StateFilter(admin.SimpleListFilter):
    """What is under way, unless something else is asked for."""

    title = _("gjendja")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> "Iterable[tuple[str, StrOrPromise]]":
        return [
            ("overdue", _("Me afat të kaluar")),
            ("near", _("Me afat të afërt")),
            ("mine", _("Të miat")),
            ("free", _("Pa njeri")),
            ("ended", _("Të mbaruara")),
            ("all", _("Të gjitha")),
        ]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Në shqyrtim")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        today = clock.tirana_day(clock.now())
        under_way = queryset.filter(ended_at=None)
        match self.value():
            case "overdue":
                return queryset.filter(pk__in=selectors.overdue(today).values("pk"))
            case "near":
                near = selectors.near_deadline(today, deadlines.last_near_day(today))
                return queryset.filter(pk__in=near.values("pk"))
            case "mine":
                return under_way.filter(assigned_to=request.user.pk)
            case "free":
                return under_way.filter(assigned_to=None)
            case "ended":
                return queryset.exclude(ended_at=None)
            case "all":
                return queryset
        return under_way


@admin.register(Case)
class CaseDesk(Acting, Shown):
    listed_of_company = ("company",)
    acts = (TAKE, ASSIGN, NOTE, ANSWER, ANSWER_FOR_GOOD, CLOSE, REOPEN)
    change_form_template = "admin/complaints/case/change_form.html"
    note = _(
        "Rasti mbetet siç u regjistrua; biseda vetëm shtohet. Që e hapët, e sheh edhe kompania e tij: kur dhe me cilin "
        "rol, pa emrin tuaj."
    )
    list_display = ("number", "kind", "channel", "who", "status", "answer_by", "days_left", "follower")
    list_filter = (StateFilter, "kind", "channel")
    list_select_related = ("company", "assigned_to")
    list_per_page = 50
    search_fields = ("number", "name", "email", "phone", "customer_number", "company__nipt")
    fields = (
        ("number", "kind", "channel"),
        ("status", "answer_by", "days_left"),
        "follower",
        "subject",
        ("name", "company"),
        ("email", "phone", "customer_number"),
        ("opened_at", "final_at", "ended_at"),
    )
    readonly_fields = ("days_left", "follower")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        return selectors.queue(super().get_queryset(request))

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ()

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        pages = [
            path("new/", site.admin_view(self.log), name="complaints_case_log"),
            path("<uuid:case_id>/paper/", site.admin_view(self.paper), name="complaints_case_paper"),
            path("<uuid:case_id>/files/<uuid:file_id>/", site.admin_view(self.file), name="complaints_case_file"),
        ]
        return [*pages, *super().get_urls()]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the working days left of every row, out of one calendar."""
        changes = super().get_changelist_instance(request)
        rows: list[Any] = list(changes.result_list)
        left = deadlines.left_of(rows, today=clock.tirana_day(clock.now()))
        for row in rows:
            row.left = left.get(row.number)
        changes.result_list = rows
        return changes

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case and its whole thread. Whoever looks is written down first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        case = self.get_object(request, object_id)
        if case is None:
            raise Http404
        answers.note_look(case_id=case.pk, actor=desk.actor_of(request), at=clock.now())
        facts = {"thread": _thread_of(case), "tells_by_phone": case.user_id is None and not case.email}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **facts})

    def log(self, request: HttpRequest) -> HttpResponse:
        """An agent writes down a case for whoever calls, writes or comes; `?customer=` fills in her number."""
        if not request.user.has_perm(LOG.permission):
            raise PermissionDenied
        initial = {"customer_number": request.GET.get("customer", "")[:9], "mark": secrets.token_hex(16)}
        form = LOG.form(request.POST or None, request.FILES or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            case = self._done(request, LOG, None, form)
            if isinstance(case, Case):
                told = {"number": case.number, "day": f"{case.answer_by:%d.%m.%Y}"}
                messages.info(request, _("Numri për klientin: %(number)s. Përgjigjja deri më %(day)s.") % told)
                return redirect(self._address_of(request, case))
        page = self._asked(request, LOG, None, form)
        if not self.has_view_permission(request) and page.context_data:
            page.context_data["back"] = _back_of_an_agent(request)
        return page

    def paper(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """The thread as the customer sees it, as a PDF. Whoever takes it has read the case."""
        case = self._read(request, case_id)
        return handouts.paper(case, language=LANGUAGE, actor=desk.actor_of(request), at=clock.now())

    def file(self, request: HttpRequest, case_id: UUID, file_id: UUID) -> HttpResponse:
        """One file of the thread, which is read too."""
        case = self._read(request, case_id)
        kept = Attachment.objects.filter(pk=file_id, reply__case=case).select_related("reply__case").first()
        if kept is None:
            raise Http404
        return handouts.file(kept, actor=desk.actor_of(request), at=clock.now())

    @admin.display(description=_("nga"), ordering="name")
    def who(self, case: Case) -> str:
        return f"{case.name}, {case.company.name}" if case.company else case.name

    @admin.display(description=_("ditë pune"))
    def days_left(self, case: Case) -> str:
        """Of a row of the list as it was read with the others, else asked here."""
        left: Left | None = getattr(case, "left", None)
        if left is None and not case.has_ended:
            left = deadlines.left_of([case], today=clock.tirana_day(clock.now())).get(case.number)
        if left is None:
            return "–"
        if left.is_overdue:
            return ngettext("%(days)s ditë vonesë", "%(days)s ditë vonesë", left.late) % {"days": left.late}
        return str(left.days)

    @admin.display(description=_("e ndjek"), ordering="assigned_to__username")
    def follower(self, case: Case) -> str:
        return case.assigned_to.username if case.assigned_to else "–"

    def _address_of(self, request: HttpRequest, shown: Model) -> str:
        """An agent who may not see the queue goes on where she was."""
        return super()._address_of(request, shown) if self.has_view_permission(request) else _back_of_an_agent(request)

    def _links(self, request: HttpRequest, acts: Any, *row: str) -> "list[tuple[str, StrOrPromise]]":
        """The acts, and beside them what is no act on a row: to log a case, to take the paper along."""
        links = super()._links(request, acts, *row)
        if row:
            return [*links, (reverse("admin:complaints_case_paper", args=row), _("Shkarko si PDF"))]
        if request.user.has_perm(LOG.permission):
            links.append((reverse("admin:complaints_case_log"), LOG.title))
        return links

    def _asked(self, request: HttpRequest, act: Act, row: Case | None, form: forms.Form) -> TemplateResponse:
        """Whoever writes to the customer has the thread before her eyes; that is a look, too."""
        page = super()._asked(request, act, row, form)
        if row is not None and act in {ANSWER, ANSWER_FOR_GOOD, CLOSE}:
            answers.note_look(case_id=row.pk, actor=desk.actor_of(request), at=clock.now())
            page.template_name = "admin/complaints/case/act.html"
            page.context_data = {**(page.context_data or {}), "thread": _thread_of(row), "original": row}
        return page

    def _read(self, request: HttpRequest, case_id: UUID) -> Case:
        """A case that is about to be shown; the look is written down first."""
        case = selectors.case_by_id(case_id)
        if case is None:
            raise Http404
        if not self.has_view_permission(request, case):
            raise PermissionDenied
        answers.note_look(case_id=case.pk, actor=desk.actor_of(request), at=clock.now())
        return case


def _back_of_an_agent(request: HttpRequest) -> str:
    """The desk where her call goes on; the first page for whoever takes none."""
    return reverse(CALLS_PAGE if request.user.has_perm(TAKES_CALLS) else "admin:index")


def _thread_of(case: Case) -> list[tuple[Reply, str]]:
    """All that was written, notes too, and who of staff wrote it."""
    replies = list(selectors.whole_thread(case))
    names = desk.names_of(reply.written_by for reply in replies)
    return [(reply, names.get(reply.written_by, "")) for reply in replies]
