"""What a provider says of a message after it took it: queued, sent, then delivered or failed; never backwards.

Words come late, twice and in any order. Each is kept once, in a commit of its own, and then all of them are read: so
nothing is lost between the worker that writes the provider's name into our row and a word that was faster.
"""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from auth_flow.models import SmsCallback, SmsMessage
from auth_flow.sms.twilio import UNDELIVERED

SENT = SmsMessage.Status.SENT
# Twilio's words that end something; the others (accepted, queued, sending, sent) say what we know.
DELIVERED = {"delivered", "read"}
FAILED = {"undelivered", "failed", "canceled"}
NOT_DELIVERED = gettext_noop("SMS-ja nuk u dorëzua")


def record(*, provider_id: str, state: str, error_code: str, message_id: UUID | None, at: datetime) -> bool:
    """Keep one word about a message and act upon it; False for a word that was heard before.

    `message_id` is our own name of the message, as our address for such words carried it.
    """
    message = SmsMessage.objects.filter(id=message_id).first() if message_id else None
    _word, is_new = SmsCallback.objects.get_or_create(
        provider_id=provider_id[:64],
        state=state[:20],
        defaults={"message": message, "error_code": error_code[:20], "received_at": at},
    )
    settle(provider_id[:64])
    return is_new


def settle(provider_id: str) -> None:
    """Bring the message of this name to where the words about it lead; the first end stays."""
    if not provider_id:
        return
    message = SmsMessage.objects.filter(provider_id=provider_id, status=SENT)
    for word in SmsCallback.objects.filter(provider_id=provider_id).order_by("received_at", "id"):
        if word.state in DELIVERED:
            message.update(status=SmsMessage.Status.DELIVERED, delivered_at=word.received_at)
        elif word.state in FAILED:
            words = UNDELIVERED.get(int(word.error_code) if word.error_code.isdigit() else 0, NOT_DELIVERED)
            message.update(status=SmsMessage.Status.FAILED, error_code=word.error_code, error_words=words)


def first_about(message: SmsMessage) -> SmsCallback | None:
    """The first word about a message whose receipt got lost: the provider did take it."""
    return message.callbacks.order_by("received_at", "id").first()
