"""/payments/beneficiaries/: the list, a new payee, one payee, its end; and the way from there to a payment."""

import re

import pytest

from accounts.identifiers import group_iban, make_albanian_iban
from payments import beneficiaries, payees
from tests import builders
from tests.payments.conftest import make_firm

LIST, NEW = "/payments/beneficiaries/", "/payments/beneficiaries/new/"
TYPED = {"name": "BETA NDËRTIM SHPK", "iban": "al47 2121 1009 0000 0002 3569 8741", "nickname": "Çimento"}


@pytest.fixture
def row(firm):
    facts = TYPED | {"iban": builders.OTHER_BANK_IBAN}
    return beneficiaries.add(mandate=firm.preparer, **facts, at=builders.AT).beneficiary


@pytest.fixture
def browser(firm, signed_in):
    return signed_in(firm.preparer.user)


@pytest.fixture
def stranger(db, firm, signed_in):
    return signed_in(make_firm(other_signers=0).preparer.user)


def value(html: str, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*? value="([^"]*)"', html)[1]


def test_the_empty_book_says_how_it_is_filled(browser):
    assert "Ende asnjë përfitues" in browser.get(LIST).content.decode()


def test_a_new_payee_stands_in_the_list_with_bank_and_branch_and_how_long_it_is_new(firm, browser):
    html = browser.post(NEW, TYPED, follow=True).content.decode()

    for shown in ("Çimento", "BETA NDËRTIM SHPK", "AL47 2121 1009 0000 0002 3569 8741", "dega 1100", "I ri deri më"):
        assert shown in html
    assert payees.book(firm.company).get().iban == builders.OTHER_BANK_IBAN


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Shkruani emrin e përfituesit"),
        ({"name": "---"}, "Emri ka vetëm shenja"),
        ({"iban": ""}, "Shkruani IBAN-in"),
        ({"iban": "AL74 2121 1009 0000 0002 3569 8741"}, "Mos janë ndërruar dy shenja: AL47 2121 1009"),
        ({"iban": "AL47 2121 1009 0000 0002 3569 874"}, "Mungon 1 shenjë."),
        ({"iban": "AL47 2131 1009 0000 0002 3569 8741"}, "shenjat 5–12"),
        ({"nickname": "Ж"}, "nuk e përcjellin"),
    ],
)
def test_what_is_mistyped_has_its_sentence_and_is_kept_in_its_field(browser, typed, sentence):
    answer = browser.post(NEW, TYPED | typed)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in html
    assert value(html, "iban") == (TYPED | typed)["iban"] if (TYPED | typed)["iban"] else True


def test_what_stands_in_the_book_is_not_taken_twice(browser, row):
    answer = browser.post(NEW, TYPED)

    assert answer.status_code == 409
    assert "Ky IBAN është tashmë te përfituesit, me emrin Çimento" in answer.content.decode()


def test_a_name_that_does_not_fit_is_told_and_the_true_one_is_not(browser):
    here = builders.account(builders.company("GAMA TRANSPORT SHPK"))

    html = browser.post(NEW, TYPED | {"iban": here.iban}, follow=True).content.decode()

    assert "nuk përputhet me atë të llogarisë" in html
    assert "GAMA" not in html


def test_another_iban_is_saved_with_a_word_of_caution(browser, row):
    here = builders.account(builders.company("BETA NDËRTIM"))

    html = browser.post(f"{LIST}{row.pk}/", TYPED | {"iban": here.iban}, follow=True).content.decode()

    row.refresh_from_db()
    assert row.previous_iban == builders.OTHER_BANK_IBAN
    assert "Verifikojeni me përfituesin" in html


def test_a_payee_is_taken_out_of_the_book(firm, browser, row):
    html = browser.post(f"{LIST}{row.pk}/remove/", follow=True).content.decode()

    assert "u hoq nga përfituesit" in html
    assert not payees.book(firm.company).exists()


@pytest.mark.parametrize(("search", "is_found"), [("cimento", False), ("Çimento", True), ("3569", True), ("zz", False)])
def test_the_list_is_searched(browser, row, search, is_found):
    html = browser.get(LIST, {"q": search}).content.decode()

    assert (str(row.pk) in html) == is_found
    assert ("Asnjë përfitues me" in html) != is_found


def test_who_only_signs_sees_the_list_and_no_way_to_change_it(firm, row, signed_in):
    signer = signed_in(firm.signers[0].user)

    html = signer.get(LIST).content.decode()

    assert "BETA NDËRTIM SHPK" in html
    assert NEW not in html
    assert str(row.pk) not in html
    assert {signer.get(NEW).status_code, signer.get(f"{LIST}{row.pk}/").status_code} == {403}


def test_a_stranger_finds_nothing_and_does_nothing(firm, row, stranger):
    assert "BETA" not in stranger.get(LIST).content.decode()
    assert stranger.get(f"{LIST}{row.pk}/").status_code == 404
    assert stranger.post(f"{LIST}{row.pk}/", TYPED).status_code == 404
    assert stranger.post(f"{LIST}{row.pk}/remove/").status_code == 404
    assert stranger.get("/payments/new/domestic/", {"payee": row.pk}).status_code == 404
    assert payees.book(firm.company).count() == 1


# --- From the book to a payment --------------------------------------------------------------------------------------


def test_the_list_leads_to_the_form_with_the_payee_filled_in(browser, row):
    way = re.search(r'href="([^"]*payee=[^"]*)"', browser.get(LIST).content.decode())[1]

    html = browser.get(way).content.decode()

    assert way.startswith("/payments/new/domestic/")
    assert value(html, "beneficiary_iban") == group_iban(builders.OTHER_BANK_IBAN)
    assert value(html, "beneficiary_name") == "BETA NDËRTIM SHPK"


def test_a_payee_of_our_own_bank_is_paid_inside_the_bank(firm, browser):
    here = builders.account(builders.company("GAMA TRANSPORT SHPK"))
    beneficiaries.add(mandate=firm.preparer, name="GAMA", iban=here.iban or "", nickname="", at=builders.AT)

    assert "/payments/new/internal/?payee=" in browser.get(LIST).content.decode()


def test_a_tick_on_the_form_keeps_the_payee(firm, browser):
    key = value(browser.get("/payments/new/domestic/").content.decode(), "idempotency_key")
    typed = {
        "idempotency_key": key,
        "debit_account": str(firm.account.uuid),
        "beneficiary_name": "BETA NDËRTIM SHPK",
        "beneficiary_iban": builders.OTHER_BANK_IBAN,
        "keep_payee": "on",
        "amount": "1.234,50",
        "description": "Fatura",
    }

    assert browser.post("/payments/new/domestic/", typed).status_code == 302
    assert payees.book(firm.company).get().name == "BETA NDËRTIM SHPK"


def test_a_long_book_goes_on_the_next_page_and_costs_no_more_queries(firm, browser, django_assert_max_num_queries):
    for number in range(26):
        iban = make_albanian_iban("212", "1100", f"{number:016d}")
        facts = {"name": f"PËRFITUESI {number:02d}", "iban": iban, "nickname": ""}
        beneficiaries.add(mandate=firm.preparer, **facts, at=builders.AT)

    with django_assert_max_num_queries(14):
        html = browser.get(LIST).content.decode()

    assert "PËRFITUESI 24" in html
    assert "PËRFITUESI 25" not in html
    assert "PËRFITUESI 25" in browser.get(LIST, {"page": 2}).content.decode()


def test_a_new_payee_of_an_order_is_put_into_the_book_from_its_review(firm, browser):
    order = builders.draft(firm.preparer, firm.account)
    way = f"{NEW}?order={order.pk}"
    assert way in browser.get(f"/payments/{order.pk}/review/").content.decode()

    other = make_firm()
    foreign = builders.draft(other.preparer, other.account)
    html = browser.get(way).content.decode()

    assert value(html, "iban") == group_iban(builders.OTHER_BANK_IBAN)
    assert browser.get(NEW, {"order": foreign.pk}).status_code == 404
