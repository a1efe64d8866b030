"""The desk of the contact centre: help a caller without ever being her (R35).

Every act belongs to an open call of this agent with this customer, has a reason, stands in the trail, and is told to
the customer. What opens a way in needs a caller who was checked; what shuts one does not. There is no password and no
code here, and no payment. Staff are no customers: nobody acts on a colleague or on herself. All moments are the
machine's clock.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import is_password_usable
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import audit, clock, low_limit, notices, verbs
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import blocks, calls, desk_alarms, factors, fnp, lockout, permits, preferences
from auth_flow.models import AccessBlock, FailureCounter, FnpChallenge, LoginAttempt, ResetPermit
from auth_flow.sms import outbox

What = calls.What

UNBLOCKED = "auth.access.unblocked"
notices.declare(
    UNBLOCKED, _("Hyrja juaj u zhbllokua nga Contact Center më %(at)s. Nuk e kërkuat ju? Telefononi bankën.")
)
FROZEN = "auth.access.frozen_by_centre"
notices.declare(FROZEN, _("Hyrja juaj u ngri nga Contact Center më %(at)s. Për ta hequr, telefononi bankën."))
SESSIONS_ENDED = "auth.session.ended_by_centre"
notices.declare(
    SESSIONS_ENDED,
    _("Hyrjet tuaja të hapura u mbyllën nga Contact Center më %(at)s. Nuk e kërkuat ju? Telefononi bankën."),
)
RESET_ALLOWED = "auth.password.reset_allowed"
notices.declare(
    RESET_ALLOWED,
    _(
        "Më %(at)s Contact Center ju lejoi të bëni fjalëkalim të ri pa kartë, për 30 minuta. FNP-ja duhet gjithsesi. "
        "Nuk e kërkuat ju? Telefononi bankën."
    ),
)
SENT_AGAIN = "auth.fnp.sent_again_by_centre"
notices.declare(SENT_AGAIN, _("FNP-ja juaj u dërgua përsëri më %(at)s, me kërkesë në telefon te Contact Center."))
APP_REMOVED = "auth.factor.removed_by_centre"
notices.declare(
    APP_REMOVED,
    _(
        "Aplikacioni juaj i kodeve u hoq nga Contact Center më %(at)s: hapi i tretë i hyrjes është përsëri FNP me SMS, "
        "dhe për disa orë nënshkruani vetëm shuma të vogla. Nuk e kërkuat ju? Telefononi bankën."
    ),
)
SMS_UNBLOCKED = "{bank}: Hyrja juaj ne Degen Internet u zhbllokua nga Contact Center me {at}. Nuk e kerkuat ju? {phone}"
SMS_APP_REMOVED = (
    "{bank}: Aplikacioni i kodeve per Degen Internet u hoq nga Contact Center me {at}. Nuk e kerkuat ju? {phone}"
)
SMS_RESET_ALLOWED = (
    "{bank}: Me {at} Contact Center ju lejoi te beni fjalekalim te ri pa karte, per 30 min. Nuk e kerkuat ju? {phone}"
)
SMS_LIFE = timedelta(hours=1)
AN_HOUR = timedelta(hours=1)


class NothingToRemove(Refusal):
    sentence = _("Klienti nuk ka aplikacion kodesh. Shihni përsëri gjendjen.")


class NothingToSend(Refusal):
    sentence = _("Klienti nuk ka një FNP që pret. Lutjuni ta kërkojë vetë në faqe.")


class NotRegisteredYet(Refusal):
    sentence = _("Klienti nuk ka ende fjalëkalim. Regjistrohet vetë në portal, me kartë dhe FNP.")


class ShutAnyway(Refusal):
    sentence = _("Hyrja është e bllokuar ose e ngrirë. Hiqeni më parë bllokimin, pastaj lejoni fjalëkalim të ri.")


# --- What opens a way in ---------------------------------------------------------------------------------------------


@verb("staff.access.unblocked")
def unblock(*, user_id: int, call_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> None:
    """Begin every lane anew and lift what one agent may lift; a freeze stays."""
    user = in_call(user_id, call_id, What.UNBLOCK, reason, actor, at)
    identity = lockout.identity_of_user(user)
    for lane in FailureCounter.Lane:
        lockout.clear(identity, lane)
    standing = AccessBlock.objects.filter(user=user, lifted_at=None, kind=AccessBlock.Kind.CENTRE)
    lifted = standing.update(lifted_at=at, lifted_by=actor.name, lift_reason=reason[:200])
    tell(user, UNBLOCKED, SMS_UNBLOCKED, at=at)
    _record("staff.access.unblocked", user, reason, actor, at, call=call_id, lifted=lifted)
    watch(actor, at=at)


@verb("staff.factor.removed")
def remove_app(*, user_id: int, call_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> None:
    """Take a customer's authenticator away, for a phone that is lost: step three is the FNP by SMS again.

    With it begin the hours of the low limit, as after a reset: the SIM that reads the digits now gets the codes too.
    No SMS tells it where a freeze says that the phone may be in somebody else's hand. Refuses where there is none.
    """
    user = in_call(user_id, call_id, What.REMOVE_APP, reason, actor, at)
    gone, _of_what = TOTPDevice.objects.filter(user=user).delete()
    if not gone:
        raise NothingToRemove
    preferences.note(user, factor=factors.SMS)
    low_limit.lower(user, at=clock.shown(at))
    tell(user, APP_REMOVED, "" if _is_frozen(user) else SMS_APP_REMOVED, at=at)
    _record("staff.factor.removed", user, reason, actor, at, call=call_id)
    watch(actor, at=at)


@verb("staff.reset.allowed")
def allow_reset(*, user_id: int, call_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> ResetPermit:
    """Let her make a new password without a card, within half an hour; the FNP is asked as always.

    Refuses whoever has no password yet, and whoever a block would stop.
    """
    user = in_call(user_id, call_id, What.RESET, reason, actor, at)
    if not is_password_usable(user.password):
        raise NotRegisteredYet
    if AccessBlock.objects.filter(user=user, lifted_at=None).exists():
        raise ShutAnyway
    permit = permits.give(call_id=call_id, user=user, at=at)
    tell(user, RESET_ALLOWED, SMS_RESET_ALLOWED, at=at)
    _record("staff.reset.allowed", user, reason, actor, at, call=call_id, until=permit.expires_at.isoformat())
    watch(actor, at=at)
    return permit


# --- What shuts, and what only hurries -------------------------------------------------------------------------------


@verb("staff.access.frozen")
def freeze(*, user_id: int, call_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> AccessBlock:
    """Shut a customer's access at once; two of staff open it again. The freeze that stands already stays."""
    user = in_call(user_id, call_id, What.FREEZE, reason, actor, at)
    placed = blocks.place(user=user, kind=AccessBlock.Kind.AGENT, reason=reason, actor=actor, at=at)
    if placed.placed_at == at:
        tell(user, FROZEN, "", at=at)
    _record("staff.access.frozen", user, reason, actor, at, call=call_id, reference=placed.reference)
    return placed


@verb("staff.sessions.ended")
def end_sessions(*, user_id: int, call_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> int:
    """End what this customer has open, and every sign-in under way; returns how many."""
    user = in_call(user_id, call_id, What.END_SESSIONS, reason, actor, at)
    ended = LoginAttempt.objects.filter(user=user, ended_at=None).update(
        ended_at=at, end_reason=LoginAttempt.Ended.SIGNED_OUT
    )
    tell(user, SESSIONS_ENDED, "", at=at)
    _record("staff.sessions.ended", user, reason, actor, at, call=call_id, ended=ended)
    return ended


@verb("staff.fnp.sent_again")
def send_again(*, user_id: int, call_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> None:
    """Hurry the SMS that waits, or send the same FNP once more than the customer could; to her registered phone alone.

    Refuses where no FNP waits for an answer, and what a send of her own would refuse.
    """
    user = in_call(user_id, call_id, What.RESEND, reason, actor, at)
    waiting = FnpChallenge.objects.filter(user=user, consumed_at=None, voided_at=None, expires_at__gt=at)
    challenge = waiting.select_related("attempt").order_by("-created_at").first()
    if challenge is None or not fnp.is_answerable(challenge, at) or not fnp.is_worth_sending(challenge, at):
        raise NothingToSend
    if not outbox.hurry(challenge, at=at):
        with verbs.as_part_of_this():
            fnp.resend(challenge_id=challenge.id, user=user, attempt=challenge.attempt, beyond=1, at=at)
    tell(user, SENT_AGAIN, "", at=at)
    _record("staff.fnp.sent_again", user, reason, actor, at, call=call_id, reference=challenge.reference)


# --- What they share -------------------------------------------------------------------------------------------------


def in_call(user_id: int, call_id: UUID, what: What, reason: str, actor: audit.Actor, at: datetime) -> User:
    """The customer under the lock of her row, never staff, and the act written into the call with her."""
    user = User.objects.filter(kind=User.Kind.CUSTOMER).select_for_update(no_key=True).get(pk=user_id)
    call = calls.note_act(call_id=call_id, what=what, reason=reason, actor=actor, at=at)
    if call.user_id != user.pk:
        raise calls.NoOpenCall
    return user


def watch(actor: audit.Actor, *, at: datetime) -> None:
    """After an act that opened a way in, in its transaction: whoever opens many within the hour is looked at.

    She is not stopped, since callers wait.
    """
    agent = User.objects.filter(pk=actor.name.removeprefix("user:")).first()
    count = desk_alarms.openings_of(agent, since=at - AN_HOUR) if agent else 0
    if agent and count >= settings.DESK_UNBLOCKS_PER_HOUR:
        desk_alarms.raise_alarm(kind=desk_alarms.Kind.UNBLOCKS, agent=agent, count=count, at=at)


def _is_frozen(user: User) -> bool:
    freezes = AccessBlock.objects.filter(user=user, lifted_at=None).exclude(kind=AccessBlock.Kind.CENTRE)
    return freezes.exists()


def tell(user: User, notice: str, sms: str, *, at: datetime) -> None:
    shown = f"{clock.tirana(clock.shown(at)):%d.%m.%Y %H:%M}"
    notices.tell(user, notice, {"at": shown}, clock.shown(at))
    if sms and user.person and user.person.phone:
        text = sms.format(bank=settings.BANK["short_name"], at=shown, phone=settings.BANK["phone_sms"])
        outbox.queue(to=user.person.phone, body_template=text, at=at, expires_at=at + SMS_LIFE)


def _record(
    event: str, user: User, reason: str, actor: audit.Actor, at: datetime, *, call: UUID, **facts: object
) -> None:
    details = {"call": str(call), **facts}
    audit.record(event, actor=actor, at=at, subject=f"user:{user.pk}", reason=reason, details=details)
