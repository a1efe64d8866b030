"""Who signs for a company is told of every payee that somebody else puts into its book, and of every other IBAN."""

from datetime import timedelta

import pytest

from accounts import notices
from accounts.identifiers import make_albanian_iban
from auth_flow.models import MailMessage
from payments import beneficiaries, orders
from tests import builders
from tests.payments.conftest import make_firm

OTHER = make_albanian_iban("212", "1100", "0000000000000077")
LATER = builders.AT + timedelta(hours=1)


def add(firm, *, iban=builders.OTHER_BANK_IBAN, mandate=None, at=builders.AT):
    mandate = mandate or firm.preparer
    return beneficiaries.add(mandate=mandate, name="BETA NDËRTIM SHPK", iban=iban, nickname="", at=at)


def edit(firm, row, **changes):
    facts = {"name": row.name, "iban": row.iban, "nickname": row.nickname} | changes
    return beneficiaries.edit(beneficiary_id=row.pk, mandate=firm.preparer, **facts, at=LATER)


def told(mandate):
    return [notices.in_words(notice) for notice in notices.of(mandate.user)]


def test_the_signers_are_told_of_a_new_payee_and_whoever_added_it_is_not(firm):
    add(firm)

    (words,) = told(firm.signers[0])
    assert "BETA NDËRTIM SHPK, IBAN AL47..8741" in words
    assert firm.preparer.user.full_name in words
    assert told(firm.preparer) == []


def test_a_payee_that_an_order_keeps_is_told_of_too_and_once(firm):
    for _ in range(2):
        builders.draft(firm.preparer, firm.account, keeps_payee=True)

    assert len(told(firm.signers[0])) == 1


def test_where_nobody_else_signs_she_is_told_herself_since_it_may_not_have_been_her(firm):
    alone = builders.mandate_of(builders.user(builders.company(), prepares=True, signs=True))

    add(firm, mandate=alone)

    assert len(told(alone)) == 1


def test_who_only_looks_and_who_is_of_another_company_hear_nothing(firm):
    stranger = make_firm()
    viewer = builders.mandate_of(builders.user(firm.company))

    add(firm)

    assert told(viewer) == told(stranger.signers[0]) == []


def test_another_iban_is_told_with_the_one_before(firm):
    edit(firm, add(firm).beneficiary, iban=OTHER)

    assert f"IBAN-in {OTHER[:4]}..0077 në vend të AL47..8741" in told(firm.signers[0])[0]


def test_taken_out_and_added_again_it_is_another_iban_as_well(firm):
    row = add(firm).beneficiary
    beneficiaries.remove(beneficiary_id=row.pk, mandate=firm.preparer, at=LATER)

    kept = add(firm, iban=OTHER, at=LATER)

    assert kept.has_other_iban
    assert "në vend të AL47..8741" in told(firm.signers[0])[0]


def test_another_nickname_is_no_news(firm):
    edit(firm, add(firm).beneficiary, nickname="Beta")

    assert len(told(firm.signers[0])) == 1


def test_what_was_refused_is_not_told(firm, real_commits):
    with pytest.raises(orders.MayNotPrepare):
        add(firm, mandate=firm.signers[0])

    assert told(firm.signers[0]) == []


def test_the_mail_says_neither_name_nor_iban_and_goes_to_who_wants_it(firm, settings):
    settings.EMAIL_URL = "smtp://localhost"
    signer = firm.signers[0].user
    signer.person.email = "nenshkruesi@shembull.al"
    signer.person.save(update_fields=["email"])

    add(firm)

    (letter,) = MailMessage.objects.filter(to=signer.person.email)
    assert not any(words in letter.body for words in ("BETA", "8741"))
