"""The outbox of SMS: `queue` a row in the caller's transaction, `deliver` it after the commit.

At least once with the same text, never after `expires_at`, nothing lost while PostgreSQL lives: the row is the truth
and the Celery message only a hurry. A worker takes a row by lease; one that slept through its lease finds, in its last
update, that the row is not its own any more. Which gateway sends is for routes.py to say.
"""

import logging
import uuid
from datetime import datetime, timedelta
from functools import partial

from celery import shared_task
from django.db import transaction
from django.db.models import F, Q, QuerySet
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import clock
from auth_flow import call_codes, codes
from auth_flow.models import CallDigits, FnpChallenge, SmsMessage
from auth_flow.sms import callbacks, health, routes
from auth_flow.sms.receipts import Gateway, NotSent, Receipt

LEASE = timedelta(seconds=30)
BACKOFF = [timedelta(seconds=seconds) for seconds in (2, 5, 10, 20)]

log = logging.getLogger(__name__)


def queue(
    *,
    to: str,
    body_template: str,
    at: datetime,
    expires_at: datetime,
    challenge: FnpChallenge | None = None,
    digits: CallDigits | None = None,
) -> SmsMessage:
    """Put an SMS into the outbox, in the caller's transaction; a worker is hurried after the commit."""
    message = SmsMessage.objects.create(
        to=to,
        body_template=body_template,
        challenge=challenge,
        digits=digits,
        created_at=at,
        not_before=at,
        expires_at=expires_at,
    )
    transaction.on_commit(lambda: _hurry(message.id))
    return message


def hurry(challenge: FnpChallenge, *, at: datetime) -> int:
    """Try again at once what still waits of this challenge, in the caller's transaction; returns how many messages."""
    waiting = SmsMessage.objects.filter(challenge=challenge, status=SmsMessage.Status.QUEUED)
    hurried = list(waiting.select_for_update().values_list("id", flat=True))
    waiting.filter(id__in=hurried).update(not_before=at)
    for message_id in hurried:
        transaction.on_commit(partial(_hurry, message_id))
    return len(hurried)


def _hurry(message_id: uuid.UUID) -> None:
    """A queue that is down costs a second and loses nothing: the sweep finds the row."""
    try:
        deliver.delay(message_id=str(message_id))
    except (OperationalError, RedisError, OSError):
        log.warning("The queue is not reachable; the sweep will send the SMS.", extra={"subject": f"sms:{message_id}"})


@shared_task(name="auth_flow.deliver_sms")
def deliver(*, message_id: str) -> str:
    """The errand: send this message if it still waits; says what became of it. A second errand does nothing."""
    message = claim(clock.machine(), message_id=uuid.UUID(message_id))
    return send(message) if message else "not due"


def claim(at: datetime, *, message_id: uuid.UUID | None = None) -> SmsMessage | None:
    """Take one due message, this one or the oldest, under a lease of 30 seconds; None when nothing is free."""
    due = SmsMessage.objects.filter(status=SmsMessage.Status.QUEUED, not_before__lte=at).filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    )
    if message_id:
        due = due.filter(id=message_id)
    token = uuid.uuid4()
    with transaction.atomic():
        message = due.select_for_update(skip_locked=True).order_by("not_before").first()
        if message is None:
            return None
        SmsMessage.objects.filter(id=message.id).update(
            lease_token=token, lease_until=at + LEASE, attempts=F("attempts") + 1
        )
    return SmsMessage.objects.select_related("challenge", "digits").get(id=message.id)


def send(message: SmsMessage) -> str:
    """Send a claimed message, outside any transaction, and write down how it ended; returns its status."""
    at = clock.machine()
    if at > message.expires_at or not _is_wanted(message):
        return _finish(message, status=SmsMessage.Status.EXPIRED)
    if word := callbacks.first_about(message):
        return _taken(message, message.perhaps_taken_by, Receipt(word.provider_id), word.received_at)
    gateway = routes.choose(message, at)
    # Noted before it leaves the house: a worker that dies now has perhaps sent it.
    if not _held(message).update(perhaps_taken_by=gateway.name):
        return _taken_over(message)
    try:
        receipt = gateway.send(to=message.to, body=_text(message), at=at, our_id=str(message.id))
    except NotSent as problem:
        return _failed(message, gateway, problem, clock.machine())
    health.count_success(gateway.name)
    return _taken(message, gateway.name, receipt, at)


def _is_wanted(message: SmsMessage) -> bool:
    """A code that was used or voided, or whose key is gone, would only confuse."""
    challenge, digits = message.challenge, message.digits
    if digits is not None:
        return digits.used_at is None and digits.key_id == call_codes.key_id()
    if challenge is None:
        return True
    return challenge.consumed_at is None and challenge.voided_at is None and challenge.key_id == codes.key_id()


def _text(message: SmsMessage) -> str:
    """The code comes into the text here and nowhere else; the mark is replaced once, never formatted."""
    if message.digits is not None:
        return message.body_template.replace(call_codes.MARK, call_codes.derive(message.digits), 1)
    if message.challenge is None:
        return message.body_template
    return message.body_template.replace(codes.MARK, codes.derive(message.challenge), 1)


def _taken(message: SmsMessage, gateway: str, receipt: Receipt, at: datetime) -> str:
    facts = {"sent_at": at, "gateway": gateway, "provider_id": receipt.provider_id, "error_code": "", "error_words": ""}
    status = _finish(message, status=SmsMessage.Status.SENT, **facts)
    callbacks.settle(receipt.provider_id)
    return status


def _failed(message: SmsMessage, gateway: Gateway, problem: NotSent, at: datetime) -> str:
    """Later here, now at the other gateway, or never; a gateway that says no for good works all the same."""
    if problem.kind == "permanent":
        health.count_success(gateway.name)
    else:
        health.count_failure(gateway.name, at)
    log.log(
        logging.ERROR if problem.elsewhere else logging.WARNING,
        "An SMS was not taken by %s: %s.",
        gateway.name,
        problem,
        extra={"subject": f"sms:{message.id}"},
    )
    facts = {"error_code": problem.code, "error_words": problem.words, "gateway": gateway.name}
    if problem.kind != "unknown":
        facts["perhaps_taken_by"] = message.perhaps_taken_by  # as it was before this try
    if other := routes.next_after(message, gateway, problem):
        status = _finish(message, **facts | {"gateway": other.name}, gateway_failures=0, not_before=at)
        _hurry(message.id)
        return status
    wait = max(BACKOFF[min(message.attempts, len(BACKOFF)) - 1], problem.wait)
    if problem.kind == "permanent" or at + wait > message.expires_at:
        return _finish(message, status=SmsMessage.Status.FAILED, **facts)
    return _finish(message, **facts, gateway_failures=message.gateway_failures + 1, not_before=at + wait)


def _finish(message: SmsMessage, *, status: str = SmsMessage.Status.QUEUED, **facts: object) -> str:
    """The fence: only the holder of the lease may say how it ended."""
    if _held(message).update(status=status, lease_token=None, lease_until=None, **facts):
        return status
    return _taken_over(message)


def _taken_over(message: SmsMessage) -> str:
    log.warning("Another worker took over an SMS.", extra={"subject": f"sms:{message.id}"})
    return "taken over"


def _held(message: SmsMessage) -> QuerySet[SmsMessage]:
    return SmsMessage.objects.filter(id=message.id, lease_token=message.lease_token, status=SmsMessage.Status.QUEUED)
