"""What leaves: each session's executed orders in one file, schema-valid, numbered, kept, and written once."""

from datetime import date, time

import pytest
from lxml import etree

from accounts import business_day
from payments import clearing, selectors, sent_files, tasks
from payments.iso20022 import xml
from payments.models import ClearingItem, ClearingSession, ParticipantBank, SentFile
from payments.models.orders import Rail
from tests import builders
from tests.payments.clearing_cast import (
    AT_10_30,
    AT_13,
    AT_15,
    executed,
    folder,
    item_of,
    message_of,
    sent,
    tirana,
)

__all__ = ["folder"]
pytestmark = pytest.mark.django_db


def test_what_was_executed_waits_and_leaves_at_the_next_session(firm, folder):
    order = executed(firm)
    assert item_of(order).status == "waiting"
    assert clearing.make_due(at=tirana(10, 29)) == []

    file = sent(at=AT_10_30)

    item = item_of(order)
    assert (item.status, item.file, item.place) == ("sent", file, 1)
    assert (folder / "out" / file.name).read_bytes() == bytes(file.content)
    assert (folder / "out" / file.name).stat().st_mode & 0o777 == 0o600


def test_the_second_tick_of_a_session_makes_nothing(firm, folder):
    executed(firm)
    sent()

    assert clearing.make_due(at=AT_10_30) == []
    assert sent_files.write_out(at=AT_10_30) == 0
    assert SentFile.objects.count() == 1


def test_an_empty_session_makes_no_file(firm, folder):
    assert clearing.make_due(at=AT_13) == []


def test_what_comes_after_a_session_waits_for_the_next_even_if_the_tick_is_late(firm, folder):
    early, late = executed(firm), executed(firm, at=tirana(10, 45))

    file = sent(at=tirana(12, 0))
    assert [item.order for item in file.items.all()] == [early]

    assert [item.order for item in sent(at=AT_13).items.all()] == [late]


def test_nothing_leaves_on_a_day_off_and_the_next_session_takes_it(firm, folder):
    order = executed(firm, at=tirana(13, 59))

    for quiet in (tirana(12, 0, day=21), tirana(12, 0, day=23), tirana(10, 29, day=24)):
        assert clearing.make_due(at=quiet) == []
    assert sent(at=tirana(10, 30, day=24)).items.get().order == order


def test_files_of_a_day_are_numbered_without_gaps_and_begin_anew_the_next_day(firm, folder):
    executed(firm)
    first = sent(at=AT_10_30)
    executed(firm, at=tirana(11, 0))
    second = sent(at=AT_13)
    executed(firm, at=tirana(9, 0, day=24))
    other_day = sent(at=tirana(10, 30, day=24))

    assert [file.sequence for file in (first, second, other_day)] == [1, 2, 1]
    assert first.name == "NCBAALTX-AECH-20261120-0001.pacs.008.xml"
    assert second.message_id == "NCBAALTX20261120AECH000002"


def test_a_file_says_what_it_holds(firm, folder):
    executed(firm, amount_minor=100_001)
    executed(firm, amount_minor=200_002)

    file = sent()

    message = message_of(file)
    assert (file.count, file.sum_minor) == (2, 300_003)
    assert (len(message.transfers), message.sum_minor) == (2, 300_003)
    assert b"<CtrlSum>3000.03</CtrlSum>" in bytes(file.content)
    assert message.settles_on == date(2026, 11, 20)


def test_payer_payee_and_purpose_leave_in_the_letters_that_banks_pass_on(firm, folder):
    order = executed(firm, beneficiary_name="ÇELËSI & BIJTË", description="Fatura ë/ç, “maj”")

    (transfer,) = message_of(sent()).transfers

    assert transfer.end_to_end_id == order.number
    assert transfer.uetr == str(order.pk)
    assert (transfer.debtor.tax_number, transfer.debtor.country) == (firm.company.nipt, "AL")
    assert transfer.debtor.iban == firm.account.iban
    assert (transfer.creditor.name, transfer.creditor.iban) == ("CELESI + BIJTE", builders.OTHER_BANK_IBAN)
    assert transfer.remittance == ("Fatura e/c, 'maj'",)


@pytest.mark.parametrize(("bic", "found"), [("", ("", "212")), ("RZBAALTX", ("RZBAALTX", ""))])
def test_the_payees_bank_is_named_by_its_bic_where_staff_know_it_and_by_its_code_else(firm, folder, bic, found):
    ParticipantBank.objects.update_or_create(code="212", defaults={"name": "Banka tjetër", "bic": bic})
    executed(firm)

    (transfer,) = message_of(sent()).transfers

    assert (transfer.creditor.bank.bic, transfer.creditor.bank.code) == found


def test_a_crash_between_commit_and_copy_costs_nothing(firm, folder):
    executed(firm)
    (file,) = clearing.make_due(at=AT_10_30)
    assert not list(folder.rglob("*.xml"))

    assert sent_files.write_out(at=AT_13) == 1

    assert (folder / "out" / file.name).read_bytes() == bytes(file.content)


def test_a_crash_between_copy_and_its_mark_writes_the_same_bytes_again(firm, folder):
    executed(firm)
    file = sent()
    SentFile.objects.update(written_at=None)
    (folder / "out" / file.name).unlink()

    assert sent_files.write_out(at=AT_13) == 1
    assert (folder / "out" / file.name).read_bytes() == bytes(file.content)


def test_another_content_under_the_same_name_is_never_written_over(firm, folder, caplog):
    executed(firm)
    (file,) = clearing.make_due(at=AT_10_30)
    (folder / "out").mkdir(parents=True)
    (folder / "out" / file.name).write_bytes(b"somebody else's")

    assert sent_files.write_out(at=AT_13) == 0

    assert (folder / "out" / file.name).read_bytes() == b"somebody else's"
    assert "not in its folder" in caplog.text


def test_more_than_a_file_takes_leaves_in_a_second_one(firm, folder, monkeypatch):
    monkeypatch.setattr(clearing, "ITEMS_MAX", 2)
    for _ in range(3):
        executed(firm)

    files = clearing.make_due(at=AT_10_30)

    assert [(file.sequence, file.count) for file in files] == [(1, 2), (2, 1)]


def test_while_one_worker_numbers_files_another_makes_none(firm, folder, monkeypatch):
    executed(firm)
    monkeypatch.setattr(sent_files, "take_turn", lambda: False)

    assert clearing.make_due(at=AT_10_30) == []
    assert ClearingItem.objects.get(order__company=firm.company).status == "waiting"


@pytest.mark.parametrize(
    ("rail", "at", "until"),
    [
        (Rail.AECH, tirana(10, 29), None),
        (Rail.AECH, tirana(10, 30), tirana(10, 30)),
        (Rail.AECH, tirana(12, 59), tirana(10, 30)),
        (Rail.AECH, tirana(13, 0), tirana(13, 0)),
        (Rail.AECH, tirana(23, 0), tirana(15, 0)),
        (Rail.AECH, tirana(11, 0, day=21), None),
        (Rail.AECH, tirana(11, 0, day=23), None),
        (Rail.AIPS, tirana(7, 59), None),
        (Rail.AIPS, tirana(8, 0), tirana(8, 0)),
        (Rail.AIPS, tirana(15, 30), tirana(15, 30)),
        (Rail.AIPS, tirana(15, 31), None),
        (Rail.AIPS_EURO, tirana(8, 29), None),
        (Rail.AIPS_EURO, tirana(16, 30), tirana(16, 30)),
    ],
)
def test_each_rail_has_its_hours(rail, at, until):
    assert clearing.taken_until(rail, at=at, calendar=business_day.calendar()) == until


def test_new_sessions_rule_from_their_day_as_a_whole_set():
    ClearingSession.objects.create(rail=Rail.AECH, at_time=time(12, 0), valid_from=date(2026, 11, 24))

    assert len(selectors.sessions(Rail.AECH, on=date(2026, 11, 23))) == 3
    assert [row.at_time for row in selectors.sessions(Rail.AECH, on=date(2026, 11, 24))] == [time(12, 0)]


def test_every_file_keeps_the_published_schema(firm, folder):
    executed(firm, description="a" * 140, beneficiary_name="B" * 70)

    document = etree.fromstring(bytes(sent(at=AT_15).content))

    assert xml.schema(xml.PACS_008).validate(document)


def test_what_breaks_one_rail_holds_up_no_other_and_files_are_copied_anyway(
    firm, folder, monkeypatch, clock_at, caplog
):
    executed(firm, amount_minor=1_000_000)
    executed(firm, amount_minor=1_000_000, is_urgent=True)
    make_file = clearing.make_file

    def breaks_for_one_rail(*, rail, **facts):
        return 1 / 0 if rail == Rail.AECH else make_file(rail=rail, **facts)

    monkeypatch.setattr(clearing, "make_file", breaks_for_one_rail)
    clock_at(AT_13)
    tasks.send_clearing()

    assert SentFile.objects.get().rail == Rail.AIPS
    assert len(list((folder / "out").iterdir())) == 1
    assert "was not made" in caplog.text


def test_a_task_that_breaks_copies_what_was_made_before(firm, folder, monkeypatch, clock_at):
    executed(firm)
    clearing.make_due(at=AT_10_30)
    clock_at(AT_13)
    monkeypatch.setattr(clearing, "make_due", lambda **_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tasks.send_clearing()
    assert SentFile.objects.get().written_at is not None


def test_the_codes_of_a_payment_for_the_budget_leave_once(firm, folder):
    order = executed(firm)
    order.budget_scheme, order.budget_fields, order.description = "zz", {"nipt": "L71234567A"}, "L71234567A Tatim"

    assert list(clearing._remittance(order)) == ["L71234567A Tatim"]
