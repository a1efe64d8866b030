"""The help: the manual, guidance on security, answers, browsers, prices, what to bring, what is new. For everybody."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from auth_flow.decorators import public
from bkt_portal import help_paper, help_texts
from bkt_portal.header import mandate_of, moment_of
from bkt_portal.help_prices import price_list
from payments import promises
from payments.models.orders import OrderKind

MINUTE: Final = 60
LANGUAGES: Final = dict(settings.LANGUAGES)


@require_safe
@public
def index(request: HttpRequest) -> HttpResponse:
    """Where help is found, and how the bank is reached."""
    return _page(request, "help/index.html")


@require_safe
@public
def text(request: HttpRequest, name: str) -> HttpResponse:
    """One of the texts, in the language of the screen."""
    at = moment_of(request)
    return _page(request, "help/text.html", name=name, text=help_texts.read(name, _language(), facts(at)))


@require_safe
@public
def manual_pdf(request: HttpRequest) -> HttpResponse:
    """The manual to take along; nothing in it is anybody's own."""
    language = _language()
    manual = help_texts.read("manual", language, facts(moment_of(request)))
    file = help_paper.manual(manual, language=language, contents=_("Përmbajtja"))
    name = f"manual-{language}.pdf"
    return HttpResponse(
        file, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_safe
@public
def tariffs(request: HttpRequest) -> HttpResponse:
    """What the service costs (R07, R08), and each kind of payment by the table in force today."""
    at = moment_of(request)
    today = clock.tirana_day(at)
    words = help_texts.read("tariffs", _language(), facts(at))
    return _page(request, "help/tariffs.html", text=words, prices=price_list(on=today), today=today)


def facts(at: datetime) -> dict[str, str]:
    """What the texts leave open, as it is at this moment."""
    today = clock.tirana_day(at)
    return {
        "bank": settings.BANK["short_name"],
        "bank_name": settings.BANK["name"],
        "phone": settings.BANK["phone_display"],
        "whatsapp": settings.BANK["whatsapp_display"],
        "emails": ", ".join(settings.BANK["emails"]),
        "cut_off": f"{promises.cut_off(kind=OrderKind.DOMESTIC, on=today):%H:%M}",
        "close": f"{settings.DAY_CLOSE_STARTS:%H:%M}",
        "execution": f"{settings.EXECUTION_STARTS:%H:%M}",
        "code_minutes": str(settings.FNP_LIFE_SECONDS // MINUTE),
        "code_tries": str(settings.FNP_ATTEMPTS_MAX),
        "resend_seconds": str(settings.FNP_RESEND_AFTER_SECONDS),
        "failures": str(settings.FAILURES_PER_BLOCK),
        "block_minutes": str(settings.BLOCK_SECONDS[0] // MINUTE),
        "idle_minutes": str(settings.SESSION_IDLE_SECONDS // MINUTE),
        "password_min": str(settings.PASSWORD_LENGTH_MIN),
        "password_days": str(settings.PASSWORD_MAX_AGE_DAYS),
        "password_warn": str(settings.PASSWORD_WARN_DAYS),
        "password_history": str(settings.PASSWORD_HISTORY),
        "proving_minutes": str(settings.PROVING_LIFE_SECONDS // MINUTE),
        "card_digits": str(settings.CARD_DIGITS_ASKED),
        "payee_hours": str(settings.NEW_PAYEE_HOURS),
        "low_hours": str(settings.LOW_LIMIT_HOURS),
        "duplicate_days": str(settings.DUPLICATE_DAYS),
        "order_days": str(settings.ORDER_LIFE_DAYS),
    }


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """In the frame of whoever looks."""
    layout = "base_door.html" if mandate_of(request) is None else "base.html"
    pictures = f"help/{_language()}/"
    return render(request, template, {"layout": layout, "bank": settings.BANK, "pictures": pictures, **context})


def _language() -> str:
    language = get_language() or settings.LANGUAGE_CODE
    return language if language in LANGUAGES else settings.LANGUAGE_CODE
