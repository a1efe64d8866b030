"""What every answer carries: no copy in any cache, no sniffing, no foreign frame, and a reference for the log."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

REFERENCE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class EveryResponse:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["portal.reference"] = new_reference()
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def new_reference() -> str:
    """Eight letters and figures that a person can read on the phone."""
    return "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(8))


def reference_of(request: HttpRequest) -> str:
    return str(request.META.get("portal.reference", ""))
