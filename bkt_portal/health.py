"""/healthz and /readyz: what the operators' machines ask."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from auth_flow.decorators import public
from bkt_portal import readiness

PLAIN = "text/plain; charset=utf-8"


class Health:
    """Answers /healthz before host, session or database are asked: it must not die of what it does not watch."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz(request) if request.path_info == "/healthz" else self.get_response(request)


@require_safe
@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The web server lives; nothing else is asked."""
    return HttpResponse("ok\n", content_type=PLAIN)


@require_safe
@public
def readyz(request: HttpRequest) -> HttpResponse:
    """One line a part; 200 only if every part answered, else 503. A late bank day is told, and the portal stays up."""
    answers = dict(readiness.answers())
    is_late = not answers.pop(readiness.BANK_DAY, True)
    lines = [f"{part}: {'ok' if answered else 'no answer'}\n" for part, answered in answers.items()]
    lines += [f"{readiness.BANK_DAY}: late\n"] if is_late else []
    status = 200 if all(answers.values()) else 503
    return HttpResponse("".join(lines), status=status, content_type=PLAIN)
