"""The pages of errors (R73): in the portal's own face, with the contact centre's number and a reference.

Rendered without the request: no context processor, session or database is needed to say that something is wrong.
"""

import logging
import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

from accounts.refusals import Refusal
from auth_flow.decorators import public
from bkt_portal.header import banners_without_asking, theme_of
from bkt_portal.reference import reference_of

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30


def answer_to(request: HttpRequest, problem: BaseException | None) -> HttpResponse | None:
    """The page for what no view has answered: the database out of reach or too busy, or the no of a verb.

    Locks waited for in vain, deadlocks and statements that ran too long are OperationalErrors too: nothing was
    written, and a second try may succeed. None for whatever else it was: a fault of ours.
    """
    facts = {"reference": reference_of(request)}
    if isinstance(problem, OperationalError | InterfaceError):
        log.error("the database did not answer: %s", request.path, extra=facts, exc_info=problem)
        return unavailable(request)
    if isinstance(problem, Refusal):
        log.warning("no view answered the refusal %s", problem.code, extra=facts)
        return _page(request, 409, sentence=str(problem.sentence))
    return None


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form stood open for too long, or came from elsewhere; `reason` is Django's, for the log."""
    log.warning("a form was refused: %s", reason, extra={"reference": reference_of(request)})
    return _page(request, 403)


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


@public
def wrong_method(request: HttpRequest) -> HttpResponse:
    """An address of a form was opened like a page."""
    return _page(request, 405)


@public
def conflict(request: HttpRequest) -> HttpResponse:
    """Somebody else was faster, or the same was sent twice."""
    return _page(request, 409)


@public
def too_many(request: HttpRequest) -> HttpResponse:
    return _page(request, 429)


@public
def unavailable(request: HttpRequest) -> HttpResponse:
    """An outage: what is asked now may be answered soon."""
    page = _page(request, 503)
    page.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return page


@public
def broken(request: HttpRequest) -> HttpResponse:
    """Our fault; the log has the reason under the reference. In plain text where even the page cannot be made."""
    reference = reference_of(request)
    try:
        answer = answer_to(request, sys.exc_info()[1])  # what a middleware raised comes here, not to any view's end
        if answer is None:
            log.error("a page broke: %s", request.path, extra={"reference": reference}, exc_info=True)
            answer = _page(request, 500)
    except Exception:  # whatever broke the page may break this one too, and silence is the worst answer
        log.exception("the page of errors broke as well", extra={"reference": reference})
        return HttpResponse(_last_words(reference), status=500, content_type="text/plain; charset=utf-8")
    return answer


def _page(request: HttpRequest, status: int, *, sentence: str = "") -> HttpResponse:
    """`sentence` says why, where a verb has said so."""
    context = {
        "bank": settings.BANK,
        "reference": reference_of(request),
        "theme": theme_of(request),
        "sentence": sentence,
        "banners": banners_without_asking(request),
    }
    return HttpResponse(loader.get_template(f"{status}.html").render(context), status=status)


def _last_words(reference: str) -> str:
    phone = settings.BANK["phone_display"]
    return (
        f"Diçka u prish tek ne. Telefononi {phone} dhe thoni referencën {reference}.\n"
        f"Something broke on our side. Call {phone} and say the reference {reference}.\n"
    )
