"""The ways an SMS leaves the house: console, file, Twilio. One method, one receipt, three kinds of failure."""

import json
import logging
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_noop
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

TWILIO_TIMEOUT_SECONDS = 5.0  # the library's own default is to wait for ever

# permanent: never again. temporary: later. unknown: perhaps it was sent; the text is the same, so it is sent again.
Kind = Literal["permanent", "temporary", "unknown"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took the message; `provider_id` is its name there."""

    provider_id: str = ""


class NotSent(Exception):  # noqa: N818  a sentence about the message, not about a fault
    """The provider did not take it. `words` are ours, for staff; the provider's own may repeat the number."""

    def __init__(self, kind: Kind, *, code: str = "", words: str = "") -> None:
        super().__init__(f"{kind} {code}")
        self.kind: Kind = kind
        self.code = code
        self.words = words


class Gateway(Protocol):
    """`send` returns when the provider has taken the message and raises `NotSent` when it has not."""

    name: str

    def send(self, *, to: str, body: str, at: datetime) -> Receipt: ...


def the_gateway() -> Gateway:
    """The one that `settings.SMS_GATEWAY` names."""
    gateways: dict[str, type[ConsoleGateway | FileGateway | TwilioGateway]] = {
        "console": ConsoleGateway,
        "file": FileGateway,
        "twilio": TwilioGateway,
    }
    try:
        return gateways[settings.SMS_GATEWAY]()
    except KeyError:
        raise ImproperlyConfigured("SMS_GATEWAY must be console, file or twilio.") from None


def _not_in_production(name: str) -> None:
    if settings.PORTAL_MODE == "production":
        raise ImproperlyConfigured(f"The SMS gateway {name} shows codes: it belongs to the demo and the tests.")


class ConsoleGateway:
    """Writes messages to the terminal."""

    name = "console"

    def __init__(self) -> None:
        _not_in_production(self.name)

    def send(self, *, to: str, body: str, at: datetime) -> Receipt:
        sys.stdout.write(f"SMS {at.isoformat(timespec='seconds')} {to}: {body}\n")
        sys.stdout.flush()
        return Receipt()


class FileGateway:
    """Appends one JSON line a message, {"at", "to", "body"}, to a file that only its owner reads."""

    name = "file"

    def __init__(self) -> None:
        _not_in_production(self.name)

    def send(self, *, to: str, body: str, at: datetime) -> Receipt:
        line = json.dumps({"at": at.isoformat(), "to": to, "body": body}, ensure_ascii=False) + "\n"
        try:
            # One write under O_APPEND: lines of two workers never mix.
            file = os.open(settings.SMS_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)
        except OSError as problem:
            raise NotSent(
                "temporary", code=str(problem.errno or ""), words=gettext_noop("Skedari nuk shkruhet")
            ) from None
        return Receipt()


# --- Twilio ----------------------------------------------------------------------------------------------------------

# https://www.twilio.com/docs/api/errors: what no second try will change, in words for the staff desk.
TWILIO_PERMANENT = {
    21211: gettext_noop("Numri nuk është i vlefshëm"),
    21214: gettext_noop("Numri nuk arrihet"),
    21217: gettext_noop("Numri nuk është i vlefshëm"),
    21408: gettext_noop("Vendi i numrit nuk lejohet"),
    21610: gettext_noop("Marrësi i ka ndaluar mesazhet"),
    21612: gettext_noop("Numri nuk arrihet nga ky dërgues"),
    21614: gettext_noop("Numri nuk është celular"),
}
BUSY = gettext_noop("Shërbimi SMS është i ngarkuar")
REFUSED = gettext_noop("Shërbimi SMS e refuzoi mesazhin")
SILENT = gettext_noop("Shërbimi SMS nuk u përgjigj")
NO_ACCESS = gettext_noop("Shërbimi SMS nuk na njohu")

# The library's own logger tells addresses and headers; ours tells nothing.
_silent = logging.getLogger("auth_flow.sms.twilio")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False


class ElsewhereHttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """Twilio's client with a patience of seconds, at the address of `settings.TWILIO_BASE_URL`."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TWILIO_TIMEOUT_SECONDS, logger=_silent)
        self.base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        there = urlsplit(url)._replace(scheme=self.base.scheme, netloc=self.base.netloc)
        if self.base.path.strip("/"):
            there = there._replace(path=self.base.path.rstrip("/") + there.path)
        return super().request(method, urlunsplit(there), *args, **kwargs)


@cache
def _twilio(sid: str, token: str, base_url: str) -> Client:
    """One client a process: it keeps its connections."""
    return Client(sid, token, http_client=ElsewhereHttpClient(base_url))


class TwilioGateway:
    """Twilio's Programmable Messaging, through its own library."""

    name = "twilio"

    def __init__(self) -> None:
        self.client = _twilio(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_BASE_URL)

    def send(self, *, to: str, body: str, at: datetime) -> Receipt:
        try:
            message = self.client.messages.create(to=to, from_=settings.TWILIO_FROM, body=body)
        except TwilioRestException as problem:
            raise _judged(problem) from None
        except (TwilioException, requests.RequestException, ValueError) as problem:
            raise NotSent("unknown", code=type(problem).__name__[:20], words=SILENT) from None
        return Receipt(provider_id=str(message.sid or "")[:64])


def _judged(problem: TwilioRestException) -> NotSent:
    code = int(problem.code or 0)
    name = str(code or problem.status)
    if code in TWILIO_PERMANENT:
        return NotSent("permanent", code=name, words=TWILIO_PERMANENT[code])
    if problem.status in {401, 403}:
        # Our own account is at fault, not the message: somebody may set it right within the life of a code.
        return NotSent("temporary", code=name, words=NO_ACCESS)
    if problem.status == 429:
        return NotSent("temporary", code=name, words=BUSY)
    if problem.status >= 500:
        return NotSent("unknown", code=name, words=SILENT)
    return NotSent("permanent", code=name, words=REFUSED)
