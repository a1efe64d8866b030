"""What comes home comes home once, whether the clearing, the core or staff bring it; and who started what comes."""

from pathlib import Path

import pytest

from accounts import corrections, four_eyes, ledger, selectors
from accounts.core_feed import files
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, Posting, ReconciliationItem
from accounts.models.core import Part, Why
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.accounts.test_core_matching import balance, ordered
from tests.core_messages import Ntry, brought, document, written

pytestmark = pytest.mark.django_db

AT = builders.AT
Status = ReconciliationItem.Status


@pytest.fixture
def account() -> BankAccount:
    return builders.funded(builders.company(), 1_000_000)


def returned(account: BankAccount, posting: Posting, minor: int = 200_000) -> Posting:
    """What the clearing books when the other bank rejects."""
    clearing = selectors.house_account("clearing-domestic", "ALL")
    facts = Facts(Kind.RETURN, Channel.INTERBANK, end_to_end_id=posting.end_to_end_id, source=posting.source)
    legs = [Leg(clearing.pk, -minor), Leg(account.pk, minor)]
    key = f"payments.return:{posting.key}"
    return ledger.post(key=key, legs=legs, facts=facts, value_on=AT.date(), at=AT, gives_back=posting)


def taken_back(posting: Posting, amount: str = "2000.00", reference: str = "REV1") -> Ntry:
    return Ntry(amount, reference=reference, end_to_end_id=posting.end_to_end_id, is_reversal=True)


def reversed_by_staff(posting: Posting) -> None:
    proposal = corrections.propose_reversal(posting=posting, reason="gabim", actor=builders.STAFF, at=AT)
    four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT)


def incoming(account: BankAccount, name: str = "205:TX1", end_to_end_id: str = "QIRA", minor: int = 150_000) -> Posting:
    """What the clearing books of a payment from another bank."""
    clearing = selectors.house_account("clearing-domestic", "ALL")
    facts = Facts(Kind.INCOMING, Channel.INTERBANK, end_to_end_id=end_to_end_id, source=f"payments.incoming:{name}")
    legs = [Leg(clearing.pk, -minor), Leg(account.pk, minor)]
    return ledger.post(key=f"payments.incoming:{name}", legs=legs, facts=facts, value_on=AT.date(), at=AT)


def of_the_clearing(reference: str, transaction_id: str, end_to_end_id: str = "QIRA") -> Ntry:
    """The core's entry of a payment that names the sending bank's own reference."""
    details = (
        f"<TxDtls><Refs><EndToEndId>{end_to_end_id}</EndToEndId><TxId>{transaction_id}</TxId></Refs><RltdAgts>"
        "<DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>205</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt></RltdAgts></TxDtls>"
    )
    return Ntry("1500.00", reference=reference, details=details)


# --- It comes home once ----------------------------------------------------------------------------------------------


def test_what_the_clearing_returned_is_ticked_off_when_the_core_takes_it_back(
    account: BankAccount, tmp_path: Path
) -> None:
    posting = ordered(account)
    back = returned(account, posting)

    report = brought(tmp_path, account, taken_back(posting))

    item = ReconciliationItem.objects.get()
    assert (report.counts, item.posting, item.part) == ({"matched": 1}, back, Part.PRINCIPAL)
    assert balance(account) == 995_000


def test_what_came_home_is_not_taken_back_under_a_second_reference(account: BankAccount, tmp_path: Path) -> None:
    posting = ordered(account)
    returned(account, posting)

    report = brought(tmp_path, account, taken_back(posting), taken_back(posting, reference="REV2"))

    assert (report.counts, balance(account)) == ({"matched": 1, "contradicting": 1}, 995_000)
    assert ReconciliationItem.objects.get(reference="REV2").why == Why.REVERSED_ALREADY


@pytest.mark.parametrize("amount", ["2000.00", "2050.00"])
def test_what_staff_reversed_is_ticked_off_when_the_core_takes_it_back(
    account: BankAccount, tmp_path: Path, amount: str
) -> None:
    posting = ordered(account)
    reversed_by_staff(posting)

    report = brought(tmp_path, account, taken_back(posting, amount))

    assert (report.counts, balance(account)) == ({"matched": 1}, 1_000_000)


def test_staff_do_not_reverse_what_the_clearing_returned(account: BankAccount) -> None:
    posting = ordered(account)
    returned(account, posting)

    with pytest.raises(corrections.AlreadyReversed):
        reversed_by_staff(posting)

    assert balance(account) == 995_000


def test_what_came_home_after_the_proposal_is_not_reversed_by_its_approval(
    account: BankAccount, tmp_path: Path
) -> None:
    posting = ordered(account)
    proposal = corrections.propose_reversal(posting=posting, reason="gabim", actor=builders.STAFF, at=AT)
    brought(tmp_path, account, taken_back(posting))

    with pytest.raises(corrections.AlreadyReversed):
        four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT)

    assert balance(account) == 995_000


def test_the_law_stands_behind_the_staff_s_reversal(account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    posting = ordered(account)
    returned(account, posting)
    monkeypatch.setattr(corrections, "can_be_reversed", lambda posting: True)

    with pytest.raises(corrections.AlreadyReversed):
        reversed_by_staff(posting)


def test_every_way_home_names_what_it_gives_back(account: BankAccount, tmp_path: Path) -> None:
    whole, part, mine = ordered(account), ordered(account), ordered(account)

    brought(tmp_path, account, taken_back(whole, "2050.00", "REV1"), taken_back(part, reference="REV2"))
    reversed_by_staff(mine)

    for posting in (whole, part, mine):
        assert Posting.objects.filter(gives_back=posting).count() == 1


# --- Who started it --------------------------------------------------------------------------------------------------


def test_a_payer_s_own_reference_ticks_nothing_off(account: BankAccount, tmp_path: Path) -> None:
    incoming(account)

    report = brought(tmp_path, account, Ntry("1500.00", reference="X1", end_to_end_id="QIRA", party="TJETËR"))

    assert (report.counts, balance(account)) == ({"booked": 1}, 1_300_000)


def test_a_payer_s_own_reference_holds_up_no_other_account(account: BankAccount, tmp_path: Path) -> None:
    incoming(account)
    other = builders.funded(builders.company(), 1_000_000)

    assert brought(tmp_path, other, Ntry("700.00", end_to_end_id="QIRA")).counts == {"booked": 1}
    assert balance(other) == 1_070_000


def test_a_payment_that_the_clearing_booked_is_ticked_off_by_the_sender_s_reference(
    account: BankAccount, tmp_path: Path
) -> None:
    booked = incoming(account)

    report = brought(tmp_path, account, of_the_clearing("R1", "TX1", "ANOTHER"), of_the_clearing("R2", "TX2"))

    assert (report.counts, balance(account)) == ({"matched": 1, "booked": 1}, 1_300_000)
    assert ReconciliationItem.objects.get().posting == booked


def test_the_sender_s_reference_ticks_off_once_and_only_on_its_account(account: BankAccount, tmp_path: Path) -> None:
    incoming(account)
    other = builders.funded(builders.company(), 1_000_000)
    sides = (
        (account, [of_the_clearing("R1", "TX1"), of_the_clearing("R2", "TX1")]),
        (other, [of_the_clearing("R3", "TX1")]),
    )

    report = files.import_file(written(tmp_path, document(*sides)), at=AT)

    assert report.counts == {"matched": 1, "contradicting": 1, "booked": 1}
    assert balance(other) == 1_150_000


def test_many_of_the_same_reference_are_not_all_read(account: BankAccount, tmp_path: Path) -> None:
    """Thirty credits under one reference: the newest that has not come back is the one that does."""
    brought(tmp_path, account, *(Ntry("10.00", reference=f"R{place}", end_to_end_id="QIRA") for place in range(30)))
    back = [
        Ntry("10.00", is_credit=False, reference=f"B{place}", end_to_end_id="QIRA", is_reversal=True)
        for place in range(2)
    ]

    assert brought(tmp_path, account, *back).counts == {"booked": 2}
    assert set(Posting.objects.filter(key__endswith=":B0").values_list("gives_back__key", flat=True)) == {
        f"core:{account.iban}:R29"
    }


# --- A number that no order has --------------------------------------------------------------------------------------


def test_a_customer_s_money_under_a_number_of_nobody_s_is_booked_and_noted(
    account: BankAccount, tmp_path: Path
) -> None:
    entry = Ntry("700.00", reference="X1", end_to_end_id="P-2026-999999")

    report = brought(tmp_path, account, entry)

    item = ReconciliationItem.objects.get()
    assert (report.counts, balance(account)) == ({"booked": 1}, 1_070_000)
    assert (item.status, item.why, item.is_waiting) == (Status.UNMATCHED, Why.NO_SUCH_ORDER, False)
    assert brought(tmp_path, account, entry, Ntry()).counts == {"unchanged": 1, "booked": 1}
