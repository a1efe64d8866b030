"""The environment, typed and loud: a wrong or missing variable stops the start with one sentence that names it."""

import os
from datetime import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES: Final = frozenset({"1", "true", "yes", "on"})
NO: Final = frozenset({"0", "false", "no", "off", ""})
POSTGRESQL: Final = frozenset({"postgresql", "postgres"})


def text(name: str, default: str | None = None) -> str:
    """The variable as written; without a default it must be there and not empty."""
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is missing: set it in the environment.")
    return value


def integer(name: str, default: int | None = None) -> int:
    value = text(name, None if default is None else str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def time_of_day(name: str, default: str | None = None) -> time:
    value = text(name, default)
    try:
        return time.fromisoformat(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a time of day like 14:00, not {value!r}.") from None


def flag(name: str, default: bool = False) -> bool:
    value = text(name, "on" if default else "off").lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be one of on, off, true, false, 1, 0, not {value!r}.")
    return value in YES


def csv(name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A list written with commas; blanks around and between the commas do not count."""
    parts = (part.strip() for part in text(name, ",".join(default)).split(","))
    return tuple(part for part in parts if part)


def secret(name: str, default: str | None = None) -> str:
    """NAME, or the content of the file that NAME_FILE names; both at once is a mistake. The value is never shown."""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return text(name, default)
    if os.environ.get(name, "").strip():
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set: keep one of them.")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {problem.__class__.__name__} at {path}.") from None
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE is empty: {path}.")
    return value


def url(name: str, default: str | None = None, *, schemes: tuple[str, ...] = ("https", "http")) -> str:
    """An absolute address with one of `schemes`, without a slash at its end."""
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.netloc:
        raise ImproperlyConfigured(f"{name} must be an address that begins with {' or '.join(schemes)}://.")
    return value.rstrip("/")


def database(address: str) -> dict[str, Any]:
    """A DATABASES entry from postgresql://user:password@host:port/name?option=value; libpq gets the options.

    A unix socket's directory may stand as ?host=/path. A refusal never repeats the address: it holds a password.
    """
    parts = urlsplit(address)
    name = unquote(parts.path.lstrip("/"))
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("The database address has a port that is no number.") from None
    if parts.scheme not in POSTGRESQL or not name:
        raise ImproperlyConfigured("The database address must read postgresql://user:password@host:port/name.")
    options: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def mail(address: str) -> dict[str, Any]:
    """Django's EMAIL_ settings from smtp://user:password@host:587 (STARTTLS), smtps://… (TLS at once) or file:.

    A relay on this machine may do without TLS: smtp://localhost:25?tls=none. A refusal never repeats the address.
    """
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query))
    if not address:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    if address == "file:":
        return {"EMAIL_BACKEND": "auth_flow.mail.MailFile"}
    try:
        port = parts.port
    except ValueError:
        port = 0
    is_plain = options == {"tls": "none"}
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == 0 or (options and not is_plain):
        raise ImproperlyConfigured(
            "EMAIL_URL must read smtp://user:password@host:587 or smtps://user:password@host:465."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and not is_plain,
    }
