"""Passwords of customers: what a new one must be, how it comes into force, and how long it holds (R23, R42).

The bank asks for a letter and a digit and nothing more; the rest keeps out what others would guess first. No password
is ever kept, passed on or logged: what leaves this file is its hash. `at` is the machine's clock where sessions end,
the bank's where a password's age is asked.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, low_limit, mandates, notices
from accounts.models import User
from accounts.refusals import Refusal
from auth_flow import backends, browsers
from auth_flow.models import KnownBrowser, LoginAttempt, PasswordRecord
from auth_flow.sms import outbox

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REGISTRATION = PasswordRecord.Through.REGISTRATION
CHANGE = PasswordRecord.Through.CHANGE
RESET = PasswordRecord.Through.RESET

SMS = "{bank}: Fjalekalimi i Deges Internet {what} me {day} ne {time}. Nuk ishit ju? Telefononi menjehere {phone}"
SMS_WHAT = {REGISTRATION: "u krijua", CHANGE: "u ndryshua", RESET: "u zevendesua"}
SMS_LIFE = timedelta(hours=1)

notices.declare("auth.password.registration", _("U regjistruat në Degën Internet më %(at)s."))
notices.declare(
    "auth.password.change",
    _("Fjalëkalimi juaj u ndryshua më %(at)s. Nëse nuk ishit ju, telefononi menjëherë bankën."),
)
notices.declare(
    "auth.password.reset",
    _(
        "Më %(at)s u vendos një fjalëkalim i ri me “S’kujtoj fjalëkalimin”. Nëse nuk ishit ju, telefononi menjëherë "
        "bankën."
    ),
)
notices.declare(
    "auth.password.colleague_reset",
    _(
        "%(name)s vendosi një fjalëkalim të ri me “S’kujtoj fjalëkalimin”. Nëse ju duket e papritur, pyeteni dhe "
        "telefononi bankën (%(company)s)."
    ),
)

# Words of the bank that a guesser tries first, folded (no accents, small letters).
WORDS_OF_THE_BANK = ("bkt", "bank", "fjalekalim", "parola", "password", "degainternet")
SHORTEST_WORD = 4
LEGAL_FORMS = ("shpk", "sha", "ltd")
COMMON_ALBANIAN = Path(__file__).with_name("common_passwords_sq.txt")


class PasswordRefused(Refusal):
    """`broken` names the rules that the new password does not keep."""

    sentence = _("Ky fjalëkalim nuk i plotëson rregullat. Shihni cilat mungojnë dhe shkruani një tjetër.")

    def __init__(self, *broken: str) -> None:
        super().__init__()
        self.broken = frozenset(broken)


# --- The rules -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the list on the page; `state` is open, met or broken. A script may tick those with `ticks`.

    `least` and `most` are signs, of the rule that counts them.
    """

    name: str
    sentence: "StrOrPromise"
    ticks: bool
    state: str = "open"
    least: int = 0
    most: int = 0


def rules(broken: frozenset[str] | None = None) -> list[Rule]:
    """Every rule with its state: open before anything was typed (None), else met or broken.

    The history is asked last: it stays open while another rule is broken.
    """
    state = {name: "open" if broken is None else "broken" if name in broken else "met" for name in _sentences()}
    if broken and "history" not in broken:
        state["history"] = "open"
    spans = {"length": (settings.PASSWORD_LENGTH_MIN, settings.PASSWORD_LENGTH_MAX), "letter": (0, 0), "digit": (0, 0)}
    return [
        Rule(name, sentence, name in spans, state[name], *spans.get(name, (0, 0)))
        for name, sentence in _sentences().items()
    ]


def _sentences() -> "dict[str, StrOrPromise]":
    return {
        "length": _("%(min)s deri në %(max)s shenja.")
        % {"min": settings.PASSWORD_LENGTH_MIN, "max": settings.PASSWORD_LENGTH_MAX},
        "letter": _("Të paktën një shkronjë; edhe ë dhe ç."),
        "digit": _("Të paktën një shifër."),
        "yours": _("Pa NIPT-in, numrin e klientit, celularin, emrin tuaj ose të kompanisë dhe fjalët e bankës."),
        "common": _("Jo një nga fjalëkalimet që provohen të parat."),
        "history": _("Jo një nga %(count)s fjalëkalimet tuaja të fundit.") % {"count": settings.PASSWORD_HISTORY},
    }


def require_allowed(new: str, user: User) -> None:
    """Refuse a password that breaks a rule. Those of old are asked last: each costs a whole hash.

    Refuses with TooBusy when all places for hashing stay taken.
    """
    new = backends.normal(new)
    broken = _broken(new, user)
    if not broken and _was_hers(new, user):
        broken = ["history"]
    if broken:
        raise PasswordRefused(*broken)


def _broken(new: str, user: User) -> list[str]:
    kept = {
        "length": settings.PASSWORD_LENGTH_MIN <= len(new) <= settings.PASSWORD_LENGTH_MAX,
        "letter": any(sign.isalpha() for sign in new),
        "digit": any(sign.isdecimal() for sign in new),
        "yours": not any(word in _folded(new) for word in _words_of(user)),
        "common": not _is_common(new),
    }
    return [name for name, is_kept in kept.items() if not is_kept]


def _words_of(user: User) -> set[str]:
    """What anybody who knows her, her company or the bank would try, folded."""
    words = set(WORDS_OF_THE_BANK)
    if user.person:
        person = user.person
        words |= {_folded(text) for text in (person.customer_number, person.first_name, person.last_name)}
        words.add(person.phone[-8:])
    for mandate in user.mandates.select_related("company"):
        names = [_folded(word) for word in mandate.company.name.split()]
        names = [name for name in names if name and name not in LEGAL_FORMS]
        words |= {_folded(mandate.company.nipt), "".join(names), *names[:1]}
    return {word for word in words if len(word) >= SHORTEST_WORD or word in WORDS_OF_THE_BANK}


def _is_common(new: str) -> bool:
    """In Django's list as typed, or an Albanian word of ours between digits and signs: Shqiperia2026!"""
    django_list, albanian = _lists()
    stem = "".join(sign for sign in _without_accents(new) if sign.isalpha())
    return new.lower() in django_list or stem in albanian


@cache
def _lists() -> tuple[set[str], set[str]]:
    ours = COMMON_ALBANIAN.read_text(encoding="utf-8").split()
    return CommonPasswordValidator().passwords, set(ours)


def _was_hers(new: str, user: User) -> bool:
    """Whether this is her password now or one of the last ten; one place for hashing at a time."""
    last = PasswordRecord.objects.filter(user=user).order_by("-created_at", "-pk")
    hashes = [user.password, *last.values_list("password", flat=True)[: settings.PASSWORD_HISTORY]]
    for known in dict.fromkeys(filter(is_password_usable, hashes)):
        with backends.a_slot():
            if check_password(new, known):
                return True
    return False


def _folded(text: str) -> str:
    """Small letters and digits alone: "Ndërtim-Çami 1" is ndertimcami1."""
    return "".join(sign for sign in _without_accents(text) if sign.isalnum())


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


# --- A new password --------------------------------------------------------------------------------------------------


def hashed(new: str) -> str:
    """The hash to keep; call it outside a transaction. Refuses with TooBusy."""
    with backends.a_slot():
        return make_password(backends.normal(new))


def set_password(
    *,
    user: User,
    made: str,
    through: str,
    keep: LoginAttempt | None = None,
    keep_browser: KnownBrowser | None = None,
    at: datetime,
) -> None:
    """Put `made` (from `hashed`) in force, in the transaction of the verb that asked, under the lock of the user's row.

    Ends every session and every way in under way but `keep`, forgets every known browser but `keep_browser` (after a
    reset that one too), keeps the hash for the history, tells the user by notice and SMS, and after a reset also the
    company's other signers; for a day she then signs up to the low limit only.
    """
    bank_at = at + clock.offset()
    user.password, user.password_changed_at, user.must_change_password = made, bank_at, False
    user.save(update_fields=["password", "password_changed_at", "must_change_password"])
    if through == RESET:
        low_limit.lower(user, at=bank_at)
    PasswordRecord.objects.create(user=user, password=made, through=through, created_at=bank_at)
    others = LoginAttempt.objects.filter(user=user, ended_at=None)
    ended = (others.exclude(id=keep.id) if keep else others).update(ended_at=at, end_reason=LoginAttempt.Ended.CHANGED)
    forgotten = browsers.revoke_all(user, keep=keep_browser if through == CHANGE else None, at=at)
    _tell(user, through, at=at, bank_at=bank_at)
    audit.record(
        "auth.password.set",
        actor=audit.actor_of(user),
        at=at,
        subject=f"user:{user.pk}",
        details={"through": through, "sessions_ended": ended, "browsers_forgotten": forgotten},
    )


def _tell(user: User, through: str, *, at: datetime, bank_at: datetime) -> None:
    notices.tell(user, f"auth.password.{through}", {"at": f"{clock.tirana(bank_at):%d.%m.%Y %H:%M}"}, bank_at)
    if through == RESET:
        _tell_colleagues(user, bank_at)
    if user.person and user.person.phone:
        text = sms_text(through, at=bank_at)
        outbox.queue(to=user.person.phone, body_template=text, at=at, expires_at=at + SMS_LIFE)


def _tell_colleagues(user: User, bank_at: datetime) -> None:
    """The other signers of each of her companies: who took her phone may sign next."""
    for mandate in mandates.of_user(user, at=bank_at):
        for signer in mandates.signers_of(mandate.company, at=bank_at).exclude(user=user):
            facts = {"name": user.full_name, "company": mandate.company.name}
            notices.tell(signer.user, "auth.password.colleague_reset", facts, bank_at, mandate.company)


def sms_text(through: str, *, at: datetime) -> str:
    """What the phone shows after a new password; GSM-7, one SMS, no link."""
    local = clock.tirana(at)
    return SMS.format(
        bank=settings.BANK["short_name"],
        what=SMS_WHAT[PasswordRecord.Through(through)],
        day=f"{local:%d.%m.%Y}",
        time=f"{local:%H:%M}",
        phone=settings.BANK["phone_sms"],
    )


# --- Ninety days -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reminder:
    """A password that will soon be too old; `days_left` counts the day of its end as a whole one."""

    expires_at: datetime
    days_left: int

    @property
    def is_urgent(self) -> bool:
        return self.days_left <= 3


def expires_at(user: User) -> datetime | None:
    """The bank's moment from which the password no longer opens anything but its own change (R42).

    None while passwords do not age (PASSWORD_MAX_AGE_DAYS = 0), or where there is none.
    """
    if not settings.PASSWORD_MAX_AGE_DAYS or user.password_changed_at is None:
        return None
    return clock.tirana(user.password_changed_at) + timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)


def max_age_days() -> int:
    return int(settings.PASSWORD_MAX_AGE_DAYS)


def is_expired(user: User, at: datetime) -> bool:
    """By the bank's clock."""
    end = expires_at(user)
    return end is not None and at >= end


def warning(user: User, at: datetime) -> Reminder | None:
    """What to tell her in the last fourteen days, by the bank's clock; None before, and once it is too old."""
    end = expires_at(user)
    if end is None or not timedelta(0) < end - at <= timedelta(days=settings.PASSWORD_WARN_DAYS):
        return None
    return Reminder(end, -((at - end) // timedelta(days=1)))
