"""The pages of the contact centre's desk: find a customer, talk with her, help her, and be a colleague's second pair of
eyes. Every page works with forms alone; every act is one POST that ends where the agent was.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST

from accounts import audit, clock, four_eyes
from accounts.desk import names_of
from accounts.models import Proposal, User
from accounts.refusals import Refusal
from auth_flow import caller_checks, calls, case_work, desk, desk_alarms, dossiers, looks, thaws
from auth_flow.desk_forms import ActForm, CallForm, CheckForm, DeadEndForm, DecideForm, FindForm
from auth_flow.models import Call
from auth_flow.patience import patient

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Where a caller's complaint is written down, in whichever room that is.
COMPLAINT_PAGE = "admin:complaints_case_log"
ALARMS_SEEN_BY = "auth_flow.view_deskalarm"
# Each act by its name: the verb, and what is said afterwards.
ACTS: "dict[str, tuple[Callable[..., object], StrOrPromise]]" = {
    "unblock": (desk.unblock, gettext_lazy("Hyrja u zhbllokua. Klienti njoftohet me SMS.")),
    "thaw": (thaws.propose, gettext_lazy("Heqja e ngrirjes u propozua. E konfirmon një koleg tjetër.")),
    "reset": (
        desk.allow_reset,
        gettext_lazy("Klienti mund të bëjë fjalëkalim të ri pa kartë, për 30 minuta. FNP-ja duhet gjithsesi."),
    ),
    "remove_app": (desk.remove_app, gettext_lazy("Aplikacioni i kodeve u hoq. Klienti njoftohet.")),
    "freeze": (desk.freeze, gettext_lazy("Hyrja u ngri dhe çdo hyrje e hapur u mbyll.")),
    "end_sessions": (desk.end_sessions, gettext_lazy("Hyrjet e hapura u mbyllën.")),
    "resend": (desk.send_again, gettext_lazy("FNP-ja po dërgohet përsëri te celulari i regjistruar.")),
}
DECIDED: "dict[str, StrOrPromise]" = {
    Proposal.Status.APPLIED: gettext_lazy("Ngrirja u hoq. Klienti njoftohet me SMS."),
    Proposal.Status.REFUSED: gettext_lazy("Propozimi u refuzua."),
    Proposal.Status.WITHDRAWN: gettext_lazy("Propozimi u tërhoq."),
}


class DeskPages(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when Django runs without the stubs
    """Whoever may see blocks looks; whoever may change them takes calls and acts."""

    def get_urls(self) -> list[URLPattern]:
        on_customer = "desk/<int:user_id>/"
        pages = [
            self._at("desk/", self.find, "desk"),
            self._at("desk/dead-end/", require_POST(self.dead_end), "desk_dead_end"),
            self._at("desk/thaw/<uuid:proposal_id>/", require_POST(self.decide_thaw), "desk_thaw"),
            self._at(on_customer, self.customer, "desk_customer"),
            self._at(f"{on_customer}call/", require_POST(self.open_call), "desk_call"),
            self._at(f"{on_customer}call/end/", require_POST(self.end_call), "desk_call_end"),
            self._at(f"{on_customer}call/digits/", require_POST(self.send_digits), "desk_call_digits"),
            self._at(f"{on_customer}call/check/", require_POST(self.check_caller), "desk_call_check"),
        ]
        return [*pages, *super().get_urls()]

    def _at(self, route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        return path(route, self.admin_site.admin_view(patient(view)), name=name)

    # --- Looking -----------------------------------------------------------------------------------------------------

    def find(self, request: HttpRequest) -> HttpResponse:
        """Who is calling: by one number and with a reason. Every look is written down before anything is shown."""
        self._refuse_who_may_not(request, "view")
        form = FindForm(request.POST or None)
        found = looks.Found([])
        if form.is_valid():
            try:
                found = looks.find(
                    agent=_agent(request),
                    by=form.how,
                    value=form.cleaned_data[form.how],
                    reason=form.cleaned_data["reason"],
                    actor=_actor(request),
                    at=clock.machine(),
                )
            except Refusal as refusal:
                form.add_error(None, str(refusal.sentence))
            if len(found.users) == 1:
                return redirect("admin:desk_customer", user_id=found.users[0].pk)
        facts = {
            "form": form,
            "found": found,
            "nobody": form.is_bound and form.is_valid() and not found.users and not found.is_cut,
            "recent": looks.recent(agent=_agent(request), at=clock.machine()),
            "call": calls.open_of(_agent(request), at=clock.machine()),
            "may_close": _agent(request).has_perm(case_work.PERMISSION),
            "thaws": self._waiting_thaws(request),
            "alarms": desk_alarms.recent(at=clock.machine()) if request.user.has_perm(ALARMS_SEEN_BY) else [],
        }
        return self._page(request, "desk.html", _("Gjej një klient"), facts)

    def customer(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """One customer's access, the call with her, and what may be done in it. Only after a look with a reason."""
        if request.method == "POST":
            return self._act(request, user_id)
        at, agent = clock.machine(), _agent(request)
        user, call = self._customer(request, user_id)
        if user is None:
            return redirect("admin:desk")
        is_with_her = call is not None and call.user_id == user.pk
        facts = {
            "dossier": dossiers.of(user, at=at),
            "call": call if is_with_her else None,
            "other_call": None if is_with_her else call,
            "call_form": CallForm(initial={"reason": looks.reason_of(agent=agent, user_id=user_id)}),
            "digits": caller_checks.state_of(call, at=at) if call and is_with_her else None,
            "questions": caller_checks.QUESTIONS,
            "acts": list(call.acts.order_by("-at")) if call and is_with_her else [],
            "complaint_url": _complaint_page(user),
        }
        return self._page(request, "customer.html", user.full_name, facts)

    def _customer(self, request: HttpRequest, user_id: int) -> tuple[User | None, Call | None]:
        """The customer, None before a look at her, and the call that this agent has open with anybody."""
        self._refuse_who_may_not(request, "view")
        at, agent = clock.machine(), _agent(request)
        call = calls.open_of(agent, at=at)
        is_talking = call is not None and call.user_id == user_id
        if not is_talking and not looks.may_see(agent=agent, user_id=user_id, at=at):
            return None, call
        user = looks.customers().filter(pk=user_id).first()
        if user is None:
            raise Http404
        return user, call

    # --- The call ----------------------------------------------------------------------------------------------------

    def open_call(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Take or make a call with this customer."""
        form = CallForm(request.POST)

        def do(facts: dict[str, Any]) -> str:
            calls.open_call(**facts, **form.cleaned_data, agent=_agent(request))
            return _("Telefonata u hap. Verifikoni telefonuesin para se të hapni diçka.")

        return self._step(request, user_id, do, form, needs_call=False)

    def end_call(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Nothing more may be done in it."""

        def do(facts: dict[str, Any]) -> str:
            calls.end_call(call_id=facts["call_id"], actor=facts["actor"], at=facts["at"])
            return _("Telefonata u mbyll.")

        return self._step(request, user_id, do)

    def send_digits(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """Four digits to the registered phone; nobody here sees them."""

        def do(facts: dict[str, Any]) -> str:
            caller_checks.send_digits(**facts)
            return _("Shifrat po dërgohen te celulari i regjistruar. Lutjuni telefonuesit t’i lexojë.")

        return self._step(request, user_id, do)

    def check_caller(self, request: HttpRequest, user_id: int) -> HttpResponse:
        """What the caller knew, and the digits that she read."""
        form = CheckForm(request.POST)

        def do(facts: dict[str, Any]) -> str:
            caller_checks.check(**facts, digits=form.cleaned_data["digits"], answers=form.cleaned_data["answers"])
            return _("Telefonuesi u verifikua për këtë telefonatë.")

        return self._step(request, user_id, do, form)

    # --- What is done ------------------------------------------------------------------------------------------------

    def _act(self, request: HttpRequest, user_id: int) -> HttpResponse:
        form = ActForm(request.POST)

        def do(facts: dict[str, Any]) -> str:
            verb, said = ACTS[form.cleaned_data["act"]]
            verb(**facts, reason=form.cleaned_data["reason"])
            return str(said)

        return self._step(request, user_id, do, form)

    def _step(
        self,
        request: HttpRequest,
        user_id: int,
        do: Callable[[dict[str, Any]], str],
        form: Form | None = None,
        *,
        needs_call: bool = True,
    ) -> HttpResponse:
        """One POST: check the form, do it in the agent's own call, say what happened, and back to the customer.

        `do` gets user_id, call_id, actor and at; without `needs_call` there is no call_id.
        """
        self._refuse_who_may_not(request, "change")
        user, call = self._customer(request, user_id)
        if user is None:
            return redirect("admin:desk")
        facts: dict[str, Any] = {"user_id": user_id, "actor": _actor(request), "at": clock.machine()}
        if needs_call:
            # Without one any number does: the verb refuses, and the trail has it.
            facts["call_id"] = call.id if call else UUID(int=0)
        errors = [str(lines[0]) for lines in form.errors.values()] if form else []
        try:
            if not errors:
                messages.info(request, do(facts))
        except Refusal as refusal:
            errors = [str(refusal.sentence)]
        for error in errors:
            messages.error(request, error)
        return redirect("admin:desk_customer", user_id=user_id)

    def dead_end(self, request: HttpRequest) -> HttpResponse:
        """Close a dead end by the reference that the caller reads out; it may belong to nobody."""
        self._refuse_who_may_not(request, "change")
        if not _agent(request).has_perm(case_work.PERMISSION):
            raise PermissionDenied
        form = DeadEndForm(request.POST)
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        if form.is_valid():
            reference, reason = form.cleaned_data["reference"], form.cleaned_data["reason"]
            try:
                case_work.close_dead_end(reference=reference, outcome=reason, actor=_actor(request), at=clock.machine())
            except Refusal as refusal:
                messages.error(request, str(refusal.sentence))
            else:
                messages.info(request, _("Rasti u mbyll."))
        return redirect("admin:desk")

    # --- The second person -------------------------------------------------------------------------------------------

    def decide_thaw(self, request: HttpRequest, proposal_id: UUID) -> HttpResponse:
        """Confirm or refuse a colleague's proposal to lift a freeze, or take back one's own."""
        self._refuse_who_may_not(request, "change")
        form = DecideForm(request.POST)
        if not form.is_valid():
            raise Http404
        try:
            proposal = thaws.decide(
                proposal_id=proposal_id, **form.cleaned_data, actor=_actor(request), at=clock.machine()
            )
        except Refusal as refusal:
            messages.error(request, str(refusal.sentence))
        else:
            messages.info(request, str(DECIDED[proposal.status]))
        return redirect("admin:desk")

    def _waiting_thaws(self, request: HttpRequest) -> list[dict[str, Any]]:
        waiting = list(thaws.waiting(at=clock.machine()))
        names = names_of(proposal.proposed_by for proposal in waiting)
        users = looks.customers().in_bulk([int(one.subject.removeprefix("user:")) for one in waiting])
        return [
            {
                "proposal": one,
                "user": users.get(int(one.subject.removeprefix("user:"))),
                "proposed_by": names.get(one.proposed_by, one.proposed_by),
                "is_mine": one.proposed_by == _actor(request).name,
                "rows": four_eyes.in_words(one, is_masked=False),
            }
            for one in waiting
        ]

    def _page(self, request: HttpRequest, name: str, title: str, facts: dict[str, Any]) -> TemplateResponse:
        shared = {"title": title, "opts": self.model._meta, "may_act": self._may(request, "change")}
        context = {**self.admin_site.each_context(request), **shared, **facts}
        return TemplateResponse(request, f"admin/auth_flow/accessblock/{name}", context)

    def _may(self, request: HttpRequest, what: str) -> bool:
        return _agent(request).has_perm(f"auth_flow.{what}_accessblock")

    def _refuse_who_may_not(self, request: HttpRequest, what: str) -> None:
        if not self._may(request, what):
            raise PermissionDenied


def _complaint_page(user: User) -> str:
    """The form of a complaint with this caller filled in; empty where no room has one."""
    try:
        return f"{reverse(COMPLAINT_PAGE)}?{urlencode({'customer': user.username})}"
    except NoReverseMatch:
        return ""


def _agent(request: HttpRequest) -> User:
    return cast(User, request.user)


def _actor(request: HttpRequest) -> audit.Actor:
    return audit.actor_of(_agent(request))
