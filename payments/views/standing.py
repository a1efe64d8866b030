"""Standing orders: the list, the form, one series, what will be signed, the code, and what is done with it later."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.refusals import Refusal
from auth_flow import fnp, kept_forms
from auth_flow.decorators import keeps_form, may, open_while_password_expired_if, signed_in
from auth_flow.http import SignedInRequest
from auth_flow.models import FnpChallenge
from payments import approvals, series as one_series, skipped_days, standing, standing_approvals, standing_selectors
from payments.forms.signing import ReasonForm, SignForm, VersionForm
from payments.forms.standing import FORMS, SkipForm, StandingForm, StopForm, typed_again
from payments.models import StandingOrder
from payments.models.standing import StandingStatus
from payments.pages import standing as pages

# What a page that says nonsense has seen: no series has it.
NO_VERSION = 0


def awaits_me(request: SignedInRequest, standing_id: UUID) -> bool:
    """A series that may be signed before the password that has grown too old is changed (N14)."""
    return standing_selectors.awaits(request.mandate, standing_id)


def found(request: SignedInRequest, standing_id: UUID) -> StandingOrder:
    """The company's series, or 404; another company's does not exist."""
    series = standing_selectors.standing_of(request.company, standing_id)
    if series is None:
        raise Http404
    return series


@require_GET
@signed_in
def standing_list(request: SignedInRequest) -> HttpResponse:
    """The company's standing orders."""
    context = pages.standing_page(request.mandate, page=request.GET.get("page", ""), at=clock.now())
    return render(request, "payments/standing.html", context)


@require_http_methods(["GET", "POST"])
@keeps_form
@may("prepare")
def standing_new(request: SignedInRequest, kind: str) -> HttpResponse:
    """The form of one kind, then the review page of its draft; `?from=` fills it in with another series."""
    form_class, at = FORMS.get(kind), clock.now()
    if form_class is None:
        raise Http404
    if request.method == "GET":
        typed = kept_forms.take(request) or _filled_in(request)
        return _new_page(request, form_class(company=request.company, at=at, typed=typed))
    form = form_class(request.POST, company=request.company, at=at)
    if not form.is_valid():
        return _new_page(request, form, status=422)
    try:
        series = standing.prepare(
            mandate=request.mandate, series=form.series(), submit_key=form.cleaned_data["idempotency_key"], at=at
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return _new_page(request, form, status=409)
    return redirect("payments:standing_review", series.pk)


@require_GET
@signed_in
@open_while_password_expired_if(awaits_me)
def standing_order(request: SignedInRequest, standing_id: UUID) -> HttpResponse:
    """One series with its plan and the orders that it made."""
    context = pages.one_page(found(request, standing_id), request.mandate, at=clock.now())
    return render(request, "payments/standing_order.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@open_while_password_expired_if(awaits_me)
def standing_review(request: SignedInRequest, standing_id: UUID) -> HttpResponse:
    """What will be signed. POST submits, or asks for the code; GET never sends."""
    series, at = found(request, standing_id), clock.now()
    if request.method == "GET":
        context = pages.review_page(series, request.mandate, at=at)
        return render(request, "payments/standing_review.html", context)
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else NO_VERSION
    answered = frozenset(request.POST.getlist("answered"))
    action = pages.action_on(series, request.mandate, at=at)
    try:
        if action == "sign":
            standing_approvals.ask_code(
                standing_id=series.pk,
                mandate=request.mandate,
                attempt=request.attempt,
                version=version,
                answered=answered,
                at=at,
                machine_at=clock.machine(),
            )
        else:
            standing.submit(standing_id=series.pk, mandate=request.mandate, version=version, answered=answered, at=at)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("payments:standing_review", series.pk)
    if action == "sign":
        return redirect("payments:standing_sign", series.pk)
    messages.info(request, _("Urdhri i përhershëm u dërgua për nënshkrim. Nënshkruesit e gjejnë te Nënshkrime."))
    return redirect("payments:standing_order", series.pk)


@require_http_methods(["GET", "POST"])
@may("sign")
@open_while_password_expired_if(awaits_me)
def standing_sign(request: SignedInRequest, standing_id: UUID) -> HttpResponse:
    """Type the code that was sent for this series."""
    series = found(request, standing_id)
    if request.method == "GET":
        return _sign_page(request, series)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _sign_page(request, series, form)
    try:
        signed = standing_approvals.sign(
            standing_id=series.pk,
            mandate=request.mandate,
            attempt=request.attempt,
            challenge_id=form.cleaned_data["challenge_id"],
            code=form.cleaned_data["code"],
            at=clock.now(),
            machine_at=clock.machine(),
        )
    except fnp.WrongCode as refusal:
        form.add_error("code", str(refusal.sentence))
        return _sign_page(request, series, form)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("payments:standing_review", series.pk)
    messages.success(request, pages.signed_sentence(signed))
    return redirect("payments:standing_order", series.pk)


@require_POST
@may("sign")
@open_while_password_expired_if(awaits_me)
def standing_sign_resend(request: SignedInRequest, standing_id: UUID) -> HttpResponse:
    """Send the same code once more."""
    series = found(request, standing_id)
    challenge = _live(request, series)
    if challenge is None:
        return redirect("payments:standing_review", series.pk)
    try:
        fnp.resend(challenge_id=challenge.pk, user=request.user, attempt=request.attempt, at=clock.machine())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("payments:standing_sign", series.pk)


@require_POST
@signed_in
def standing_skip(request: SignedInRequest, standing_id: UUID) -> HttpResponse:
    """Leave out one day of the plan."""
    told = _("Ajo ditë u anashkalua. Mund ta riktheni derisa të vijë; pagesat e tjera vazhdojnë sipas planit.")
    return _on_a_day(request, standing_id, skipped_days.skip, told)


@require_POST
@signed_in
def standing_take_back(request: SignedInRequest, standing_id: UUID) -> HttpResponse:
    """Let a day that was left out pay after all."""
    return _on_a_day(
        request, standing_id, skipped_days.take_back, _("Ajo ditë u rikthye në plan dhe paguhet si të tjerat.")
    )


@require_POST
@signed_in
def standing_stop(request: SignedInRequest, standing_id: UUID) -> HttpResponse:
    """End a series at once."""
    series, form = found(request, standing_id), StopForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect("payments:standing_order", series.pk)
    facts = form.cleaned_data
    return _done(
        request,
        series,
        lambda: standing.stop(standing_id=series.pk, mandate=request.mandate, at=clock.now(), **facts),
        _("Urdhri i përhershëm u ndal dhe nuk bën më pagesa. Për ta nisur përsëri, bëni një të ri nga ky."),
    )


@require_POST
@may("sign")
def standing_reject(request: SignedInRequest, standing_id: UUID) -> HttpResponse:
    """Refuse to sign a series, for good."""
    series, form = found(request, standing_id), ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect("payments:standing_order", series.pk)
    reason = form.cleaned_data["reason"]
    return _done(
        request,
        series,
        lambda: standing_approvals.reject(
            standing_id=series.pk, mandate=request.mandate, reason=reason, at=clock.now()
        ),
        _("Urdhri i përhershëm u refuzua. Kush e përgatiti e sheh arsyen tuaj."),
    )


def _on_a_day(
    request: SignedInRequest, standing_id: UUID, verb: Callable[..., StandingOrder], told: str
) -> HttpResponse:
    series, form = found(request, standing_id), SkipForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(skipped_days.NoSuchDay.sentence))
        return redirect("payments:standing_order", series.pk)
    facts = {"standing_id": series.pk, "mandate": request.mandate, "nominal_on": form.cleaned_data["day"]}
    return _done(request, series, lambda: verb(**facts, at=clock.now()), told)


def _done(request: SignedInRequest, series: StandingOrder, act: Callable[[], object], told: str) -> HttpResponse:
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.info(request, told)
    return redirect("payments:standing_order", series.pk)


def _filled_in(request: SignedInRequest) -> dict[str, str]:
    asked = request.GET.get("from")
    if not asked:
        return {}
    try:
        standing_id = UUID(asked)
    except ValueError:
        raise Http404 from None
    return typed_again(found(request, standing_id), on=clock.tirana_day(clock.now()))


def _new_page(request: SignedInRequest, form: StandingForm, *, status: int = 200) -> HttpResponse:
    return render(request, "payments/standing_new.html", pages.new_page(form), status=status)


def _sign_page(request: SignedInRequest, series: StandingOrder, form: SignForm | None = None) -> HttpResponse:
    challenge = _live(request, series)
    if challenge is None and series.status != StandingStatus.DRAFT and not awaits_me(request, series.pk):
        messages.info(request, _("Ky urdhër nuk pret më nënshkrimin tuaj. Këtu shihni ku është tani."))
        return redirect("payments:standing_order", series.pk)
    if challenge is None:
        messages.error(request, _("FNP-ja nuk vlen më. Kontrolloni urdhrin dhe kërkoni një FNP të re."))
        return redirect("payments:standing_review", series.pk)
    form = form or SignForm(initial={"challenge_id": challenge.pk})
    context = pages.sign_page(series, challenge) | {"form": form}
    return render(request, "payments/standing_sign.html", context, status=422 if form.errors else 200)


def _live(request: SignedInRequest, series: StandingOrder) -> FnpChallenge | None:
    return fnp.live(
        user=request.user,
        purpose=approvals.PURPOSE,
        attempt=request.attempt,
        subject=one_series.fnp_subject(series),
        at=clock.machine(),
    )
