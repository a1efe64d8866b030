"""What every answer carries: no copy in any cache, no sniffing, no foreign frame, and a reference for the log.

Stands around all other middleware but the language's, so that whatever goes wrong inside still ends in a page.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from bkt_portal import errors
from bkt_portal.reference import give_reference

# Said again by the middleware that is made for it; here for the answers that never come so far.
ALWAYS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class EveryResponse:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        give_reference(request)
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            _explain(response, errors.wrong_method(request))
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        if response.status_code >= 400 or not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return errors.answer_to(request, exception)


def _explain(response: HttpResponse, page: HttpResponse) -> None:
    """Put the page into the empty answer, which keeps its `Allow` and its status."""
    response.content = page.content
    response.headers["Content-Type"] = page.headers["Content-Type"]
    response.headers["Content-Length"] = str(len(page.content))
