"""The public form of complaints and suggestions, and the page of a case for whoever has its link (R61)."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.refusals import Refusal
from auth_flow.decorators import public
from auth_flow.http import client_ip
from auth_flow.lockout import TooManyFromHere
from complaints import cases, deadlines, handouts, links, selectors, spam
from complaints.attachments import Accepted
from complaints.cases import Filing
from complaints.forms import ComplaintForm, ReplyForm
from complaints.models import Case
from complaints.views.sent_files import filed
from complaints.views.threads import (
    actor_for,
    case_for,
    language_of,
    layout_of,
    mandate_of,
    remember,
    thread_page,
    today,
)

STATUS: dict[type[Refusal], int] = {spam.TooManyCases: 429}


@require_http_methods(["GET", "HEAD", "POST"])
@public
def new(request: HttpRequest) -> HttpResponse:
    """The form; what is sent becomes a case, whose page acknowledges it. No answer tells of a customer number."""
    is_known = mandate_of(request) is not None
    if request.method != "POST":
        return _form_page(request, ComplaintForm(is_known=is_known))
    form = ComplaintForm(request.POST, request.FILES, is_known=is_known)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    try:
        submit_key = _judged(request, form)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return _form_page(request, form, status=STATUS.get(type(refusal), 422))
    # Pressed twice: the files of the second time are not even looked at.
    case = selectors.case_filed(submit_key) or filed(form, lambda files: _opened(request, form, submit_key, files))
    if case is None:
        return _form_page(request, form, status=422)
    if case.user_id:
        return redirect("complaints:thread", case.number)
    remember(request, case.number)
    return redirect("complaints:case", case.number)


@require_http_methods(["GET", "HEAD", "POST"])
@public
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Status and thread. A key in the address is taken out of it and remembered; a wrong one is counted.

    A visitor who may not see it is led to where she asks for a new link, whether there is such a case or not.
    """
    key = request.GET.get("key", "")
    if key and request.method != "POST":
        return _by_link(request, number, key)
    found = case_for(request, number)
    if found is None:
        return _another_way(request, number)
    if found.user_id:
        return redirect("complaints:thread", number)
    form = ReplyForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        if _done(request, found, form):
            return redirect("complaints:case", number)
        found.refresh_from_db()
    facts = {**thread_page(found, today=today()), "form": form, "layout": layout_of(request)}
    return render(request, "complaints/case.html", facts, status=422 if form.errors else 200)


@require_safe
@public
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """The thread as the PDF that the Bank of Albania asks for, in the reader's language."""
    found = case_for(request, number)
    if found is None:
        raise Http404
    return handouts.paper(found, language=language_of(), actor=actor_for(request), at=clock.now())


@require_safe
@public
def file(request: HttpRequest, number: str, file_id: UUID) -> HttpResponse:
    """One file of the thread, to be saved."""
    found = case_for(request, number)
    kept = selectors.file_of(found, file_id) if found else None
    if kept is None:
        raise Http404
    return handouts.file(kept, actor=actor_for(request), at=clock.now())


def _by_link(request: HttpRequest, number: str, key: str) -> HttpResponse:
    if links.opens(number, key, at=clock.now()):
        remember(request, number)
        return redirect("complaints:case", number)
    try:
        spam.count_wrong_link(network=client_ip(request), at=clock.machine())
    except TooManyFromHere:
        return render(request, "429.html", status=429)
    return _another_way(request, number)


def _another_way(request: HttpRequest, number: str) -> HttpResponse:
    if request.method == "POST" or mandate_of(request) or not selectors.is_number(number):
        raise Http404
    return redirect(f"{reverse('complaints:find')}?{urlencode({'number': number})}")


def _done(request: HttpRequest, found: Case, form: ReplyForm) -> bool:
    """Do what the pressed button says; whether it is done."""
    actor, at = actor_for(request), clock.now()
    if request.POST.get("act") == "withdraw":
        with suppress(cases.CaseIsClosed):  # meanwhile, by the bank; her page shows it
            cases.withdraw(case_id=found.pk, actor=actor, at=at)
        return True
    if not form.is_valid():
        return False
    text = form.cleaned_data["message"]
    return (
        filed(form, lambda files: cases.write(case_id=found.pk, text=text, files=files, actor=actor, at=at)) is not None
    )


def _judged(request: HttpRequest, form: ComplaintForm) -> str:
    """The key of the form, once it seems to come from a person. Whoever is signed in is counted by her name."""
    typed, at = form.cleaned_data, clock.machine()
    mark = spam.judge(mark=typed["mark"], bait=typed["website"], network=client_ip(request), at=at)
    if selectors.case_filed(mark.submit_key):
        return mark.submit_key
    mandate = mandate_of(request)
    if mandate:
        spam.refuse_many_of(mandate.user, banks_at=clock.now())
    else:
        spam.count_form(network=client_ip(request), at=at)
        spam.refuse_many_of_strangers(email=typed["email"], banks_at=clock.now())
    return mark.submit_key


def _opened(request: HttpRequest, form: ComplaintForm, submit_key: str, files: Sequence[Accepted]) -> Case:
    typed, mandate = form.cleaned_data, mandate_of(request)
    filing = Filing(
        kind=typed["kind"],
        channel=Case.Channel.PORTAL if mandate else Case.Channel.WEB,
        text=typed["message"],
        name=mandate.user.full_name if mandate else typed["name"],
        email="" if mandate else typed["email"],
        phone="" if mandate else typed["phone"],
        customer_number="" if mandate else typed["customer_number"],
        user=mandate.user if mandate else None,
        company=mandate.company if mandate else None,
        language=language_of(),
        submit_key=submit_key,
    )
    return cases.open_case(filing=filing, files=files, actor=actor_for(request), at=clock.now())


def _form_page(request: HttpRequest, form: ComplaintForm, *, status: int = 200) -> HttpResponse:
    """The form with its mark: the one that came along while it is young, or a new one."""
    mark = form.data.get("mark", "")
    if not spam.is_young(mark, at=clock.machine()):
        mark = spam.new_mark(clock.machine())
    facts = {
        "form": form,
        "mark": mark,
        "layout": layout_of(request),
        "days": deadlines.working_days_for(Case.Kind.COMPLAINT),
    }
    return render(request, "complaints/new.html", facts, status=status)
