"""The staff's page: the sums of the day, and whether the books say the same."""

import pytest
from django.test import Client

from accounts import books_check
from accounts.models import AuditEvent
from accounts.selectors import house_account
from payments import reconciliation, sent_files
from payments.models import Difference, SentFile
from tests import builders, doors
from tests.core_messages import Ntry, brought
from tests.payments.clearing_cast import (
    AT_10_30,
    AT_13,
    AT_15,
    Movement,
    answer,
    deliver,
    executed,
    folder,
    incoming,
    notification,
    sent,
    tirana,
    transfer,
)

__all__ = ["folder"]
pytestmark = pytest.mark.django_db

PAGE = "/staff/payments/sentfile/reconciliation/"


@pytest.fixture
def desk(clock_at) -> Client:
    clock_at(AT_15)
    return doors.at_the_desk(builders.staff())


def balance_of(currency: str = "ALL"):
    return next(one for one in reconciliation.reconcile(at=AT_15).balances if one.currency == currency)


def test_at_every_step_the_books_say_the_same(firm, folder, settings):
    orders = [executed(firm, amount_minor=minor) for minor in (100_000, 200_000, 300_000)]
    assert (balance_of().waiting_minor, balance_of().difference_minor) == (600_000, 0)
    file = sent()
    assert (balance_of().unanswered_minor, balance_of().difference_minor) == (600_000, 0)
    answer(file, (orders[0], "AC04"))
    assert (balance_of().unsettled_minor, balance_of().difference_minor) == (500_000, 0)
    deliver("in.xml", incoming(transfer(firm.account)))
    assert (balance_of().unsettled_minor, balance_of().difference_minor) == (250_000, 0)
    settled = Movement(settings.CLEARING_SETTLEMENT_ACCOUNT, "S", -250_000, "ALL", AT_15.date())
    deliver("n.xml", notification(settled))

    assert (balance_of().booked_minor, balance_of().explained_minor) == (0, 0)


def test_a_posting_that_clearing_does_not_know_is_a_difference(firm, folder):
    executed(firm)
    builders.credit(house_account("clearing-domestic", "ALL"), 77)

    assert balance_of().difference_minor == 77
    assert not reconciliation.reconcile(at=AT_15).is_even


@pytest.mark.parametrize("is_answered", [False, True])
def test_what_the_core_takes_back_after_it_had_left_waits_and_is_no_difference(firm, folder, tmp_path, is_answered):
    order = executed(firm, amount_minor=400_000)
    file = sent()
    if is_answered:
        answer(file)

    report = brought(tmp_path, firm.account, Ntry("4000.00", end_to_end_id=order.number, is_reversal=True))

    assert report.counts == {"contradicting": 1}
    assert (balance_of().booked_minor, balance_of().explained_minor) == (400_000, 400_000)
    assert books_check.breached(books_check.check(at=AT_15)) == []


def test_a_day_tells_what_left_what_came_back_and_what_is_open(firm, folder):
    home = executed(firm, amount_minor=100_000)
    answer(sent(), (home, "AC04"))
    executed(firm, amount_minor=300_000, at=tirana(11, 0))
    sent(at=AT_13)

    (day,) = reconciliation.reconcile(at=AT_15).days

    assert (day.rail, day.files, day.left) == ("AECH", 2, reconciliation.Tally(2, 400_000))
    assert (day.returned, day.accepted) == (reconciliation.Tally(1, 100_000), reconciliation.Tally(0, 0))
    assert (day.open, day.open_since) == (reconciliation.Tally(1, 300_000), tirana(11, 0))


def test_staff_see_the_page_and_every_table(firm, folder, desk):
    executed(firm, at=AT_13)
    executed(firm)
    answer(sent())
    deliver("in.xml", incoming(transfer(firm.account, currency="EUR")))
    deliver("bad.xml", b"<html/>")
    deliver("n.xml", notification(Movement("X", "D-1", 1, "ALL", AT_13.date())))

    page = desk.get(PAGE)

    html = page.content.decode()
    assert page.status_code == 200
    for shown in ("AECH", "1.234,50 ALL", "AM03", "bad.xml", "D-1"):
        assert shown in html
    assert "nuk përputhet me pagesat" not in html
    for table in ("sentfile", "arrivedfile", "clearingitem", "incomingcredit", "settlement", "difference"):
        rows = desk.get(f"/staff/payments/{table}/")
        assert rows.status_code == 200
        assert desk.get(f"/staff/payments/{table}/add/").status_code == 403
    for row in (SentFile.objects.earliest("pk"), Difference.objects.get()):
        assert desk.get(f"/staff/payments/{row._meta.model_name}/{row.pk}/change/").status_code == 200


def test_who_may_not_look_at_files_does_not_see_the_sums(folder, clock_at):
    clock_at(AT_15)
    desk = doors.at_the_desk(builders.staff(superuser=False))

    assert desk.get(PAGE).status_code == 403


def test_a_difference_is_settled_with_a_note_that_tells_something(firm, folder, desk):
    deliver("n.xml", notification(Movement("X", "D-1", 1, "ALL", AT_13.date())))
    row = Difference.objects.get()
    address = f"/staff/payments/difference/{row.pk}/settle/"

    assert "disa fjalë" in desk.post(address, {"note": "ok"}).content.decode()
    assert desk.post(address, {"note": "U ndreq te sistemi qendror"}).status_code == 302

    row.refresh_from_db()
    assert row.note == "U ndreq te sistemi qendror"
    assert AuditEvent.objects.filter(event="payments.difference.settled").exists()
    assert not reconciliation.unsettled().exists()


def test_a_file_is_written_again_on_request(firm, folder, desk):
    executed(firm)
    file = sent(at=AT_10_30)
    (folder / "out" / file.name).unlink()

    assert desk.post(f"/staff/payments/sentfile/{file.pk}/write_again/", {"sent": "1"}).status_code == 302
    sent_files.write_out(at=AT_15)

    assert (folder / "out" / file.name).read_bytes() == bytes(file.content)
