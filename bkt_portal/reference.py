"""The reference of a request: what a person reads out on the phone, and what the log stands under."""

import secrets

from django.http import HttpRequest

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def give_reference(request: HttpRequest) -> None:
    """Eight letters and figures that a person can read on the phone."""
    request.META["portal.reference"] = "".join(secrets.choice(ALPHABET) for _ in range(8))


def reference_of(request: HttpRequest) -> str:
    return str(request.META.get("portal.reference", ""))
