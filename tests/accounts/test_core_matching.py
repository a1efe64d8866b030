"""What started here is ticked off and never booked again; what does not fit goes to the reconciliation list."""

from pathlib import Path

import pytest

from accounts import ledger, selectors
from accounts.core_feed import files, known, reconciliation
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, Company, Entry, Posting, ReconciliationItem
from accounts.models.core import Part, Why
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.core_messages import Ntry, brought, detail, document, written

pytestmark = pytest.mark.django_db

AT = builders.AT
Status = ReconciliationItem.Status


@pytest.fixture
def company() -> Company:
    return builders.company()


@pytest.fixture
def account(company: Company) -> BankAccount:
    return builders.funded(company, 1_000_000)


def ordered(account: BankAccount, minor: int = 200_000, fee_minor: int = 5_000, number: str = "") -> Posting:
    """What execution books of an order: amount and fee, its number as end-to-end id."""
    number = number or f"P-2026-{builders.unique():06d}"
    clearing = selectors.house_account("clearing-domestic", "ALL")
    fees = selectors.house_account("fees", "ALL")
    legs = [Leg(account.pk, -minor), Leg(clearing.pk, minor)]
    legs += [Leg(account.pk, -fee_minor, Entry.Part.FEE), Leg(fees.pk, fee_minor, Entry.Part.FEE)]
    facts = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE, end_to_end_id=number, source=f"payments.order:{number}")
    return ledger.post(key=f"payments.order:{number}", legs=legs, facts=facts, value_on=AT.date(), at=AT)


def balance(account: BankAccount) -> int:
    return BankAccount.objects.get(pk=account.pk).balance_minor


def entry_of(posting: Posting, amount: str, reference: str = "CORE1", *, is_credit: bool = False) -> Ntry:
    return Ntry(amount, is_credit=is_credit, reference=reference, end_to_end_id=posting.end_to_end_id)


def item() -> ReconciliationItem:
    return ReconciliationItem.objects.get()


# --- Ticked off ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amounts", "parts"),
    [
        (["2000.00"], [Part.PRINCIPAL]),
        (["2000.00", "50.00"], [Part.PRINCIPAL, Part.FEE]),
        (["2050.00"], [Part.TOTAL]),
    ],
)
def test_an_entry_that_started_here_is_ticked_off_and_not_booked(
    account: BankAccount, tmp_path: Path, amounts: list[str], parts: list[Part]
) -> None:
    posting = ordered(account)
    entries = [entry_of(posting, amount, f"R{place}") for place, amount in enumerate(amounts)]

    report = brought(tmp_path, account, *entries)

    assert report.counts == {"matched": len(amounts)}
    items = ReconciliationItem.objects.order_by("id")
    assert [(row.status, row.part, row.posting_id) for row in items] == [(Status.MATCHED, p, posting.pk) for p in parts]
    assert balance(account) == 795_000


def test_ticking_off_a_second_time_changes_nothing(account: BankAccount, tmp_path: Path) -> None:
    posting = ordered(account)
    brought(tmp_path, account, entry_of(posting, "2000.00"))

    report = brought(tmp_path, account, entry_of(posting, "2000.00"), kind="camt.054")

    assert (report.counts, ReconciliationItem.objects.count()) == ({"unchanged": 1}, 1)


@pytest.mark.parametrize(
    ("amount", "is_credit", "why"),
    [("1999.99", False, Why.AMOUNT), ("2000.00", True, Why.DIRECTION), ("2050.00", True, Why.DIRECTION)],
)
def test_our_reference_with_another_amount_or_direction_contradicts(
    account: BankAccount, tmp_path: Path, amount: str, is_credit: bool, why: Why
) -> None:
    posting = ordered(account)

    report = brought(tmp_path, account, entry_of(posting, amount, is_credit=is_credit))

    assert (report.counts, report.exit_code) == ({"contradicting": 1}, 0)
    assert (item().status, item().why, item().posting_id, item().part) == (Status.CONTRADICTING, why, posting.pk, "")
    assert balance(account) == 795_000


def test_our_reference_on_another_account_contradicts(company: Company, account: BankAccount, tmp_path: Path) -> None:
    posting, other = ordered(account), builders.funded(company, 1_000_000)

    brought(tmp_path, other, entry_of(posting, "2000.00"))

    assert (item().why, item().account_id, balance(other)) == (Why.ACCOUNT, other.pk, 1_000_000)


def test_the_core_debits_an_order_once(account: BankAccount, tmp_path: Path) -> None:
    posting = ordered(account)

    brought(tmp_path, account, entry_of(posting, "2000.00", "R1"), entry_of(posting, "2000.00", "R2"))

    found = ReconciliationItem.objects.order_by("id").values_list("reference", "status", "why")
    assert list(found) == [("R1", "matched", ""), ("R2", "contradicting", Why.TICKED_ALREADY)]


def test_both_sides_of_a_transfer_inside_the_bank_are_ticked_off(
    company: Company, account: BankAccount, tmp_path: Path
) -> None:
    other = builders.account(company)
    facts = Facts(kind=Kind.OWN, channel=Channel.ONLINE, end_to_end_id="P-2026-900001", source="payments.order:1")
    ledger.post(key="own", legs=[Leg(account.pk, -700), Leg(other.pk, 700)], facts=facts, value_on=AT.date(), at=AT)
    sides = (
        (account, [Ntry("7.00", is_credit=False, end_to_end_id="P-2026-900001", reference="R1")]),
        (other, [Ntry("7.00", end_to_end_id="P-2026-900001", reference="R2")]),
    )

    assert files.import_file(written(tmp_path, document(*sides)), at=AT).counts == {"matched": 2}
    assert balance(other) == 700


def test_a_number_of_ours_that_no_order_has_is_listed_and_not_booked(account: BankAccount, tmp_path: Path) -> None:
    report = brought(tmp_path, account, Ntry(end_to_end_id="P-2026-999999", is_credit=False))

    assert (report.counts, item().why, balance(account)) == ({"unmatched": 1}, Why.NO_SUCH_ORDER, 1_000_000)


def test_an_order_that_is_executed_later_is_matched_by_the_next_run(account: BankAccount, tmp_path: Path) -> None:
    early = Ntry("2000.00", is_credit=False, end_to_end_id="P-2026-999998", reference="R1")
    brought(tmp_path, account, early)
    posting = ordered(account, number="P-2026-999998")

    report = brought(tmp_path, account, early)

    assert (report.is_known, report.counts) == (False, {"matched": 1})
    assert (item().status, item().posting_id, item().why) == (Status.MATCHED, posting.pk, "")


def test_the_numbers_of_orders_are_recognised() -> None:
    company = builders.company()
    user = builders.user(company, prepares=True)

    order = builders.draft(builders.mandate_of(user), builders.funded(company, 1_000_000))

    assert known.OURS.fullmatch(order.number)


# --- Several transactions in one entry -------------------------------------------------------------------------------


def test_an_entry_of_several_orders_ticks_off_each(account: BankAccount, tmp_path: Path) -> None:
    first, second = ordered(account, 100_000), ordered(account, 50_000)
    details = detail(first.end_to_end_id, "1000.00") + detail(second.end_to_end_id, "500.00")

    report = brought(tmp_path, account, Ntry("1500.00", is_credit=False, reference="R1", details=details))

    assert (report.counts, ReconciliationItem.objects.filter(status="matched").count()) == ({"matched": 1}, 2)
    again = brought(tmp_path, account, Ntry("1500.00", is_credit=False, reference="R1", details=details), Ntry())
    assert again.counts == {"unchanged": 1, "booked": 1}


@pytest.mark.parametrize(
    ("second", "outcome", "why"),
    [
        (("P-2026-999997", "500.00"), "unmatched", Why.NO_SUCH_ORDER),
        (("SALARY", "500.00"), "contradicting", Why.MIXED),
        (("SALARY", "400.00"), "contradicting", Why.AMOUNT),
    ],
)
def test_one_that_does_not_fit_lists_the_whole_entry(
    account: BankAccount, tmp_path: Path, second: tuple[str, str], outcome: str, why: Why
) -> None:
    details = detail(ordered(account, 100_000).end_to_end_id, "1000.00") + detail(*second)

    report = brought(tmp_path, account, Ntry("1500.00", is_credit=False, details=details))

    assert (report.counts, item().why, item().amount_minor) == ({outcome: 1}, why, -150_000)


def test_an_entry_that_waited_as_a_whole_waits_no_more_when_its_parts_fit(account: BankAccount, tmp_path: Path) -> None:
    first = ordered(account, 100_000)
    details = detail(first.end_to_end_id, "1000.00") + detail("P-2026-999996", "500.00")
    entry = Ntry("1500.00", is_credit=False, reference="R1", details=details)
    brought(tmp_path, account, entry)
    ordered(account, 50_000, number="P-2026-999996")

    assert brought(tmp_path, account, entry).counts == {"matched": 1}
    assert [row.is_waiting for row in ReconciliationItem.objects.all()] == [False] * 3
    assert brought(tmp_path, account, entry, Ntry()).counts == {"unchanged": 1, "booked": 1}


def test_a_salary_file_of_others_is_one_entry(account: BankAccount, tmp_path: Path) -> None:
    details = detail("A", "1000.00") + detail("B", "500.00")

    assert brought(tmp_path, account, Ntry("1500.00", is_credit=False, details=details)).counts == {"booked": 1}
    assert balance(account) == 850_000


# --- What comes back -------------------------------------------------------------------------------------------------


def test_what_the_core_takes_back_mirrors_what_it_brought(account: BankAccount, tmp_path: Path) -> None:
    back = Ntry(reference="R2", end_to_end_id="E1", is_credit=False, is_reversal=True)

    report = brought(tmp_path, account, Ntry(reference="R1", end_to_end_id="E1"), back)

    assert (report.counts, balance(account)) == ({"booked": 2}, 1_000_000)
    reversal = Posting.objects.get(key=f"core:{account.iban}:R2")
    assert reversal.reverses == Posting.objects.get(key=f"core:{account.iban}:R1")
    assert (item().status, item().part) == (Status.MATCHED, Part.REVERSAL)


@pytest.mark.parametrize(("amount", "is_whole"), [("2000.00", False), ("2050.00", True)])
def test_an_order_that_comes_back_is_booked_from_where_it_went(
    account: BankAccount, tmp_path: Path, amount: str, is_whole: bool
) -> None:
    posting = ordered(account)
    back = Ntry(amount, end_to_end_id=posting.end_to_end_id, is_reversal=True, reference="R2")

    assert brought(tmp_path, account, entry_of(posting, "2000.00"), back).counts == {"matched": 1, "booked": 1}
    reversal = Posting.objects.get(key=f"core:{account.iban}:R2")
    assert reversal.entries.filter(account__house_code="clearing-domestic-ALL", amount_minor=-200_000).exists()
    assert (reversal.reverses == posting) == is_whole
    assert balance(account) == (1_000_000 if is_whole else 995_000)


def test_it_comes_back_once(account: BankAccount, tmp_path: Path) -> None:
    posting = ordered(account)
    twice = [
        Ntry("2000.00", end_to_end_id=posting.end_to_end_id, is_reversal=True, reference=reference)
        for reference in ("R1", "R2")
    ]

    assert brought(tmp_path, account, *twice).counts == {"booked": 1, "contradicting": 1}
    assert ReconciliationItem.objects.get(reference="R2").why == Why.REVERSED_ALREADY


@pytest.mark.parametrize("end_to_end_id", ["", "E404"])
def test_taking_back_what_nobody_knows_is_listed_and_not_booked(
    account: BankAccount, tmp_path: Path, end_to_end_id: str
) -> None:
    report = brought(tmp_path, account, Ntry(end_to_end_id=end_to_end_id, is_credit=False, is_reversal=True))

    assert (report.counts, item().why, balance(account)) == ({"unmatched": 1}, Why.NO_ORIGINAL, 1_000_000)


def test_taking_back_another_amount_contradicts(account: BankAccount, tmp_path: Path) -> None:
    posting = ordered(account)

    brought(tmp_path, account, Ntry("1.00", end_to_end_id=posting.end_to_end_id, is_reversal=True))

    assert (item().why, balance(account)) == (Why.AMOUNT, 795_000)


def test_a_reversal_that_staff_booked_here_is_ticked_off(account: BankAccount, tmp_path: Path) -> None:
    posting = ordered(account)
    mirror = ledger.reverse(posting=posting, key="rev", value_on=AT.date(), at=AT, reason="Gabim")

    report = brought(tmp_path, account, Ntry("2050.00", end_to_end_id=posting.end_to_end_id, is_reversal=True))

    assert (report.counts, item().posting_id, balance(account)) == ({"matched": 1}, mirror.pk, 1_000_000)


# --- The list --------------------------------------------------------------------------------------------------------


def test_staff_settle_an_item_with_a_note_and_for_good(account: BankAccount, tmp_path: Path) -> None:
    entry = Ntry(end_to_end_id="P-2026-999999", is_credit=False, reference="R1")
    brought(tmp_path, account, entry)

    reconciliation.settle(item_id=item().pk, note="Urdhër i vjetër, u fol me klientin", actor=builders.STAFF, at=AT)

    assert (item().settled_by, item().is_waiting) == (builders.STAFF.name, False)
    assert brought(tmp_path, account, entry, Ntry()).counts == {"unchanged": 1, "booked": 1}
    with pytest.raises(reconciliation.NothingToSettle):
        reconciliation.settle(item_id=item().pk, note="Edhe një herë", actor=builders.SECOND, at=AT)


def test_a_note_tells_something_and_what_matches_needs_none(account: BankAccount, tmp_path: Path) -> None:
    brought(tmp_path, account, entry_of(ordered(account), "2000.00"))

    with pytest.raises(reconciliation.TellsNothing):
        reconciliation.settle(item_id=item().pk, note=" ok ", actor=builders.STAFF, at=AT)
    with pytest.raises(reconciliation.NothingToSettle):
        reconciliation.settle(item_id=item().pk, note="Në rregull", actor=builders.STAFF, at=AT)
