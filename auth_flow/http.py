"""What a request is in this portal, typed once: where it comes from and, after the middleware, who sent it."""

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Company, Mandate, User
from auth_flow import networks
from auth_flow.models import LoginAttempt, Preferences


class PortalRequest(HttpRequest):
    """Any request behind the middleware; these are None when no customer is signed in."""

    company: Company | None
    mandate: Mandate | None
    mandates: list[Mandate]
    attempt: LoginAttempt | None
    preferences: Preferences | None


class SignedInRequest(HttpRequest):
    """What a view under @signed_in or @may receives."""

    user: User
    company: Company
    mandate: Mandate
    mandates: list[Mandate]  # hers in force, by the company's name
    attempt: LoginAttempt
    preferences: Preferences


def client_ip(request: HttpRequest) -> str:
    """The address of whoever speaks to our outermost trusted proxy.

    X-Forwarded-For counts only where `settings.TRUSTED_PROXY_COUNT` says how many proxies of ours wrote to it, from
    the right: what stands further left was written by the client.
    """
    count = settings.TRUSTED_PROXY_COUNT
    said = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    candidates = [said[-count]] if 0 < count <= len(said) else []
    for candidate in (*candidates, request.META.get("REMOTE_ADDR", "")):
        if address := networks.plain(candidate.strip()):
            return str(address)
    # No address to listen on: a server on a unix socket knows none.
    return "0.0.0.0"  # noqa: S104  # nosec B104
