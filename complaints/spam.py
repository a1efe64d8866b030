"""What keeps programs off the public form, without a third party that would watch our customers (R61).

A field that people do not see, a signed mark of when the form was opened, and counts per network and for the whole
bank. The mark also carries the form's own key, so that a double press is one case. Moments are the machine's clock.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.refusals import Refusal
from auth_flow import lockout
from complaints.models import Case

SALT = "complaints.form"
FORM_LIFE = timedelta(hours=24)
FORMS = "complaint"
QUICK_FORMS = "quick complaint"
QUICK_FORMS_MAX = 1  # words that were pasted are sent at once, once
LINKS = "case link"
REQUESTS = "case link asked"
PER_ADDRESS_MAX = 5
# Whoever counts and then adds waits for whoever does the same: of strangers all together, of customers each alone.
TURN = "SELECT pg_advisory_xact_lock(hashtext('complaints.spam'), hashtext(%s))"


class FilledByAProgram(Refusal):
    sentence = _(
        "Formulari nuk u pranua: një fushë që duhet të mbetet bosh u plotësua. Boshatiseni dhe provoni përsëri."
    )


class FilledTooFast(Refusal):
    sentence = _("Formulari u dërgua tepër shpejt. Lexojeni edhe një herë dhe shtypni përsëri butonin.")


class FormIsOld(Refusal):
    sentence = _("Faqja ka qëndruar gjatë e hapur. Çfarë shkruat është ende këtu: shtypni përsëri butonin.")


class TooManyCases(Refusal):
    sentence = _("Tani po vijnë shumë formularë. Provoni përsëri pas një ore, ose telefononi Contact Center, 24 orë.")


@dataclass(frozen=True, slots=True)
class Mark:
    """When a form was opened, and its key."""

    opened_at: datetime
    submit_key: str

    def is_young(self, at: datetime) -> bool:
        return timedelta(0) <= at - self.opened_at <= FORM_LIFE


def new_mark(at: datetime) -> str:
    """The hidden field of a form that is opened now."""
    return signing.dumps({"at": at.isoformat(), "key": secrets.token_hex(16)}, salt=SALT)


def judge(*, mark: str, bait: str, network: str, at: datetime) -> Mark:
    """Refuses what a person would not have sent; the mark's key names the case that it becomes.

    A form that comes faster than anybody reads is taken once from a network in a window: browsers fill in, too.
    """
    if bait:
        raise FilledByAProgram
    read = _read(mark)
    if read is None or not read.is_young(at):
        raise FormIsOld
    if at - read.opened_at < timedelta(seconds=settings.COMPLAINTS["fill_seconds"]):
        try:
            lockout.count_or_refuse(QUICK_FORMS, network, at, most=QUICK_FORMS_MAX)
        except lockout.TooManyFromHere:
            raise FilledTooFast from None
    return read


def is_young(mark: str, *, at: datetime) -> bool:
    """Whether this mark may be sent once more, with its own key and from its own beginning."""
    read = _read(mark)
    return read is not None and read.is_young(at)


def _read(mark: str) -> Mark | None:
    """None for whatever we did not sign."""
    try:
        said = signing.loads(mark, salt=SALT)
    except signing.BadSignature:
        return None
    return Mark(datetime.fromisoformat(said["at"]), said["key"])


def count_form(*, network: str, at: datetime) -> None:
    """One more form from this network; refuses more than a few in a window."""
    try:
        lockout.count_or_refuse(FORMS, network, at, most=settings.COMPLAINTS["per_network_max"])
    except lockout.TooManyFromHere:
        raise TooManyCases from None


def refuse_many_of_strangers(*, email: str, banks_at: datetime) -> None:
    """Refuses more than the bank can read in an hour.

    Nor does an address that a stranger typed get more than PER_ADDRESS_MAX letters of ours in a day.
    """
    strangers = Case.objects.filter(channel=Case.Channel.WEB, opened_at__gt=banks_at - timedelta(days=1))
    hour = (banks_at - timedelta(hours=1), banks_at)
    if strangers.filter(opened_at__range=hour).count() >= settings.COMPLAINTS["per_hour_max"]:
        raise TooManyCases
    if email and strangers.filter(email__iexact=email).count() >= PER_ADDRESS_MAX:
        raise TooManyCases


def refuse_many_of(user: User, *, banks_at: datetime) -> None:
    """Whoever is signed in is known, yet does not open cases without end."""
    today = Case.objects.filter(user=user, channel=Case.Channel.PORTAL, opened_at__gt=banks_at - timedelta(days=1))
    if today.count() >= settings.COMPLAINTS["per_user_max"]:
        raise TooManyCases


def wait_for_turn(user: User | None) -> None:
    """What is counted from here on nobody else changes before the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TURN, [f"user:{user.pk}" if user else ""])


def count_wrong_link(*, network: str, at: datetime) -> None:
    """One more link that opens nothing. Refuses, with the wait, a network that tries many (lockout.TooManyFromHere)."""
    lockout.count_or_refuse(LINKS, network, at, most=settings.COMPLAINTS["wrong_links_max"])


def count_request(*, network: str, at: datetime) -> None:
    """One more wish for a new link. Refuses, with the wait, a network that has many (lockout.TooManyFromHere)."""
    lockout.count_or_refuse(REQUESTS, network, at, most=settings.COMPLAINTS["per_network_max"])
