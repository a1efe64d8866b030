"""Acts on the staff's desk: a page that asks, one call of a verb, and back to the row it was about.

A desk names its acts, each with the permission it takes. What widens somebody's power ends as a proposal, which the
page of the proposals shows to a colleague.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, desk
from accounts.models import Proposal
from accounts.refusals import Refusal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WAITS: "StrOrPromise" = _(
    "Propozimi u bë. E miraton një koleg te faqja e propozimeve; deri atëherë nuk ndryshon asgjë."
)

# The row that the act is about (None for an act of the list), what was typed, who acts and when; what to show next.
Do = Callable[[Any, dict[str, Any], audit.Actor, datetime], Model]


def always(_row: Any) -> bool:
    return True


def whatever(_row: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that staff may do: `name` ends its address, `intro` says what it does and who confirms it.

    `is_offered` hides it where it makes no sense for the row; the verb refuses there in any case. `initial` fills the
    form from the row.
    """

    name: str
    title: "StrOrPromise"
    intro: "StrOrPromise"
    button: "StrOrPromise"
    permission: str
    form: type[forms.Form]
    do: Do
    said: "StrOrPromise" = WAITS
    is_offered: Callable[[Any], bool] = always
    initial: Callable[[Any], dict[str, Any]] = whatever


class Acting(admin.ModelAdmin):  # type: ignore[type-arg]  # one desk for models of every kind
    """A desk with acts: `acts` on one row, `list_acts` on none yet."""

    acts: ClassVar[tuple[Act, ...]] = ()
    list_acts: ClassVar[tuple[Act, ...]] = ()

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(f"<str:object_id>/{act.name}/", self._page(act), name=self._address_name(act)) for act in self.acts
        ]
        pages += [path(f"{act.name}/", self._page(act), name=self._address_name(act)) for act in self.list_acts]
        return [*pages, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        offered = [act for act in self.acts if row is not None and act.is_offered(row)]
        links = self._links(request, offered, object_id)
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "acts": links})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        links = self._links(request, self.list_acts)
        return super().changelist_view(request, {**(extra_context or {}), "acts": links})

    def _links(self, request: HttpRequest, acts: Any, *row: str) -> "list[tuple[str, StrOrPromise]]":
        allowed = [act for act in acts if request.user.has_perm(act.permission)]
        return [(reverse(f"admin:{self._address_name(act)}", args=row), act.title) for act in allowed]

    def _address_name(self, act: Act) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{act.name}"

    def _page(self, act: Act) -> Callable[..., HttpResponse]:
        def page(request: HttpRequest, object_id: str | None = None) -> HttpResponse:
            if not request.user.has_perm(act.permission):
                raise PermissionDenied
            row = self._row(request, object_id) if object_id else None
            if request.method == "GET" and row is not None and not act.is_offered(row):
                return redirect(self._address_of(request, row))
            form = act.form(request.POST or None, request.FILES or None, initial=act.initial(row))
            if request.method == "POST" and form.is_valid():
                shown = self._done(request, act, row, form)
                if shown is not None:
                    return redirect(self._address_of(request, shown))
            return self._asked(request, act, row, form)

        return self.admin_site.admin_view(page)

    def _row(self, request: HttpRequest, object_id: str) -> Any:
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        desk.tell_look(request, self, row)
        return row

    def _done(self, request: HttpRequest, act: Act, row: Any, form: forms.Form) -> Model | None:
        """Do it and say so; None where the bank refused, and the form says why."""
        try:
            shown = act.do(row, form.cleaned_data, desk.actor_of(request), clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal.sentence))
            return None
        messages.info(request, str(WAITS if isinstance(shown, Proposal) else act.said))
        return shown

    def _address_of(self, request: HttpRequest, shown: Model) -> str:
        """The page of a row for whoever may see it; the first page for anybody else."""
        meta = shown._meta
        if not request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
            return reverse("admin:index")
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[shown.pk])

    def _asked(self, request: HttpRequest, act: Act, row: Any, form: forms.Form) -> TemplateResponse:
        facts = {
            **self.admin_site.each_context(request),
            "title": act.title,
            "act": act,
            "form": form,
            "row": row,
            "opts": self.opts,
            "back": self._address_of(request, row) if row else reverse(f"admin:{self._changelist}"),
        }
        return TemplateResponse(request, "admin/accounts/act.html", facts)

    @property
    def _changelist(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_changelist"
