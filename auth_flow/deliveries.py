"""Where the SMS of a code is, for a page and for the look that a page takes every few seconds (R36-R39).

The look carries a ticket instead of a cookie: it wakes no session and counts as no act of anybody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _

from auth_flow.models import FnpChallenge, SmsMessage
from auth_flow.sms import routes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Status = SmsMessage.Status
KINDS: dict[str, Literal["ok", "wait", "stop"]] = {
    Status.QUEUED: "wait",
    Status.SENT: "ok",
    Status.DELIVERED: "ok",
    Status.FAILED: "stop",
    Status.EXPIRED: "stop",
}
_SALT = "auth_flow.deliveries"


class NoSuchTicket(Exception):  # noqa: N818  an answer to a stranger, not a fault
    """Not ours, changed, or older than any code."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The last SMS of a challenge: a label and how it looks, why it is so if it went wrong, and whether it may change.

    `trouble` is a sentence when no SMS service of the bank works as it should.
    """

    label: "StrOrPromise"
    kind: Literal["ok", "wait", "stop"]
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    cause: "StrOrPromise" = ""
    ticket: str = ""
    may_change: bool = True
    trouble: "StrOrPromise" = ""
    asked_at: datetime | None = None


def delivery(challenge: FnpChallenge, at: datetime) -> Delivery:
    """What became of the last SMS of this challenge. Reads only."""
    message = challenge.messages.order_by("-created_at").first()
    ticket = signing.dumps(str(challenge.id), salt=_SALT)
    is_open = at < challenge.expires_at and challenge.consumed_at is None and challenge.voided_at is None
    if message is None:
        return Delivery(Status.QUEUED.label, "wait", ticket=ticket, may_change=is_open)
    status = Status(message.status)
    is_on_its_way = status in {Status.QUEUED, Status.SENT}
    return Delivery(
        label=status.label,
        kind=KINDS[status],
        sent_at=message.sent_at,
        delivered_at=message.delivered_at,
        cause=_cause(message),
        ticket=ticket,
        may_change=is_open and is_on_its_way,
        trouble=_trouble(at) if status != Status.DELIVERED else "",
        asked_at=message.created_at,
    )


def challenge_of(ticket: str) -> FnpChallenge:
    """The challenge whose page took this ticket along; raises NoSuchTicket."""
    life = timedelta(seconds=settings.FNP_LIFE_SECONDS + settings.SIGN_IN_LIFE_SECONDS)
    try:
        challenge_id = UUID(signing.loads(ticket, salt=_SALT, max_age=life))
    except (signing.BadSignature, ValueError, TypeError):
        raise NoSuchTicket from None
    challenge = FnpChallenge.objects.filter(id=challenge_id).first()
    if challenge is None:
        raise NoSuchTicket
    return challenge


def _cause(message: SmsMessage) -> "StrOrPromise":
    """The words of the gateways are kept in Albanian and read in the reader's language."""
    return _(message.error_words) if message.error_words and message.status != Status.DELIVERED else ""


def _trouble(at: datetime) -> str:
    if not routes.are_disturbed(at):
        return ""
    return _("Shërbimi SMS ka një pengesë. Telefononi %(phone)s.") % {"phone": settings.BANK["phone_display"]}
