"""Two of staff, two clocks, two readers at one moment: one rule, one report, one paper."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

from accounts import day_close, papers
from accounts.models import AuditEvent, Paper
from accounts.papers import Content
from payments import fiscalisation, limit_changes
from payments.limit_changes import LimitIsInForce, Owner, Sums
from payments.models import FiscalReport, PaymentLimit
from statements import archive
from statements.exports import pdf
from statements.periods import Period
from tests import builders
from tests.accounts.closing_day import EVENING
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once, refusals

TODAY = date(2026, 11, 20)
IN_OCTOBER = datetime(2026, 10, 12, 9, tzinfo=UTC)
OCTOBER_CLOSES = datetime(2026, 10, 30, 20, tzinfo=UTC)


def test_of_two_who_lower_a_limit_at_once_the_second_finds_it_set(bank: BankDatabase) -> None:
    owner = Owner("company", "ALL", builders.company())
    lower = partial(
        limit_changes.lower,
        owner=owner,
        sums=Sums(1_000),
        valid_from=TODAY,
        reason="x",
        actor=builders.STAFF,
        at=builders.AT,
    )

    ends = all_at_once(lower, lower, partial(lower, owner=replace(owner)))

    assert refusals(ends) == [LimitIsInForce, LimitIsInForce]
    assert PaymentLimit.objects.filter(company=owner.company).count() == 1


def test_readers_at_once_are_given_one_and_the_same_paper(bank: BankDatabase) -> None:
    company = builders.company()
    make = partial(
        papers.make,
        kind="test.paper",
        subject="order:1",
        company=company,
        language="sq",
        content=Content("Konfirmim", "1,00 ALL", "një lek", []),
        actor=builders.STAFF,
        at=builders.AT,
    )

    given = all_at_once(*[make] * 4)

    assert len({paper.pk for paper in given}) == Paper.objects.count() == 1
    assert AuditEvent.objects.filter(event="bank.paper.made").count() == 1


def test_two_clocks_make_one_report_of_a_day(bank: BankDatabase) -> None:
    builders.funded(builders.company(), 100)
    day_close.close_due(at=EVENING)
    make = partial(fiscalisation.make, day=TODAY, at=EVENING)

    ends = all_at_once(make, make)

    assert [end is None for end in sorted(ends, key=lambda end: end is None)] == [False, True]
    assert FiscalReport.objects.count() == 1


def test_two_clocks_and_a_reader_file_a_month_once(bank: BankDatabase) -> None:
    account = builders.funded(builders.company(at=IN_OCTOBER), 100, at=IN_OCTOBER)
    day_close.close_due(at=OCTOBER_CLOSES)
    month = Period(date(2026, 10, 1), date(2026, 10, 31))

    def ask_for() -> Paper:
        (volume,) = pdf.volumes(account, month, at=builders.AT)
        return pdf.paper_of(account, volume, language="sq", actor=builders.STAFF, at=builders.AT)

    file = partial(archive.file_due, at=builders.AT, is_over=lambda: False)
    given = all_at_once(file, file, ask_for, ask_for)

    paper = Paper.objects.get()
    assert given[2:] == [paper, paper]
    assert paper.kind == pdf.FINAL
    assert archive.file_due(at=builders.AT, is_over=lambda: False) == 0
    assert AuditEvent.objects.filter(event="bank.paper.made").count() == 1
