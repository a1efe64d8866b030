"""The monthly archive: only what is closed, one paper a month, filed by the clock or when it is asked for."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import day_close
from accounts.models import AuditEvent, BankAccount, Paper, User
from statements import archive
from statements.exports import pdf
from statements.periods import Period
from tests import builders

pytestmark = pytest.mark.django_db

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
IN_OCTOBER = datetime(2026, 10, 12, 9, tzinfo=UTC)
# Friday 30 October is its last working day; its close comes on that evening.
EVENING = datetime(2026, 10, 30, 20, tzinfo=UTC)
AFTER = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def account(db: None) -> BankAccount:
    return builders.funded(builders.company(at=IN_OCTOBER), 1_250_00, at=IN_OCTOBER)


@pytest.fixture
def closed(account: BankAccount) -> BankAccount:
    """The account, with October's books closed."""
    day_close.close_due(at=EVENING)
    return account


@pytest.fixture
def owner(account: BankAccount, signed_in: Callable[[User], Client]) -> Client:
    assert account.company
    return signed_in(builders.user(account.company))


def file_all(at: datetime = AFTER) -> int:
    return archive.file_due(at=at, is_over=lambda: False)


def address(account: BankAccount, **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('statements:archive_paper', args=[account.uuid])}?{query}"


def test_a_month_is_closed_when_its_last_day_is(account: BankAccount) -> None:
    assert archive.last_closed(EVENING) is None

    day_close.close_due(at=EVENING)

    assert archive.last_closed(EVENING) == Period(date(2026, 9, 1), date(2026, 9, 30))
    assert archive.last_closed(AFTER) == OCTOBER


def test_before_the_close_nothing_is_filed_and_no_month_is_there(account: BankAccount, owner: Client) -> None:
    assert file_all() == 0
    assert owner.get(address(account, month="2026-10")).status_code == 404
    assert owner.get(reverse("statements:archive", args=[account.uuid])).context["months"] == []


def test_the_clock_files_each_account_once(closed: BankAccount) -> None:
    assert file_all() == 1
    assert file_all() == 0

    paper = Paper.objects.get()
    assert paper.kind == "statement"
    assert paper.subject == f"account:{closed.uuid}:2026-10-01:2026-10-31"
    assert AuditEvent.objects.get(event="bank.paper.made").actor == "clock"


def test_an_account_without_lines_is_filed_when_it_is_asked_for(closed: BankAccount, owner: Client) -> None:
    assert closed.company
    quiet = builders.account(closed.company, at=IN_OCTOBER)

    assert file_all() == 1
    assert owner.get(address(quiet, month="2026-10"))["Content-Type"] == "application/pdf"


def test_the_same_month_is_the_same_file_for_ever(closed: BankAccount, owner: Client) -> None:
    first = owner.get(address(closed, month="2026-10"))
    builders.credit(closed, 99_00)

    again = owner.get(address(closed, month="2026-10"))
    by_hand = owner.get(
        reverse("statements:statement", args=[closed.uuid]),
        {"from": "01.10.2026", "to": "31.10.2026", "format": "pdf"},
    )

    assert first.content == again.content == by_hand.content
    assert Paper.objects.count() == 1


def test_what_the_clock_filed_is_what_is_downloaded(closed: BankAccount, owner: Client) -> None:
    file_all()

    answer = owner.get(address(closed, month="2026-10"))

    assert answer.content == bytes(Paper.objects.get().content)
    assert answer["Content-Disposition"] == f'attachment; filename="{Paper.objects.get().number}.pdf"'


@pytest.mark.parametrize("month", ["2026-11", "2026-12", "2026-13", "october", "", "2026-10-05", "2026-09", "1900-01"])
def test_a_month_that_is_not_closed_or_before_the_account_does_not_exist(
    closed: BankAccount, owner: Client, month: str
) -> None:
    assert owner.get(address(closed, month=month)).status_code == 404
    assert not Paper.objects.exists()


def test_the_page_shows_months_with_their_numbers(closed: BankAccount, owner: Client) -> None:
    before = owner.get(reverse("statements:archive", args=[closed.uuid])).content.decode()
    file_all()

    page = owner.get(reverse("statements:archive", args=[closed.uuid]))

    number = Paper.objects.get().number
    assert number not in before
    assert number in page.content.decode()
    assert [month["name"] for month in page.context["months"]] == ["tetor 2026"]
    assert page.context["months"][0]["lines"] == 1


def test_a_full_month_is_filed_in_volumes_the_first_one_last(
    account: BankAccount, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "LINES_A_VOLUME", 2)
    for _line in range(4):
        builders.credit(account, 1_00, at=IN_OCTOBER)
    day_close.close_due(at=EVENING)

    assert file_all() == 3
    assert file_all() == 0

    subjects = Paper.objects.order_by("number").values_list("subject", flat=True)
    page = owner.get(reverse("statements:archive", args=[account.uuid]))
    assert [subject[-2:] for subject in subjects] == [":3", ":2", ":1"]
    assert [filed.volume for filed, _url in page.context["months"][0]["volumes"]] == [1, 2, 3]
    assert owner.get(address(account, month="2026-10", volume="2"))["Content-Type"] == "application/pdf"
    assert owner.get(page.context["months"][0]["zip_url"])["Content-Type"] == "application/zip"
    assert "3 vëllime" in page.content.decode()


def test_what_was_left_in_the_middle_is_finished_the_next_time(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "LINES_A_VOLUME", 1)
    builders.credit(account, 1_00, at=IN_OCTOBER)
    day_close.close_due(at=EVENING)
    set_one = pdf.paper_of

    def breaks_at_the_first(account, volume, **facts):
        if volume.number == 1:
            raise RuntimeError("the worker died")
        return set_one(account, volume, **facts)

    with monkeypatch.context() as broken:
        broken.setattr(pdf, "paper_of", breaks_at_the_first)
        assert file_all() == 0
    file_all()

    assert Paper.objects.count() == 2


def test_an_account_that_cannot_be_filed_hinders_no_other(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = builders.funded(builders.company(at=IN_OCTOBER), 5_00, at=IN_OCTOBER)
    day_close.close_due(at=EVENING)
    set_all = pdf.volumes

    def broken_for_one(one, period, **facts):
        if one.pk == account.pk:
            raise RuntimeError("its books are strange")
        return set_all(one, period, **facts)

    monkeypatch.setattr(pdf, "volumes", broken_for_one)

    assert file_all() == 1
    assert str(other.uuid) in Paper.objects.get().subject
    assert [vars(record)["event"] for record in caplog.records] == ["statements.archive.failed"]


def test_while_nothing_can_be_signed_the_turn_ends_at_once(
    account: BankAccount, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    builders.funded(builders.company(at=IN_OCTOBER), 5_00, at=IN_OCTOBER)
    day_close.close_due(at=EVENING)
    settings.PAPERS_CERTIFICATE = "/nowhere/papers.p12"

    assert file_all() == 0
    assert [vars(record)["event"] for record in caplog.records] == ["papers.not_signed"]


def test_a_turn_ends_when_its_time_is_over(closed: BankAccount) -> None:
    assert archive.file_due(at=AFTER, is_over=lambda: True) == 0


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_paper SET code = 'AAAAAAAA'", "UPDATE accounts_paper SET amount_minor = 1, iban_last4 = '0000'"],
)
def test_papers_are_append_only_with_what_they_are_compared_by(closed: BankAccount, statement: str) -> None:
    file_all()

    with (
        pytest.raises(IntegrityError, match="papers_are_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_paper_is_compared_by_account_and_amount(closed: BankAccount) -> None:
    file_all()
    paper = Paper.objects.get()
    paper.pk, paper.number, paper.subject, paper.amount_minor = None, "D-X", "other", None

    with pytest.raises(IntegrityError, match="a_paper_is_compared_by_account_and_amount"), transaction.atomic():
        paper.save(force_insert=True)
