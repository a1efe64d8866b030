"""Entries of the core come into the books: once, whichever file brings them, with all that a statement shows."""

from datetime import date
from pathlib import Path

import pytest

from accounts import ledger
from accounts.core_feed import files
from accounts.models import BankAccount, Company, Posting, ReconciliationItem
from accounts.models.core import Reason, Why
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.core_messages import Ntry, brought, document, written

pytestmark = pytest.mark.django_db

AT = builders.AT
CUSTOMER = ledger.Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE)


@pytest.fixture
def company() -> Company:
    return builders.company()


@pytest.fixture
def account(company: Company) -> BankAccount:
    return builders.funded(company, 1_000_000)


def balance(account: BankAccount) -> int:
    return BankAccount.objects.get(pk=account.pk).balance_minor


def test_an_incoming_credit_is_booked_with_all_that_it_says(account: BankAccount, tmp_path: Path) -> None:
    report = brought(tmp_path, account, Ntry("1500.50", end_to_end_id="E77", reference="R1"))

    assert report.counts == {"booked": 1}
    posting = Posting.objects.get(key=f"core:{account.iban}:R1")
    assert (posting.kind, posting.channel, posting.value_on) == (Kind.CORE, Channel.INTERBANK, date(2026, 11, 19))
    assert (posting.debtor_name, posting.debtor_iban) == ("OMEGA SHPK", builders.OTHER_BANK_IBAN)
    assert (posting.creditor_name, posting.creditor_iban) == (account.company.name, account.iban)
    assert (posting.remittance_information, posting.end_to_end_id) == ("Fatura 7", "E77")
    assert balance(account) == 1_150_050
    assert posting.entries.get(account__kind="house").account.house_code == "core-ALL"


def test_a_debit_takes_it_away(account: BankAccount, tmp_path: Path) -> None:
    brought(tmp_path, account, Ntry("100.00", is_credit=False, party="ATM", code=family("CCRD", "CWDL")))

    posting = Posting.objects.latest("id")
    assert (posting.creditor_name, posting.debtor_name, posting.channel) == ("ATM", account.company.name, Channel.CARD)
    assert balance(account) == 990_000


def family(code: str, sub: str) -> str:
    return f"<Domn><Cd>PMNT</Cd><Fmly><Cd>{code}</Cd><SubFmlyCd>{sub}</SubFmlyCd></Fmly></Domn>"


@pytest.mark.parametrize(
    ("code", "channel"),
    [
        (family("CCRD", "POSD"), Channel.CARD),
        (family("CNTR", "CDPT"), Channel.BRANCH),
        (family("ICDT", "DMCT"), Channel.INTERBANK),
        (family("RCDT", "CHRG"), Channel.SYSTEM),
        (family("MCOP", "INTR"), Channel.SYSTEM),
        ("<Prtry><Cd>9</Cd></Prtry>", Channel.SYSTEM),
        ("", Channel.SYSTEM),
    ],
)
def test_the_bank_transaction_code_names_the_channel(
    account: BankAccount, tmp_path: Path, code: str, channel: Channel
) -> None:
    brought(tmp_path, account, Ntry(code=code))

    assert Posting.objects.latest("id").channel == channel


@pytest.mark.parametrize("kind", ["camt.053", "camt.054"])
def test_an_entry_is_booked_once_whichever_file_brings_it(account: BankAccount, tmp_path: Path, kind: str) -> None:
    first, second = Ntry(reference="R1"), Ntry(reference="R2")

    brought(tmp_path, account, first)
    report = brought(tmp_path, account, Ntry(reference="R1", remittance="Me më shumë fjalë"), second, kind=kind)

    assert report.counts == {"unchanged": 1, "booked": 1}
    assert balance(account) == 1_300_000


def test_the_same_entry_twice_in_one_file_is_booked_once(account: BankAccount, tmp_path: Path) -> None:
    report = brought(tmp_path, account, Ntry(reference="R1"), Ntry(reference="R1"))

    assert report.counts == {"unchanged": 1, "booked": 1}


def test_two_accounts_may_have_the_same_reference(company: Company, account: BankAccount, tmp_path: Path) -> None:
    other = builders.account(company)
    text = document((account, [Ntry(reference="R1")]), (other, [Ntry(reference="R1")]))

    assert files.import_file(written(tmp_path, text), at=AT).counts == {"booked": 2}


def test_a_reference_with_another_amount_is_listed_and_not_booked(account: BankAccount, tmp_path: Path) -> None:
    brought(tmp_path, account, Ntry("10.00", reference="R1"))

    report = brought(tmp_path, account, Ntry("11.00", reference="R1"))

    item = ReconciliationItem.objects.get()
    assert report.counts == {"contradicting": 1}
    assert (item.why, item.amount_minor, balance(account)) == (Why.REFERENCE_TAKEN, 1_100, 1_001_000)
    assert brought(tmp_path, account, Ntry("10.00", reference="R1"), Ntry()).counts == {"unchanged": 1, "booked": 1}


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR"])
def test_what_the_core_has_not_booked_is_counted_and_left(account: BankAccount, tmp_path: Path, status: str) -> None:
    assert brought(tmp_path, account, Ntry(status=status)).counts == {"skipped": 1}
    assert balance(account) == 1_000_000


def test_a_card_number_in_its_text_is_hidden(account: BankAccount, tmp_path: Path) -> None:
    brought(tmp_path, account, Ntry(remittance="POS 4111 1111 1111 1111 TIRANE", party="5500005555555559"))

    posting = Posting.objects.latest("id")
    assert (posting.remittance_information, posting.debtor_name) == ("POS •••• 1111 TIRANE", "•••• 5559")


def test_a_fact_of_the_core_may_pass_the_agreed_limit(company: Company, tmp_path: Path) -> None:
    account = builders.account(company)

    report = brought(tmp_path, account, Ntry("70.00", is_credit=False))

    assert (report.counts, balance(account)) == ({"booked": 1}, -7_000)
    with pytest.raises(ledger.NotEnoughMoney):
        ledger.hold(key="h", account_id=account.pk, amount_minor=1, facts=CUSTOMER, expected_on=AT.date(), at=AT)


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"currency": "EUR"}, "Amt", Reason.CURRENCY),
        ({"amount": "1.005"}, "Amt", Reason.AMOUNT),
        ({"amount": "0"}, "Amt", Reason.AMOUNT),
        ({"amount": "9999999999999999"}, "Amt", Reason.AMOUNT),
        ({"reference": ""}, "AcctSvcrRef", Reason.MISSING),
        ({"amount": "abc"}, "Amt", Reason.SCHEMA),
        ({"code": "<Kot/>"}, "Kot", Reason.SCHEMA),
    ],
)
def test_a_bad_entry_is_reported_by_its_line_and_costs_no_other(
    account: BankAccount, tmp_path: Path, wrong: dict[str, str], field: str, reason: Reason
) -> None:
    entries = [Ntry(), Ntry(**wrong), Ntry()]  # type: ignore[arg-type]  # the fields of Ntry, named by the test
    text = document((account, entries))
    line = text[: text.index(entries[1].xml())].count("\n") + 1

    report = files.import_file(written(tmp_path, text), at=AT)

    assert report.counts == {"booked": 2, "bad": 1}
    assert [(bad.line, bad.field, bad.reason) for bad in report.bad] == [(line, field, reason)]


def test_no_account_no_money(company: Company, account: BankAccount, tmp_path: Path) -> None:
    closed = builders.account(company)
    BankAccount.objects.filter(pk=closed.pk).update(status="closed")
    frozen = builders.funded(company, 10_000)
    BankAccount.objects.filter(pk=frozen.pk).update(status="frozen")
    text = document(
        (builders.OTHER_BANK_IBAN, [Ntry()]),
        (closed, [Ntry()]),
        (frozen, [Ntry("1.00", is_credit=False), Ntry()]),
        (account, [Ntry()]),
    )

    report = files.import_file(written(tmp_path, text), at=AT)

    assert [bad.reason for bad in report.bad] == [Reason.UNKNOWN_ACCOUNT, Reason.CLOSED, Reason.FROZEN]
    assert report.counts == {"bad": 3, "booked": 2}


def test_a_moment_of_value_is_a_day_in_tirana(account: BankAccount, tmp_path: Path) -> None:
    late = Ntry(value_on="").xml().replace("<BookgDt><Dt>2026-11-20</Dt>", "<BookgDt><DtTm>2026-11-19T23:30:00Z</DtTm>")
    text = document((account, [Ntry(reference="HERE")]))
    text = text[: text.index("<Ntry>")] + late + text[text.index("</Ntry>") + 7 :]

    files.import_file(written(tmp_path, text), at=AT)

    assert Posting.objects.latest("id").value_on == date(2026, 11, 20)
