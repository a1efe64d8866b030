"""What production refuses to start with; called at the end of settings.py, since WSGI runs no system checks."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

GATEWAYS = frozenset({"console", "file", "twilio"})


def refuse_unsafe(settings: Mapping[str, Any]) -> None:
    """Raise one sentence for the first setting that is wrong; it names the variable and never shows a secret."""
    for sentence in _wrong_anywhere(settings):
        raise ImproperlyConfigured(sentence)
    if settings["IN_PRODUCTION"]:
        for sentence in _wrong_in_production(settings):
            raise ImproperlyConfigured(sentence)


def _wrong_anywhere(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["SMS_GATEWAY"] not in GATEWAYS:
        yield f"SMS_GATEWAY must be one of {', '.join(sorted(GATEWAYS))}."
    if settings["PASSWORD_HASHES_AT_ONCE"] < 1:
        yield "PASSWORD_HASHES_AT_ONCE must be at least 1, or nobody can sign in."
    if settings["FNP_RESEND_AFTER_SECONDS"] < 0 or settings["TRUSTED_PROXY_COUNT"] < 0:
        yield "FNP_RESEND_AFTER_SECONDS and TRUSTED_PROXY_COUNT must not be negative."


def _wrong_in_production(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["DEBUG"]:
        yield "DEBUG must be off in production."
    if not settings["ALLOWED_HOSTS"] or "*" in settings["ALLOWED_HOSTS"]:
        yield "ALLOWED_HOSTS must name the portal's hosts in production."
    if settings["BANK_CLOCK"]:
        yield "BANK_CLOCK belongs to the demo; production lives in real time."
    if not 30 <= settings["FNP_LIFE_SECONDS"] <= 300:
        yield "FNP_LIFE_SECONDS must lie between 30 and 300 in production."
    yield from _wrong_keys(settings)
    yield from _wrong_roles(settings)
    yield from _wrong_gateway(settings)


def _wrong_keys(settings: Mapping[str, Any]) -> Iterator[str]:
    if len(settings["SECRET_KEY"]) < 50:
        yield "SECRET_KEY must have at least 50 characters."
    for name in ("FNP_KEY", "PROOF_KEY"):
        if len(settings[name]) < 32:
            yield f"{name} must have at least 32 characters."
    if len({settings["SECRET_KEY"], settings["FNP_KEY"], settings["PROOF_KEY"]}) < 3:
        yield "SECRET_KEY, FNP_KEY and PROOF_KEY must differ."


def _wrong_roles(settings: Mapping[str, Any]) -> Iterator[str]:
    """A web process knows the runtime role alone; where the owner's address is given too, it must be another role."""
    owner, runtime = settings["DATABASES"]["owner"], settings["DATABASES"]["default"]
    if settings["OWNER_IS_GIVEN"] and owner["USER"] == runtime["USER"]:
        yield "DATABASE_OWNER_URL must not be the runtime role's DATABASE_URL."


def _wrong_gateway(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["SMS_GATEWAY"] in {"console", "file"}:
        yield "SMS_GATEWAY must be a real one in production, not console or file."
        return
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"):
        if not settings[name]:
            yield f"{name} is missing: SMS_GATEWAY is twilio."
    if not settings["TWILIO_BASE_URL"].startswith("https://"):
        yield "TWILIO_BASE_URL must begin with https:// in production."
