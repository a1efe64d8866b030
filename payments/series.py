"""One series as the rest of the room sees it: what was asked, one payment of it as an order, and what is signed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from accounts import business_day, clock
from accounts.identifiers import account_tail
from accounts.money import format_money
from auth_flow import fnp
from auth_flow.sms import gsm7
from payments import dealings, order_warnings, payee_names, rhythm
from payments.dealings import Dealings
from payments.models import OrderWarning, PaymentOrder, StandingOrder
from payments.models.standing import Rhythm
from payments.order_warnings import Finding
from payments.wishes import Wish

# The columns that every payment of a series has from it.
PAID = (
    "kind",
    "debit_account",
    "currency",
    "amount_minor",
    "beneficiary_name",
    "beneficiary_iban",
    "description",
    "prefers_previous",
)
RECURRING = ("rhythm", "first_on", "last_on", "times", "cap_minor")
# In the SMS, whose alphabet has neither ë nor ç.
RHYTHM_IN_SMS = {
    Rhythm.DAILY: "cdo dite pune",
    Rhythm.WEEKLY: "cdo jave",
    Rhythm.MONTHLY: "cdo muaj",
    Rhythm.QUARTERLY: "cdo 3 muaj",
    Rhythm.HALF_YEARLY: "cdo 6 muaj",
    Rhythm.YEARLY: "cdo vit",
}


@dataclass(frozen=True, slots=True)
class Series:
    """What a customer asks: the payment of each time, as a wish without a day, and when it comes again.

    The wish's `prefers_previous` is the rule for days off. Not both `last_on` and `times`; the cap in minor units.
    """

    wish: Wish
    rhythm: Rhythm
    first_on: date
    last_on: date | None = None
    times: int | None = None
    cap_minor: int | None = None


def as_order(series: StandingOrder) -> PaymentOrder:
    """One payment of the series, not saved and without a day: for rules that know orders."""
    return PaymentOrder(
        company=series.company,
        prepared_by=series.prepared_by,
        payee_key=payee_names.key(series.beneficiary_name),
        **{name: getattr(series, name) for name in PAID},
    )


def findings(series: StandingOrder, *, at: datetime, known: Dealings | None = None) -> list[Finding]:
    """What its preparer has to answer for. That it pays the same again and again is what it is for; that another series
    pays the same beside it, is not. `known` as of `order_warnings.findings`."""
    payment = as_order(series)
    known = known or dealings.of(payment, at=at)
    found = order_warnings.findings(payment, at=at, known=known)
    return [*_double(series, known), *(one for one in found if one.kind != OrderWarning.Kind.DUPLICATE)]


def _double(series: StandingOrder, known: Dealings) -> Iterator[Finding]:
    other = next((one for one in known.twins if one.standing_id != series.pk), None)
    if other:
        facts = {"standing": str(other.standing_id), "number": other.number}
        yield Finding(OrderWarning.Kind.DUPLICATE, f"{OrderWarning.Kind.DUPLICATE}:{other.number}", facts)


def begins_in_time(series: StandingOrder, *, at: datetime) -> bool:
    """Whether its first payment is tomorrow at the earliest: the clock makes an order as its day begins.

    Raises CalendarUnknown for a first day after the end of the calendar.
    """
    days = rhythm.days(
        rhythm=series.rhythm,
        first_on=series.first_on,
        calendar=business_day.calendar(),
        prefers_previous=series.prefers_previous,
    )
    return next(days).due_on > clock.tirana_day(at)


# --- What is signed --------------------------------------------------------------------------------------------------


def signing_facts(series: StandingOrder) -> dict[str, object]:
    """All that a signature is bound to (RTS 2018/389 art. 5 and 14)."""
    return {
        "standing": str(series.pk),
        "number": series.number,
        "version": series.version,
        "kind": series.kind,
        "debit_iban": series.debit_account.iban,
        "amount_minor": series.amount_minor,
        "currency": series.currency,
        "beneficiary_name": series.beneficiary_name,
        "beneficiary_iban": series.beneficiary_iban,
        "description": series.description,
        "rhythm": series.rhythm,
        "first_on": series.first_on.isoformat(),
        "last_on": series.last_on.isoformat() if series.last_on else None,
        "times": series.times,
        "cap_minor": series.cap_minor,
        "prefers_previous": series.prefers_previous,
    }


def signing_body(series: StandingOrder) -> bytes:
    """The exact bytes that a code is bound to."""
    return json.dumps(signing_facts(series), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def fnp_subject(series: StandingOrder) -> str:
    return f"payments.standing:{series.pk}"


def sms_sentence(series: StandingOrder) -> str:
    """What the phone shows: amount, rhythm and payee, GSM-7 and at most 160 characters; the name alone is cut."""
    every = RHYTHM_IN_SMS[Rhythm(series.rhythm)]
    amount = format_money(series.amount_minor, series.currency)
    before = f"{settings.BANK['short_name']}: FNP {fnp.MARK} per {amount} {every} te "
    after = (
        f", {account_tail(series.beneficiary_iban)}. Vlen {fnp.life_in_sms()}. Mos ia jepni askujt. "
        f"Nuk e kerkuat ju? {settings.BANK['phone_sms']}, ref {fnp.REFERENCE_MARK}"
    )
    frame = (before + after).replace(fnp.MARK, "0" * 6).replace(fnp.REFERENCE_MARK, "0" * 8)
    return before + gsm7.trim_name(series.beneficiary_name, gsm7.SEPTETS_MAX - len(frame)) + after
