"""The review page warns loudly, takes the preparer's answer, and shows it to whoever signs."""

import re

import pytest

from accounts.identifiers import make_albanian_iban
from payments import beneficiaries, order_warnings, orders
from payments.models import OrderWarning
from payments.models.orders import OrderKind
from tests import builders, doors

NEW_IBAN = make_albanian_iban("212", "1100", "0000000000000077")


def known(firm):
    beneficiaries.add(
        mandate=firm.preparer, name="BETA NDËRTIM", iban=builders.OTHER_BANK_IBAN, nickname="", at=builders.AT
    )


def ticks(html: str) -> list[str]:
    return [one.replace("&gt;", ">") for one in re.findall(r'name="answered" value="([^"]*)"', html)]


@pytest.fixture
def order(firm):
    known(firm)
    return builders.draft(firm.preparer, firm.account, beneficiary_iban=NEW_IBAN)


def test_a_changed_iban_is_shown_beside_the_known_one_with_what_to_do(firm, order, signed_in):
    html = signed_in(firm.preparer.user).get(f"/payments/{order.pk}/review/").content.decode()

    for shown in ("IBAN-i i këtij përfituesi është i ri", "numrin që dinit më parë", "E verifikova me përfituesin"):
        assert shown in html
    assert "<mark>0077</mark>" in html
    assert len(ticks(html)) == 1


def test_without_the_tick_nothing_goes_on_whatever_the_browser_sends(firm, order, signed_in):
    browser = signed_in(firm.preparer.user)

    html = browser.post(f"/payments/{order.pk}/review/", {"version": order.version}, follow=True).content.decode()

    order.refresh_from_db()
    assert order.status == "draft"
    assert "shënoni që e verifikuat" in html


def test_with_the_tick_it_goes_on_and_the_signer_reads_who_answered(firm, order, signed_in):
    page = f"/payments/{order.pk}/review/"
    browser = signed_in(firm.preparer.user)
    answered = ticks(browser.get(page).content.decode())

    browser.post(page, {"version": order.version, "answered": answered})

    order.refresh_from_db()
    assert order.status == "awaiting"
    signer = signed_in(firm.signers[0].user)
    for path in (page, f"/payments/{order.pk}/"):
        html = signer.get(path).content.decode()
        assert f"“E verifikova me përfituesin”: {firm.preparer.user.full_name}" in html
        assert ticks(html) == []


def test_who_signs_alone_ticks_before_the_code_is_sent(sole, signed_in):
    known(sole)
    order = builders.draft(sole.preparer, sole.account, beneficiary_iban=NEW_IBAN)
    page, browser = f"/payments/{order.pk}/review/", signed_in(sole.preparer.user)

    refused = browser.post(page, {"version": order.version})
    asked = browser.post(page, {"version": order.version, "answered": ticks(browser.get(page).content.decode())})

    assert refused.url == page
    assert asked.url == f"/payments/{order.pk}/sign/"
    assert doors.last_challenge(sole.preparer.user, "payment").subject == f"payments.order:{order.pk}"
    assert OrderWarning.objects.filter(order=order).count() == 1


def test_a_like_payment_is_shown_with_the_way_to_it(firm, signed_in):
    first = builders.submitted(firm.preparer, firm.account)
    second = builders.draft(firm.preparer, firm.account)

    html = signed_in(firm.preparer.user).get(f"/payments/{second.pk}/review/").content.decode()

    assert "Mund ta keni paguar tashmë" in html
    assert f"/payments/{first.pk}/" in html


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("GAMA TRANSPORT", "Emri i përfituesit përputhet me atë"),
        ("GAMA TRANSPORTI", "përputhet pothuajse"),
        ("DELTA", "Emri nuk përputhet"),
    ],
)
def test_in_our_own_bank_the_review_says_how_the_name_fits(firm, signed_in, name, sentence):
    payee = builders.account(builders.company("GAMA TRANSPORT SHPK"))
    asked = builders.wish(firm.account, kind=OrderKind.INTERNAL, beneficiary_name=name, beneficiary_iban=payee.iban)
    order = orders.prepare(mandate=firm.preparer, wish=asked, submit_key="k" * 16, at=builders.AT)

    html = signed_in(firm.preparer.user).get(f"/payments/{order.pk}/review/").content.decode()

    assert sentence in html
    assert "SHPK" not in html.split("</h1>")[1].split("<footer")[0].replace(firm.company.name, "")


def test_too_much_for_a_new_payee_is_said_before_anybody_signs(firm, signed_in):
    order = builders.submitted(firm.preparer, firm.account, amount_minor=50_000_001)

    html = signed_in(firm.signers[0].user).get(f"/payments/{order.pk}/review/").content.decode()

    assert "është përfitues i ri për ju" in html


def test_looking_at_the_review_answers_nothing(firm, order, signed_in):
    signed_in(firm.preparer.user).get(f"/payments/{order.pk}/review/")

    assert not OrderWarning.objects.filter(order=order).exists()
    assert order_warnings.findings(order, at=builders.AT)
