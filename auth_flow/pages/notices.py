"""Njoftimet: what the bank told this user, in words, and whether she wants it by e-mail too."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, clock, notices
from auth_flow import preferences
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from auth_flow.preference_forms import NoticeChoiceForm

PAGE_SIZE = 25


@require_safe
@signed_in
def listed(request: SignedInRequest) -> HttpResponse:
    """All notices of this user, whatever company they are about. Looking leaves them new; the button does not."""
    page = Paginator(notices.of(request.user), PAGE_SIZE).get_page(request.GET.get("page", ""))
    facts = {
        "notices": [
            {
                "words": notices.in_words(notice),
                "at": notice.created_at,
                "is_new": notice.seen_at is None,
                "company_name": notice.company.name if notice.company else "",
            }
            for notice in page
        ],
        "unseen": notices.unseen_count(request.user),
        "form": NoticeChoiceForm(initial=model_to_dict(request.preferences)),
        "email": request.user.person.email if request.user.person else "",
        "newer_url": f"?page={page.previous_page_number()}" if page.has_previous() else None,
        "older_url": f"?page={page.next_page_number()}" if page.has_next() else None,
    }
    return render(request, "auth_flow/notices.html", facts)


@require_POST
@signed_in
def seen(request: SignedInRequest) -> HttpResponse:
    """Everything told so far has been read."""
    notices.mark_seen(user=request.user, at=clock.now())
    return redirect("auth_flow:notices")


@require_POST
@signed_in
def choose(request: SignedInRequest) -> HttpResponse:
    """By e-mail too, or in the portal alone; kind by kind."""
    form = NoticeChoiceForm(request.POST)
    form.full_clean()
    wanted = form.cleaned_data
    preferences.choose(user=request.user, actor=audit.actor_of(request.mandate), at=clock.now(), **wanted)
    if all(wanted.values()):
        said = _("Njoftimet ju vijnë edhe me e-mail.")
    elif any(wanted.values()):
        said = _("Njoftimet që zgjodhët ju vijnë edhe me e-mail; të tjerat i gjeni vetëm këtu.")
    else:
        said = _("Njoftimet i gjeni vetëm këtu.")
    messages.info(request, said)
    return redirect("auth_flow:notices")
