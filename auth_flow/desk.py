"""The desk of the contact centre: find a caller, see how her access stands, and help her without ever being her (R35).

Every look and every act has a reason, and stands in the trail. There is no password and no code here, and no payment.
Staff are no customers: nobody finds a colleague or herself. All moments are the machine's clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import audit, clock, notices
from accounts.identifiers import mask_phone
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import blocks, factors, lockout, preferences
from auth_flow.models import AccessBlock, FailureCounter, KnownBrowser, LoginAttempt, SecurityCase, SmsMessage
from auth_flow.sms import outbox

UNBLOCKED = "auth.access.unblocked"
notices.declare(
    UNBLOCKED, _("Hyrja juaj u zhbllokua nga Contact Center më %(at)s. Nuk e kërkuat ju? Telefononi bankën.")
)
APP_REMOVED = "auth.factor.removed_by_centre"
notices.declare(
    APP_REMOVED,
    _(
        "Aplikacioni juaj i kodeve u hoq nga Contact Center më %(at)s: hapi i tretë i hyrjes është përsëri FNP me SMS. "
        "Nuk e kërkuat ju? Telefononi bankën."
    ),
)
SMS_UNBLOCKED = "{bank}: Hyrja juaj ne Degen Internet u zhbllokua nga Contact Center me {at}. Nuk e kerkuat ju? {phone}"
SMS_APP_REMOVED = (
    "{bank}: Aplikacioni i kodeve per Degen Internet u hoq nga Contact Center me {at}. Nuk e kerkuat ju? {phone}"
)
SMS_LIFE = timedelta(hours=1)
PHONE_END_MIN = 4
FOUND_MAX = 10
SHOWN_MAX = 10


class CallerNotVerified(Refusal):
    sentence = _("Verifikoni më parë kush telefonon, sipas pyetjeve të bankës, dhe shënojeni këtu.")


class NothingToLift(Refusal):
    sentence = _("Ky bllokim u hoq ndërkohë. Shihni përsëri gjendjen.")


class NothingToRemove(Refusal):
    sentence = _("Klienti nuk ka aplikacion kodesh. Shihni përsëri gjendjen.")


class AnotherMustConfirm(Refusal):
    sentence = _("Ngrirjen e heqin dy persona. Ju e propozuat: e konfirmon një koleg tjetër.")


# --- Looking ---------------------------------------------------------------------------------------------------------


def find(*, customer_number: str = "", nipt: str = "", phone_end: str = "") -> list[User]:
    """Customers by one of the three: the whole number, the whole NIPT, or at least the last four digits of a phone."""
    if customer_number:
        wanted = customers().filter(username=customer_number)
    elif nipt:
        wanted = customers().filter(mandates__company__nipt=nipt)
    elif len(phone_end) >= PHONE_END_MIN:
        wanted = customers().filter(person__phone__endswith=phone_end)
    else:
        wanted = customers().none()
    return list(wanted.order_by("username").distinct()[:FOUND_MAX])


@verb("staff.user.looked_at")
def note_look(*, users: list[User], how: str, reason: str, actor: audit.Actor, at: datetime) -> None:
    """Write down who was looked at, by whom and why, before anything is shown; also when nobody was found."""
    for subject in [f"user:{user.pk}" for user in users] or ["nobody"]:
        audit.record("staff.user.looked_at", actor=actor, at=at, subject=subject, reason=reason, details={"by": how})


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the contact centre sees of one customer's access. The phone is masked; a code is nowhere."""

    user: User
    phone: str
    companies: list[tuple[str, str]]
    lanes: list[FailureCounter]
    blocks: list[AccessBlock]
    cases: list[SecurityCase]
    sign_ins: list[LoginAttempt]
    messages: list[SmsMessage]
    browsers_count: int
    has_app: bool
    is_signed_in: bool


def dossier(user: User) -> Dossier:
    """Everything on the page of one customer."""
    identity = lockout.identity_of_user(user)
    sign_ins = LoginAttempt.objects.filter(user=user).select_related("mandate__company").order_by("-started_at")
    return Dossier(
        user=user,
        phone=mask_phone(user.person.phone) if user.person and user.person.phone else "",
        companies=list(user.mandates.order_by("company__name").values_list("company__name", "company__nipt")),
        lanes=list(FailureCounter.objects.filter(identity=identity).order_by("lane")),
        blocks=list(AccessBlock.objects.filter(user=user, lifted_at=None).order_by("placed_at")),
        cases=list(SecurityCase.objects.filter(user=user).order_by("-opened_at")[:SHOWN_MAX]),
        sign_ins=list(sign_ins[:SHOWN_MAX]),
        messages=list(_messages(user)[:SHOWN_MAX]),
        browsers_count=KnownBrowser.objects.filter(user=user, revoked_at=None).count(),
        has_app=factors.device_of(user) is not None,
        is_signed_in=LoginAttempt.objects.filter(user=user, signed_in_at__isnull=False, ended_at=None).exists(),
    )


def _messages(user: User) -> QuerySet[SmsMessage]:
    """Without their texts and their numbers: when, what for and how they fared."""
    messages = SmsMessage.objects.filter(challenge__user=user).select_related("challenge")
    return messages.defer("body_template", "to").order_by("-created_at")


# --- Acting ----------------------------------------------------------------------------------------------------------


@verb("staff.access.unblocked")
def unblock(*, user_id: int, reason: str, caller_is_verified: bool, actor: audit.Actor, at: datetime) -> None:
    """Begin every lane anew and lift what one agent may lift; a freeze stays. The owner hears of it.

    Refuses before the caller was verified.
    """
    if not caller_is_verified:
        raise CallerNotVerified
    user = _customer(user_id)
    identity = lockout.identity_of_user(user)
    for lane in FailureCounter.Lane:
        lockout.clear(identity, lane)
    standing = AccessBlock.objects.filter(user=user, lifted_at=None).exclude(kind=AccessBlock.Kind.FREEZE)
    lifted = standing.update(lifted_at=at, lifted_by=actor.name, lift_reason=reason[:200])
    _tell(user, UNBLOCKED, SMS_UNBLOCKED, at=at)
    audit.record(
        "staff.access.unblocked",
        actor=actor,
        at=at,
        subject=f"user:{user.pk}",
        reason=reason,
        details={"lifted": lifted, "caller_is_verified": True},
    )


@verb("staff.access.blocked")
def block(*, user_id: int, reason: str, actor: audit.Actor, at: datetime) -> AccessBlock:
    """Shut a customer's access until the contact centre lifts it; the block that stands already stays, unrecorded."""
    user = _customer(user_id)
    placed = blocks.place(user=user, kind=AccessBlock.Kind.AGENT, reason=reason, actor=actor, at=at)
    if placed.placed_at == at:
        audit.record("staff.access.blocked", actor=actor, at=at, subject=f"user:{user.pk}", reason=reason)
    return placed


@verb("staff.freeze.lifted")
def lift_freeze(
    *, user_id: int, block_id: int, reason: str, caller_is_verified: bool, actor: audit.Actor, at: datetime
) -> bool:
    """Propose to lift a freeze, or lift the one that a colleague proposed; whether it is lifted now.

    A proposal holds LIFT_PROPOSAL_MINUTES; after that anybody proposes anew. Refuses before the caller was verified,
    the same person twice, and a freeze that was lifted meanwhile.
    """
    if not caller_is_verified:
        raise CallerNotVerified
    user = _customer(user_id)
    freezes = AccessBlock.objects.filter(user=user, kind=AccessBlock.Kind.FREEZE, lifted_at=None)
    freeze = freezes.select_for_update().filter(pk=block_id).first()
    if freeze is None:
        raise NothingToLift
    is_confirmed = is_proposed(freeze, at=at)
    if is_confirmed and freeze.lift_proposed_by == actor.name:
        raise AnotherMustConfirm
    if is_confirmed:
        freeze.lifted_by, freeze.lifted_at, freeze.lift_reason = actor.name, at, reason[:200]
        _tell(user, UNBLOCKED, SMS_UNBLOCKED, at=at)
    else:
        freeze.lift_proposed_by, freeze.lift_proposed_at = actor.name, at
    freeze.save()
    event = "staff.freeze.lifted" if is_confirmed else "staff.freeze.lift_proposed"
    details = {"reference": freeze.reference, "proposed_by": freeze.lift_proposed_by, "caller_is_verified": True}
    audit.record(event, actor=actor, at=at, subject=f"user:{user.pk}", reason=reason, details=details)
    return is_confirmed


def is_proposed(freeze: AccessBlock, *, at: datetime) -> bool:
    """Whether a colleague's word to lift this freeze still holds."""
    holds = timedelta(minutes=settings.LIFT_PROPOSAL_MINUTES)
    return freeze.lift_proposed_at is not None and at < freeze.lift_proposed_at + holds


@verb("staff.factor.removed")
def remove_app(*, user_id: int, reason: str, caller_is_verified: bool, actor: audit.Actor, at: datetime) -> None:
    """Take a customer's authenticator away, for a phone that is lost: step three is the FNP by SMS again.

    The owner hears of it; by SMS too, but where a freeze says that the phone may be in somebody else's hand. Refuses
    before the caller was verified, and where there is none.
    """
    if not caller_is_verified:
        raise CallerNotVerified
    user = _customer(user_id)
    gone, _of_what = TOTPDevice.objects.filter(user=user).delete()
    if not gone:
        raise NothingToRemove
    preferences.note(user, factor=factors.SMS)
    frozen = AccessBlock.objects.filter(user=user, kind=AccessBlock.Kind.FREEZE, lifted_at=None)
    _tell(user, APP_REMOVED, SMS_APP_REMOVED, by_sms=not frozen.exists(), at=at)
    details = {"caller_is_verified": True}
    audit.record("staff.factor.removed", actor=actor, at=at, subject=f"user:{user.pk}", reason=reason, details=details)


@verb("staff.sessions.ended")
def end_sessions(*, user_id: int, reason: str, actor: audit.Actor, at: datetime) -> int:
    """End what this customer has open, and every sign-in under way; returns how many."""
    user = _customer(user_id)
    ended = LoginAttempt.objects.filter(user=user, ended_at=None).update(
        ended_at=at, end_reason=LoginAttempt.Ended.SIGNED_OUT
    )
    audit.record(
        "staff.sessions.ended", actor=actor, at=at, subject=f"user:{user.pk}", reason=reason, details={"ended": ended}
    )
    return ended


def customers() -> QuerySet[User]:
    """Whom the desk knows."""
    return User.objects.filter(kind=User.Kind.CUSTOMER).select_related("person")


def _customer(user_id: int) -> User:
    """The customer under the lock of her row; never staff. Her person is read after it, thus fresh."""
    return User.objects.filter(kind=User.Kind.CUSTOMER).select_for_update(no_key=True).get(pk=user_id)


def _tell(user: User, notice: str, sms: str, *, by_sms: bool = True, at: datetime) -> None:
    shown = f"{clock.tirana(clock.shown(at)):%d.%m.%Y %H:%M}"
    notices.tell(user, notice, {"at": shown}, clock.shown(at))
    if by_sms and user.person and user.person.phone:
        text = sms.format(bank=settings.BANK["short_name"], at=shown, phone=settings.BANK["phone_sms"])
        outbox.queue(to=user.person.phone, body_template=text, at=at, expires_at=at + SMS_LIFE)
