"""Four eyes: who may sign, what a code is bound to, and what the last signature sets going."""

import hashlib
from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.clock import TIRANA
from accounts.ledger import AccountTakesNoDebit, NotEnoughMoney
from accounts.models import AuditEvent, BankAccount, Hold, Mandate
from auth_flow import fnp
from auth_flow.models import FnpChallenge
from auth_flow.sms import gsm7
from payments import approvals, orders
from payments.models import Promise, Signature
from tests import builders
from tests.payments.conftest import make_firm

pytestmark = pytest.mark.django_db
AFTER_CUT_OFF = datetime(2026, 11, 20, 14, 0, 1, tzinfo=TIRANA)


def test_the_last_signature_releases_the_order_and_holds_amount_and_fee(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account))

    firm.account.refresh_from_db()
    assert (order.status, order.execute_on) == ("released", builders.AT.date())
    assert Hold.objects.get(pk=order.hold_id).amount_minor == order.total_minor == firm.account.held_minor
    assert firm.account.balance_minor == 10_000_000


def test_the_promise_is_kept_with_its_reasons(firm):
    afternoon = datetime(2026, 11, 20, 15, 30, tzinfo=TIRANA)

    order = firm.sign(builders.submitted(firm.preparer, firm.account), at=afternoon)

    promise = Promise.objects.get(order=order)
    assert promise.execute_on.isoformat() == "2026-11-24"
    assert {"cut_off_passed", "moved"} <= {reason["code"] for reason in promise.reasons["reasons"]}


@pytest.mark.parametrize(
    ("before", "refusal"), [({"balance": 1}, NotEnoughMoney), ({"status": "frozen"}, AccountTakesNoDebit)]
)
def test_what_the_account_does_not_bear_costs_no_code(sole, before, refusal):
    order = builders.draft(sole.preparer, sole.account)
    if "balance" in before:
        builders.credit(sole.account, before["balance"] - 10_000_000)
    else:
        BankAccount.objects.filter(pk=sole.account.pk).update(**before)

    with pytest.raises(refusal):
        sole.ask(order, sole.preparer, version=order.version)

    order.refresh_from_db()
    assert (order.status, FnpChallenge.objects.filter(purpose="payment").count()) == ("draft", 0)


def test_a_payment_of_a_later_day_is_signed_before_its_money_is_there(sole):
    builders.credit(sole.account, 1 - 10_000_000)
    later = date(2026, 12, 4)

    order = sole.sign(builders.draft(sole.preparer, sole.account, requested_on=later))

    assert (order.status, order.execute_on, order.hold_id) == ("released", later, None)


def test_two_signers_are_two_people(db, clock_at):
    clock_at(builders.AT)
    firm = make_firm(other_signers=2)
    order = builders.submitted(firm.preparer, firm.account)

    assert firm.sign(order, firm.signers[0]).status == "awaiting"
    with pytest.raises(approvals.AlreadySigned):
        firm.sign(order, firm.signers[0])

    assert firm.sign(order, firm.signers[1]).status == "released"


def test_the_preparer_cannot_sign_her_own_order(firm):
    both = builders.mandate_of(builders.user(firm.company, prepares=True, signs=True))
    order = builders.submitted(both, firm.account)

    with pytest.raises(approvals.CannotSignOwnOrder):
        firm.ask(order, both)


def test_that_the_preparer_does_not_sign_is_a_law_of_the_database(firm):
    order = builders.submitted(firm.preparer, firm.account)

    with pytest.raises(IntegrityError, match="signer_is_not_preparer_unless_sole"), transaction.atomic():
        Signature.objects.create(
            order=order, user=firm.preparer.user, challenge=order.pk, body=b"", signed_at=builders.AT
        )


def test_one_signature_per_person_is_a_law_of_the_database(db, clock_at):
    clock_at(builders.AT)
    firm = make_firm(other_signers=2)
    order = builders.submitted(firm.preparer, firm.account)
    firm.sign(order, firm.signers[0])

    connection.check_constraints()
    with connection.cursor() as cursor:
        # The other law of this table would refuse the row for its made-up code.
        cursor.execute("ALTER TABLE payments_signature DISABLE TRIGGER signer_is_not_preparer_unless_sole")
        with pytest.raises(IntegrityError, match="one_signature_per_person"), transaction.atomic():
            forge(order, firm.signers[0].user)
        cursor.execute("ALTER TABLE payments_signature ENABLE TRIGGER signer_is_not_preparer_unless_sole")


def forge(order, user, *, challenge=None, body=b""):
    return Signature.objects.create(
        order=order, user=user, challenge=challenge or order.pk, body=body, signed_at=builders.AT
    )


def test_a_signature_without_a_spent_code_is_none(firm):
    order = builders.submitted(firm.preparer, firm.account)
    asked = firm.ask(order, firm.signers[0])
    body = orders.signing_body(order, releases_on=builders.AT.date())

    for challenge in (order.pk, asked.pk):
        with pytest.raises(IntegrityError, match="signature_carries_its_spent_code"), transaction.atomic():
            forge(order, firm.signers[0].user, challenge=challenge, body=body)


def test_a_spent_code_signs_no_other_bytes_and_no_other_order(firm):
    signed = firm.sign(builders.submitted(firm.preparer, firm.account, amount_minor=100))
    spent = signed.signatures.get()
    other = builders.submitted(firm.preparer, firm.account, amount_minor=5_000_000)

    for body in (bytes(spent.body), orders.signing_body(other, releases_on=builders.AT.date())):
        with pytest.raises(IntegrityError, match="signature_carries_its_spent_code"), transaction.atomic():
            forge(other, firm.signers[0].user, challenge=spent.challenge, body=body)


def test_a_stranger_does_not_sign_even_around_the_verbs(firm):
    order = builders.submitted(firm.preparer, firm.account)
    stranger = builders.user(builders.company(), signs=True)

    with pytest.raises(IntegrityError, match="signer_has_a_mandate_to_sign"), transaction.atomic():
        forge(order, stranger)


def test_a_right_that_ended_while_the_page_was_open_signs_nothing(firm):
    order = builders.submitted(firm.preparer, firm.account)
    signer = firm.signers[0]
    challenge = firm.ask(order, signer)
    Mandate.objects.filter(pk=signer.pk).update(valid_until=date(2026, 11, 19))

    with pytest.raises(orders.MandateEnded):
        firm.type(order, signer, challenge, fnp.derive(challenge))


def test_a_signature_is_never_changed(firm):
    firm.sign(builders.submitted(firm.preparer, firm.account))

    with pytest.raises(IntegrityError, match="signatures_are_append_only"), transaction.atomic():
        Signature.objects.update(body=b"other")


def test_whoever_may_sign_alone_submits_and_signs_by_one_act(sole):
    order = sole.sign(builders.draft(sole.preparer, sole.account))

    assert (order.status, order.other_signers) == ("released", 0)


def test_who_may_not_sign_gets_no_code(firm):
    with pytest.raises(approvals.MayNotSign):
        firm.ask(builders.submitted(firm.preparer, firm.account), firm.preparer)


def test_a_wrong_code_signs_nothing_and_is_counted(firm):
    order = builders.submitted(firm.preparer, firm.account)
    challenge = firm.ask(order, firm.signers[0])
    wrong = f"{(int(fnp.derive(challenge)) + 1) % 10**6:06d}"

    with pytest.raises(fnp.WrongCode):
        firm.type(order, firm.signers[0], challenge, wrong)

    challenge.refresh_from_db()
    assert challenge.attempts == 1
    assert not order.signatures.exists()


def test_five_wrong_codes_end_the_challenge_even_for_the_right_one(firm):
    order = builders.submitted(firm.preparer, firm.account)
    challenge = firm.ask(order, firm.signers[0])
    right = fnp.derive(challenge)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(fnp.WrongCode):
            firm.type(order, firm.signers[0], challenge, wrong)

    with pytest.raises(fnp.CodeSpent):
        firm.type(order, firm.signers[0], challenge, right)

    assert not order.signatures.exists()


def test_a_code_signs_once(firm):
    order = builders.submitted(firm.preparer, firm.account)
    challenge = firm.ask(order, firm.signers[0])
    firm.type(order, firm.signers[0], challenge, fnp.derive(challenge))

    with pytest.raises(fnp.CodeSpent):
        firm.type(order, firm.signers[0], challenge, fnp.derive(challenge))


def test_the_code_of_one_order_does_not_sign_another(firm):
    small = builders.submitted(firm.preparer, firm.account, amount_minor=100)
    large = builders.submitted(firm.preparer, firm.account, amount_minor=5_000_000)
    challenge = firm.ask(small, firm.signers[0])

    with pytest.raises(approvals.AskForANewCode):
        firm.type(large, firm.signers[0], challenge, fnp.derive(challenge))

    assert not large.signatures.exists()


def test_a_code_of_before_the_cut_off_does_not_release_for_another_day(firm):
    order = builders.submitted(firm.preparer, firm.account)
    challenge = firm.ask(order, firm.signers[0], at=datetime(2026, 11, 20, 13, 59, 30, tzinfo=TIRANA))

    with pytest.raises(approvals.AskForANewCode):
        firm.type(order, firm.signers[0], challenge, fnp.derive(challenge), at=AFTER_CUT_OFF)

    order.refresh_from_db()
    assert order.status == "awaiting"
    assert firm.sign(order, at=AFTER_CUT_OFF).execute_on.isoformat() == "2026-11-24"


def test_the_code_keeps_its_day_up_to_the_last_second(firm):
    order = builders.submitted(firm.preparer, firm.account)
    challenge = firm.ask(order, firm.signers[0], at=datetime(2026, 11, 20, 13, 59, tzinfo=TIRANA))

    signed = firm.type(
        order,
        firm.signers[0],
        challenge,
        fnp.derive(challenge),
        at=datetime(2026, 11, 20, 14, 0, 0, tzinfo=TIRANA),
    )

    assert signed.execute_on == builders.AT.date()


def test_what_is_signed_is_kept_to_the_byte(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account))

    signature = order.signatures.get()
    assert bytes(signature.body) == orders.signing_body(order, releases_on=builders.AT.date())
    event = AuditEvent.objects.get(event="payments.order.signed", subject=f"order:{order.pk}")
    assert hashlib.sha256(bytes(signature.body)).hexdigest().encode() in bytes(event.record)


def test_nothing_is_released_without_money_and_the_signature_is_not_kept(firm):
    order, signer = builders.submitted(firm.preparer, firm.account), firm.signers[0]
    challenge = firm.ask(order, signer)
    builders.credit(firm.account, 1 - 10_000_000)

    with pytest.raises(NotEnoughMoney):
        firm.type(order, signer, challenge, fnp.derive(challenge))

    order.refresh_from_db()
    assert (order.status, order.signatures.count()) == ("awaiting", 0)


def test_a_day_that_the_customer_chose_takes_no_hold(firm):
    wanted = date(2026, 12, 4)

    order = firm.sign(builders.submitted(firm.preparer, firm.account, requested_on=wanted))

    firm.account.refresh_from_db()
    assert (order.execute_on, order.hold_id, firm.account.held_minor) == (wanted, None, 0)


def test_a_rejected_order_is_over_and_says_why(firm):
    order = builders.submitted(firm.preparer, firm.account)

    approvals.reject(order_id=order.pk, mandate=firm.signers[0], reason="Faturë e gabuar", at=builders.AT)

    order.refresh_from_db()
    assert (order.status, order.end_reason, order.ended_by) == ("rejected", "Faturë e gabuar", firm.signers[0].user)
    with pytest.raises(orders.OrderHasMovedOn):
        firm.ask(order, firm.signers[0])


def test_a_preparer_rejects_nothing(firm):
    with pytest.raises(approvals.MayNotSign):
        approvals.reject(
            order_id=builders.submitted(firm.preparer, firm.account).pk,
            mandate=firm.preparer,
            reason="x",
            at=builders.AT,
        )


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("BETA NDËRTIM SHPK", 123_456_789),
        ("Ç" * 70, 999_999_999_999_99),
        (f"A{fnp.MARK}B", 100),
        ("X [kod] ~ ^", 1),
    ],
)
def test_the_sms_names_amount_and_payee_and_fits_one_message(firm, name, amount):
    order = builders.draft(firm.preparer, firm.account, beneficiary_name=name, amount_minor=amount)

    sms = approvals.sms_sentence(order)

    filled = sms.replace(fnp.MARK, "123456").replace(fnp.REFERENCE_MARK, "K7M3P9QX")
    assert gsm7.fits(filled)
    assert sms.count(fnp.MARK) == 1
    assert f"{amount // 100:,}".replace(",", ".") in filled
    assert "AL47..8741" in filled


@pytest.mark.parametrize(("seconds", "said"), [(180, "Vlen 3 min."), (150, "Vlen 2 min."), (45, "Vlen 45 sek.")])
def test_the_sms_says_how_long_its_code_is_good_for(firm, settings, seconds, said):
    settings.FNP_LIFE_SECONDS = seconds
    order = builders.draft(firm.preparer, firm.account)

    assert said in approvals.sms_sentence(order)


def test_a_promise_is_never_changed(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account))

    with pytest.raises(IntegrityError, match="promises_are_never_changed"), transaction.atomic():
        Promise.objects.filter(order=order).update(execute_on=date(2026, 12, 31))


def test_only_an_awaiting_order_is_signed(firm):
    order = builders.draft(firm.preparer, firm.account)

    with pytest.raises(IntegrityError, match="only_an_awaiting_order_is_signed"), transaction.atomic():
        Signature.objects.create(
            order=order, user=firm.signers[0].user, challenge=order.pk, body=b"", signed_at=builders.AT
        )
