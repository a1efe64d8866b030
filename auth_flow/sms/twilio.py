"""Twilio's Programmable Messaging through Twilio's own library, and what its numbers mean in words.

Codes: https://www.twilio.com/docs/api/errors. A message that Twilio took is reported on later at our STATUS_PAGE.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import requests
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from auth_flow.sms.receipts import Kind, NotSent, Receipt

TIMEOUT_SECONDS = 5.0  # the library's own default is to wait for ever
STATUS_PAGE = "auth_flow:twilio_status"

INVALID = gettext_noop("Numri nuk është i vlefshëm")
UNREACHABLE = gettext_noop("Numri nuk arrihet")
NOT_MOBILE = gettext_noop("Numri nuk është celular")
STOPPED = gettext_noop("Marrësi i ka ndaluar mesazhet")
BUSY = gettext_noop("Shërbimi SMS është i ngarkuar")
REFUSED = gettext_noop("Shërbimi SMS e refuzoi mesazhin")
SILENT = gettext_noop("Shërbimi SMS nuk u përgjigj")
NO_ACCESS = gettext_noop("Shërbimi SMS nuk na njohu")
WRONG_SENDER = gettext_noop("Dërguesi i bankës nuk pranohet")
NOT_THERE = gettext_noop("Vendi i numrit nuk lejohet")
NOT_BY_US = gettext_noop("Numri nuk arrihet nga ky dërgues")
PHONE_OFF = gettext_noop("Celulari është i fikur ose jashtë mbulimit")
BLOCKED = gettext_noop("Operatori e bllokoi mesazhin")
NETWORK = gettext_noop("Operatori nuk e dorëzoi mesazhin")

# What no second try will change: the number or its owner says no.
PERMANENT = {
    21211: INVALID,
    21214: UNREACHABLE,
    21217: INVALID,
    21610: STOPPED,
    21614: NOT_MOBILE,
}
# No second try here, but perhaps at another gateway: this account has no way to that number.
NOT_FROM_HERE = {21408: NOT_THERE, 21612: NOT_BY_US}
# Our account or its set-up: somebody may set it right within the life of a code.
OURS = {
    20003: NO_ACCESS,
    20005: NO_ACCESS,
    20404: NO_ACCESS,
    21212: WRONG_SENDER,
    21603: WRONG_SENDER,
    21606: WRONG_SENDER,
    21659: WRONG_SENDER,
}
# Why a message that was taken did not arrive.
UNDELIVERED = {
    21610: STOPPED,
    30003: PHONE_OFF,
    30004: BLOCKED,
    30005: INVALID,
    30006: NOT_MOBILE,
    30007: BLOCKED,
    30008: NETWORK,
}

# The library's own logger tells addresses and headers; ours tells nothing.
_silent = logging.getLogger("auth_flow.sms.twilio")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False


class AskedToWait(TwilioException):  # type: ignore[misc]  # twilio has no types
    """429: the header that says how long is lost in the library's own exception."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("429")
        self.wait = wait


class ElsewhereHttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio has no types
    """Twilio's client with a patience of seconds, at another address than Twilio's own if one is given."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TIMEOUT_SECONDS, logger=_silent)
        self.base = urlsplit(base_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        there = urlsplit(url)._replace(scheme=self.base.scheme, netloc=self.base.netloc)
        if self.base.path.strip("/"):
            there = there._replace(path=self.base.path.rstrip("/") + there.path)
        response = super().request(method, urlunsplit(there), *args, **kwargs)
        if response.status_code == 429:
            said = (response.headers or {}).get("Retry-After", "")
            raise AskedToWait(timedelta(seconds=int(said) if said.isdigit() else 0))
        return response


@dataclass(frozen=True, slots=True)
class Account:
    """One account at Twilio, or at a provider that speaks as Twilio does."""

    sid: str
    token: str
    sender: str
    base_url: str


def first_account() -> Account:
    return Account(
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM, settings.TWILIO_BASE_URL
    )


def second_account() -> Account:
    return Account(
        settings.TWILIO_SECOND_ACCOUNT_SID,
        settings.TWILIO_SECOND_AUTH_TOKEN,
        settings.TWILIO_SECOND_FROM,
        settings.TWILIO_SECOND_BASE_URL,
    )


@cache
def client_of(account: Account) -> Client:
    """One client a process and account: it keeps its connections."""
    return Client(account.sid, account.token, http_client=ElsewhereHttpClient(account.base_url))


class TwilioGateway:
    """The first account. The sender is a number or a name registered there."""

    name = "twilio"
    account = staticmethod(first_account)

    def send(self, *, to: str, body: str, at: datetime, our_id: str) -> Receipt:
        account = self.account()
        report = {"status_callback": status_url(our_id)} if settings.PUBLIC_URL else {}
        try:
            message = client_of(account).messages.create(to=to, from_=account.sender, body=body, **report)
        except AskedToWait as asked:
            raise NotSent("temporary", code="429", words=BUSY, wait=asked.wait) from None
        except TwilioRestException as problem:
            raise _judged(problem) from None
        except (TwilioException, requests.RequestException, ValueError) as problem:
            kind: Kind = "temporary" if _never_stood(problem) else "unknown"
            raise NotSent(kind, code=type(problem).__name__[:20], words=SILENT) from None
        return Receipt(provider_id=str(message.sid or "")[:64])


class SecondTwilioGateway(TwilioGateway):
    """The deputy: an account of its own, with its own sender, perhaps in another region."""

    name = "twilio_second"
    account = staticmethod(second_account)


def status_url(our_id: str) -> str:
    """Where reports about a message are to be sent: the address that customers see, never the host of a request."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(STATUS_PAGE)}?{urlencode({'message': our_id})}"


def is_signed(path: str, form: Mapping[str, str], signature: str) -> bool:
    """Whether Twilio, or somebody with the token of one of our accounts, sent this form to PUBLIC_URL + `path`.

    `path` includes the query. An account without a token has signed nothing, whatever the signature.
    """
    if not settings.PUBLIC_URL:
        return False
    url = settings.PUBLIC_URL.rstrip("/") + path
    accounts = [account for account in (first_account(), second_account()) if account.sid and account.token]
    tokens = [account.token for account in accounts if account.sid == form.get("AccountSid")]
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)


def _judged(problem: TwilioRestException) -> NotSent:
    number = int(problem.code or 0)
    name = str(number or problem.status)
    if number in PERMANENT:
        return NotSent("permanent", code=name, words=PERMANENT[number])
    if number in NOT_FROM_HERE:
        return NotSent("permanent", code=name, words=NOT_FROM_HERE[number], elsewhere=True)
    if number in OURS or problem.status in {401, 403, 404}:
        return NotSent("temporary", code=name, words=OURS.get(number, NO_ACCESS), elsewhere=True)
    if problem.status >= 500:
        return NotSent("unknown", code=name, words=SILENT)
    return NotSent("permanent", code=name, words=REFUSED)


def _never_stood(problem: Exception) -> bool:
    """A connection that was never made carried nothing; one that broke may have carried the message."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    return isinstance(problem, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)
