"""The outbox of e-mails: notices in words, without amounts, codes or account numbers, since mail is read by others.

`queue` a row in the caller's transaction, `deliver` it after the commit; the sweep finds what got lost. At least once.
Where no EMAIL_URL says how mail leaves the house, none is queued. All moments are the machine's clock.
"""

import json
import logging
import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException, SMTPRecipientsRefused

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils.translation import gettext_noop
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import clock
from auth_flow.models import MailMessage

# How long a worker has for one e-mail, which is also the wait before the second try; then the later ones.
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720)]
# A code, a customer number, an account: no word of a notice looks like one of these.
FIGURES = re.compile(r"\b\d{6}\b|\d{9,}|\b[A-Z]{2}\d{10}")

# Of so many e-mails at once each is an errand of its own; more go by the sweep, a few seconds later.
HURRIED_MAX = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to be queued; `at` is the machine's moment."""

    to: str
    subject: str
    body: str
    at: datetime


def queue(*, to: str, subject: str, body: str, at: datetime) -> MailMessage | None:
    """Put an e-mail into the outbox, in the caller's transaction; None if there is no address, or no mail at all here.

    Subject and body are plain text in the reader's language. Figures that look like a code or an account are a bug
    of the room that wrote them.
    """
    return next(iter(queue_many([Letter(to, subject, body, at)])), None)


def queue_many(letters: Sequence[Letter]) -> list[MailMessage]:
    """The same of many at once; a few are hurried, more leave by the sweep."""
    if any(FIGURES.search(f"{one.subject}\n{one.body}") for one in letters):
        raise ValueError("An e-mail carries no codes, customer numbers or accounts.")
    messages = [
        MailMessage(
            to=one.to, subject=" ".join(one.subject.split())[:200], body=one.body, created_at=one.at, not_before=one.at
        )
        for one in letters
        if one.to and settings.EMAIL_URL
    ]
    MailMessage.objects.bulk_create(messages)
    if len(messages) <= HURRIED_MAX:
        for message in messages:
            transaction.on_commit(partial(_hurry, message.id))
    return messages


def _hurry(message_id: uuid.UUID) -> None:
    """A queue that is down costs a second and loses nothing: the sweep finds the row."""
    try:
        deliver.delay(message_id=str(message_id))
    except (OperationalError, RedisError, OSError):
        log.warning("The queue is not reachable; the sweep will send the e-mail.", extra={"subject": _name(message_id)})


@shared_task(name="auth_flow.deliver_mail")
def deliver(*, message_id: str) -> str:
    """The errand: send this e-mail if it still waits; says what became of it. A second errand does nothing."""
    message = claim(clock.machine(), message_id=uuid.UUID(message_id))
    return send(message) if message else "not due"


def claim(at: datetime, *, message_id: uuid.UUID | None = None) -> MailMessage | None:
    """Take one due e-mail, this one or the oldest; nobody else gets it before its next try is due."""
    due = MailMessage.objects.filter(status=MailMessage.Status.QUEUED, not_before__lte=at)
    if message_id:
        due = due.filter(id=message_id)
    with transaction.atomic():
        message = due.select_for_update(skip_locked=True).order_by("not_before").first()
        if message is None:
            return None
        message.not_before = at + BACKOFF[min(message.attempts, len(BACKOFF) - 1)]
        message.attempts += 1
        message.save(update_fields=["not_before", "attempts"])
    return message


def send(message: MailMessage) -> str:
    """Send a claimed e-mail, outside any transaction, and write down how it ended; returns its status."""
    try:
        EmailMessage(message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.to]).send()
    except (OSError, SMTPException, ValueError) as problem:  # ValueError: an address that no header can carry
        return _failed(message, problem)
    return _finish(message, status=MailMessage.Status.SENT, sent_at=clock.machine(), error_words="")


def _failed(message: MailMessage, problem: Exception) -> str:
    """The class of the fault alone is told: its text may repeat the address."""
    is_refused = isinstance(problem, ValueError | SMTPRecipientsRefused)
    is_final = is_refused or message.attempts > len(BACKOFF)
    words = gettext_noop("Adresa e e-mailit nuk pranohet") if is_refused else gettext_noop("Posta nuk u përgjigj")
    status = MailMessage.Status.FAILED if is_final else MailMessage.Status.QUEUED
    log.warning("An e-mail was not taken: %s.", type(problem).__name__, extra={"subject": _name(message.id)})
    return _finish(message, status=status, error_words=words)


def _finish(message: MailMessage, *, status: str, **facts: object) -> str:
    """The fence: a worker that slept until somebody else tried may not say how it ended."""
    mine = MailMessage.objects.filter(id=message.id, status=MailMessage.Status.QUEUED, attempts=message.attempts)
    return status if mine.update(status=status, **facts) else "taken over"


def _name(message_id: uuid.UUID) -> str:
    return f"mail:{message_id}"


class MailFile(BaseEmailBackend):
    """Django's way out in the demo: one JSON line an e-mail, {"at", "to", "subject", "body"}, for its owner alone."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            line = {
                "at": clock.machine().isoformat(),
                "to": ", ".join(message.to),
                "subject": str(message.subject),
                "body": str(message.body),
            }
            # One write under O_APPEND: lines of two workers never mix.
            file = os.open(settings.MAIL_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, (json.dumps(line, ensure_ascii=False) + "\n").encode())
            finally:
                os.close(file)
        return len(email_messages)
