"""The outbox of e-mails: notices in words, at least once, never from a worker that slept."""

import json
import stat
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from redis.exceptions import RedisError

from accounts import clock
from auth_flow import mail, tasks
from auth_flow.models import MailMessage

pytestmark = pytest.mark.django_db
TO = "elira@example.com"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def message(now: datetime) -> MailMessage:
    made = mail.queue(to=TO, subject="Fjalëkalimi u ndryshua", body="Nëse nuk ishit ju, na telefononi.", at=now)
    assert made is not None
    return made


def reread(message: MailMessage) -> MailMessage:
    return MailMessage.objects.get(id=message.id)


def broken(monkeypatch: pytest.MonkeyPatch, problem: Exception) -> None:
    """From now on the way out is closed."""

    def refuse(*_arguments: object, **_options: object) -> int:
        raise problem

    monkeypatch.setattr(EmailMessage, "send", refuse)


def test_an_email_goes_out_once(message: MailMessage, mailoutbox: list[EmailMessage]) -> None:
    assert mail.deliver(message_id=str(message.id)) == "sent"
    assert mail.deliver(message_id=str(message.id)) == "not due"

    (sent,) = mailoutbox
    assert (sent.to, sent.subject, sent.from_email) == ([TO], "Fjalëkalimi u ndryshua", portal.DEFAULT_FROM_EMAIL)
    assert reread(message).sent_at is not None


def test_a_lost_errand_is_swept_up(message: MailMessage, mailoutbox: list[EmailMessage]) -> None:
    assert tasks.sweep_mail() == 1
    assert tasks.sweep_mail() == 0

    assert len(mailoutbox) == 1


def test_trouble_is_tried_again_later_and_later_and_then_given_up(
    message: MailMessage, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    broken(monkeypatch, SMTPServerDisconnected("elira@example.com"))
    waits, ends = [], []
    while (claimed := mail.claim(now, message_id=message.id)) is not None:
        waits.append((claimed.not_before - now) // timedelta(minutes=1))
        ends.append(mail.send(claimed))
        now = claimed.not_before

    assert waits == [1, 5, 15, 60, 240, 720, 720]
    assert ends == ["queued"] * 6 + ["failed"]
    assert reread(message).error_words == "Posta nuk u përgjigj"


def test_an_address_that_is_refused_is_not_tried_again(message: MailMessage, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, SMTPRecipientsRefused({TO: (550, b"no such user")}))

    assert mail.deliver(message_id=str(message.id)) == "failed"
    assert TO not in reread(message).error_words


def test_a_worker_that_slept_may_not_finish(message: MailMessage, now: datetime) -> None:
    sleeper = mail.claim(now)
    other = mail.claim(now + timedelta(minutes=2))
    assert sleeper
    assert other

    assert mail.send(sleeper) == "taken over"
    assert mail.send(other) == "sent"


def test_nobody_else_gets_it_while_it_is_being_sent(message: MailMessage, now: datetime) -> None:
    assert mail.claim(now)

    assert mail.claim(now + timedelta(seconds=59)) is None


def test_a_subject_stays_on_one_line(now: datetime, mailoutbox: list[EmailMessage]) -> None:
    message = mail.queue(to=TO, subject="Njoftim\r\nBcc: x@example.com", body="Fjalë.", at=now)

    assert message
    assert mail.deliver(message_id=str(message.id)) == "sent"
    assert mailoutbox[0].subject == "Njoftim Bcc: x@example.com"


@pytest.mark.parametrize("words", ["FNP 483920", "Klienti 123456789", "AL47212110090000000235698741"])
def test_an_email_carries_no_code_and_no_account(now: datetime, words: str) -> None:
    with pytest.raises(ValueError, match="carries no codes"):
        mail.queue(to=TO, subject="Njoftim", body=words, at=now)


def test_a_phone_a_day_and_a_reference_may_stand_in_it(now: datetime) -> None:
    assert mail.queue(to=TO, subject="Rasti 23456789", body="Më 20.11.2026, +355 (0) 4 2266 288", at=now)


def test_without_an_address_there_is_no_email(now: datetime, settings: Any) -> None:
    assert mail.queue(to="", subject="Njoftim", body="Fjalë.", at=now) is None
    settings.EMAIL_URL = ""
    assert mail.queue(to=TO, subject="Njoftim", body="Fjalë.", at=now) is None
    assert not MailMessage.objects.exists()


def test_the_queue_hears_an_id_and_may_be_down(
    now: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[dict[str, str]] = []

    def down(**arguments: str) -> None:
        heard.append(arguments)
        raise RedisError

    monkeypatch.setattr(mail.deliver, "delay", down)
    with django_capture_on_commit_callbacks(execute=True):
        message = mail.queue(to=TO, subject="Njoftim", body="Fjalë.", at=now)

    assert message
    assert heard == [{"message_id": str(message.id)}]
    assert reread(message).status == "queued"


def test_an_unknown_email_is_not_due() -> None:
    assert mail.deliver(message_id=str(uuid.uuid4())) == "not due"


def test_the_demo_writes_a_line_that_its_owner_alone_reads(settings: Any, tmp_path: Path, message: MailMessage) -> None:
    settings.EMAIL_BACKEND, settings.MAIL_FILE = "auth_flow.mail.MailFile", tmp_path / "mail.jsonl"

    assert mail.deliver(message_id=str(message.id)) == "sent"

    line = json.loads(settings.MAIL_FILE.read_text())
    assert set(line) == {"at", "to", "subject", "body"}
    assert (line["to"], line["subject"]) == (TO, "Fjalëkalimi u ndryshua")
    assert stat.S_IMODE(settings.MAIL_FILE.stat().st_mode) == 0o600


def test_an_email_is_sent_at_a_moment(message: MailMessage) -> None:
    law = pytest.raises(IntegrityError, match="an_email_is_sent_at_a_moment")
    with law, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE auth_flow_mailmessage SET status = 'sent' WHERE id = %s", [message.id])
