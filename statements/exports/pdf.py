"""A statement as papers: numbered, signed, kept byte for byte, in volumes of 1,000 lines.

A volume is what typst sets in 140 MB and a third of a second; a longer statement is several papers, each with a number
of its own, and says what it took over and hands on. Of a period whose books are closed there is one set for ever (kind
`statement`: a month of the archive and the same days asked for by hand are one paper); of a provisional one there is
one for as long as no line comes to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.utils import translation
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from accounts import audit, papers
from accounts.days import short_day
from accounts.identifiers import group_iban
from accounts.models import BankAccount, Company, Entry, Paper
from accounts.money import format_amount
from accounts.papers import Compared, Said
from accounts.refusals import Refusal
from statements.exports.columns import Labels, closing_label, labels
from statements.exports.history import Head, History, Row, opened
from statements.periods import Period

LINES_A_VOLUME: Final = 1_000
VOLUMES_MAX: Final = 100
# New papers of one company in a day, for what anybody has made is kept for ever.
PAPERS_A_DAY: Final = 300
FINAL: Final = "statement"
PROVISIONAL: Final = "statement.provisional"


class TooManyVolumes(Refusal):
    sentence = gettext_lazy(
        "Kjo periudhë ka %(count)s veprime; si PDF jepen deri në %(max)s. Zgjidhni më pak ditë ose merreni si CSV."
    )


class TooManyPapers(Refusal):
    sentence = gettext_lazy(
        "Sot u bënë %(max)s pasqyra të reja për kompaninë tuaj. Ato që janë bërë i merrni përsëri; të reja, nesër."
    )


@dataclass(frozen=True, slots=True)
class Sheet(Said):
    """A volume as its template wants it. A line is day, value day, name, details, debit, credit, balance; the value day
    is shown where it is another."""

    template: ClassVar[str] = "statement"

    mark: str
    running: str
    about: list[tuple[str, str]]
    sums: list[tuple[str, str]]
    closing: tuple[str, str]
    columns: list[str]
    brought: tuple[str, ...]
    lines: list[tuple[str, str, str, str, str, str, str]]
    carried: tuple[str, ...]
    nothing: str
    notes: list[str]


@dataclass(frozen=True, slots=True)
class Volume:
    """One of the volumes of a statement; `number` counts from 1."""

    head: Head
    number: int

    @property
    def count(self) -> int:
        """How many volumes the statement has; one without lines has one too."""
        return volumes_of(self.head.count)

    @property
    def first(self) -> int:
        """The number of the account's line before its first."""
        return self.head.before + (self.number - 1) * LINES_A_VOLUME

    @property
    def last(self) -> int:
        return min(self.first + LINES_A_VOLUME, self.head.last)

    @property
    def kind(self) -> str:
        return PROVISIONAL if self.head.is_provisional else FINAL

    def subject(self, account: BankAccount) -> str:
        """Names the account, the days, the volume where there are several, and of a provisional one its lines."""
        name = subject_of(account, self.head.period)
        if self.head.is_provisional:
            name += f":{self.head.before}-{self.head.last}"
        return name if self.count == 1 else f"{name}:{self.number}"


def volumes_of(lines: int) -> int:
    """How many volumes so many lines fill."""
    return max(1, -(-lines // LINES_A_VOLUME))


def subject_of(account: BankAccount, period: Period) -> str:
    """What a paper of these days is about, as `Paper.subject` names it."""
    return f"account:{account.uuid}:{period.first}:{period.last}"


def volumes(account: BankAccount, period: Period, *, at: datetime) -> list[Volume]:
    """The volumes of a period as its lines stand."""
    with opened(account, period, at=at) as history:
        head = history.head
    return [Volume(head, number) for number in range(1, volumes_of(head.count) + 1)]


def volumes_asked(account: BankAccount, period: Period, *, at: datetime) -> list[Volume]:
    """The same for days that somebody chose; refuses more than anybody reads."""
    found = volumes(account, period, at=at)
    require_few(lines=found[0].head.count)
    return found


def require_few(*, lines: int) -> None:
    """Refuses more lines than papers are made of."""
    if volumes_of(lines) > VOLUMES_MAX:
        raise TooManyVolumes(count=lines, max=VOLUMES_MAX * LINES_A_VOLUME)


def paper_of(account: BankAccount, volume: Volume, *, language: str, actor: audit.Actor, at: datetime) -> Paper:
    """The paper of a volume, as it was made or made now. Lines once booked stay, so nothing needs to be held."""
    subject = volume.subject(account)
    kept = papers.find(kind=volume.kind, subject=subject, language=language)
    if kept:
        return kept
    if account.company and actor.company_id:
        _refuse_many(account.company, 1, at)
    with translation.override(language):
        content = _sheet(volume)
    return papers.make(
        kind=volume.kind,
        subject=subject,
        company=account.company,
        language=language,
        content=content,
        actor=actor,
        at=at,
        compared=Compared(volume.head.iban, volume.head.closing_minor),
    )


def require_room(account: BankAccount, found: Sequence[Volume], *, language: str, at: datetime) -> None:
    """Refuses, before the first of these volumes is given, where not all of them can be made today."""
    subjects = {volume.subject(account) for volume in found}
    kept = Paper.objects.filter(kind=found[0].kind, subject__in=subjects, language=language).count()
    if account.company and kept < len(subjects):
        _refuse_many(account.company, len(subjects) - kept, at)


def _refuse_many(company: Company, new: int, at: datetime) -> None:
    lately = Paper.objects.filter(company=company, kind__in=(FINAL, PROVISIONAL), made_at__gt=at - timedelta(days=1))
    if lately.count() + new > PAPERS_A_DAY:
        raise TooManyPapers(max=PAPERS_A_DAY)


# --- What stands on it -----------------------------------------------------------------------------------------------


def _sheet(volume: Volume) -> Sheet:
    head, of_several = volume.head, volume.count > 1
    opening, closing = _balance_at(volume, volume.first), _balance_at(volume, volume.last)
    part = replace(head, before=volume.first, last=volume.last, opening_minor=opening, closing_minor=closing)
    facts = {"number": volume.number, "count": volume.count}
    which = _("Vëllimi %(number)s nga %(count)s") % facts if of_several else ""
    return Sheet(
        title=_("Pasqyra e llogarisë"),
        mark=_("E përkohshme deri në mbylljen e ditës") if head.is_provisional else "",
        running=" · ".join(filter(None, (group_iban(head.iban), str(head.period), which))),
        about=list(_about(head, which)),
        sums=list(_sums(head)),
        closing=(closing_label(head), _money(head.closing_minor, head)),
        columns=[
            f"{_('Regjistruar')}\n{_('Valuta')}",
            _("Përshkrimi"),
            _("Debi"),
            _("Kredi"),
            pgettext("balance", "Gjendja"),
        ],
        brought=_brought(volume, opening),
        lines=list(_lines(part)),
        carried=_carried(volume, closing),
        nothing=_("Asnjë veprim i regjistruar në këtë periudhë; gjendja nuk ndryshoi."),
        notes=list(_notes(head, of_several)),
    )


def _about(head: Head, which: str) -> Iterator[tuple[str, str]]:
    yield _("Mbajtësi"), f"{head.holder}\nNIPT {head.nipt}"
    yield "IBAN", group_iban(head.iban)
    yield _("Monedha"), head.currency
    yield _("Periudha"), str(head.period)
    if which:
        yield _("Pjesa"), which


def _sums(head: Head) -> Iterator[tuple[str, str]]:
    yield _("Gjendja në fillim"), _money(head.opening_minor, head)
    yield _("Hyrje (%(count_in)s)") % {"count_in": head.count_in}, _money(head.turnover_in_minor, head)
    yield _("Dalje (%(count_out)s)") % {"count_out": head.count_out}, _money(head.turnover_out_minor, head)


def _notes(head: Head, of_several: bool) -> Iterator[str]:
    if of_several:
        yield _("Shifrat në krye janë të gjithë periudhës. Çdo vëllim ka numrin dhe kodin e vet.")
    if head.is_provisional:
        yield _("Dita e fundit e kësaj periudhe nuk është mbyllur ende: mund të shtohen veprime të tjera.")


def _brought(volume: Volume, minor: int) -> tuple[str, ...]:
    if volume.number == 1:
        return ()
    return _("Bartur nga vëllimi %(number)s") % {"number": volume.number - 1}, format_amount(minor)


def _carried(volume: Volume, minor: int) -> tuple[str, ...]:
    if volume.number == volume.count:
        return ()
    return _("Për t’u bartur në vëllimin %(number)s") % {"number": volume.number + 1}, format_amount(minor)


def _lines(part: Head) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    words = labels()
    for row in History(part).rows():
        amount = format_amount(abs(row.amount_minor))
        debit, credit = (amount, "") if row.amount_minor < 0 else ("", amount)
        days = short_day(row.booked_on), short_day(row.value_on)
        yield *days, words.name(row), _details(row, words), debit, credit, format_amount(row.balance_after_minor)


def _details(row: Row, words: Labels) -> str:
    iban = group_iban(row.other_iban) if row.other_iban else ""
    said = (iban, words.remittance(row), row.end_to_end_id, words.channels[row.channel])
    return " · ".join(part for part in said if part)


def _balance_at(volume: Volume, sequence: int) -> int:
    """What the account held after one of its lines."""
    head = volume.head
    if sequence == head.before:
        return head.opening_minor
    if sequence == head.last:
        return head.closing_minor
    entry = Entry.objects.values_list("balance_after_minor", flat=True)
    return entry.get(account_id=head.account_id, sequence=sequence)


def _money(minor: int, head: Head) -> str:
    return f"{format_amount(minor)} {head.currency}"
