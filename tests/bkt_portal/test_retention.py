"""What the night forgets, what it must never touch, and what it says of it."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from accounts import notices
from accounts.models import AuditEvent, Company, Entry, Notice, Posting
from auth_flow import case_work, cases as security, desk
from auth_flow.models import (
    Call,
    CallAct,
    CallDigits,
    CustomerLook,
    DeskAlarm,
    FnpChallenge,
    LoginAttempt,
    MailMessage,
    ResetPermit,
    SmsCallback,
    SmsMessage,
)
from auth_flow.sms import outbox
from bkt_portal import keeping, retention
from complaints import attachments
from complaints.models import Attachment, Case, Reply
from payments import orders
from payments.models import PaymentOrder
from tests import builders
from tests.auth_flow import callers, steps
from tests.complaints import files

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
OLD = builders.AT
NIGHT = datetime(2032, 11, 20, 2, 30, tzinfo=UTC)  # six years later, 03:30 in Tirana


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path
    return tmp_path


@pytest.fixture
def company() -> Company:
    return builders.company(at=OLD)


def forgotten(at: datetime = NIGHT) -> dict[str, int]:
    """The night, as the portal's own role, that owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
    counts = retention.forget(at=at)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert counts is not None
    return {kind: count for kind, count in counts.items() if count}


def a_case(company: Company, *, ended_at: datetime | None) -> Case:
    """A case with a thread and a file, that ended then or never."""
    n = builders.unique()
    case = Case.objects.create(
        number=f"A-{n}", kind="complaint", channel="web", name="Elira", email="e@example.com", submit_key=f"key-{n}",
        opened_at=OLD, opened_by="visitor", answer_by=OLD.date(), company=company,
    )  # fmt: skip
    reply = Reply.objects.create(case=case, kind="customer", text="Komisioni", written_at=OLD, written_by="visitor")
    (file,) = attachments.accept([files.upload(files.pdf())])
    Attachment.of(reply, file, at=OLD).save()
    if ended_at:
        Case.objects.filter(pk=case.pk).update(status="closed", ended_at=ended_at, ended_by="user:1")
    return case


def test_old_codes_go_with_their_sms_and_the_sign_in_after_them(company: Company) -> None:
    steps.with_session(builders.user(company, signs=True, at=OLD), company, at=OLD)
    message = SmsMessage.objects.get()
    SmsMessage.objects.update(status="delivered")
    SmsCallback.objects.create(message=message, provider_id="SM1", state="delivered", received_at=OLD)

    assert forgotten() == {"sms_reports": 1, "sms": 1, "codes": 1, "sign_ins": 1}
    assert [model.objects.count() for model in (FnpChallenge, LoginAttempt, SmsMessage)] == [0, 0, 0]


def test_what_is_young_stays(company: Company) -> None:
    young = NIGHT - 300 * DAY
    steps.with_session(builders.user(company, signs=True, at=OLD), company, at=young)
    SmsMessage.objects.update(status="delivered")

    assert forgotten() == {}


def test_a_code_that_confirmed_a_payment_stays_with_its_sign_in(company: Company) -> None:
    attempt = steps.with_session(builders.user(company, signs=True, at=OLD), company, at=OLD)
    SmsMessage.objects.update(status="delivered")
    payment = steps.challenge_of(attempt)
    payment.pk, payment.reference, payment.purpose = uuid4(), "PPPP2222", "payment"
    payment.save(force_insert=True)

    assert forgotten() == {"sms": 1, "codes": 1}
    assert FnpChallenge.objects.get() == payment
    assert LoginAttempt.objects.get() == attempt


def test_the_evidence_of_a_case_stays_as_long_as_the_case(company: Company) -> None:
    user = builders.user(company, signs=True, at=OLD)
    challenge = steps.challenge_of(steps.with_session(user, company, at=OLD))
    SmsMessage.objects.update(status="delivered")
    case = security.open_case(
        kind="unexpected_code", reference="AAAA2222", user=user, network="192.0.2.1", at=OLD, challenge=challenge
    )

    assert "codes" not in forgotten()
    case_work.take(case_id=case.pk, actor=builders.STAFF, at=OLD)
    case_work.close(case_id=case.pk, outcome="u fol", actor=builders.STAFF, at=OLD)
    assert forgotten(NIGHT + DAY) == {"cases": 1, "codes": 1, "sign_ins": 1}


def test_notices_go_once_they_were_read_and_stay_unread(company: Company) -> None:
    user = builders.user(company, signs=True, at=OLD)
    for _ in range(2):
        notices.tell(user, "auth.code.reported", {"reference": "x"}, OLD)
    Notice.objects.filter(pk=Notice.objects.latest("pk").pk).update(seen_at=OLD)
    MailMessage.objects.all().delete()

    assert forgotten() == {"notices": 1}
    assert Notice.objects.get().seen_at is None


def test_mails_go_and_what_still_waits_stays() -> None:
    for status in ("sent", "queued"):
        MailMessage.objects.create(
            to="e@example.com", subject="x", body="y", status=status, created_at=OLD, not_before=OLD,
            sent_at=OLD if status == "sent" else None,
        )  # fmt: skip

    assert forgotten() == {"mail": 1}
    assert MailMessage.objects.get().status == "queued"


def test_an_sms_in_the_queue_stays() -> None:
    outbox.queue(to="+355672000001", body_template="x", at=OLD, expires_at=OLD + DAY)

    assert forgotten() == {}
    assert SmsMessage.objects.get().status == "queued"


# --- The contact centre's desk ---------------------------------------------------------------------------------------


@pytest.fixture
def call(company: Company) -> Call:
    """Looked up, called back by digits, and unblocked."""
    made = callers.checked_call(builders.user(company, at=OLD), agent=builders.staff(), at=OLD)
    desk.unblock(**callers.facts(made, at=OLD))
    SmsMessage.objects.update(status="delivered")
    MailMessage.objects.all().delete()
    Notice.objects.all().delete()
    return made


def test_a_call_goes_with_its_acts_its_digits_and_the_look_before_it(call: Call) -> None:
    DeskAlarm.objects.create(agent=call.agent, kind=DeskAlarm.Kind.LOOKS, count=60, at=OLD)

    counts = forgotten()

    assert counts == {"sms": 2, "call_digits": 1, "calls": 1, "looks": 1, "desk_alarms": 1}
    assert not any(model.objects.exists() for model in (Call, CallAct, CallDigits, CustomerLook, DeskAlarm))
    assert AuditEvent.objects.filter(event="staff.access.unblocked").exists()


def test_the_phone_in_the_digits_goes_first_and_with_its_sms(call: Call) -> None:
    other = SmsMessage.objects.get(digits=None)

    assert forgotten(OLD + 40 * DAY + timedelta(hours=17)) == {"call_digits": 1}
    assert SmsMessage.objects.get() == other
    assert CallAct.objects.get().call == call


def test_a_call_stays_as_long_as_a_sign_in_names_its_permit(call: Call, company: Company) -> None:
    permit = ResetPermit.objects.create(call=call, user=call.user, given_at=OLD, expires_at=OLD + DAY)
    attempt = steps.with_session(builders.user(company, signs=True, at=OLD), company, at=NIGHT - 300 * DAY)
    LoginAttempt.objects.filter(pk=attempt.pk).update(permit=permit)
    SmsMessage.objects.update(status="delivered")

    assert "calls" not in forgotten()
    assert forgotten(NIGHT + 300 * DAY)["calls"] == 1


# --- Orders ----------------------------------------------------------------------------------------------------------


def test_a_draft_goes_after_it_ended_and_every_order_that_was_submitted_stays(company: Company) -> None:
    account = builders.funded(company, 9_000_000, at=OLD)
    mandate = builders.mandate(builders.user(at=OLD), company, at=OLD)
    left, open_draft = (builders.draft(mandate, account, at=OLD) for _ in range(2))
    submitted = builders.submitted(mandate, account, at=OLD)
    for order in (left, submitted):
        orders.cancel(order_id=order.pk, mandate=mandate, reason="", at=OLD)
    MailMessage.objects.all().delete()

    assert forgotten() == {"drafts": 1}
    assert set(PaymentOrder.objects.all()) == {open_draft, submitted}


def test_orders_are_never_deleted_but_for_ended_drafts(company: Company) -> None:
    mandate = builders.mandate(builders.user(at=OLD), company, at=OLD)
    order = builders.submitted(mandate, builders.funded(company, 9_000_000, at=OLD), at=OLD)

    assert law_of("DELETE FROM payments_paymentorder WHERE id = %s", order.pk) == "orders_are_never_deleted"


# --- Complaints ------------------------------------------------------------------------------------------------------


def test_an_ended_case_goes_whole_and_its_file_with_the_next_sweep(company: Company, store: Path) -> None:
    gone, kept = a_case(company, ended_at=OLD), a_case(company, ended_at=None)
    for path in (store / "attachments").rglob("*"):
        os.utime(path, (0, 0))

    assert forgotten() == {"complaints": 1, "orphans": 1}
    assert Case.objects.get() == kept
    assert gone.pk != kept.pk
    (file,) = Attachment.objects.all()
    assert attachments.path_of(file.stored_as).exists()
    assert [path.name for path in (store / "attachments").rglob("*") if path.is_file()] == [file.stored_as]


def test_the_portals_own_role_deletes_and_changes_no_file_of_a_thread(company: Company) -> None:
    a_case(company, ended_at=None)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Attachment.objects.all()._raw_delete("default")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Attachment.objects.update(name="other.pdf")


def test_attachments_are_never_changed(company: Company) -> None:
    a_case(company, ended_at=None)

    assert law_of("UPDATE complaints_attachment SET name = %s", "other.pdf") == "attachments_are_never_changed"


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ({"type": "text/html"}, "an_attachment_is_one_of_three_kinds"),
        ({"stored_as": "../../etc/passwd"}, "an_attachment_lies_under_a_name_of_the_store"),
    ],
)
def test_a_row_names_nothing_but_what_the_store_holds(company: Company, change: dict[str, str], law: str) -> None:
    reply = Reply.objects.get(case=a_case(company, ended_at=None))
    plain = {"name": "a.pdf", "type": "application/pdf", "size": 1, "sha256": "0" * 64, "stored_as": "0" * 32}

    with pytest.raises(IntegrityError, match=law), transaction.atomic():
        Attachment.objects.create(reply=reply, attached_at=OLD, **(plain | change))


# --- What is never touched, and what is told -------------------------------------------------------------------------


def test_the_books_and_the_trail_are_never_touched(company: Company) -> None:
    builders.funded(company, 9_000_000, at=OLD)
    steps.with_session(builders.user(company, signs=True, at=OLD), company, at=OLD)
    SmsMessage.objects.update(status="delivered")
    before = {model: set(model._default_manager.values_list("pk", flat=True)) for model in (Entry, Posting, AuditEvent)}

    assert forgotten()
    for model, keys in before.items():
        assert keys <= set(model._default_manager.values_list("pk", flat=True))


def test_no_kind_names_the_books_or_the_trail() -> None:
    assert set(retention.KINDS) | {"counters", "nobody", "axes", "orphans"} == set(keeping.KEPT)


def test_it_runs_once_a_night_and_says_how_much_went(company: Company) -> None:
    steps.with_session(builders.user(company, signs=True, at=OLD), company, at=OLD)
    SmsMessage.objects.update(status="delivered")

    assert retention.forget(at=NIGHT - timedelta(hours=2)) is None
    assert retention.forget(at=NIGHT)
    assert retention.forget(at=NIGHT + timedelta(hours=5)) is None
    event = AuditEvent.objects.get(event="bank.retention.ran")
    assert event.subject == "retention:2032-11-20"
    assert json.loads(bytes(event.record))["details"]["codes"] == 1


def test_a_night_that_takes_too_long_goes_on_with_the_next_tick(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.with_session(builders.user(company, signs=True, at=OLD), company, at=OLD)
    SmsMessage.objects.update(status="delivered")
    monkeypatch.setattr(retention, "TURN", timedelta(0))
    assert not any((retention.forget(at=NIGHT) or {}).values())
    monkeypatch.undo()

    assert (retention.forget(at=NIGHT) or {})["codes"] == 1
    assert [event.subject for event in AuditEvent.objects.filter(event=retention.RAN).order_by("pk")] == [
        "",
        "retention:2032-11-20",
    ]


def test_a_portion_that_is_full_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PORTION", 2)
    for _ in range(5):
        MailMessage.objects.create(
            to="e@example.com", subject="x", body="y", status="failed", created_at=OLD, not_before=OLD
        )

    assert forgotten() == {"mail": 5}


def test_days_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_KEPT_DAYS", "7")

    assert keeping.days()["mail"] == 7


@pytest.mark.parametrize(("name", "value"), [("SIGN_INS_KEPT_DAYS", "30"), ("MAIL_KEPT_DAYS", "0")])
def test_too_few_days_stop_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(Exception, match=f"^{name} must be at least"):
        keeping.days()


def law_of(statement: str, *values: object) -> str:
    """The name of the law that refuses this statement."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [str(value) for value in values])
    cause = refusal.value.__cause__
    return str(getattr(getattr(cause, "diag", None), "constraint_name", ""))
