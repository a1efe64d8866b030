"""The ways an SMS leaves the house: console and file for the demo, Twilio's two accounts for the bank."""

import json
import os
import sys
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_noop

from auth_flow.sms.receipts import Gateway, NotSent as NotSent, Receipt as Receipt
from auth_flow.sms.twilio import SecondTwilioGateway, TwilioGateway


def the_gateway() -> Gateway:
    """The one that `settings.SMS_GATEWAY` names."""
    return _named(settings.SMS_GATEWAY)


def the_deputy() -> Gateway | None:
    """The one that `settings.SMS_GATEWAY_FALLBACK` names, if it names any."""
    return _named(settings.SMS_GATEWAY_FALLBACK) if settings.SMS_GATEWAY_FALLBACK else None


def _not_in_production(name: str) -> None:
    if settings.PORTAL_MODE == "production":
        raise ImproperlyConfigured(f"The SMS gateway {name} shows codes: it belongs to the demo and the tests.")


class ConsoleGateway:
    """Writes messages to the terminal."""

    name = "console"

    def __init__(self) -> None:
        _not_in_production(self.name)

    def send(self, *, to: str, body: str, at: datetime, our_id: str) -> Receipt:
        sys.stdout.write(f"SMS {at.isoformat(timespec='seconds')} {to}: {body}\n")
        sys.stdout.flush()
        return Receipt()


class FileGateway:
    """Appends one JSON line a message, {"at", "to", "body"}, to a file that only its owner reads."""

    name = "file"

    def __init__(self) -> None:
        _not_in_production(self.name)

    def send(self, *, to: str, body: str, at: datetime, our_id: str) -> Receipt:
        line = json.dumps({"at": at.isoformat(), "to": to, "body": body}, ensure_ascii=False) + "\n"
        try:
            # One write under O_APPEND: lines of two workers never mix.
            file = os.open(settings.SMS_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line.encode())
            finally:
                os.close(file)
        except OSError as problem:
            words = gettext_noop("Skedari nuk shkruhet")
            raise NotSent("temporary", code=str(problem.errno or ""), words=words) from None
        return Receipt()


GATEWAYS: Final[dict[str, type[ConsoleGateway | FileGateway | TwilioGateway]]] = {
    gateway.name: gateway for gateway in (ConsoleGateway, FileGateway, TwilioGateway, SecondTwilioGateway)
}


def _named(name: str) -> Gateway:
    if name not in GATEWAYS:
        raise ImproperlyConfigured(f"An SMS gateway must be one of {', '.join(GATEWAYS)}.")
    return GATEWAYS[name]()
