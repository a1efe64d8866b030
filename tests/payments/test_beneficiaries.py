"""The payee book: who keeps it, what it checks, what the database keeps of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts.identifiers import make_albanian_iban
from accounts.models import AuditEvent, BankAccount
from payments import beneficiaries, orders, payees
from payments.models import Beneficiary, NameCheck
from payments.models.orders import OrderKind
from payments.payee_names import Likeness
from tests import builders
from tests.payments.conftest import make_firm

OTHER = make_albanian_iban("212", "1100", "0000000000000077")
LATER = builders.AT + timedelta(hours=1)


def add(firm, *, name="BETA NDËRTIM SHPK", iban=builders.OTHER_BANK_IBAN, nickname="", mandate=None, at=builders.AT):
    mandate = mandate or firm.preparer
    return beneficiaries.add(mandate=mandate, name=name, iban=iban, nickname=nickname, at=at)


def edit(firm, row, **changes):
    facts = {"name": row.name, "iban": row.iban, "nickname": row.nickname} | changes
    return beneficiaries.edit(beneficiary_id=row.pk, mandate=firm.preparer, **facts, at=LATER)


def told(event):
    return list(AuditEvent.objects.filter(event=event).values_list("outcome", flat=True))


# --- Who keeps it ----------------------------------------------------------------------------------------------------


def test_who_may_prepare_adds_changes_and_removes_each_with_its_line_in_the_audit(firm):
    row = add(firm, nickname="Beta").beneficiary

    edit(firm, row, nickname="Beta Durrës")
    beneficiaries.remove(beneficiary_id=row.pk, mandate=firm.preparer, at=LATER)

    assert not payees.book(firm.company).exists()
    assert Beneficiary.objects.get(pk=row.pk).removed_by == firm.preparer.user
    for act in ("added", "changed", "removed"):
        assert told(f"payments.beneficiary.{act}") == ["done"]


def test_who_may_not_prepare_changes_nothing(firm, real_commits):
    with pytest.raises(orders.MayNotPrepare):
        add(firm, mandate=firm.signers[0])

    assert not Beneficiary.objects.filter(company=firm.company).exists()


def test_another_companys_payee_is_as_if_it_did_not_exist(firm):
    row, stranger = add(firm).beneficiary, make_firm()

    with pytest.raises(beneficiaries.NoSuchBeneficiary):
        edit(stranger, row, nickname="x")
    with pytest.raises(beneficiaries.NoSuchBeneficiary):
        beneficiaries.remove(beneficiary_id=row.pk, mandate=stranger.preparer, at=LATER)
    assert payees.entry(stranger.company, row.pk) is None


def test_one_iban_stands_once_in_a_book_and_again_after_it_was_removed(firm):
    row = add(firm).beneficiary
    with pytest.raises(beneficiaries.BeneficiaryStandsThere) as refused:
        add(firm, name="TJETËR SHPK", iban="al47 2121 1009 0000 0002 3569 8741")
    assert "BETA NDËRTIM SHPK" in str(refused.value.sentence)

    beneficiaries.remove(beneficiary_id=row.pk, mandate=firm.preparer, at=LATER)

    assert add(firm, at=LATER).beneficiary.pk != row.pk
    assert add(make_firm()).beneficiary.iban == row.iban


def test_a_changed_iban_keeps_the_one_before_and_is_counted_anew(firm):
    row = add(firm).beneficiary

    changed = edit(firm, row, iban=OTHER).beneficiary

    assert (changed.iban, changed.previous_iban, changed.iban_since) == (OTHER, builders.OTHER_BANK_IBAN, LATER)


def test_a_new_nickname_leaves_the_iban_as_old_as_it_was(firm):
    assert edit(firm, add(firm).beneficiary, nickname="Beta").beneficiary.iban_since == builders.AT


@pytest.mark.parametrize("search", ["beta", "NDERTIM", "ndërtim", "Çimento", "3569 8741", "al47"])
def test_a_payee_is_found_by_name_nickname_and_iban(firm, search):
    add(firm, nickname="Çimento")
    add(firm, name="ALFA SHPK", iban=OTHER)

    assert [row.name for row in payees.book(firm.company, search=search)] == ["BETA NDËRTIM SHPK"]


# --- With an order ---------------------------------------------------------------------------------------------------


def test_an_order_keeps_its_payee_when_it_is_asked_to_and_only_once(firm):
    for _ in range(2):
        builders.draft(firm.preparer, firm.account, keeps_payee=True)

    assert [row.iban for row in payees.book(firm.company)] == [builders.OTHER_BANK_IBAN]


def test_an_order_that_is_refused_keeps_no_payee(firm):
    with pytest.raises(orders.AccountNotUsable):
        builders.draft(firm.preparer, make_firm().account, keeps_payee=True)

    assert not payees.book(firm.company).exists()


# --- Names in our own bank -------------------------------------------------------------------------------------------


@pytest.fixture
def neighbour(firm):
    """Another client of this bank."""
    return builders.account(builders.company("GAMA TRANSPORT SHPK"))


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("Gama Transport", Likeness.SAME),
        ("GAMA TRANSPORTI", Likeness.CLOSE),
        ("DELTA SHPK", Likeness.DIFFERENT),
    ],
)
def test_in_our_own_bank_the_name_is_compared_and_the_answer_is_a_word(firm, neighbour, name, fits):
    kept = add(firm, name=name, iban=neighbour.iban)

    assert kept.likeness == fits
    assert told("payments.payee.name_checked") == ["done"]


def test_elsewhere_nobody_can_compare(firm):
    assert add(firm).likeness is None
    assert not NameCheck.objects.exists()


def test_an_account_that_is_not_here_is_refused(firm):
    with pytest.raises(beneficiaries.NoSuchPayeeHere):
        add(firm, iban=make_albanian_iban("205", "1162", "7" * 16))


def test_nobody_learns_a_name_by_trying(firm, neighbour, settings):
    settings.NAME_CHECKS_PER_HOUR = 2

    for number in range(3):
        builders.draft(
            firm.preparer,
            firm.account,
            kind=OrderKind.INTERNAL,
            beneficiary_iban=neighbour.iban,
            beneficiary_name=f"PROVA {number}",
        )

    assert NameCheck.objects.filter(user=firm.preparer.user).count() == 2
    assert told("payments.payee.name_checked") == ["done", "done", "refused"]


def test_after_an_hour_she_may_ask_again_and_the_same_question_costs_nothing(firm, neighbour, settings):
    settings.NAME_CHECKS_PER_HOUR = 1
    asked = {"kind": OrderKind.INTERNAL, "beneficiary_iban": neighbour.iban}
    for _ in range(2):
        builders.draft(firm.preparer, firm.account, beneficiary_name="GAMA TRANSPORT", **asked)

    builders.draft(firm.preparer, firm.account, beneficiary_name="DELTA", at=LATER, **asked)

    assert list(NameCheck.objects.order_by("pk").values_list("answer", flat=True)) == ["same", "different"]


# --- Laws ------------------------------------------------------------------------------------------------------------


def run(sql, *, as_runtime=False):
    with transaction.atomic(), connection.cursor() as cursor:
        if as_runtime:
            cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("company_id = company_id + 1", "beneficiary_stays_with_its_company"),
        ("created_at = now()", "beneficiary_stays_with_its_company"),
        (f"iban = '{OTHER}'", "changed_iban_is_counted_anew"),
        (f"iban = '{OTHER}', previous_iban = iban", "changed_iban_is_counted_anew"),
        (f"iban = '{OTHER}', iban_since = iban_since + interval '1 hour'", "changed_iban_is_counted_anew"),
        ("iban_since = iban_since - interval '2 days'", "changed_iban_is_counted_anew"),
        ("removed_at = now()", "removed_beneficiary_has_its_remover"),
        ("iban = 'al47', previous_iban = iban, iban_since = now()", "beneficiary_has_a_compact_iban"),
    ],
)
def test_a_payee_cannot_be_made_older_than_it_is(firm, change, law):
    row = add(firm).beneficiary

    with pytest.raises(IntegrityError, match=law):
        run(f"UPDATE payments_beneficiary SET {change} WHERE id = '{row.pk}'")


def test_a_removed_payee_stays_removed(firm):
    row = add(firm).beneficiary
    beneficiaries.remove(beneficiary_id=row.pk, mandate=firm.preparer, at=LATER)

    with pytest.raises(IntegrityError, match="removed_beneficiary_stays_removed"):
        run(f"UPDATE payments_beneficiary SET removed_at = NULL, removed_by_id = NULL WHERE id = '{row.pk}'")


def test_a_payee_cannot_be_born_old(firm):
    row = add(firm).beneficiary
    row.pk, row.iban, row.iban_since = None, OTHER, builders.AT - timedelta(days=2)

    with pytest.raises(IntegrityError, match="beneficiary_begins_with_its_iban"), transaction.atomic():
        Beneficiary.objects.bulk_create([row])


def test_one_iban_stands_once_in_a_book_whatever_writes_it(firm):
    row = add(firm).beneficiary
    row.pk = None

    with pytest.raises(IntegrityError, match="one_beneficiary_per_iban"), transaction.atomic():
        Beneficiary.objects.bulk_create([row])


@pytest.mark.parametrize(
    ("table", "law"),
    [("beneficiary", "beneficiaries_are_never_deleted"), ("namecheck", "name_checks_are_only_forgotten")],
)
def test_neither_payees_nor_answers_are_deleted(firm, neighbour, table, law):
    add(firm, iban=neighbour.iban)

    with pytest.raises(IntegrityError, match=law):
        run(f"DELETE FROM payments_{table}")
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"DELETE FROM payments_{table}", as_runtime=True)


def test_an_answer_about_a_name_is_never_changed(firm, neighbour):
    add(firm, name="DELTA", iban=neighbour.iban)

    with pytest.raises(IntegrityError, match="name_checks_are_never_changed"):
        run("UPDATE payments_namecheck SET answer = 'same'")


def test_another_nickname_asks_nothing_about_the_name(firm):
    """Not even of an account that was closed meanwhile."""
    payee = builders.account(builders.company("GAMA SHPK"))
    facts = {"name": "GAMA SHPK", "iban": str(payee.iban)}
    row = beneficiaries.add(mandate=firm.preparer, **facts, nickname="", at=builders.AT).beneficiary
    BankAccount.objects.filter(pk=payee.pk).update(status="closed")

    kept = beneficiaries.edit(beneficiary_id=row.pk, mandate=firm.preparer, **facts, nickname="Gama", at=builders.AT)

    assert (kept.beneficiary.nickname, kept.likeness) == ("Gama", None)
