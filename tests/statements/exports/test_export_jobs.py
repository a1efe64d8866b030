"""Files made behind the page: asked for by POST, made by one worker, for who asked alone, and for a day."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from accounts import clock
from accounts.models import AuditEvent, BankAccount, Mandate, Notice, User
from statements import export_jobs, tasks
from statements.exports import formats
from statements.exports.formats import FORMATS
from statements.models import Export
from tests import builders
from tests.builders import AT
from tests.statements.exports.booking import book, one_of_each
from tests.statements.exports.reading import NOVEMBER, read, written

pytestmark = pytest.mark.django_db

Status = Export.Status
DAY = timedelta(days=1)
ASKED = {"from": "01.11.2026", "to": "20.11.2026", "format": "csv", "preset": ""}


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: Path) -> Path:
    """A store of its own, where everything is long."""
    settings.FILES_DIR = tmp_path
    settings.EXPORTS = settings.EXPORTS | {"lines_at_once": 0}
    return tmp_path / "exports"


@pytest.fixture
def account() -> BankAccount:
    account = builders.funded(builders.company("ALFA SHPK"), 1_000_000_00)
    one_of_each(account)
    account.refresh_from_db()
    return account


@pytest.fixture
def mandate(account: BankAccount) -> Mandate:
    return builders.mandate_of(builders.user(account.company))


@pytest.fixture
def owner(mandate: Mandate, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(mandate.user)


def ask(mandate: Mandate, account: BankAccount, code: str = "csv") -> Export:
    return export_jobs.ask(
        mandate=mandate, account=account, period=NOVEMBER, form=FORMATS[code], at=AT, machine_at=clock.machine()
    )


def make() -> Export:
    export = export_jobs.make_next(at=AT, machine_at=clock.machine())
    assert export
    export.refresh_from_db()
    return export


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def url(page: str, account: BankAccount, *parts: object) -> str:
    return reverse(f"statements:{page}", args=[account.uuid, *parts])


def test_from_the_question_to_the_file(account: BankAccount, owner: Client) -> None:
    asked = owner.post(url("exports", account), ASKED)
    waits = owner.get(asked["Location"]).content.decode()
    tasks.make_exports()
    export = Export.objects.get()
    ready = owner.get(asked["Location"]).content.decode()
    file = owner.get(url("export_file", account, export.pk))

    content = content_of(file)
    assert "Në radhë" in waits
    assert url("export_file", account, export.pk) in ready
    assert (export.lines, export.size) == (account.last_sequence, len(content))
    assert export.sha256 == hashlib.sha256(content).hexdigest()
    assert read("csv", content) == read("csv", written(account, "csv"))


def test_looking_puts_nothing_into_the_queue(account: BankAccount, owner: Client) -> None:
    page = owner.get(url("exports", account), ASKED)

    assert page.status_code == 200
    assert not Export.objects.exists()


def test_the_file_speaks_the_language_in_which_it_was_asked_for(account: BankAccount, mandate: Mandate) -> None:
    with translation.override("en"):
        export = ask(mandate, account)
    make()

    assert "Opening balance" in export_jobs.path_of(export).read_text("utf-8-sig")


def test_a_second_one_waits_until_the_first_is_made(account: BankAccount, mandate: Mandate, owner: Client) -> None:
    ask(mandate, account)

    refused = owner.post(url("exports", account), ASKED).content.decode()
    make()
    taken = owner.post(url("exports", account), ASKED)

    assert "Një skedar juaj po përgatitet." in refused
    assert taken.status_code == 302


def test_who_asked_is_told_without_figures(account: BankAccount, mandate: Mandate) -> None:
    ask(mandate, account)
    make()

    notice = Notice.objects.get(user=mandate.user, kind=export_jobs.READY)
    assert set(notice.facts) == {"account"}


@pytest.mark.parametrize("page", ["export", "export_file"])
def test_nobody_else_has_it(account: BankAccount, mandate: Mandate, signed_in: Callable[[User], Client], page) -> None:
    ask(mandate, account)
    export = make()
    colleague = signed_in(builders.user(account.company))
    stranger = signed_in(builders.user(builders.company("SIGMA SHPK")))

    answers = [browser.get(url(page, account, export.pk)) for browser in (colleague, stranger)]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_after_its_day_the_file_is_gone_and_the_page_says_so(account: BankAccount, mandate: Mandate, owner) -> None:
    ask(mandate, account)
    export = make()
    Export.objects.filter(pk=export.pk).update(expires_at=clock.machine() - timedelta(seconds=1))

    before = owner.get(url("export_file", account, export.pk))
    expired = export_jobs.expire(machine_at=clock.machine())
    page = owner.get(url("export", account, export.pk)).content.decode()

    assert before["Location"] == url("export", account, export.pk)
    assert (expired, export_jobs.path_of(export).exists()) == (1, False)
    assert "Skedari u fshi" in page


def test_only_rows_whose_file_is_gone_are_forgotten(account: BankAccount, mandate: Mandate) -> None:
    ask(mandate, account)
    export = make()
    long_after = clock.machine() + 40 * DAY

    kept = export_jobs.forget(long_after, 100)
    export_jobs.expire(machine_at=long_after)
    forgotten = export_jobs.forget(long_after, 100)

    assert (kept, forgotten) == (0, 1)
    assert not export_jobs.path_of(export).exists()


def test_a_worker_that_died_leaves_nothing_that_is_not_made_anew(account, mandate, store: Path) -> None:
    export = ask(mandate, account)
    Export.objects.filter(pk=export.pk).update(status=Status.RUNNING, tries=1, done=3)
    left = store / f"{export_jobs.ARRIVING}of-another"
    left.mkdir(parents=True)
    (left / "file").write_bytes(b"half")

    made = make()

    assert (made.status, made.tries) == (Status.READY, 2)
    assert [path.name for path in store.iterdir()] == [export.pk.hex]


def test_a_file_that_breaks_every_time_ends_and_says_so(account, mandate, owner, monkeypatch) -> None:
    export = ask(mandate, account)

    def breaks(*_args: object, **_named: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(formats, "write", breaks)
    for _try in range(export_jobs.TRIES_MAX):
        with pytest.raises(RuntimeError):
            export_jobs.make_next(at=AT, machine_at=clock.machine())
    after = export_jobs.make_next(at=AT, machine_at=clock.machine())

    page = owner.get(url("export", account, export.pk)).content.decode()
    export.refresh_from_db()
    assert (after, export.status) == (None, Status.FAILED)
    assert "Skedari nuk u bë" in page
    assert Notice.objects.filter(user=mandate.user, kind=export_jobs.FAILED).count() == 1


def test_what_its_format_cannot_say_ends_with_the_reason(account, mandate, owner) -> None:
    account = builders.account(account.company, overdraft_minor=10**17)
    book(account, 10**15)
    export = ask(mandate, account, "mt940")

    export_jobs.make_next(at=AT, machine_at=clock.machine())

    page = owner.get(url("export", account, export.pk)).content.decode()
    assert "Merreni pasqyrën si camt.053." in page
    assert not export_jobs.path_of(export).exists()


def test_the_trail_knows_who_asked_made_and_took(account: BankAccount, mandate: Mandate, owner: Client) -> None:
    export = ask(mandate, account)
    make()
    content_of(owner.get(url("export_file", account, export.pk)))

    events = AuditEvent.objects.filter(subject=f"export:{export.pk}").order_by("pk")
    assert [event.event.rpartition(".")[2] for event in events] == ["asked", "made", "taken"]
    assert {event.chain for event in events} == {events[0].chain}


# --- The laws --------------------------------------------------------------------------------------------------------


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_one_export_at_a_time(account: BankAccount, mandate: Mandate) -> None:
    ask(mandate, account)
    twin = (
        "INSERT INTO statements_export SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid()))).*"
    )

    with pytest.raises(IntegrityError, match="one_export_at_a_time"):
        run(f"{twin} FROM statements_export e")


def test_a_ready_export_has_its_file_and_its_end(account: BankAccount, mandate: Mandate) -> None:
    ask(mandate, account)
    run("UPDATE statements_export SET status = 'running'")

    with pytest.raises(IntegrityError, match="a_ready_export_has_its_file_and_its_end"):
        run("UPDATE statements_export SET status = 'ready'")


@pytest.mark.parametrize("status", ["waiting", "running"])
def test_export_goes_one_way(account: BankAccount, mandate: Mandate, status: str) -> None:
    ask(mandate, account)
    make()

    with pytest.raises(IntegrityError, match="export_goes_one_way"):
        run(f"UPDATE statements_export SET status = '{status}'")


@pytest.mark.parametrize("column", ["user_id", "company_id", "account_id", "first_on", "format"])
def test_what_was_asked_stays_as_it_was_asked(account: BankAccount, mandate: Mandate, column: str) -> None:
    ask(mandate, account)

    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"SET LOCAL ROLE portal_runtime; UPDATE statements_export SET {column} = {column}")
