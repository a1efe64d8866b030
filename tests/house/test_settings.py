"""Production starts with everything in place, and with one sentence when something is not."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.house.sources import ROOT

COMPLETE = {
    "DATABASE_URL": "postgresql://portal_app:a@db.bank.example:5432/portal",
    "DATABASE_OWNER_URL": "postgresql://portal_owner:b@db.bank.example:5432/portal",
    "REDIS_URL": "redis://:c@queue.bank.example:6379/0",
    "SECRET_KEY": "s-0123456789-" * 5,
    "FNP_KEY": "f-0123456789-" * 5,
    "PROOF_KEY": "p-0123456789-" * 5,
    "ALLOWED_HOSTS": "biznes.bank.example",
    "PUBLIC_URL": "https://biznes.bank.example",
    "TRUSTED_PROXY_COUNT": "1",
    "SMS_GATEWAY": "twilio",
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000000",
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "TWILIO_FROM": "BKT",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing but a complete production."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_complete_production_starts(environment: pytest.MonkeyPatch) -> None:
    read = _read()

    assert read["IN_PRODUCTION"]
    assert not read["IN_DEMO"]
    assert not read["DEBUG"]
    assert read["BANK_CLOCK_OFFSET"] is None


def test_a_complete_production_keeps_its_cookies_and_its_transport_safe(environment: pytest.MonkeyPatch) -> None:
    read = _read()

    assert read["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert read["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert read["SESSION_COOKIE_SECURE"]
    assert read["CSRF_COOKIE_SECURE"]
    assert read["SECURE_SSL_REDIRECT"]
    assert read["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert read["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FNP_KEY", "PROOF_KEY"])
def test_what_is_missing_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)

    with pytest.raises(ImproperlyConfigured, match=rf"^{name} is missing"):
        _read()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DEBUG", "on", "DEBUG must be off"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS must name"),
        ("ALLOWED_HOSTS", "biznes.bank.example,*", "ALLOWED_HOSTS must name"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS must name"),
        ("ALLOWED_HOSTS", ".", "ALLOWED_HOSTS must name"),
        ("ALLOWED_HOSTS", "localhost", "ALLOWED_HOSTS must name"),
        ("ALLOWED_HOSTS", "127.0.0.1,[::1]", "ALLOWED_HOSTS must name"),
        ("SECRET_KEY", "s" * 64, "SECRET_KEY must be random"),
        ("FNP_KEY", "f" * 64, "FNP_KEY must be random"),
        ("PROOF_KEY", "123456789" * 8, "PROOF_KEY must be random"),
        ("SMS_GATEWAY", "file", "SMS_GATEWAY must be a real one"),
        ("SMS_GATEWAY", "console", "SMS_GATEWAY must be a real one"),
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 50"),
        ("FNP_KEY", "short", "FNP_KEY must have at least 32"),
        ("PROOF_KEY", "short", "PROOF_KEY must have at least 32"),
        ("FNP_KEY", COMPLETE["SECRET_KEY"], "must differ"),
        ("PROOF_KEY", COMPLETE["FNP_KEY"], "must differ"),
        ("BANK_CLOCK", "2026-11-27T13:22", "BANK_CLOCK belongs to the demo"),
        ("DATABASE_OWNER_URL", COMPLETE["DATABASE_URL"], "DATABASE_OWNER_URL must not be"),
        ("SMS_GATEWAY", "pigeon", "SMS_GATEWAY must be one of"),
        ("TWILIO_ACCOUNT_SID", "", "TWILIO_ACCOUNT_SID is missing"),
        ("TWILIO_AUTH_TOKEN", "", "TWILIO_AUTH_TOKEN is missing"),
        ("TWILIO_FROM", "", "TWILIO_FROM is missing"),
        ("TWILIO_BASE_URL", "http://sms.bank.example", "TWILIO_BASE_URL must begin with https"),
        ("PUBLIC_URL", "", "PUBLIC_URL must begin with https"),
        ("PUBLIC_URL", "http://biznes.bank.example", "PUBLIC_URL must begin with https"),
        ("SMS_GATEWAY_FALLBACK", "pigeon", "SMS_GATEWAY_FALLBACK must be empty or another"),
        ("SMS_GATEWAY_FALLBACK", "twilio", "SMS_GATEWAY_FALLBACK must be empty or another"),
        ("SMS_GATEWAY_FALLBACK", "file", "SMS_GATEWAY_FALLBACK must be a real one"),
        ("SMS_GATEWAY_FALLBACK", "console", "SMS_GATEWAY_FALLBACK must be a real one"),
        ("SMS_GATEWAY_FALLBACK", "twilio_second", "TWILIO_SECOND_ACCOUNT_SID is missing"),
        ("SMS_FALLBACK_AFTER", "0", "must be at least 1"),
        ("EMAIL_URL", "file:", "EMAIL_URL must be a mail server"),
        ("EMAIL_URL", "mail.bank.example", "EMAIL_URL must read smtp"),
        ("EMAIL_URL", "smtp://mail.bank.example?tls=none", "EMAIL_URL may go without TLS"),
        ("PASSWORD_HASHES_AT_ONCE", "0", "PASSWORD_HASHES_AT_ONCE must be at least 1"),
        ("FNP_LIFE_SECONDS", "999999", "FNP_LIFE_SECONDS must lie between"),
        ("FNP_RESEND_AFTER_SECONDS", "-1", "must not be negative"),
        ("DOMESTIC_CUT_OFF", "two", "DOMESTIC_CUT_OFF must be a time of day"),
        ("PORTAL_MODE", "staging", "PORTAL_MODE must be"),
        ("TRUSTED_PROXY_COUNT", "one", "TRUSTED_PROXY_COUNT must be a whole number"),
    ],
)
def test_production_refuses(environment: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    environment.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=sentence):
        _read()


def test_a_deputy_with_an_account_of_its_own_is_taken(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SMS_GATEWAY_FALLBACK", "twilio_second")
    for name in ("ACCOUNT_SID", "AUTH_TOKEN", "FROM"):
        environment.setenv(f"TWILIO_SECOND_{name}", "another")

    assert _read()["SMS_GATEWAY_FALLBACK"] == "twilio_second"


@pytest.mark.parametrize(
    ("address", "host", "port", "starts_tls", "is_tls"),
    [
        ("smtp://portal:s%3Acret@mail.bank.example", "mail.bank.example", 587, True, False),
        ("smtps://portal:s%3Acret@mail.bank.example", "mail.bank.example", 465, False, True),
        ("smtp://localhost:25?tls=none", "localhost", 25, False, False),
    ],
)
def test_mail_leaves_by_the_server_of_its_address(
    environment: pytest.MonkeyPatch, address: str, host: str, port: int, starts_tls: bool, is_tls: bool
) -> None:
    environment.setenv("EMAIL_URL", address)

    read = _read()

    assert (read["EMAIL_HOST"], read["EMAIL_PORT"]) == (host, port)
    assert (read["EMAIL_USE_TLS"], read["EMAIL_USE_SSL"]) == (starts_tls, is_tls)
    assert read["EMAIL_HOST_PASSWORD"] in {"", "s:cret"}


def test_a_refusal_repeats_no_secret(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FNP_KEY", "f" * 20 + "-my-own-secret")
    environment.setenv("PROOF_KEY", "short-secret")

    with pytest.raises(ImproperlyConfigured) as refused:
        _read()
    assert "secret" not in str(refused.value)


def test_a_refusal_stops_the_process_before_any_page(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **COMPLETE, "DEBUG": "on"}
    command = [sys.executable, "-c", "import bkt_portal.settings"]

    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1].endswith("ImproperlyConfigured: DEBUG must be off in production.")


def _read() -> dict[str, Any]:
    """The settings as a new process would read them, without the rest of the portal."""
    return runpy.run_path(str(ROOT / "bkt_portal" / "settings.py"))
