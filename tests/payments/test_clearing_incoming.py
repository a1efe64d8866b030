"""Money from other banks: credited by IBAN, booked once whichever file tells it, answered where no account takes it."""

from dataclasses import replace

import pytest

from accounts.models import BankAccount, BankDay, Posting
from accounts.selectors import house_account
from payments import sent_files
from payments.iso20022 import pacs002, xml
from payments.iso20022.pacs008 import Bank, Party
from payments.models import ArrivedFile, Difference, IncomingCredit, ParticipantBank, SentFile, Settlement
from tests import builders
from tests.payments.clearing_cast import (
    AT_13,
    Movement,
    deliver,
    folder,
    incoming,
    notification,
    tirana,
    transfer,
)

__all__ = ["folder"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def account(folder, clock_at) -> BankAccount:
    clock_at(builders.AT)
    return builders.funded(builders.company("DRINI SHPK"), 100_000)


def balance(account: BankAccount) -> int:
    return BankAccount.objects.get(pk=account.pk).balance_minor


def told(account: BankAccount, one=None, *, reference: str = "S1") -> Movement:
    """The same payment as a camt.054 tells it."""
    one = one or transfer(account)
    return Movement(one.creditor.iban, reference, one.amount_minor, one.currency, AT_13.date(), one)


def with_bic(one, bic: str):
    return replace(one, debtor=Party(one.debtor.name, one.debtor.iban, Bank(bic=bic)))


def test_a_payment_is_credited_to_its_iban(account):
    assert deliver("in.xml", incoming(transfer(account))) == 1

    posting = Posting.objects.get(key="payments.incoming:212:RZB-7781")
    assert balance(account) == 350_000
    assert (posting.kind, posting.channel, posting.end_to_end_id) == ("incoming", "interbank", "INV-1147")
    assert (posting.debtor_name, posting.creditor_name) == ("OMEGA SHPK", "DRINI SHPK")
    assert posting.remittance_information == "Fatura 1147"


def test_the_clearing_account_pays_it(account):
    before = balance(house_account("clearing-domestic", "ALL"))

    deliver("in.xml", incoming(transfer(account)))

    assert balance(house_account("clearing-domestic", "ALL")) == before - 250_000


def test_a_notification_credits_what_no_file_brought(account):
    one = with_bic(transfer(account), "RZBAALTX")
    assert deliver("n.xml", notification(told(account, one))) == 1

    assert balance(account) == 350_000


@pytest.mark.parametrize("first", ["pacs", "camt"])
def test_both_files_together_book_it_once(account, first):
    ParticipantBank.objects.update_or_create(code="212", defaults={"name": "B", "bic": "RZBAALTXXXX"})
    files = {
        "pacs": ("in.xml", incoming(transfer(account))),
        "camt": ("n.xml", notification(told(account, with_bic(transfer(account), "RZBAALTX")))),
    }

    for name in sorted(files, key=lambda name: name != first):
        assert deliver(*files[name]) == 1

    assert balance(account) == 350_000
    assert IncomingCredit.objects.count() == 1


def test_the_same_payment_in_two_files_or_twice_in_one_is_booked_once(account):
    one = transfer(account)
    deliver("a.xml", incoming(one, one))
    deliver("b.xml", incoming(one, message_id="IN-2"))

    assert balance(account) == 350_000
    assert not Difference.objects.exists()


def test_another_amount_under_the_same_reference_is_for_staff(account):
    deliver("a.xml", incoming(transfer(account)))
    deliver("b.xml", incoming(transfer(account, amount_minor=999_999), message_id="IN-2"))

    assert balance(account) == 350_000
    assert Difference.objects.get().what == "other_content"


def test_the_same_reference_of_another_bank_is_another_payment(account):
    other = transfer(account)
    deliver("in.xml", incoming(transfer(account), replace(other, debtor=replace(other.debtor, bank=Bank(code="203")))))
    deliver("b.xml", incoming(with_bic(transfer(account, transaction_id="X"), "NEWBALTX"), message_id="IN-2"))

    keys = set(IncomingCredit.objects.values_list("key", flat=True))
    assert keys == {"212:RZB-7781", "203:RZB-7781", "212:X"}, "a BIC that nobody knows is told by the IBAN"


def test_a_payment_without_the_other_banks_reference_is_for_staff(account):
    nameless = incoming(transfer(account)).replace(b"<TxId>RZB-7781</TxId>", b"")

    deliver("in.xml", nameless)

    assert balance(account) == 100_000
    assert Difference.objects.get().what == "unknown_sender"


CLOSED, UNKNOWN, EURO = "closed", "unknown", "euro"


def refused(account: BankAccount, what: str):
    """A payment that no account of ours takes."""
    if what == CLOSED:
        builders.credit(account, -100_000)
        BankAccount.objects.filter(pk=account.pk).update(status="closed")
    if what == UNKNOWN:
        return replace(transfer(account), creditor=Party("X", "AL60205111620000009999999999", Bank()))
    return transfer(account, currency="EUR") if what == EURO else transfer(account)


@pytest.mark.parametrize(("what", "code"), [(UNKNOWN, "AC01"), (CLOSED, "AC04"), (EURO, "AM03")])
def test_what_no_account_takes_is_answered_with_its_reason(account, folder, what, code):
    one = refused(account, what)
    one = replace(one, creditor=replace(one.creditor, bank=Bank(bic="NCBAALTX")))
    assert deliver("in.xml", incoming(one)) == 1
    sent_files.write_out(at=AT_13)

    answer = SentFile.objects.get()
    (report,) = pacs002.read(xml.read((folder / "out" / answer.name).read_bytes())[1])
    (status,) = report.statuses
    assert (answer.message, answer.answers, answer.count) == ("pacs.002", ArrivedFile.objects.get(), 1)
    assert (report.original_message_id, status.transaction_id) == ("IN-1", "RZB-7781")
    assert (status.status, status.reason) == ("RJCT", code)
    assert IncomingCredit.objects.get().status == "refused"


def test_what_can_be_credited_beside_it_is_credited_and_not_answered(account):
    stranger = replace(
        transfer(account, transaction_id="B"), creditor=Party("X", builders.OTHER_BANK_IBAN, Bank(code="205"))
    )

    deliver("in.xml", incoming(transfer(account), stranger))

    assert balance(account) == 350_000
    assert SentFile.objects.get().count == 1


def test_money_that_is_here_already_for_nobody_is_for_staff(account):
    one = with_bic(refused(account, EURO), "RZBAALTX")

    deliver("n.xml", notification(told(account, one)))

    assert Difference.objects.get().what == "not_booked"
    assert not SentFile.objects.exists()


def test_a_credit_while_the_day_closes_is_booked_on_the_next(account):
    builders.bank_day(AT_13.date(), "closing")

    deliver("in.xml", incoming(transfer(account)), at=tirana(20, 30))

    posting = Posting.objects.get(key="payments.incoming:212:RZB-7781")
    assert posting.booked_on.day == 24
    assert BankDay.objects.get(day=AT_13.date()).status == "closing"


def test_what_the_central_bank_settled_moves_from_clearing_to_the_core(account, settings):
    clearing, core = house_account("clearing-domestic", "ALL"), house_account("core", "ALL")
    before = balance(clearing), balance(core)
    settled = Movement(settings.CLEARING_SETTLEMENT_ACCOUNT, "S-1", -70_000, "ALL", AT_13.date())

    deliver("n.xml", notification(settled))
    deliver("again.xml", notification(settled, message_id="N-2"))

    assert (balance(clearing), balance(core)) == (before[0] - 70_000, before[1] + 70_000)
    assert Settlement.objects.get().amount_minor == -70_000


def test_a_movement_of_another_account_is_for_staff(account):
    deliver("n.xml", notification(Movement("SOMEBODY", "S-1", -70_000, "ALL", AT_13.date())))

    assert Difference.objects.get().what == "not_ours"


def test_our_own_file_come_back_is_put_aside(account, folder, firm):
    from tests.payments.clearing_cast import executed, sent

    executed(firm)
    file = sent()

    assert deliver("mirror.xml", bytes(file.content)) == 0
    assert (folder / "bad" / "mirror.xml.why.txt").read_text() == "it is a file of our own\n"


# --- Told twice ------------------------------------------------------------------------------------------------------

UETR = "0b7c7d5e-3c1a-4b7e-9f43-0f9b8a1c2d3e"
BY_REFERENCE = b"<TxId>RZB-7781</TxId>"
BY_UETR = f"<UETR>{UETR}</UETR>".encode()


@pytest.mark.parametrize("named", ["both", "uetr", "pacs by uetr"])
def test_a_payment_is_known_by_its_uetr_where_a_file_has_only_that(account, named):
    ParticipantBank.objects.update_or_create(code="212", defaults={"name": "B", "bic": "RZBAALTXXXX"})
    one = with_bic(transfer(account, uetr=UETR), "RZBAALTX")
    pacs, camt = incoming(one), notification(told(account, one))
    pacs = pacs.replace(BY_REFERENCE, b"") if named == "pacs by uetr" else pacs
    camt = camt.replace(BY_REFERENCE, b"") if named == "uetr" else camt

    deliver("in.xml", pacs)
    deliver("n.xml", camt)

    assert balance(account) == 350_000
    assert (IncomingCredit.objects.get().uetr, Difference.objects.count()) == (UETR, 0)


def test_one_uetr_under_two_references_is_for_staff(account):
    deliver("a.xml", incoming(transfer(account, uetr=UETR)))
    deliver("b.xml", incoming(transfer(account, uetr=UETR, transaction_id="OTHER"), message_id="IN-2"))

    assert balance(account) == 350_000
    assert Difference.objects.get().what == "other_content"


@pytest.mark.parametrize(
    "changes",
    [
        {"end_to_end_id": "RENT-DEC"},
        {"remittance": ("Qira dhjetor",)},
        {"debtor": Party("TJETER SHPK", builders.OTHER_BANK_IBAN, Bank(code="212"))},
        {"uetr": UETR},
    ],
)
def test_the_same_reference_with_other_facts_is_for_staff(account, changes):
    deliver("a.xml", incoming(transfer(account, uetr="1b7c7d5e-3c1a-4b7e-9f43-0f9b8a1c2d3e")))
    deliver("b.xml", incoming(transfer(account, **changes), message_id="IN-2"))

    assert Difference.objects.get().what == "other_content"


def test_the_same_reference_on_another_value_date_is_for_staff(account):
    deliver("a.xml", incoming(transfer(account)))
    deliver("b.xml", incoming(transfer(account), message_id="IN-2").replace(b"Dt>2026-11-20<", b"Dt>2026-11-19<"))

    assert Difference.objects.get().what == "other_content"


def test_money_settled_for_a_payment_that_we_refused_is_for_staff(account):
    ParticipantBank.objects.update_or_create(code="212", defaults={"name": "B", "bic": "RZBAALTXXXX"})
    one = with_bic(refused(account, EURO), "RZBAALTX")
    deliver("in.xml", incoming(one))
    assert not Difference.objects.exists()

    deliver("n.xml", notification(told(account, one)))

    assert Difference.objects.get().what == "not_booked"


def test_what_came_by_its_uetr_alone_is_answered_by_it(account, folder):
    one = replace(refused(account, UNKNOWN), uetr=UETR)
    one = replace(one, creditor=replace(one.creditor, bank=Bank(bic="NCBAALTX")))

    assert deliver("in.xml", incoming(one).replace(BY_REFERENCE, b"")) == 1

    (report,) = pacs002.read(xml.read(bytes(SentFile.objects.get().content))[1])
    (status,) = report.statuses
    assert (status.transaction_id, status.uetr, status.reason) == ("", UETR, "AC01")


@pytest.mark.parametrize(("day", "is_taken"), [("2026-11-10", True), ("2026-11-09", False), ("2026-11-26", False)])
def test_a_value_date_far_from_the_day_is_refused_and_for_staff(account, day, is_taken):
    deliver("in.xml", incoming(transfer(account)).replace(b"Dt>2026-11-20<", f"Dt>{day}<".encode()))

    assert (balance(account) == 350_000) is is_taken
    assert Difference.objects.filter(what="wrong_day").exists() is not is_taken
    assert SentFile.objects.filter(message="pacs.002").exists() is not is_taken


# --- Settled ---------------------------------------------------------------------------------------------------------

DETAIL = (
    b'<TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs><Amt Ccy="ALL">700.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>'
)


def with_details(movement: Movement) -> bytes:
    """Two details of one reference, which make up the entry's amount."""
    details = b"<NtryDtls>" + DETAIL % b"a" + DETAIL % b"b" + b"</NtryDtls></Ntry>"
    return notification(movement).replace(b"</Ntry>", details)


def test_an_entry_on_our_settlement_account_is_one_movement_whatever_its_details(account, settings):
    deliver("n.xml", with_details(Movement(settings.CLEARING_SETTLEMENT_ACCOUNT, "S-1", -140_000, "ALL", AT_13.date())))

    assert Settlement.objects.get().amount_minor == -140_000
    assert not Difference.objects.exists()


def test_a_settlement_that_looks_like_a_payment_is_a_settlement(account, settings):
    settings.CLEARING_SETTLEMENT_ACCOUNT = builders.OTHER_BANK_IBAN
    one = replace(transfer(account), creditor=Party("X", builders.OTHER_BANK_IBAN, Bank(code="212")))
    one = with_bic(one, "RZBAALTX")

    deliver("n.xml", notification(Movement(builders.OTHER_BANK_IBAN, "S-1", 250_000, "ALL", AT_13.date(), one)))

    assert Settlement.objects.get().amount_minor == 250_000
    assert not IncomingCredit.objects.exists()


def test_no_detail_of_another_account_is_lost(account):
    deliver("n.xml", with_details(Movement("SOMEBODY", "S-1", -140_000, "ALL", AT_13.date())))

    assert sorted(Difference.objects.values_list("reference", flat=True)) == ["S-1/1", "S-1/2"]


def test_a_settlement_of_another_time_is_for_staff(account, settings):
    far = AT_13.date().replace(year=1990)
    deliver("n.xml", notification(Movement(settings.CLEARING_SETTLEMENT_ACCOUNT, "S-1", -70_000, "ALL", far)))

    assert Difference.objects.get().what == "wrong_day"
    assert not Settlement.objects.exists()
