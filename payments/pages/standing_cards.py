"""A series as it is read: what it pays and how often, and the days that it will pay on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _, ngettext

from accounts import business_day, clock
from accounts.days import day_month, short_day, weekday
from accounts.models import Mandate
from accounts.money import format_money
from accounts.working_days import ONE_DAY, Calendar
from payments import banks, rhythm, standing_selectors, tariffs
from payments.cards import KIND_LABELS
from payments.models import StandingOrder
from payments.models.orders import OrderKind
from payments.models.standing import Rhythm, StandingStatus
from payments.rhythm import PayDay
from payments.standing_selectors import Plan

CHIPS = {
    StandingStatus.AWAITING: "wait",
    StandingStatus.RUNNING: "ok",
    StandingStatus.REJECTED: "stop",
    StandingStatus.STOPPED: "stop",
}


@dataclass(frozen=True, slots=True)
class StandingCard:
    """One series; amounts in minor units of `currency`. `fee_minor` is today's, None where it is not asked."""

    id: UUID
    number: str
    kind_label: str
    beneficiary_name: str
    beneficiary_iban: str
    bank_label: str
    debit_iban: str
    debit_name: str
    amount_minor: int
    fee_minor: int | None
    currency: str
    description: str
    every_label: str
    rhythm_label: str
    end_label: str
    cap_minor: int | None
    day_off_label: str
    status: str
    status_label: str
    status_kind: str
    first_on: date
    prepared_by_name: str
    created_at: datetime

    @property
    def total_minor(self) -> int:
        """Amount and fee of one payment."""
        return self.amount_minor + (self.fee_minor or 0)


@dataclass(frozen=True, slots=True)
class WaitingSeries:
    """One series that waits for a signature, until the day before `sign_before`."""

    id: UUID
    number: str
    beneficiary_name: str
    amount_minor: int
    currency: str
    rhythm_label: str
    end_label: str
    prepared_by_name: str
    sign_before: date


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One day of the plan: `why` is told when it is not the day of the rhythm."""

    nominal_on: date
    due_on: date
    weekday_label: str
    why: str
    is_estimated: bool
    is_skipped: bool


@dataclass(frozen=True, slots=True)
class PlanCard:
    """The plan and what comes after its last row; `choices` may be left out, `taken_back` may be taken back."""

    rows: list[PlanRow]
    after: str
    next_on: date | None
    choices: list[tuple[str, str]]
    taken_back: list[tuple[str, str]]


def standing_card(series: StandingOrder, *, on: date | None = None) -> StandingCard:
    """The card of a series that comes with its account and preparer; given a day, with its bank and that day's fee."""
    status = StandingStatus(series.status)
    return StandingCard(
        id=series.pk,
        number=series.number,
        kind_label=str(KIND_LABELS[OrderKind(series.kind)]),
        beneficiary_name=series.beneficiary_name,
        beneficiary_iban=series.beneficiary_iban,
        bank_label=_bank_label(series) if on else "",
        debit_iban=series.debit_account.iban or "",
        debit_name=f"{series.debit_account.name} {series.currency}",
        amount_minor=series.amount_minor,
        fee_minor=_fee(series, on) if on else None,
        currency=series.currency,
        description=series.description,
        every_label=str(Rhythm(series.rhythm).label),
        rhythm_label=rhythm_label(series),
        end_label=end_label(series),
        cap_minor=series.cap_minor,
        day_off_label=_day_off_label(series),
        status=series.status,
        status_label=str(status.label),
        status_kind=CHIPS.get(status, ""),
        first_on=series.first_on,
        prepared_by_name=series.prepared_by.full_name,
        created_at=series.created_at,
    )


def awaiting_cards(mandate: Mandate, *, calendar: Calendar) -> list[WaitingSeries]:
    """The series that wait for this person's signature."""
    rows = standing_selectors.awaiting(mandate)
    return [waiting_series(one, prepared_by_name=one.prepared_by.full_name, calendar=calendar) for one in rows]


def waiting_series(series: StandingOrder, *, prepared_by_name: str, calendar: Calendar) -> WaitingSeries:
    """As a list tells it; a payment that comes before the first day of its rhythm must be signed before it comes."""
    first_due_on = next(standing_selectors.days_of(series, calendar)).due_on
    return WaitingSeries(
        id=series.pk,
        number=series.number,
        beneficiary_name=series.beneficiary_name,
        amount_minor=series.amount_minor,
        currency=series.currency,
        rhythm_label=rhythm_label(series),
        end_label=end_label(series),
        prepared_by_name=prepared_by_name,
        sign_before=min(series.first_on, first_due_on),
    )


def _fee(series: StandingOrder, on: date) -> int | None:
    try:
        return tariffs.fee(kind=series.kind, currency=series.currency, amount_minor=series.amount_minor, on=on)
    except tariffs.CurrencyNotServed:
        return None


def _bank_label(series: StandingOrder) -> str:
    known: str | None = series.bank_name  # type: ignore[attr-defined]  # annotated by `standing_of`
    return banks.label_of(series.beneficiary_iban, known)


def rhythm_label(series: StandingOrder) -> str:
    """Çdo muaj, më datën 31; në muajt më të shkurtër ditën e fundit."""
    every, first_on = str(Rhythm(series.rhythm).label), series.first_on
    match Rhythm(series.rhythm):
        case Rhythm.DAILY:
            return every
        case Rhythm.WEEKLY:
            return _("%(every)s, ditë %(weekday)s") % {"every": every, "weekday": weekday(first_on)}
        case Rhythm.YEARLY:
            label = _("%(every)s, më %(day)s") % {"every": every, "day": day_month(first_on)}
        case _:
            label = _("%(every)s, më datën %(day)s") % {"every": every, "day": first_on.day}
    if rhythm.needs_month_end_rule(rhythm=series.rhythm, first_on=first_on):
        label += _("; në muajt më të shkurtër, ditën e fundit")
    return label


def end_label(series: StandingOrder) -> str:
    if series.last_on:
        return _("deri më %(day)s") % {"day": short_day(series.last_on)}
    if series.times:
        return ngettext("%(count)s herë", "%(count)s herë", series.times) % {"count": series.times}
    return _("pa afat, derisa ta ndalni")


def _day_off_label(series: StandingOrder) -> str:
    if series.rhythm == Rhythm.DAILY:
        return _("Vetëm në ditë pune.")
    if series.prefers_previous:
        return _("Kur dita bie në pushim, paguhet ditën e fundit të punës para saj.")
    return _("Kur dita bie në pushim, paguhet ditën e parë të punës pas saj.")


# --- The plan --------------------------------------------------------------------------------------------------------


def plan_card(series: StandingOrder, *, at: datetime) -> PlanCard:
    """The next days on which the series pays, each with why it is not the day of the rhythm."""
    calendar = business_day.calendar()
    planned = standing_selectors.plan(series, calendar=calendar, at=at)
    rows = [_row(day, planned, calendar) for day in planned.days]
    coming = [row for row in rows if not row.is_skipped]
    today, tomorrow = clock.tirana_day(at), clock.tirana_day(at) + ONE_DAY
    return PlanCard(
        rows=rows,
        after=_after(planned, series),
        next_on=coming[0].due_on if coming else None,
        choices=_choices(coming, since=today),
        taken_back=_choices((row for row in rows if row.is_skipped), since=tomorrow),
    )


def _choices(rows: Iterable[PlanRow], *, since: date) -> list[tuple[str, str]]:
    """What a form sends of each day, and how it reads."""
    return [(row.nominal_on.isoformat(), short_day(row.due_on)) for row in rows if row.due_on >= since]


def _row(day: PayDay, planned: Plan, calendar: Calendar) -> PlanRow:
    return PlanRow(
        nominal_on=day.nominal_on,
        due_on=day.due_on,
        weekday_label=weekday(day.due_on),
        why=_why(day, calendar) if day.is_moved else "",
        is_estimated=day.is_estimated(calendar),
        is_skipped=day.nominal_on in planned.skipped,
    )


def _why(day: PayDay, calendar: Calendar) -> str:
    closed = calendar.why_closed(day.nominal_on)
    if closed is None:
        return _("Dita e saj, %(day)s, është e zënë nga pagesa e mëparshme.") % {"day": short_day(day.nominal_on)}
    facts = {"day": short_day(day.nominal_on), "name": _(closed.name) if closed.name else ""}
    if closed.code == "weekend":
        return _("Në vend të datës %(day)s, që është fundjavë.") % facts
    if closed.code == "holiday":
        return _("Në vend të datës %(day)s, që është festë: %(name)s.") % facts
    return _("Në vend të datës %(day)s, që është pushim i shtyrë: %(name)s.") % facts


def _after(planned: Plan, series: StandingOrder) -> str:
    """What comes after the last row, where it is not simply more of the same."""
    if planned.is_capped and series.cap_minor is not None:
        return _("Pastaj tavani prej %(amount)s është arritur dhe urdhri përfundon.") % {
            "amount": format_money(series.cap_minor, series.currency)
        }
    if planned.calendar_ends_on:
        return _("Ditët e tjera shfaqen kur banka plotëson kalendarin e punës pas datës %(day)s.") % {
            "day": short_day(planned.calendar_ends_on)
        }
    return _("Këtu urdhri përfundon.") if planned.is_whole and planned.days else ""
