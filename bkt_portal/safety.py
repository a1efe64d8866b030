"""What production refuses to start with; called at the end of settings.py, since WSGI runs no system checks."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured

DEMO_GATEWAYS = frozenset({"console", "file"})
GATEWAYS = DEMO_GATEWAYS | {"twilio"}
DEPUTIES = GATEWAYS | {"twilio_second"}
KEYS = ("SECRET_KEY", "FNP_KEY", "PROOF_KEY")
DIFFERENT_CHARACTERS_MIN = 10
ANY_HOST = frozenset({"*", "."})
THIS_MACHINE = frozenset({"localhost", ".localhost", "127.0.0.1", "[::1]"})


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
    if settings["SMS_GATEWAY_FALLBACK"] not in (DEPUTIES - {settings["SMS_GATEWAY"]}) | {""}:
        yield f"SMS_GATEWAY_FALLBACK must be empty or another one of {', '.join(sorted(DEPUTIES))}."
    if settings["SMS_FALLBACK_AFTER"] < 1 or settings["SMS_DISTURBED_AFTER"] < 1:
        yield "SMS_FALLBACK_AFTER and SMS_DISTURBED_AFTER must be at least 1."
    if settings["PASSWORD_HASHES_AT_ONCE"] < 1:
        yield "PASSWORD_HASHES_AT_ONCE must be at least 1, or nobody can sign in."
    if settings["FNP_RESEND_AFTER_SECONDS"] < 0 or settings["TRUSTED_PROXY_COUNT"] < 0:
        yield "FNP_RESEND_AFTER_SECONDS and TRUSTED_PROXY_COUNT must not be negative."


def _wrong_in_production(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["DEBUG"]:
        yield "DEBUG must be off in production."
    hosts = frozenset(settings["ALLOWED_HOSTS"])
    if hosts <= THIS_MACHINE or hosts & ANY_HOST:
        yield "ALLOWED_HOSTS must name the portal's hosts in production."
    if settings["BANK_CLOCK"]:
        yield "BANK_CLOCK belongs to the demo; production lives in real time."
    if not 30 <= settings["FNP_LIFE_SECONDS"] <= 300:
        yield "FNP_LIFE_SECONDS must lie between 30 and 300 in production."
    yield from _wrong_keys(settings)
    yield from _wrong_roles(settings)
    yield from _wrong_gateway(settings)
    yield from _wrong_mail(settings)


def _wrong_keys(settings: Mapping[str, Any]) -> Iterator[str]:
    if len(settings["SECRET_KEY"]) < 50:
        yield "SECRET_KEY must have at least 50 characters."
    for name in ("FNP_KEY", "PROOF_KEY"):
        if len(settings[name]) < 32:
            yield f"{name} must have at least 32 characters."
    for name in KEYS:
        if len(set(settings[name])) < DIFFERENT_CHARACTERS_MIN:
            yield f"{name} must be random: it has fewer than {DIFFERENT_CHARACTERS_MIN} different characters."
    if len({settings[name] for name in KEYS}) < len(KEYS):
        yield "SECRET_KEY, FNP_KEY and PROOF_KEY must differ."


def _wrong_roles(settings: Mapping[str, Any]) -> Iterator[str]:
    """A web process knows the runtime role alone; where the owner's address is given too, it must be another role."""
    owner, runtime = settings["DATABASES"]["owner"], settings["DATABASES"]["default"]
    if settings["OWNER_IS_GIVEN"] and owner["USER"] == runtime["USER"]:
        yield "DATABASE_OWNER_URL must not be the runtime role's DATABASE_URL."


def _wrong_gateway(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["SMS_GATEWAY"] in DEMO_GATEWAYS:
        yield "SMS_GATEWAY must be a real one in production, not console or file."
        return
    if settings["SMS_GATEWAY_FALLBACK"] in DEMO_GATEWAYS:
        yield "SMS_GATEWAY_FALLBACK must be a real one in production, not console or file."
    yield from _wrong_account(settings, "TWILIO", "SMS_GATEWAY is twilio")
    if settings["SMS_GATEWAY_FALLBACK"]:
        yield from _wrong_account(settings, "TWILIO_SECOND", "SMS_GATEWAY_FALLBACK is twilio_second")
    if not settings["PUBLIC_URL"].startswith("https://"):
        yield "PUBLIC_URL must begin with https:// in production: Twilio reports there what became of an SMS."


def _wrong_account(settings: Mapping[str, Any], account: str, why: str) -> Iterator[str]:
    for name in (f"{account}_ACCOUNT_SID", f"{account}_AUTH_TOKEN", f"{account}_FROM"):
        if not settings[name]:
            yield f"{name} is missing: {why}."
    if not settings[f"{account}_BASE_URL"].startswith("https://"):
        yield f"{account}_BASE_URL must begin with https:// in production."


def _wrong_mail(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["EMAIL_URL"] == "file:":
        yield "EMAIL_URL must be a mail server in production, or empty: file: belongs to the demo."
    in_clear = settings["EMAIL_URL"] and not (settings["EMAIL_USE_TLS"] or settings["EMAIL_USE_SSL"])
    if in_clear and settings["EMAIL_HOST"] not in THIS_MACHINE:
        yield "EMAIL_URL may go without TLS to this machine alone."
