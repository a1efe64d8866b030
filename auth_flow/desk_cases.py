"""The queue of security on the staff's desk: who has which case in hand, its evidence, and what may be done with it.

Looking at the evidence of a case is a look at its customer: the trail says who looked, and at which case.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, staff_looks
from accounts.desk import Shown, actor_of, named, names_of
from accounts.desk_acts import Act, Acting, Do
from accounts.models import User
from accounts.verbs import verb
from auth_flow import case_evidence, case_work
from auth_flow.models import SecurityCase

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Status = SecurityCase.Status
LOOKED = "staff.user.looked_at"


class NoForm(forms.Form):
    """Nothing is asked."""


class TextField(forms.CharField):
    """A few words that stay."""

    def __init__(self, label: "StrOrPromise", *, max_length: int) -> None:
        missing = _("Shkruajeni me disa fjalë: mbetet në gjurmë.")
        super().__init__(
            label=label,
            min_length=5,
            max_length=max_length,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"required": missing, "min_length": missing},
        )


class NoteForm(forms.Form):
    text = TextField(_("Shënimi"), max_length=1000)


class OutcomeForm(forms.Form):
    outcome = TextField(_("Përfundimi"), max_length=200)


class Colleague(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when Django runs without the stubs
    def label_from_instance(self, obj: Model) -> str:
        assert isinstance(obj, User), "the choices are staff"
        return obj.username


class HandOverForm(forms.Form):
    colleague = Colleague(
        queryset=User.objects.none(),
        label=_("Kolegu"),
        error_messages={
            "required": _("Zgjidhni kolegun."),
            "invalid_choice": case_work.NobodyToTakeIt.sentence,
        },
    )
    reason = TextField(_("Pse ia kaloni"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["colleague"].queryset = colleagues()  # type: ignore[attr-defined]  # of a field of models


def colleagues() -> QuerySet[User]:
    """Who works with cases of security."""
    name = case_work.PERMISSION.partition(".")[2]
    may = Q(groups__permissions__codename=name) | Q(user_permissions__codename=name) | Q(is_superuser=True)
    return User.objects.filter(may, kind=User.Kind.STAFF, is_active=True).order_by("username").distinct()


def _is_open(case: Any) -> bool:
    return bool(case.status == Status.OPEN)


def _is_free(case: Any) -> bool:
    return _is_open(case) and not case.taken_by


def _is_taken(case: Any) -> bool:
    return _is_open(case) and bool(case.taken_by)


def _by(act: Callable[..., Any], *names: str) -> Do:
    """An act of case_work.py with what was typed, by the machine's clock; the case is shown again."""

    def do(case: SecurityCase, typed: dict[str, Any], actor: audit.Actor, _at: Any) -> SecurityCase:
        act(case_id=case.pk, actor=actor, at=clock.machine(), **{name: typed[name] for name in names})
        return case

    return do


TAKE = Act(
    name="take",
    title=_("Merr në dorë"),
    intro=_("Rasti del si juaji te lista dhe e mbyllni ju."),
    button=_("Merr në dorë"),
    permission=case_work.PERMISSION,
    form=NoForm,
    do=_by(case_work.take),
    said=_("Rastin e keni ju në dorë."),
    is_offered=_is_free,
)
HAND_OVER = Act(
    name="hand-over",
    title=_("Kalo një kolegu"),
    intro=_("Kolegu e gjen te lista si rast të vetin, me fjalët tuaja si shënim."),
    button=_("Kalo"),
    permission=case_work.PERMISSION,
    form=HandOverForm,
    do=_by(case_work.hand_over, "colleague", "reason"),
    said=_("Rasti iu kalua kolegut."),
    is_offered=_is_open,
)
NOTE = Act(
    name="note",
    title=_("Shto shënim"),
    intro=_("Shënimin e lexojnë vetëm kolegët. Nuk ndryshohet më."),
    button=_("Shto"),
    permission=case_work.PERMISSION,
    form=NoteForm,
    do=_by(case_work.note, "text"),
    said=_("Shënimi u shtua."),
    is_offered=_is_open,
)
CLOSE = Act(
    name="close",
    title=_("Mbyll rastin"),
    intro=_("Shkruani çfarë doli. Rasti i mbyllur nuk hapet më; një rast i ri hapet nga klienti."),
    button=_("Mbyll"),
    permission=case_work.PERMISSION,
    form=OutcomeForm,
    do=_by(case_work.close, "outcome"),
    said=_("Rasti u mbyll."),
    is_offered=_is_taken,
)


class WhoseCase(admin.SimpleListFilter):
    """Mine, nobody's; everybody's without it."""

    title = _("në dorë të")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> "list[tuple[str, StrOrPromise]]":
        return [("mine", _("Të miat")), ("nobody", _("Të pamarra"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        whose = {"mine": actor_of(request).name, "nobody": ""}
        return queryset.filter(taken_by=whose[self.value() or ""]) if self.value() in whose else queryset


@admin.register(SecurityCase)
class SecurityCaseDesk(Acting, Shown):
    """What customers reported, and where they could not go on. Whoever may look sees the list and the evidence."""

    acts = (TAKE, HAND_OVER, NOTE, CLOSE)
    change_list_template = "admin/auth_flow/securitycase/change_list.html"
    list_display = ("reference", "kind", "opened_at", "status", "in_hand", "why", "closed_at")
    list_filter = ("status", WhoseCase, "kind")
    search_fields = ("reference", "user__username")
    # The open ones first, and of them the oldest.
    ordering = ("-status", "opened_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SecurityCase]:
        cases: QuerySet[SecurityCase] = super().get_queryset(request)
        return cases.select_related("user__person", "challenge")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Names of the colleagues are read once for the whole list."""
        answer = super().changelist_view(request, extra_context)
        rows = getattr(answer, "context_data", None) or {}
        listed = list(rows["cl"].result_list) if "cl" in rows else []
        names = names_of(case.taken_by for case in listed)
        for case in listed:
            case.colleague = names.get(case.taken_by, case.taken_by)
        if "cl" in rows:
            rows["cl"].result_list = listed
        return answer

    @admin.display(description=_("e ka në dorë"), ordering="taken_by")
    def in_hand(self, case: SecurityCase) -> str:
        return str(getattr(case, "colleague", case.taken_by))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One case and its evidence."""
        if request.method != "GET" or not self.has_view_permission(request):
            raise PermissionDenied
        case = self.get_object(request, object_id)
        if case is None:
            raise Http404
        if case.user is not None:
            _note_look(case=case, actor=actor_of(request), at=clock.machine())
        evidence = case_evidence.of(case)
        names = names_of([case.taken_by, case.closed_by, *(note.written_by for note in evidence.notes)])
        facts = {
            **self.admin_site.each_context(request),
            "title": str(case),
            "opts": self.opts,
            "case": case,
            "evidence": evidence,
            "taken_by": named(case.taken_by) if case.taken_by else "",
            "closed_by": names.get(case.closed_by, case.closed_by),
            "notes": [(names.get(one.written_by, one.written_by), one) for one in evidence.notes],
            "acts": self._links(request, [act for act in self.acts if act.is_offered(case)], object_id),
        }
        return TemplateResponse(request, "admin/auth_flow/securitycase/case.html", facts)


@verb(LOOKED)
def _note_look(*, case: SecurityCase, actor: audit.Actor, at: Any) -> None:
    """Before anything is shown: whose data, and for which case."""
    details = {"by": "case", "case": case.reference}
    audit.record(
        LOOKED, actor=actor, at=at, subject=f"user:{case.user_id}", reason=str(case.reference), details=details
    )
    assert case.user_id is not None, "a case of nobody is nobody's data"
    shown_at = clock.shown(at)
    companies = staff_looks.companies_of([case.user_id], at=shown_at)
    subject = f"accounts.user:{case.user_id}"
    staff_looks.note(companies, way=staff_looks.Way.SECURITY_CASE, subject=subject, actor=actor, at=shown_at)
