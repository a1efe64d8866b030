"""The way back to a case for whoever has lost the link: number and e-mail, and a new link goes to that e-mail (R61)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts import clock
from auth_flow.decorators import public
from auth_flow.http import client_ip
from auth_flow.lockout import TooManyFromHere
from complaints import link_requests, spam
from complaints.forms import FindForm
from complaints.views.threads import actor_for, layout_of


@require_http_methods(["GET", "HEAD", "POST"])
@public
def find(request: HttpRequest) -> HttpResponse:
    """Ask for a new link. The answer is the same whether there is such a case or not, and whoever's it is."""
    if request.method != "POST":
        return _page(request, FindForm(initial={"number": request.GET.get("number", "")[:20]}))
    form = FindForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        spam.count_request(network=client_ip(request), at=clock.machine())
    except TooManyFromHere as refusal:
        form.add_error(None, str(refusal.sentence))
        return _page(request, form, status=429)
    link_requests.ask(**form.cleaned_data, actor=actor_for(request), at=clock.now())
    return redirect(f"{reverse('complaints:find')}?sent=1")


def _page(request: HttpRequest, form: FindForm, *, status: int = 200) -> HttpResponse:
    facts = {"form": form, "is_sent": "sent" in request.GET, "layout": layout_of(request)}
    return render(request, "complaints/find.html", facts, status=status)
