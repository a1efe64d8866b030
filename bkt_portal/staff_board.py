"""The first page of the staff: how the day goes, in figures. Everybody sees the panels of what she may look at anyway.

The figures are the rooms' own; this module picks, words and links them. A panel is one query or two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts import business_day, clock, day_watch, four_eyes
from accounts.days import short_day
from accounts.models import BankDay, Proposal, User
from accounts.working_days import CalendarUnknown
from auth_flow import door_figures, thaws
from complaints import selectors as complaints
from payments import day_figures

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

A_DAY: Final = timedelta(days=1)
NEAR_WORKING_DAYS: Final = 3
Mood = Literal["", "ok", "wait", "stop"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what, how much, and whether that is well; `address` where it can be looked at."""

    label: str
    value: str
    mood: Mood = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    title: "StrOrPromise"
    figures: list[Figure]


def panels(user: User, *, at: datetime, machine: datetime) -> list[Panel]:
    """The panels of this member of staff; `at` is the bank's moment, `machine` the machine's."""
    moments = {"at": at, "machine": machine}
    return [
        Panel(title, figures(user, **moments)) for title, permission, figures in PANELS if user.has_perm(permission)
    ]


def _bank_day(_user: User, *, at: datetime, machine: datetime) -> list[Figure]:
    today = clock.tirana_day(at)
    day = BankDay.objects.filter(day=today).first()
    late = day_watch.warned_of()
    address = _list("accounts", "bankday")
    shown = [Figure(_("Sot, %(day)s") % {"day": short_day(today)}, _status_of(day), address=address)]
    shown += [Figure(_("Nuk u mbyll"), short_day(one), "stop", address) for one in late]
    return shown


def _status_of(day: BankDay | None) -> str:
    return str(day.get_status_display()) if day else _("pa veprime ende")


def _orders(_user: User, *, at: datetime, machine: datetime) -> list[Figure]:
    today = clock.tirana_day(at)
    figures, overdue = day_figures.of_day(today), day_figures.overdue(today)
    address = _list("payments", "paymentorder")
    return [
        Figure(_("Të premtuara për sot"), str(figures.promised), address=address),
        Figure(_("Të kryera"), str(figures.executed), "ok" if figures.executed else "", address),
        Figure(_("Presin të kryhen"), str(figures.waiting), "", address),
        _bad(_("Të pakryera"), figures.failed, f"{address}?status__exact=failed"),
        _bad(_("Të kthyera"), figures.returned, f"{address}?status__exact=returned"),
        _bad(_("Me vonesë nga ditët e kaluara"), overdue, f"{address}?status__exact=released"),
        *_kept(at),
    ]


def _kept(at: datetime) -> list[Figure]:
    """Of what was promised for the last working day, how much was booked by then."""
    try:
        day = business_day.calendar().on_or_before(clock.tirana_day(at) - A_DAY)
    except CalendarUnknown:
        return []
    figures = day_figures.of_day(day)
    label = _("Premtime të mbajtura më %(day)s") % {"day": short_day(day)}
    if not figures.owed:
        return [Figure(label, "–")]
    share = 100 * figures.kept // figures.owed
    value = _("%(kept)s nga %(all)s (%(share)s%%)") % {"kept": figures.kept, "all": figures.owed, "share": share}
    return [Figure(label, value, "ok" if figures.kept == figures.owed else "stop")]


def _sms(_user: User, *, at: datetime, machine: datetime) -> list[Figure]:
    figures = door_figures.sms_since(machine - A_DAY)
    address = _list("auth_flow", "smsmessage")
    shown = [
        Figure(_("Gjithsej në 24 orë"), str(figures.all), address=address),
        Figure(_("Të dorëzuara"), str(figures.delivered), "ok" if figures.delivered else "", address),
        Figure(_("Të dërguara, pa përgjigje ende"), str(figures.sent), "", address),
        Figure(_("Në radhë"), str(figures.queued), "wait" if figures.queued else "", address),
        _bad(_("Të dështuara"), figures.failed, f"{address}?status__in=failed,expired"),
    ]
    if figures.delay_seconds is not None:
        seconds = ngettext("%(count)s sekondë", "%(count)s sekonda", figures.delay_seconds)
        shown.append(Figure(_("Vonesa e mesme"), seconds % {"count": figures.delay_seconds}))
    return shown


def _complaints(_user: User, *, at: datetime, machine: datetime) -> list[Figure]:
    today = clock.tirana_day(at)
    until = today
    try:
        calendar = business_day.calendar()
        for _one in range(NEAR_WORKING_DAYS):
            until = calendar.next_working(until)
    except CalendarUnknown:
        until = today + NEAR_WORKING_DAYS * A_DAY
    near, overdue = complaints.near_deadline(today, until).count(), complaints.overdue(today).count()
    address = _list("complaints", "case")
    return [
        Figure(_("Në shqyrtim"), str(complaints.under_way().count()), address=address),
        Figure(_("Me afat deri më %(day)s") % {"day": short_day(until)}, str(near), "wait" if near else "", address),
        _bad(_("Me afat të kaluar"), overdue, address),
    ]


def _proposals(user: User, *, at: datetime, machine: datetime) -> list[Figure]:
    """Those that this very person may decide, and her own, that wait for somebody else."""
    pending = list(Proposal.objects.filter(status=Proposal.Status.PENDING).values_list("kind", "proposed_by"))
    hers = f"user:{user.pk}"
    may = {kind.name for kind in four_eyes.kinds() if user.has_perm(kind.permission)}
    for_her = sum(1 for kind, who in pending if kind in may and who != hers)
    address = _list("accounts", "proposal")
    return [
        Figure(_("Presin vendimin tuaj"), str(for_her), "wait" if for_her else "", address),
        Figure(_("Tuajat, presin një koleg"), str(sum(1 for _kind, who in pending if who == hers)), "", address),
        Figure(_("Gjithsej në pritje"), str(len(pending)), address=address),
    ]


def _security(_user: User, *, at: datetime, machine: datetime) -> list[Figure]:
    figures = door_figures.open_cases()
    address = f"{_list('auth_flow', 'securitycase')}?status__exact=open"
    shown = [
        Figure(_("Të hapura"), str(figures.open), "", address),
        Figure(_("Pa njeri"), str(figures.free), "wait" if figures.free else "", f"{address}&whose=nobody"),
    ]
    if figures.oldest_at:
        shown.append(Figure(_("Më e vjetra pret që nga"), f"{clock.tirana(figures.oldest_at):%d.%m.%Y %H:%M}"))
    return shown


def _thaws(user: User, *, at: datetime, machine: datetime) -> list[Figure]:
    """A freeze that a colleague wants lifted waits an hour at most, with the caller at the other end."""
    proposed_by = list(thaws.waiting(at=machine).values_list("proposed_by", flat=True))
    hers = proposed_by.count(f"user:{user.pk}")
    for_her = len(proposed_by) - hers
    address = reverse("admin:desk")
    return [
        Figure(_("Presin vendimin tuaj"), str(for_her), "wait" if for_her else "", address),
        Figure(_("Tuajat, presin një koleg"), str(hers), "", address),
    ]


def _alarms(_user: User, *, at: datetime, machine: datetime) -> list[Figure]:
    return [_bad(_("Në 24 orë"), door_figures.alarms_since(machine - A_DAY), _list("auth_flow", "deskalarm"))]


def _bad(label: str, count: int, address: str) -> Figure:
    """What ought to be nought."""
    return Figure(label, str(count), "stop" if count else "", address)


def _list(room: str, noun: str) -> str:
    return reverse(f"admin:{room}_{noun}_changelist")


Figures = Callable[..., list[Figure]]
PANELS: "Final[tuple[tuple[StrOrPromise, str, Figures], ...]]" = (
    (gettext_lazy("Dita e bankës"), "accounts.view_bankday", _bank_day),
    (gettext_lazy("Urdhrat e ditës"), "payments.view_paymentorder", _orders),
    (gettext_lazy("SMS"), "auth_flow.view_smsmessage", _sms),
    (gettext_lazy("Ankesa dhe mesazhe"), "complaints.view_case", _complaints),
    (gettext_lazy("Propozime"), "accounts.view_proposal", _proposals),
    (gettext_lazy("Raste sigurie"), "auth_flow.view_securitycase", _security),
    (gettext_lazy("Heqje ngrirjesh"), "auth_flow.change_accessblock", _thaws),
    (gettext_lazy("Alarme të tavolinës"), "auth_flow.view_deskalarm", _alarms),
)
