"""Personalizime: who one is for the bank, and the way to everything that one may choose here (R40); and the stamp."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import audit, clock, low_limit
from accounts.identifiers import mask_phone
from accounts.models import Agreement
from auth_flow import factors, passwords, preferences, selectors, stamps
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from auth_flow.preference_forms import StampForm


@require_safe
@signed_in
def personalisation(request: SignedInRequest) -> HttpResponse:
    """Personalizime: what the bank knows, what one may do for which company, and what one may choose."""
    person, user = request.user.person, request.user
    assert person is not None, "a customer has a person"
    assert request.attempt.signed_in_at is not None, "step three has passed"
    at, agreement = clock.now(), _agreement(request)
    facts: dict[str, Any] = {
        "person_name": person.full_name,
        "customer_number": person.customer_number,
        "masked_phone": mask_phone(person.phone),
        "email": person.email,
        "last_sign_in": clock.shown(selectors.last_sign_in(user, before=request.attempt.signed_in_at)),
        "last_failed": clock.shown(selectors.last_failed_sign_in(user)),
        "password_expires_on": selectors.password_expires_on(user),
        "password_reminder": passwords.warning(user, at),
        "factor": factors.chosen(user).label,
        "stamp": stamps.of(request.preferences),
        "email_notices": any(getattr(request.preferences, name) for name in preferences.MAIL_COLUMNS),
        "low_limit_until": hours.until if (hours := low_limit.of(user, at=at)) else None,
        "agreement": agreement,
        "languages": settings.LANGUAGES,
        "may_sign": request.mandate.may_sign,
        "mandates": selectors.rights_of(user, chosen=request.mandate, at=at),
    }
    return render(request, "auth_flow/personalisation.html", facts)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def stamp(request: SignedInRequest) -> HttpResponse:
    """The picture and the word that only the true portal can show."""
    chosen = request.preferences
    form = StampForm(request.POST or None, initial={"picture": chosen.stamp_picture, "word": chosen.stamp_word})
    if form.is_valid():
        preferences.choose(
            user=request.user,
            actor=audit.actor_of(request.mandate),
            at=clock.now(),
            stamp_picture=form.cleaned_data["picture"],
            stamp_word=form.cleaned_data["word"],
        )
        messages.info(request, _("Vula juaj u ruajt. E shihni pas fjalëkalimit, në çdo hyrje."))
        return redirect("auth_flow:personalisation")
    picked = form["picture"].value()
    pictures = [
        {"value": name, "label": label, "template": stamps.template_of(name), "is_picked": name == picked}
        for name, label in stamps.PICTURES.items()
    ]
    facts = {"form": form, "pictures": pictures}
    return render(request, "auth_flow/stamp.html", facts, status=422 if form.errors else 200)


def _agreement(request: SignedInRequest) -> Agreement | None:
    """The KSHBB that the company signed last (R17)."""
    return Agreement.objects.filter(company=request.company).order_by("-signed_on", "-pk").first()
