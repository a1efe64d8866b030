"""Who is calling: questions that the agent reads, and four digits that only the registered phone gets.

The digits go out in a call that the customer began and in no other, so that nobody is ever taught to read a code to
whoever rings her. The caller says them, the agent types them; no page of the portal takes them. As with an FNP the try
is counted, in a commit of its own, before it is judged. All moments are the machine's clock.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from accounts import audit
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import call_codes, calls, desk_alarms, selectors
from auth_flow.models import Call, CallDigits
from auth_flow.sms import outbox

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LIFE = timedelta(minutes=3)
# What arrives later than this before the end is of no use.
LATE = timedelta(seconds=30)
ATTEMPTS_MAX = 3
SENDS_MAX = 2
SEND_AGAIN_AFTER = timedelta(seconds=30)
PER_CALL_MAX = 2
PER_CUSTOMER_MAX = 6
# Wrong digits that one agent may type in a day, over all her calls: nobody guesses her way through many customers.
WRONG_PER_AGENT_MAX = 12
A_DAY = timedelta(days=1)
RIGHT_ANSWERS_MIN = 2

SMS = (
    "{bank}: Shifrat {mark} jane vetem per biseden qe nisni ju me {phone}. Nuk vlejne ne faqe. "
    "Banka nuk ju kerkon kurre FNP."
)


@dataclass(frozen=True, slots=True)
class Question:
    """One of the script: what the agent asks, and where she compares the answer. She never says it herself.

    `is_hers_alone`: no register has the answer, and no stranger can bring it about at the door.
    """

    name: str
    ask: "StrOrPromise"
    compare: "StrOrPromise"
    is_hers_alone: bool = False


QUESTIONS = (
    Question(
        "last_sign_in",
        _("“Kur hytë për herë të fundit në portal, afërsisht, dhe nga ç’pajisje?”"),
        _("Krahasojeni me “Hyrja e fundit”. Mos ndihmoni me ditë ose orë."),
        is_hers_alone=True,
    ),
    Question(
        "earlier_code",
        _("“Kur morët FNP-në e fundit para ditës së sotme, dhe për çfarë?”"),
        _("Krahasojeni me “FNP-ja e fundit para sot”. Ato të sotmet i sheh edhe kush vjedh një SIM."),
        is_hers_alone=True,
    ),
    Question(
        "company",
        _("“Për cilën kompani telefononi dhe cili është NIPT-i i saj?”"),
        _("Krahasojeni me “Kompanitë”. Emrin dhe NIPT-in i thotë telefonuesi, jo ju."),
    ),
    Question(
        "trouble",
        _("“Çfarë ju doli në faqe kur nuk hytë dot, dhe cila është referenca?”"),
        _("Krahasojeni me “Pse nuk hyn”. Referencën e lexon telefonuesi."),
    ),
)


class CustomerMustCall(Refusal):
    sentence = _(
        "Shifrat dërgohen vetëm kur e nis telefonatën klienti, te numri i bankës. Lutjuni klientit t’ju telefonojë."
    )


class NoPhoneForDigits(Refusal):
    sentence = _("Banka nuk ka një celular të këtij klienti. Numri regjistrohet vetëm në degë, nga dy persona.")


class DigitsSentJustNow(Refusal):
    """Fact: seconds."""

    sentence = ngettext_lazy(
        "Shifrat sapo u dërguan. Prisni edhe %(seconds)s sekondë.",
        "Shifrat sapo u dërguan. Prisni edhe %(seconds)s sekonda.",
        "seconds",
    )


class NoMoreDigits(Refusal):
    sentence = _(
        "Për këtë klient nuk dërgohen më shifra tani. Telefonuesi nuk u verifikua: drejtojeni te dega, dhe në dyshim "
        "ngrijeni hyrjen."
    )


class AlreadyChecked(Refusal):
    sentence = _("Telefonuesi është verifikuar tashmë në këtë telefonatë.")


class TooFewAnswers(Refusal):
    sentence = _(
        "Telefonuesi duhet t’u përgjigjet saktë të paktën dy pyetjeve para shifrave, njërës prej dy të parave: "
        "kompaninë dhe referencën mund t’i dijë edhe një i huaj."
    )


class TooManyWrongDigits(Refusal):
    sentence = _(
        "Sot keni shkruar shumë shifra të gabuara, prandaj për sot nuk verifikoni më. Telefonatën ta marrë një koleg; "
        "përgjegjësi juaj e sheh alarmin."
    )


class WrongDigits(Refusal):
    """Fact: attempts_left."""

    sentence = _("Shifrat nuk përputhen. Prova të mbetura: %(attempts_left)s.")


class DigitsAreOver(Refusal):
    sentence = _("Këto shifra nuk vlejnë më. Dërgoni të tjera, nëse lejohet ende.")


@verb("staff.caller.digits_sent")
def send_digits(*, call_id: UUID, user_id: int, actor: audit.Actor, at: datetime) -> CallDigits:
    """Send four digits to the registered phone, or those that still hold once more; their tries and end stay.

    Refuses a call that the customer did not begin by phone, one that is over, another agent's or checked already, a
    customer without a phone, too soon, too many for this call or for this customer's day, and an agent who typed too
    many wrong ones.
    """
    user = selectors.locked_user(user_id)
    call = _to_check(call_id, user, actor, at)
    if _wrong_of(call, at) >= WRONG_PER_AGENT_MAX:
        raise TooManyWrongDigits
    if not (call.began_by_customer and call.channel == Call.Channel.PHONE):
        raise CustomerMustCall
    phone = user.person.phone if user.person else ""
    if not phone:
        raise NoPhoneForDigits
    last = call.digits.order_by("-created_at").first()
    digits = last if last and _holds(last, at) and last.phone == phone else None
    if digits is None:
        digits = _new(call, phone, at)
    else:
        _count_another_send(digits, at)
    _queue(digits, at)
    _record("staff.caller.digits_sent", call, digits, actor, at)
    return digits


def check(*, call_id: UUID, user_id: int, digits: str, answers: list[str], actor: audit.Actor, at: datetime) -> None:
    """Say whether the caller read the right digits and knew enough; from then on this call may open a way in.

    Its tries are commits of their own, never inside another transaction. Refuses fewer than two right answers, or none
    that is hers alone, before it judges anything; then wrong digits, those that were used, tried three times, replaced
    or too old, and an agent who typed too many wrong ones.
    """
    right = [one for one in QUESTIONS if one.name in answers]
    if len(right) < RIGHT_ANSWERS_MIN or not any(one.is_hers_alone for one in right):
        raise TooFewAnswers
    with transaction.atomic(durable=True):
        user = selectors.locked_user(user_id)
        call = _to_check(call_id, user, actor, at)
        row = call.digits.order_by("-created_at").first()
        refusal = _why_not(row, user, digits, at)
        if refusal:
            _record("staff.caller.checked", call, row, actor, at, refused=refusal.code)
    if refusal or row is None:
        raise refusal or DigitsAreOver
    _accept(call_id=call_id, user_id=user_id, digits=row, answers=answers, actor=actor, at=at)


@verb("staff.caller.checked")
def _accept(
    *, call_id: UUID, user_id: int, digits: CallDigits, answers: list[str], actor: audit.Actor, at: datetime
) -> None:
    call = _to_check(call_id, selectors.locked_user(user_id), actor, at)
    if not _live(call, at).filter(pk=digits.pk).update(used_at=at):
        raise DigitsAreOver
    call.checked_at = at
    call.save(update_fields=["checked_at"])
    _record("staff.caller.checked", call, digits, actor, at, answers=sorted(answers))


def state_of(call: Call, *, at: datetime) -> "DigitsState":
    """What the call screen says of the digits: how they fare, never what they are."""
    last = call.digits.order_by("-created_at").first()
    message = last.messages.order_by("-created_at").first() if last else None
    return DigitsState(
        is_asked=last is not None and _holds(last, at),
        attempts_left=last.attempts_max - last.attempts if last else 0,
        expires_at=last.expires_at if last else None,
        sms=message.get_status_display() if message else "",
        may_send=call.began_by_customer and call.channel == Call.Channel.PHONE and call.checked_at is None,
    )


@dataclass(frozen=True, slots=True)
class DigitsState:
    """`is_asked`: digits are on their way or with the caller and can be judged now."""

    is_asked: bool
    attempts_left: int
    expires_at: datetime | None
    sms: str
    may_send: bool


def _to_check(call_id: UUID, user: User, actor: audit.Actor, at: datetime) -> Call:
    """The agent's open call with this customer, not checked yet, under its lock."""
    call = calls.locked(call_id=call_id, actor=actor, at=at)
    if call.user_id != user.pk:
        raise calls.NoOpenCall
    if call.checked_at:
        raise AlreadyChecked
    return call


def _new(call: Call, phone: str, at: datetime) -> CallDigits:
    of_customer = CallDigits.objects.filter(call__user=call.user_id, created_at__gt=at - A_DAY)
    if call.digits.count() >= PER_CALL_MAX or of_customer.count() >= PER_CUSTOMER_MAX:
        raise NoMoreDigits
    return CallDigits.objects.create(
        nonce=secrets.token_bytes(16),
        call=call,
        phone=phone,
        key_id=call_codes.key_id(),
        created_at=at,
        expires_at=at + LIFE,
        attempts_max=ATTEMPTS_MAX,
    )


def _count_another_send(digits: CallDigits, at: datetime) -> None:
    sent = digits.messages.order_by("-created_at").first()
    since = at - (sent.created_at if sent else digits.created_at)
    if since < SEND_AGAIN_AFTER:
        raise DigitsSentJustNow(seconds=max(1, int((SEND_AGAIN_AFTER - since).total_seconds())))
    if digits.sends >= SENDS_MAX or at > digits.expires_at - LATE:
        raise NoMoreDigits
    digits.sends += 1
    digits.save(update_fields=["sends"])


def _queue(digits: CallDigits, at: datetime) -> None:
    text = SMS.format(bank=settings.BANK["short_name"], mark=call_codes.MARK, phone=settings.BANK["phone_sms"])
    outbox.queue(to=digits.phone, body_template=text, digits=digits, at=at, expires_at=digits.expires_at - LATE)


def _why_not(row: CallDigits | None, user: User, typed: str, at: datetime) -> Refusal | None:
    """Count the try, then judge it; None when these are the digits."""
    if row is not None and _wrong_of(row.call, at) >= WRONG_PER_AGENT_MAX:
        return TooManyWrongDigits()
    if row is None or not user.person or user.person.phone != row.phone or not _reserve(row, at):
        return DigitsAreOver()
    row.refresh_from_db()
    if secrets.compare_digest(call_codes.derive(row).encode(), typed.encode()):
        return None
    wrong = _wrong_of(row.call, at)
    if wrong >= WRONG_PER_AGENT_MAX:
        desk_alarms.raise_alarm(kind=desk_alarms.Kind.DIGITS, agent=row.call.agent, count=wrong, at=at)
    return WrongDigits(attempts_left=row.attempts_max - row.attempts)


def _wrong_of(call: Call, at: datetime) -> int:
    """How many wrong digits the agent of this call typed within a day, whoever her callers were."""
    tried = CallDigits.objects.filter(call__agent=call.agent_id, created_at__gt=at - A_DAY)
    counts = tried.aggregate(tries=Sum("attempts", default=0), right=Count("used_at"))
    return int(counts["tries"] - counts["right"])


def _reserve(row: CallDigits, at: datetime) -> bool:
    """Count one try of these digits; False when there is none left."""
    return bool(
        _live(row.call, at).filter(pk=row.pk, attempts__lt=F("attempts_max")).update(attempts=F("attempts") + 1)
    )


def _live(call: Call, at: datetime) -> "QuerySet[CallDigits]":
    return CallDigits.objects.filter(call=call, used_at=None, expires_at__gt=at, key_id=call_codes.key_id())


def _holds(row: CallDigits, at: datetime) -> bool:
    return row.used_at is None and row.attempts < row.attempts_max and row.expires_at > at


def _record(
    event: str,
    call: Call,
    digits: CallDigits | None,
    actor: audit.Actor,
    at: datetime,
    *,
    refused: str = "",
    **facts: object,
) -> None:
    """Never the digits, the phone or the text."""
    counts = {"attempts": digits.attempts, "sends": digits.sends} if digits else {}
    audit.record(
        event,
        actor=actor,
        at=at,
        subject=f"user:{call.user_id}",
        outcome=audit.REFUSED if refused else audit.DONE,
        reason=refused,
        details={"call": str(call.id), **counts, **facts},
    )
