"""Kontaktet: every way to reach the bank, for everybody; to write from inside, and one's own cases (R62)."""

import secrets
from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit, clock
from accounts.days import full_day
from accounts.models import Mandate
from accounts.refusals import Refusal
from auth_flow import kept_forms
from auth_flow.decorators import keeps_form, public, signed_in
from auth_flow.http import SignedInRequest
from complaints import cases, deadlines, selectors, spam
from complaints.attachments import Accepted
from complaints.cases import Filing
from complaints.forms import MessageForm, ReplyForm
from complaints.models import Case
from complaints.views.sent_files import filed
from complaints.views.threads import language_of, mandate_of, thread_page, today

PAGE_SIZE = 10


@require_http_methods(["GET", "HEAD", "POST"])
@public
def contact(request: HttpRequest) -> HttpResponse:
    """The channels of the bank, in the frame of whoever looks; the form of a message for whoever is signed in."""
    if request.method == "POST":
        return _message(request)
    mandate = mandate_of(request)
    form = _form(kept_forms.take(request)) if mandate else None
    return _contact_page(request, mandate, form)


@keeps_form
@signed_in
def _message(request: SignedInRequest) -> HttpResponse:
    """A message becomes a case like any other, and its page shows the day of the answer."""
    form = MessageForm(request.POST, request.FILES)
    case = filed(form, lambda files: _opened(request, form, files)) if form.is_valid() else None
    if case is None:
        return _contact_page(request, request.mandate, form, status=422)
    told = {"number": case.number, "day": full_day(case.answer_by)}
    messages.info(request, _("Mesazhin e regjistruam me numrin %(number)s. Ju përgjigjemi deri më %(day)s.") % told)
    return redirect("complaints:thread", case.number)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_form
@signed_in
def thread(request: SignedInRequest, number: str) -> HttpResponse:
    """One of her cases. To look leaves the answer new; the button, or a reply, does not."""
    case = selectors.case_of(request.mandate, number)
    if case is None:
        raise Http404
    form = ReplyForm(request.POST or None, request.FILES or None, initial=kept_forms.take(request))
    if request.method == "POST":
        if _done(request, case, form):
            return redirect("complaints:thread", number)
        case.refresh_from_db()
    facts = {**thread_page(case, today=today()), "form": form}
    return render(request, "complaints/thread.html", facts, status=422 if form.errors else 200)


def _done(request: SignedInRequest, case: Case, form: ReplyForm) -> bool:
    """Do what the pressed button says; whether it is done."""
    actor, at = audit.actor_of(request.mandate), clock.now()
    match request.POST.get("act", "reply"):
        case "read":
            cases.read(case_id=case.pk, actor=actor, at=at)
            return True
        case "withdraw":
            try:
                cases.withdraw(case_id=case.pk, actor=actor, at=at)
            except Refusal as refusal:
                messages.error(request, str(refusal.sentence))
            return True
    if not form.is_valid():
        return False
    text = form.cleaned_data["message"]
    return (
        filed(form, lambda files: cases.write(case_id=case.pk, text=text, files=files, actor=actor, at=at)) is not None
    )


def _opened(request: SignedInRequest, form: MessageForm, files: Sequence[Accepted]) -> Case:
    at = clock.now()
    spam.refuse_many_of(request.user, banks_at=at)
    filing = Filing(
        kind=Case.Kind.MESSAGE,
        channel=Case.Channel.PORTAL,
        subject=form.cleaned_data["subject"],
        text=form.cleaned_data["message"],
        name=request.user.full_name,
        user=request.user,
        company=request.company,
        language=language_of(),
        submit_key=f"{request.user.pk}:{form.cleaned_data['form_mark'] or secrets.token_hex(16)}"[:64],
    )
    return cases.open_case(filing=filing, files=files, actor=audit.actor_of(request.mandate), at=at)


def _form(typed: dict[str, str]) -> MessageForm:
    return MessageForm(initial={**typed, "form_mark": secrets.token_hex(16)})


def _contact_page(
    request: HttpRequest, mandate: Mandate | None, form: MessageForm | None, *, status: int = 200
) -> HttpResponse:
    is_signed_in = getattr(request, "mandate", None) is not None
    hers = selectors.cases_of(mandate) if mandate else Case.objects.none()
    page = Paginator(hers, PAGE_SIZE).get_page(request.GET.get("page", ""))
    facts = {
        "bank": settings.BANK,
        "layout": "base.html" if is_signed_in else "base_door.html",
        "form": form,
        "message_days": deadlines.working_days_for(Case.Kind.MESSAGE),
        "cases": list(page),
        "newer_url": f"?page={page.previous_page_number()}" if page.has_previous() else None,
        "older_url": f"?page={page.next_page_number()}" if page.has_next() else None,
    }
    return render(request, "complaints/contact.html", facts, status=status)
